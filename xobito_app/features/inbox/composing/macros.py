"""Macros: several actions on a thread under one name, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError, Findings, Invalid
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import clean, one_line
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts import service as contacts
from xobito_app.features.inbox.composing import canned
from xobito_app.features.inbox.composing.compose import send_text
from xobito_app.features.inbox.composing.outgoing import KEY_LIMIT, Order
from xobito_app.features.inbox.log import record_thread
from xobito_app.features.inbox.threads import thread_actions
from xobito_app.features.inbox.threads.threads import get_visible
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.inbox import Macro
from xobito_app.persistence.repository import Repository

NAME_LIMIT = 60
MOST_ACTIONS = 10
ME, NOBODY = "me", "nobody"
SNOOZES = {
    "snooze_1h": timedelta(hours=1),
    "snooze_4h": timedelta(hours=4),
    "snooze_1d": timedelta(days=1),
    "snooze_1w": timedelta(days=7),
}
STATUSES = {"close", "open", *SNOOZES}


class Do(StrEnum):
    """What an action does; its value says with what."""

    SEND = "send"
    ASSIGN = "assign"
    STATUS = "status"
    NOTE = "note"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class MacroAction:
    """One step: the id of a canned reply, person or group, a status word, or a note's text."""

    do: Do
    value: str


@dataclass(frozen=True, slots=True)
class MacroView:
    """A macro and its steps."""

    id: UUID
    name: str
    actions: tuple[MacroAction, ...]


class MacroRepository(Repository[Macro]):
    """Macros of one workspace."""

    missing = "This macro no longer exists."


def _view(row: Macro) -> MacroView:
    steps = (MacroAction(Do(step["do"]), str(step["value"])) for step in row.actions)
    return MacroView(row.id, row.name, tuple(steps))


async def find(
    session: AsyncSession, actor: Actor, *, typed: str = "", limit: int = 20
) -> list[MacroView]:
    """Return the macros whose name contains what was typed, by name."""
    require(actor, Permission.CANNED_REPLIES_VIEW)
    macros = MacroRepository(session, actor.workspace_id)
    statement = macros.scoped()
    if wanted := typed.strip().lstrip("/").lower():
        statement = statement.where(func.lower(Macro.name).contains(wanted, autoescape=True))
    rows = await macros.all(statement.order_by(func.lower(Macro.name)).limit(limit))
    return [_view(row) for row in rows]


async def get(session: AsyncSession, actor: Actor, *, macro_id: UUID) -> MacroView:
    """Return one macro.

    Raises:
        NotFound: The workspace has no such macro.
    """
    require(actor, Permission.CANNED_REPLIES_VIEW)
    return _view(await MacroRepository(session, actor.workspace_id).get(macro_id))


async def save(
    session: AsyncSession,
    actor: Actor,
    *,
    macro_id: UUID | None,
    name: str,
    actions: Sequence[MacroAction],
) -> UUID:
    """Create or change a macro.

    Raises:
        Forbidden: The actor may not manage canned replies.
        Invalid: The name is missing or taken, or a step cannot be done; `action.N` says which.
    """
    require(actor, Permission.CANNED_REPLIES_MANAGE)
    called = one_line(name)
    found = Findings()
    is_named = 0 < len(called) <= NAME_LIMIT
    found.expect(is_named, "name", f"Write a name of at most {NAME_LIMIT} characters.")
    macros = MacroRepository(session, actor.workspace_id)
    taken = await macros.one_or_none(
        macros.scoped().where(func.lower(Macro.name) == called.lower())
    )
    if taken and taken.id != macro_id:
        found.add("name", f"There is a macro called {taken.name} already.")
    is_doable = 1 <= len(actions) <= MOST_ACTIONS
    found.expect(is_doable, "actions", f"Give one to {MOST_ACTIONS} actions.")
    for number, action in enumerate(actions[:MOST_ACTIONS]):
        try:
            await _check(session, actor, action)
        except AppError as error:
            found.add(f"action.{number}", error.message)
    found.check()
    macro = (
        await macros.get(macro_id)
        if macro_id
        else Macro(workspace_id=actor.workspace_id, name=called)
    )
    macro.name, macro.updated_at = called, clock.now()
    macro.actions = [{"do": str(a.do), "value": clean(a.value)} for a in actions]
    await macros.add(macro)
    activity.record(
        session, actor, "macro.saved", about="macro", object_id=macro.id, name=macro.name
    )
    return macro.id


