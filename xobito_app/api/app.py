"""The HTTP doors, mounted before Reflex's own routes."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from xobito_app.api import media, whatsapp_webhook
from xobito_app.api.health import health


def build_api() -> Starlette:
    """Return the application whose routes answer before Reflex's."""
    return Starlette(
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/webhooks/whatsapp", whatsapp_webhook.shake_hands, methods=["GET"]),
            Route("/webhooks/whatsapp", whatsapp_webhook.receive, methods=["POST"]),
            Route("/media", media.upload, methods=["POST"]),
            Route("/media/{media_id}", media.show, methods=["GET"]),
        ]
    )
