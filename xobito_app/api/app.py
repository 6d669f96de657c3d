"""The HTTP endpoints, mounted before Reflex's own routes."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from xobito_app.api import (
    auth,
    campaigns,
    exports,
    imports,
    media,
    pictures,
    template_samples,
    transcripts,
    whatsapp_webhook,
)
from xobito_app.api.health import health
from xobito_app.api.rest.application import routes as rest_routes


def build_api() -> Starlette:
    """Return the application whose routes answer before Reflex's."""
    return Starlette(
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/auth/login", auth.login, methods=["POST"]),
            Route("/auth/logout", auth.logout, methods=["POST"]),
            Route("/auth/set-up", auth.set_up, methods=["POST"]),
            Route("/auth/join", auth.join, methods=["POST"]),
            Route("/auth/forgot", auth.forgot, methods=["POST"]),
            Route("/auth/reset", auth.reset, methods=["POST"]),
            Route("/auth/choose", auth.choose, methods=["POST"]),
            Route("/auth/workspace", auth.switch_workspace, methods=["POST"]),
            Route("/exports/activity.csv", exports.activity_log, methods=["GET"]),
            Route("/exports/contacts.csv", exports.contacts, methods=["GET", "POST"]),
            Route("/imports/contacts", imports.upload, methods=["POST"]),
            Route("/imports/{import_id}/errors.csv", imports.refused_rows, methods=["GET"]),
            Route(
                "/imports/campaigns/{campaign_id}/recipients",
                campaigns.upload_recipients,
                methods=["POST"],
            ),
            Route(
                "/imports/campaigns/{campaign_id}/header",
                campaigns.upload_header,
                methods=["POST"],
            ),
            Route(
                "/exports/campaigns/{campaign_id}/excluded.csv",
                campaigns.excluded,
                methods=["GET"],
            ),
            Route(
                "/exports/campaigns/{campaign_id}/recipients.csv",
                campaigns.recipients,
                methods=["GET"],
            ),
            Route("/exports/conversations/{name}", transcripts.conversation, methods=["GET"]),
            Route("/webhooks/whatsapp", whatsapp_webhook.verify_subscription, methods=["GET"]),
            Route("/webhooks/whatsapp", whatsapp_webhook.receive, methods=["POST"]),
            Route("/pictures/me", pictures.photo, methods=["POST", "DELETE"]),
            Route("/pictures/workspace", pictures.logo, methods=["GET", "POST", "DELETE"]),
            Route("/pictures/people/{user_id}", pictures.person, methods=["GET"]),
            Route("/template-samples", template_samples.upload, methods=["POST"]),
            Route("/template-samples/{sample_id}", template_samples.show, methods=["GET"]),
            Route("/media", media.upload, methods=["POST"]),
            Route("/media/{media_id}", media.show, methods=["GET"]),
            *rest_routes(),
        ]
    )
