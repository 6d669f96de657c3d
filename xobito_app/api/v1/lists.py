"""`/statuses`, `/sources` and `/groups`: how contacts are sorted."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from xobito_app.api.v1.declare import Call, endpoint
from xobito_app.api.v1.shapes import In, Moment, Out, Page, PageQuery, limited, part
from xobito_app.features.contacts.labels import groups, sources, statuses
from xobito_app.features.contacts.schemas import GroupView, SourceView, StatusView

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

    @classmethod
    def of(cls, view: StatusView) -> Status:
        """Take a status over."""
        return cls.model_validate(view, from_attributes=True)


class Source(Out):
    """Where contacts came from."""

    id: UUID
    name: str
    is_default: bool
    contacts: int = Field(description="How many contacts came from it.")
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, view: SourceView) -> Source:
        """Take a source over."""
        return cls.model_validate(view, from_attributes=True)


class Group(Out):
    """A label contacts may share."""

    id: UUID
    name: str
    contacts: int = Field(description="How many contacts are in it.")
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, view: GroupView) -> Group:
        """Take a group over."""
        return cls.model_validate(view, from_attributes=True)


class StatusNew(In):
    """A new status."""

    name: Annotated[str, limited(255, 3)]
    color: Color = statuses.COLOR
    is_default: bool = False


class StatusChange(In):
    """Fields of a status that change."""

    name: Annotated[str, limited(255, 3)] | None = None
    color: Color | None = None
    is_default: bool | None = None
    position: int | None = Field(default=None, ge=0, le=10_000)


class SourceNew(In):
    """A new source."""

    name: Annotated[str, limited(255, 1)]


class SourceChange(In):
    """Fields of a source that change."""

    name: Annotated[str, limited(255, 1)] | None = None
    is_default: bool | None = None


class GroupNew(In):
    """A new group."""

    name: Annotated[str, limited(191, 1)]


class Replacing(In):
    """What contacts get instead of what is deleted."""

    replace_with: UUID | None = None


@endpoint("GET", "/statuses", tag="Statuses", ability="statuses.read")
async def list_statuses(call: Call, *, query: PageQuery) -> Page[Status]:
    """List statuses, in their order."""
    found = await statuses.list_statuses(call.session, call.actor)
    return Page[Status](**part(call, [Status.of(view) for view in found], query))


@endpoint(
    "POST",
    "/statuses",
    tag="Statuses",
    ability="statuses.create",
    message="Status created",
    status=201,
    example={"name": "Waiting for delivery", "color": "#d97706"},
)
async def create_status(call: Call, *, body: StatusNew) -> Status:
    """Create a status."""
    return Status.of(
        await statuses.create_status(
            call.session,
            call.actor,
            name=body.name,
            color=body.color,
            is_default=body.is_default,
        )
    )


@endpoint("GET", "/statuses/{status_id}", tag="Statuses", thing="Status", ability="statuses.read")
async def get_status(call: Call) -> Status:
    """Get a status."""
    return Status.of(
        await statuses.get_status(call.session, call.actor, status_id=call.id("status_id"))
    )


@endpoint(
    "PUT",
    "/statuses/{status_id}",
    tag="Statuses",
    thing="Status",
    ability="statuses.update",
    message="Status updated",
    example={"color": "#16a34a"},
)
async def update_status(call: Call, *, body: StatusChange) -> Status:
    """Update a status.

    Only the fields that are given change.
    """
    return Status.of(
        await statuses.update_status(
            call.session,
            call.actor,
            status_id=call.id("status_id"),
            name=body.name,
            color=body.color,
            is_default=body.is_default,
            position=body.position,
        )
    )


@endpoint(
    "DELETE",
    "/statuses/{status_id}",
    tag="Statuses",
    thing="Status",
    ability="statuses.delete",
    message="Status deleted",
)
async def delete_status(call: Call, *, query: Replacing) -> None:
    """Delete a status.

    When contacts are in it, `replace_with` must say which status they get.
    """
    await statuses.delete_status(
        call.session,
        call.actor,
        status_id=call.id("status_id"),
        replace_with=query.replace_with,
    )


@endpoint("GET", "/sources", tag="Sources", ability="sources.read")
async def list_sources(call: Call, *, query: PageQuery) -> Page[Source]:
    """List sources, by name."""
    found = await sources.list_sources(call.session, call.actor)
    return Page[Source](**part(call, [Source.of(view) for view in found], query))


@endpoint(
    "POST",
    "/sources",
    tag="Sources",
    ability="sources.create",
    message="Source created",
    status=201,
    example={"name": "Trade fair"},
)
async def create_source(call: Call, *, body: SourceNew) -> Source:
    """Create a source."""
    return Source.of(await sources.create_source(call.session, call.actor, name=body.name))


@endpoint("GET", "/sources/{source_id}", tag="Sources", thing="Source", ability="sources.read")
async def get_source(call: Call) -> Source:
    """Get a source."""
    return Source.of(
        await sources.get_source(call.session, call.actor, source_id=call.id("source_id"))
    )


@endpoint(
    "PUT",
    "/sources/{source_id}",
    tag="Sources",
    thing="Source",
    ability="sources.update",
    message="Source updated",
    example={"name": "Trade fair 2026"},
)
async def update_source(call: Call, *, body: SourceChange) -> Source:
    """Update a source.

    Only the fields that are given change.
    """
    return Source.of(
        await sources.update_source(
            call.session,
            call.actor,
            source_id=call.id("source_id"),
            name=body.name,
            is_default=body.is_default,
        )
    )


@endpoint(
    "DELETE",
    "/sources/{source_id}",
    tag="Sources",
    thing="Source",
    ability="sources.delete",
    message="Source deleted",
)
async def delete_source(call: Call, *, query: Replacing) -> None:
    """Delete a source.

    When contacts have it, `replace_with` must say which source they get.
    """
    await sources.delete_source(
        call.session,
        call.actor,
        source_id=call.id("source_id"),
        replace_with=query.replace_with,
    )


@endpoint("GET", "/groups", tag="Groups", ability="groups.read")
async def list_groups(call: Call, *, query: PageQuery) -> Page[Group]:
    """List groups, by name."""
    found = await groups.list_groups(call.session, call.actor)
    return Page[Group](**part(call, [Group.of(view) for view in found], query))


@endpoint(
    "POST",
    "/groups",
    tag="Groups",
    ability="groups.create",
    message="Group created",
    status=201,
    example={"name": "Early birds"},
)
async def create_group(call: Call, *, body: GroupNew) -> Group:
    """Create a group."""
    return Group.of(await groups.create_group(call.session, call.actor, name=body.name))


@endpoint("GET", "/groups/{group_id}", tag="Groups", thing="Group", ability="groups.read")
async def get_group(call: Call) -> Group:
    """Get a group."""
    return Group.of(await groups.get_group(call.session, call.actor, group_id=call.id("group_id")))


@endpoint(
    "PUT",
    "/groups/{group_id}",
    tag="Groups",
    thing="Group",
    ability="groups.update",
    message="Group updated",
    example={"name": "Early risers"},
)
async def update_group(call: Call, *, body: GroupNew) -> Group:
    """Rename a group."""
    return Group.of(
        await groups.update_group(
            call.session, call.actor, group_id=call.id("group_id"), name=body.name
        )
    )


@endpoint(
    "DELETE",
    "/groups/{group_id}",
    tag="Groups",
    thing="Group",
    ability="groups.delete",
    message="Group deleted",
)
async def delete_group(call: Call, *, query: Replacing) -> None:
    """Delete a group.

    Its contacts go into the group of `replace_with`, or merely lose it.
    """
    await groups.delete_group(
        call.session,
        call.actor,
        group_id=call.id("group_id"),
        replace_with=query.replace_with,
    )
