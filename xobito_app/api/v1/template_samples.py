"""The examples of media headers, given to the REST API as addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xobito_app.core.errors import AppError, Invalid, TooLarge
from xobito_app.core.permissions import Actor
from xobito_app.features.inbox.media.files import draft_in
from xobito_app.features.outbound_http import service as client
from xobito_app.features.templates import samples
from xobito_app.features.templates.reading import SAMPLE
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp import coerce

FETCH_SECONDS = 60.0
_FIELD = "components"


def assumed(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body whose addresses count as examples, for the linter."""
    return {**body, _FIELD: [_with(c, "assumed") if _url_of(c) else c for c in _components(body)]}


async def fetched(actor: Actor, body: Mapping[str, Any]) -> dict[str, Any]:
    """Fetch the examples of a body and return it with what stands for them in drafts.

    Raises:
        Forbidden: The actor may not write templates.
        Invalid: An address is refused, does not answer, or gives no file Meta takes.
        TooLarge: A file is over the limit.
    """
    found: list[dict[str, Any]] = []
    for component in _components(body):
        url = _url_of(component)
        found.append(_with(component, await _fetch(actor, url)) if url else component)
    return {**body, _FIELD: found}


def _components(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    return coerce.mappings(body.get(_FIELD))


def _url_of(component: Mapping[str, Any]) -> str:
    example = coerce.mapping(component.get("example"))
    given = component.get("media_url") or example.get("media_url")
    return given if isinstance(given, str) else ""


def _with(component: dict[str, Any], sample: str) -> dict[str, Any]:
    return {**component, "example": {"header_handle": [sample]}}


async def _fetch(actor: Actor, url: str) -> str:
    samples.may_add(actor)
    with draft_in(samples.folder_of(actor.workspace_id)) as path:
        try:
            with path.open("wb") as into:
                answer = await client.download(
                    url, into.write, seconds=FETCH_SECONDS, most=samples.MOST_BYTES
                )
        except TooLarge:
            raise
        except AppError as error:
            raise Invalid.field("media_url", error.message) from None
        mime = answer.headers.get("content-type", "")
        try:
            async with unit_of_work(actor.workspace_id) as uow:
                view = await samples.add_sample(
                    uow.session, actor, draft=path, mime=mime, filename=url.rpartition("/")[2]
                )
        except Invalid as error:
            raise Invalid.field("media_url", error.message) from None
    return f"{SAMPLE}{view.id}"
