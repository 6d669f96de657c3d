"""Making workspaces and changing their settings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Conflict, Findings, Invalid, NotFound
from xobito_app.core.events import Topic
from xobito_app.core.ids import UserId, WorkspaceId
from xobito_app.core.permissions import ALL, SEEDED_ROLES, Actor, Permission, require
from xobito_app.core.text import slugify
from xobito_app.features.accounts import service as accounts
from xobito_app.features.activity import service as activity
from xobito_app.features.workspaces import repository
from xobito_app.features.workspaces.assignment_rota import (
    Answerer as Answerer,
    list_answerers as list_answerers,
    note_turn as note_turn,
)
from xobito_app.features.workspaces.permission_holders import list_emails as list_emails
from xobito_app.features.workspaces.settings import WorkspaceSettings as WorkspaceSettings
from xobito_app.features.workspaces.team import (
    list_members as list_members,
    member_name as member_name,
)
from xobito_app.models.contacts import ContactSource, ContactStatus
from xobito_app.models.workspaces import Membership, Role, Workspace
from xobito_app.persistence.unit_of_work import UnitOfWork, announce

NAME_LIMIT = 60
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_RESERVED = frozenset({"openapi.json", "api", "media", "webhooks", "health", "auth"})
_STATUSES = (
    ("New", "#0ea5e9"),
    ("Contacted", "#6366f1"),
    ("Qualified", "#16a34a"),
    ("Lost", "#64748b"),
)
_SOURCES = ("WhatsApp", "Website", "Referral", "Import")
_SETTINGS = "xobito.settings"
# Any constant will do; it only has to be the same everywhere.
_SETUP_LOCK = 0x786F6269746F


async def is_set_up(session: AsyncSession) -> bool:
    """Tell whether the first owner exists; the set-up page is closed from then on."""
    return await accounts.anybody_exists(session)


async def set_up(
    uow: UnitOfWork,
    *,
    workspace_name: str,
    owner_name: str,
    email: str,
    password: str,
    time_zone: str = "UTC",
) -> tuple[UserId, WorkspaceId]:
    """Make the first owner and workspace of an installation.

    Raises:
        Conflict: Somebody was first; the set-up page is closed for ever.
        Invalid: A field breaks its rule.
    """
    await (await uow.session.connection()).execute(
        text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SETUP_LOCK}
    )
    if await is_set_up(uow.session):
        raise Conflict("This installation is already set up. Sign in instead.")
    name = accounts.read_name(workspace_name, field="workspace_name", limit=NAME_LIMIT)
    return await create_workspace(
        uow,
        slug=slugify(name) or "workspace",
        name=name,
        owner_name=owner_name,
        owner_email=email,
        owner_password=password,
        time_zone=time_zone,
    )


async def create_workspace(
    uow: UnitOfWork,
    *,
    slug: str,
    name: str,
    owner_name: str,
    owner_email: str,
    owner_password: str,
    time_zone: str = "UTC",
) -> tuple[UserId, WorkspaceId]:
    """Make a workspace with its owner, seeded roles, statuses and sources.

    An existing person keeps name and password and becomes owner of one more workspace.

    Raises:
        Invalid: A field breaks its rule, or the slug is taken.
    """
    session = uow.session
    workspace = Workspace(
        name=accounts.read_name(name, limit=NAME_LIMIT),
        slug=await _free_slug(session, slug),
        time_zone=accounts.read_time_zone(time_zone),
    )
    address = accounts.read_email(owner_email)
    owner = await accounts.find_by_email(session, address)
    if owner is not None:
        await accounts.begin_anew(session, owner.id)
    else:
        owner = await accounts.create_person(
            session,
            name=owner_name,
            email=address,
            password=owner_password,
            time_zone=time_zone,
            name_field="owner_name",
        )
    session.add(workspace)
    await session.flush()
    await uow.enter(workspace.id)
    session.add(Membership(workspace_id=workspace.id, user_id=owner.id, is_owner=True))
    session.add_all(_seeds(workspace.id))
    actor = Actor(WorkspaceId(workspace.id), UserId(owner.id), owner.name, ALL, is_owner=True)
    activity.record(
        session, actor, "workspace.created", about="workspace", object_id=workspace.id, name=name
    )
    await session.flush()
    return UserId(owner.id), WorkspaceId(workspace.id)


async def _free_slug(session: AsyncSession, slug: str) -> str:
    if not is_slug(slug) or slug in _RESERVED:
        raise Invalid.field("slug", "Use a-z, 0-9 and - for the slug, at most 60 characters.")
    if await repository.find_workspace_by_slug(session, slug):
        raise Invalid.field("slug", f"The slug {slug} is taken. Choose another.")
    return slug


def _seeds(workspace_id: UUID) -> list[Role | ContactStatus | ContactSource]:
    roles = [
        Role(
            workspace_id=workspace_id,
            name=name,
            is_seeded=True,
            permissions=sorted(str(p) for p in granted),
        )
        for name, granted in SEEDED_ROLES.items()
    ]
    statuses = [
        ContactStatus(
            workspace_id=workspace_id, name=name, color=color, is_default=i == 0, position=i
        )
        for i, (name, color) in enumerate(_STATUSES)
    ]
    sources = [
        ContactSource(workspace_id=workspace_id, name=name, is_default=i == 0)
        for i, name in enumerate(_SOURCES)
    ]
    return [*roles, *statuses, *sources]


async def get_workspace(session: AsyncSession, workspace_id: UUID) -> Workspace:
    """Return a workspace.

    Raises:
        NotFound: There is none with this id.
    """
    workspace = await session.get(Workspace, workspace_id)
    if workspace is None:
        raise NotFound("This workspace no longer exists.")
    return workspace


def is_slug(text: str) -> bool:
    """Tell whether a text has the form of a slug: a-z, 0-9 and `-`, at most 60 characters."""
    return _SLUG.fullmatch(text) is not None


async def find_workspace_id(session: AsyncSession, slug: str) -> WorkspaceId:
    """Return the id behind a slug.

    Raises:
        NotFound: No workspace has this slug.
    """
    workspace = await repository.find_workspace_by_slug(session, slug) if is_slug(slug) else None
    if workspace is None:
        raise NotFound(f"There is no workspace with the slug {slug}.")
    return WorkspaceId(workspace.id)


async def list_workspace_ids(session: AsyncSession) -> Sequence[UUID]:
    """Return the ids of all workspaces, for sweeps."""
    return await repository.list_workspace_ids(session)


async def list_slugs(session: AsyncSession) -> Sequence[str]:
    """Return the slugs of all workspaces, for the command line."""
    return await repository.list_slugs(session)


async def load_settings(session: AsyncSession, workspace_id: UUID) -> WorkspaceSettings:
    """Return a workspace's settings; what was never set has its default.

    Read once in a unit of work, however many messages ask.
    """
    known: dict[UUID, WorkspaceSettings] = session.info.setdefault(_SETTINGS, {})
    if workspace_id not in known:
        workspace = await get_workspace(session, workspace_id)
        known[workspace_id] = WorkspaceSettings.model_validate(workspace.settings)
    return known[workspace_id]


async def save_settings(
    session: AsyncSession, actor: Actor, changes: dict[str, Any]
) -> WorkspaceSettings:
    """Change some settings and keep the others.

    Raises:
        Forbidden: The actor may not edit settings.
        Invalid: A value is out of its limits; nothing is changed.
    """
    require(actor, Permission.SETTINGS_EDIT)
    workspace = await get_workspace(session, actor.workspace_id)
    try:
        settings = WorkspaceSettings.model_validate({**workspace.settings, **changes})
    except ValidationError as error:
        fields = {str(e["loc"][0]): [_sentence(e)] for e in error.errors() if e["loc"]}
        raise Invalid("Some settings are out of their limits.", fields) from None
    before = WorkspaceSettings.model_validate(workspace.settings).model_dump(mode="json")
    after = settings.model_dump(mode="json")
    workspace.settings = after
    session.info.get(_SETTINGS, {}).pop(actor.workspace_id, None)
    session.add(workspace)
    activity.record(
        session,
        actor,
        "settings.changed",
        about="workspace",
        changes={
            name: [before[name], after[name]] for name in after if after[name] != before[name]
        },
    )
    announce(session, actor.workspace_id, Topic.SETTINGS, actor.workspace_id)
    return settings


def _sentence(error: Any) -> str:
    limits = error.get("ctx", {})
    if "ge" in limits:
        return f"Use a number of at least {limits['ge']}."
    if "le" in limits:
        return f"Use a number of at most {limits['le']}."
    if str(error["type"]).startswith("int_"):
        return "Use a whole number."
    if str(error["type"]).startswith("float_"):
        return "Use a number."
    return str(error["msg"]) + "."


async def rename_workspace(
    session: AsyncSession, actor: Actor, *, name: str, time_zone: str, country: str
) -> None:
    """Change a workspace's name, time zone and country (for phone numbers without a code).

    Raises:
        Forbidden: The actor may not edit settings.
        Invalid: A field breaks its rule.
    """
    require(actor, Permission.SETTINGS_EDIT)
    workspace = await get_workspace(session, actor.workspace_id)
    found = Findings()
    title = found.read(accounts.read_name, name, limit=NAME_LIMIT)
    zone = found.read(accounts.read_time_zone, time_zone)
    is_country = not country or re.fullmatch(r"[A-Z]{2}", country)
    found.expect(is_country, "country", "Choose a country from the list.")
    found.check()
    workspace.name, workspace.time_zone, workspace.country = title, zone, country
    session.add(workspace)
    activity.record(session, actor, "workspace.renamed", about="workspace", name=workspace.name)
    announce(session, actor.workspace_id, Topic.SETTINGS, actor.workspace_id)
