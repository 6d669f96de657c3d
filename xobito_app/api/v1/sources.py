"""`/sources`: where contacts came from."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from xobito_app.api.rest.resources import Replacing, resource_router
from xobito_app.api.rest.shapes import Change, In, Moment, NotNull, Out, limited
from xobito_app.features.contacts.labels import sources


class Source(Out):
    """Where contacts came from."""

    id: UUID
    name: str
    is_default: bool
    contacts: int = Field(description="How many contacts came from it.")
    created_at: Moment
    updated_at: Moment


class SourceNew(In):
    """A new source."""

    name: Annotated[str, limited(255, 1)]


class SourceChange(Change):
    """Fields of a source that change."""

    name: NotNull[Annotated[str, limited(255, 1)]] = None
    is_default: NotNull[bool] = None


router = resource_router(
    "/sources",
    thing="Source",
    out=Source,
    new=SourceNew,
    change=SourceChange,
    service=sources,
    deleting=Replacing,
    examples={"create": {"name": "Trade fair"}, "update": {"name": "Trade fair 2026"}},
    words={
        "list": "By name.",
        "update": "Only the fields that are given change.",
        "delete": "When contacts have it, `replace_with` must say which source they get.",
    },
)