async def _check(session: AsyncSession, actor: Actor, action: MacroAction) -> None:
    value = clean(action.value)
    if not value:
        raise Invalid("Choose what this action does.")
    match action.do:
        case Do.SEND:
            await canned.get(session, actor, reply_id=ids.parse(value))
        case Do.ASSIGN if value not in (ME, NOBODY):
            await workspaces.member_name(session, actor.workspace_id, ids.parse(value))
        case Do.STATUS if value not in STATUSES:
            raise Invalid("Choose what becomes of the chat.")
        case Do.NOTE if len(value) > thread_actions.NOTE_LIMIT:
            raise Invalid(f"A note holds at most {thread_actions.NOTE_LIMIT} characters.")
        case Do.GROUP:
            await contacts.get_group_name(session, actor, ids.parse(value))


async def remove(session: AsyncSession, actor: Actor, *, macro_id: UUID) -> None:
    """Delete a macro.

    Raises:
        Forbidden: The actor may not manage canned replies.
        NotFound: The workspace has no such macro.
    """
    require(actor, Permission.CANNED_REPLIES_MANAGE)
    macros = MacroRepository(session, actor.workspace_id)
    macro = await macros.get(macro_id)
    await macros.delete(macro)
    activity.record(
        session, actor, "macro.deleted", about="macro", object_id=macro_id, name=macro.name
    )


async def run(
    session: AsyncSession, actor: Actor, *, macro_id: UUID, conversation_id: UUID, key: str
) -> str:
    """Do everything a macro says to a thread and return its name.

    Each step asks for its own permission, and a step that fails undoes those before it. Repeating
    a call with the same key sends and notes nothing twice.

    Raises:
        Forbidden: The actor may not reply, or not do one of the steps.
        NotFound: The thread is out of sight, or something a step names is gone.
        Invalid: A text cannot be sent now.
    """
    require(actor, Permission.INBOX_REPLY)
    macro = await get(session, actor, macro_id=macro_id)
    # Looked up first: a step may hand the chat to somebody, out of the actor's sight.
    thread = await get_visible(session, actor, conversation_id)
    for number, action in enumerate(macro.actions):
        step_key = f"{key[: KEY_LIMIT - 4]}-{number}"
        await _do(session, actor, action, conversation_id=conversation_id, key=step_key)
    await record_thread(session, actor, "macro.run", thread, macro=macro.name)
    return macro.name


async def _do(
    session: AsyncSession, actor: Actor, action: MacroAction, *, conversation_id: UUID, key: str
) -> None:
    value = action.value
    match action.do:
        case Do.SEND:
            body = await canned.render(
                session, actor, reply_id=ids.parse(value), conversation_id=conversation_id
            )
            await send_text(session, actor, Order(conversation_id, key), body=body)
        case Do.ASSIGN:
            nobody = value == NOBODY
            assignee = None if nobody else actor.user_id if value == ME else ids.parse(value)
            await thread_actions.assign(
                session, actor, conversation_id=conversation_id, assignee_id=assignee
            )
        case Do.STATUS if value == "close":
            await thread_actions.close(session, actor, conversation_id=conversation_id)
        case Do.STATUS if value == "open":
            await thread_actions.reopen(session, actor, conversation_id=conversation_id)
        case Do.STATUS:
            until = clock.now() + SNOOZES[value]
            await thread_actions.snooze(
                session, actor, conversation_id=conversation_id, until=until
            )
        case Do.NOTE:
            await thread_actions.add_note(
                session, actor, conversation_id=conversation_id, body=value, key=key
            )
        case Do.GROUP:
            thread = await get_visible(session, actor, conversation_id)
            await contacts.add_to_group(
                session, actor, contact_id=thread.contact_id, group_id=ids.parse(value)
            )
