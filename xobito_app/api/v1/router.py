"""The REST API as routes, made from what its endpoints declare."""

from __future__ import annotations

from itertools import groupby

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from xobito_app.api.v1 import (
    bulk,
    contacts,
    docs,
    fields,
    history,
    imports,
    lists,
    merges,
    messages,
    openapi,
    phone,
    segments,
    templates,
)
from xobito_app.api.v1.answers import failure
from xobito_app.api.v1.declare import ENDPOINTS, Endpoint
from xobito_app.api.v1.entrypoint import Place

MODULES = (
    contacts,
    history,
    bulk,
    imports,
    merges,
    segments,
    lists,
    fields,
    messages,
    templates,
    phone,
)
"""Their import declares the endpoints; the documentation has them in this order."""
_ORDER = {module.__name__: place for place, module in enumerate(MODULES)}
ENDPOINTS.sort(key=lambda one: _ORDER[one.handle.__module__])


def routes() -> list[Route]:
    """Return a route for each address, and one for all addresses that do not exist."""
    by_path = sorted(ENDPOINTS, key=_path)
    return [
        Route("/api/v1/openapi.json", openapi.document, methods=["GET"]),
        Route("/api/docs", docs.page, methods=["GET"]),
        *(Route(_route(path), Place(list(those))) for path, those in groupby(by_path, key=_path)),
        Route("/api/{rest:path}", Nowhere()),
    ]


def _path(one: Endpoint) -> str:
    return one.path


def _route(path: str) -> str:
    """Let a message id hold slashes: Meta's are base64, which has them."""
    return path.replace("{message_id}", "{message_id:path}")


class Nowhere:
    """Answers for addresses that do not exist; a class, so that every method gets here."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer any request."""
        await failure(404, "Not found")(scope, receive, send)
