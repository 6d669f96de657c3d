"""Carrying out what a talk wants, inside the transaction that stores the talk.

Messages become rows of the outbox under the effect's key, requests rows of their own; all else is
done here. So either all of a turn has happened or nothing of it, and none of it twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import AppError, Invalid
from xobito_app.core.events import TicketWanted, publish
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import Actor, system_actor
from xobito_app.features.contacts import service as contacts
from xobito_app.features.flows.engine.effects import Effect, EffectKind
from xobito_app.features.flows.engine.inputs import Result
from xobito_app.features.flows.job_types import FLOWS_REQUEST
from xobito_app.features.flows.running.chats import Chat, Round
from xobito_app.features.flows.running.keys import message_key
from xobito_app.features.inbox import service as inbox
from xobito_app.features.inbox.service import Automated
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.flows import FlowRequest, FlowSession
from xobito_app.models.templates import Template
from xobito_app.persistence.unit_of_work import enqueue


@dataclass(slots=True)
class Carrier:
    """What the talks of a batch want done.

    Attributes:
        messages: Collected, to be queued at once when the batch is done.
    """

    batch: Round
    messages: list[Automated] = field(default_factory=list[Automated])

    async def carry_out(
        self, chat: Chat, talk: FlowSession, name: str, effect: Effect
    ) -> Result | None:
        """Do one thing; return what came of it where that is known at once.

        Raises:
            AppError: It cannot be done; nothing was.
        """
        session = self.batch.session
        actor = system_actor(WorkspaceId(self.batch.workspace_id), name)
        match effect.kind:
            case EffectKind.SEND:
                self.messages.append(self._message(chat, name, effect))
            case EffectKind.HTTP | EffectKind.AI:
                session.add(_request(talk, effect))
                enqueue(session, FLOWS_REQUEST, self.batch.workspace_id)
            case EffectKind.UPDATE_CONTACT:
                await contacts.apply_changes(
                    session, actor, contact_id=chat.thread.contact_id, changes=effect.content
                )
            case EffectKind.ASSIGN:
                return await self._assign(chat, actor, effect)
            case EffectKind.HANDOVER:
                await inbox.pause_bots(session, chat.thread)
                inbox.add_event(
                    session, actor, chat.thread, f"{name} stopped. {effect.content['note']}"
                )
            case EffectKind.NOTE:
                inbox.add_event(session, actor, chat.thread, str(effect.content["note"]))
            case EffectKind.CLOSE:
                await inbox.close(session, actor, conversation_id=chat.thread.id)
            case EffectKind.TICKET:
                await publish(session, _ticket(chat, name, effect))
        return None

    async def queue(self) -> None:
        """Hand the messages of the batch to the outbox."""
        await inbox.queue_automated(self.batch.session, self.batch.workspace_id, self.messages)
        self.messages = []

    def _message(self, chat: Chat, name: str, effect: Effect) -> Automated:
        said = {key: value for key, value in effect.content.items() if key != "values"}
        template: Template | None = None
        if said["type"] == "template" and chat.connection_id:
            told = said["template"]
            key = (chat.connection_id, told["name"], told["language"]["code"])
            template = self.batch.shelf.templates.get(key)
        return Automated(
            thread=chat.thread,
            key=message_key(effect.key),
            said=said,
            author=name,
            template=template,
            values=effect.content.get("values"),
        )

    async def _assign(self, chat: Chat, actor: Actor, effect: Effect) -> Result | None:
        """Hand the chat to people; a note is written even when nobody can take it."""
        session = self.batch.session
        if note := effect.content.get("note"):
            inbox.add_event(session, actor, chat.thread, str(note))
        try:
            assignee = await _person(session, self.batch.workspace_id, str(effect.content["to"]))
            if assignee:
                await inbox.assign(
                    session, actor, conversation_id=chat.thread.id, assignee_id=assignee
                )
        except AppError as error:
            return Result(effect.key, is_done=False, why=error.message)
        await inbox.pause_bots(session, chat.thread)
        return None


def _request(talk: FlowSession, effect: Effect) -> FlowRequest:
    return FlowRequest(
        workspace_id=talk.workspace_id,
        session_id=talk.id,
        conversation_id=talk.conversation_id,
        contact_id=talk.contact_id,
        kind=effect.kind.value,
        key=effect.key,
        content=effect.content,
    )


def _ticket(chat: Chat, name: str, effect: Effect) -> TicketWanted:
    return TicketWanted(
        chat.thread.workspace_id, chat.thread.id, chat.thread.contact_id, name, effect.content
    )


async def _person(session: AsyncSession, workspace_id: UUID, to: str) -> UUID | None:
    """Return who gets a chat: whose turn it is, one person, somebody with a role, or nobody.

    Raises:
        Invalid: Nobody of those is there to answer.
    """
    if to == "nobody":
        return None
    people = await workspaces.list_answerers(session, workspace_id)
    if to.startswith("person:"):
        wanted: Callable[[workspaces.Answerer], bool] = lambda one: one.email == to[7:].lower()  # noqa: E731
    elif to.startswith("role:"):
        wanted = lambda one: one.role.casefold() == to[5:].casefold()  # noqa: E731
    else:
        wanted = lambda one: True  # noqa: E731
    able = [one for one in people if wanted(one)]
    if not able:
        raise Invalid("Nobody could take the chat.")
    chosen = inbox.next_answerer(able, {}, mode="round_robin")
    assert chosen is not None  # noqa: S101 - there is somebody
    await workspaces.note_turn(session, workspace_id, chosen.user_id)
    return chosen.user_id
