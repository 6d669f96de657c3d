"""`/groups`: labels contacts may share."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from xobito_app.api.rest.resources import Replacing, resource_router
from xobito_app.api.rest.shapes import Change, In, Moment, Out, limited
from xobito_app.features.contacts.labels import groups


class Group(Out):
    """A label contacts may share."""

    id: UUID
    name: str
    contacts: int = Field(description="How many contacts are in it.")
    created_at: Moment
    updated_at: Moment


class GroupNew(In):
    """A new group."""

    name: Annotated[str, limited(191, 1)]


class GroupChange(Change):
    """A group's new name."""

    name: Annotated[str, limited(191, 1)]


router = resource_router(
    "/groups",
    thing="Group",
    out=Group,
    new=GroupNew,
    change=GroupChange,
    service=groups,
    deleting=Replacing,
    examples={"create": {"name": "Early birds"}, "update": {"name": "Early risers"}},
    words={
        "list": "By name.",
        "delete": "Its contacts go into the group of `replace_with`, or merely lose it.",
    },
)
