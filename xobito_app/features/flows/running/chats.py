"""The chats of one batch: thread, contact, talk, and the scene a turn is played in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.features.connection import service as connection
from xobito_app.features.contacts import service as contacts
from xobito_app.features.flows.engine.scene import Scene
from xobito_app.features.flows.repository import SessionRepository
from xobito_app.features.flows.running.library import Shelf
from xobito_app.features.inbox import service as inbox
from xobito_app.features.workspaces import service as workspaces
from xobito_app.features.workspaces.service import WorkspaceSettings
from xobito_app.models.flows import FlowSession
from xobito_app.models.inbox import Conversation


@dataclass(slots=True)
class Chat:
    """One conversation, locked, with all a bot has to know of it.

    Attributes:
        talk: Its talk that is not over.
        contact_type: `lead`, `customer` or `guest`.
        values: The contact's fields by name, without `contact.`.
    """

    thread: Conversation
    talk: FlowSession | None
    connection_id: UUID | None
    contact_type: str = "lead"
    values: dict[str, str] = field(default_factory=dict[str, str])
    groups: frozenset[str] = frozenset()


@dataclass(slots=True)
class Round:
    """A batch: its chats, and what they share."""

    session: AsyncSession
    workspace_id: UUID
    settings: WorkspaceSettings
    zone: tzinfo
    locale: str
    country: str | None
    shelf: Shelf
    chats: dict[UUID, Chat]

    def scene(self, chat: Chat) -> Scene:
        """Return the world as a talk in a chat sees it now."""
        now = clock.business_now()
        return Scene(
            now=now,
            zone=self.zone,
            library=self.shelf.library(chat.connection_id),
            locale=self.locale,
            country=self.country,
            contact=chat.values,
            groups=chat.groups,
            hours=self.settings.business_hours,
            is_window_open=inbox.is_within_window(chat.thread.last_msg_time, now),
        )


async def open_round(
    session: AsyncSession, workspace_id: UUID, conversation_ids: Collection[UUID]
) -> Round:
    """Lock the chats and load what talks in them need, with a fixed number of statements."""
    threads = await inbox.lock_threads(session, workspace_id, conversation_ids)
    talks = await SessionRepository(session, workspace_id).lock_live(list(threads))
    workspace = await workspaces.get_workspace(session, workspace_id)
    numbers = {thread.number_id for thread in threads.values()}
    lines = await connection.lines_of(session, workspace_id, list(numbers))
    chats = {
        thread.id: Chat(
            thread,
            talks.get(thread.id),
            lines[thread.number_id][1].id if thread.number_id in lines else None,
        )
        for thread in threads.values()
    }
    shelf = Shelf(session, workspace_id)
    await shelf.fetch({talk.version_id for talk in talks.values()} | _called(talks))
    return Round(
        session,
        workspace_id,
        await workspaces.load_settings(session, workspace_id),
        ZoneInfo(workspace.time_zone),
        workspace.language,
        workspace.country or None,
        shelf,
        chats,
    )


def _called(talks: Mapping[UUID, FlowSession]) -> set[UUID]:
    """Return the versions that talks stand in, or will go back to."""
    states = [talk.state for talk in talks.values()]
    found = {state["version"] for state in states}
    found |= {frame["version"] for state in states for frame in state["stack"]}
    return {UUID(version) for version in found}


async def know_contacts(batch: Round, chats: Collection[Chat]) -> None:
    """Learn what the graphs may say of the contacts of some chats."""
    described = await contacts.describe_contacts(
        batch.session, batch.workspace_id, {chat.thread.contact_id for chat in chats}
    )
    for chat in chats:
        if known := described.get(chat.thread.contact_id):
            chat.contact_type = known.type
            chat.values = dict(known.values)
            chat.groups = known.groups


def with_talk(chat: Chat, talk: FlowSession) -> Chat:
    """Return a chat in which a talk goes on."""
    return replace(chat, talk=talk)
