"""The server of `campaign`: takes every message at once, as Meta answers, and keeps nothing."""

from __future__ import annotations

from itertools import count

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_numbers = count(1)


def build() -> Starlette:
    """Return the application."""

    async def take(request: Request) -> Response:
        await request.body()
        answer = (
            '{"messaging_product":"whatsapp","contacts":[{"input":"+1","wa_id":"1"}],'
            f'"messages":[{{"id":"wamid.bench{next(_numbers)}","message_status":"accepted"}}]}}'
        )
        return Response(answer, media_type="application/json")

    return Starlette(
        routes=[Route("/{version}/{number}/messages", take, methods=["POST"])],
    )
