"""`/statuses`: the stages of contacts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from xobito_app.api.rest.resources import Replacing, resource_router
from xobito_app.api.rest.shapes import Change, In, Moment, NotNull, Out, limited
from xobito_app.features.contacts.labels import statuses

Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class Status(Out):
    """A stage every contact is in exactly one of."""

    id: UUID
    name: str
    color: str
    is_default: bool
    position: int
    contacts: int = Field(description="How many contacts are in it.")
    created_at: Moment
    updated_at: Moment


class StatusNew(In):
    """A new status."""

    name: Annotated[str, limited(255, 3)]
    color: Color = statuses.COLOR
    is_default: bool = False


class StatusChange(Change):
    """Fields of a status that change."""

    name: NotNull[Annotated[str, limited(255, 3)]] = None
    color: NotNull[Color] = None
    is_default: NotNull[bool] = None
    position: NotNull[int] = Field(default=None, ge=0, le=10_000)


router = resource_router(
    "/statuses",
    thing="Status",
    out=Status,
    new=StatusNew,
    change=StatusChange,
    service=statuses,
    deleting=Replacing,
    examples={
        "create": {"name": "Waiting for delivery", "color": "#d97706"},
        "update": {"color": "#16a34a"},
    },
    words={
        "list": "In their order.",
        "update": "Only the fields that are given change.",
        "delete": "When contacts are in it, `replace_with` must say which status they get.",
    },
)
