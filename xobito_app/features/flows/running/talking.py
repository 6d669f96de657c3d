"""The talks of one batch: who hears what, what comes of it, and what is written down."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from xobito_app import registry
from xobito_app.core import clock, ids
from xobito_app.core.errors import AppError
from xobito_app.core.events import Topic
from xobito_app.features.flows.engine.effects import Effect, EffectKind
from xobito_app.features.flows.engine.inputs import (
    Begin,
    Input,
    Result,
    Returned,
    Stop,
    TakenOver,
    Timer,
)
from xobito_app.features.flows.engine.session import Session, SessionStatus, Step
from xobito_app.features.flows.engine.walker import EXPIRED_CHOICE, Turned, resume
from xobito_app.features.flows.job_types import FLOWS_RUN
from xobito_app.features.flows.repository import FlowRepository, SessionRepository, StepRepository
from xobito_app.features.flows.running import hearing
from xobito_app.features.flows.running.carrying import Carrier
from xobito_app.features.flows.running.chats import Chat, Round, know_contacts
from xobito_app.features.flows.running.deciding import (
    Candidate,
    choose,
    input_of,
    is_word,
    pressed_of,
    triggers_of,
)
from xobito_app.features.inbox import service as inbox
from xobito_app.features.inbox.service import Heard
from xobito_app.models.flows import Flow, FlowInput, FlowSession
from xobito_app.persistence.unit_of_work import announce, enqueue
from xobito_app.whatsapp import payloads

MOST_A_DAY = 50
"""Talks one contact may begin in 24 hours."""
MOST_ANSWERS = 40
ANSWERS_WITHIN = timedelta(minutes=2)
"""More answers of bots than that in so short a time: the other side is a bot too."""
MOST_RESULTS = 10
LONGEST_WAKE_UP = 60.0


class Talking:
    """One batch."""

    def __init__(self, batch: Round) -> None:
        self.batch = batch
        self.carrier = Carrier(batch)
        self.steps: list[dict[str, Any]] = []
        self.talks: dict[UUID, FlowSession] = {}
        self.names: dict[UUID, str] = {}
        self.begun: Mapping[UUID, int] = {}
        self.answered: Mapping[UUID, int] = {}
        self._candidates: list[Candidate] | None = None

    async def hear_all(self, rows: Sequence[FlowInput]) -> None:
        """Hear what was said in the chats of this batch, one thing in each."""
        session, workspace_id = self.batch.session, self.batch.workspace_id
        await self._learn()
        messages = [UUID(row.content["message_id"]) for row in rows if row.kind == hearing.MESSAGE]
        heard = await inbox.load_heard(session, workspace_id, messages)
        # What changes is written at once, when all was heard, not before each look at a table.
        with session.no_autoflush:
            await self._hear_each(rows, heard)
        await self._write_down()

    async def _hear_each(self, rows: Sequence[FlowInput], heard: Mapping[UUID, Heard]) -> None:
        for row in rows:
            chat = self.batch.chats.get(row.conversation_id)
            if chat is None:
                continue
            if row.kind == hearing.MESSAGE:
                if said := heard.get(UUID(row.content["message_id"])):
                    await self._hear_message(chat, said)
            else:
                await self._hear_other(chat, row)

    async def _write_down(self) -> None:
        session, workspace_id = self.batch.session, self.batch.workspace_id
        session.add_all(self.talks.values())
        await self.carrier.queue()
        await StepRepository(session, workspace_id).insert_all(self.steps)

    async def give_up(self, conversation_id: UUID, note: str) -> None:
        """End the talk of a chat and leave it to people."""
        chat = self.batch.chats[conversation_id]
        if chat.talk is not None:
            await self._learn_names([chat.talk.flow_id])
            await self._turn(chat, chat.talk, Stop(note))
        await self._hand_over(chat, note)
        await self._write_down()

    # What is heard

    async def _hear_message(self, chat: Chat, said: Heard) -> None:
        settings = self.batch.settings
        if is_word(said.text, settings.opt_out_keywords):
            return
        if is_word(said.text, settings.stop_bot_keywords):
            if chat.talk is not None:
                await self._turn(chat, chat.talk, Stop(f"The customer wrote “{said.text[:60]}”."))
            return
        if inbox.are_bots_paused(chat.thread):
            return
        if chat.talk is not None and chat.talk.status == SessionStatus.HANDED_OVER:
            # The hours of the workspace have passed: the bot has the chat again, and goes on there.
            await self._turn(chat, chat.talk, Returned(_token_of(chat.talk)))
            return
        if chat.talk is not None:
            await self._answer_in_talk(chat, chat.talk, said)
        elif not await self._begin_by(chat, said) and pressed_of(said.reply_id):
            self._say(chat, EXPIRED_CHOICE)

    async def _answer_in_talk(self, chat: Chat, talk: FlowSession, said: Heard) -> None:
        pressed = pressed_of(said.reply_id)
        if pressed and pressed.session_id != talk.id:
            # A button of a talk that is over: said so, and the open question is put again.
            given: Input = input_of(said, pressed.session_id)
        else:
            given = input_of(said, talk.id)
        await self._turn(chat, talk, given)

    async def _hear_other(self, chat: Chat, row: FlowInput) -> None:
        content = row.content
        if row.kind == hearing.STARTED:
            flow = await FlowRepository(self.batch.session, self.batch.workspace_id).find(
                UUID(content["flow"])
            )
            if flow is not None and chat.talk is None:
                begin = Begin(str(row.id), clock.business_now(), is_written=False)
                await self._begin(chat, flow, begin, by="api", variables=content["variables"])
            return
        talk = chat.talk
        if talk is None or str(talk.id) != content["session"]:
            return
        match row.kind:
            case hearing.TIMER:
                await self._turn(chat, talk, Timer(content["token"]))
            case hearing.TAKEN:
                await self._turn(chat, talk, TakenOver(content["by"]))
            case hearing.STOPPED:
                await self._turn(chat, talk, Stop(content["reason"]))
            case hearing.RETURNED:
                await self._turn(chat, talk, Returned(_token_of(talk)))
            case _:
                await self._turn(chat, talk, Result(**content["result"]))

    # Beginning

    async def _begin_by(self, chat: Chat, said: Heard) -> bool:
        """Let whoever a message is for begin; tell whether there was anybody."""
        candidates = await self.candidates()
        is_first = any(one.trigger.match == "first" for one in candidates)
        is_first = is_first and await inbox.is_first_message(
            self.batch.session, self.batch.workspace_id, said
        )
        chosen, _ = choose(candidates, said.text, contact_type=chat.contact_type, is_first=is_first)
        if chosen is None or not await self._may_answer(chat):
            return False
        if chosen.rank:
            await chosen.bot.answer(self.batch, chat, said)
            return True
        begin = Begin(str(said.message_id), said.at.replace(microsecond=0), said.text)
        await self._begin(chat, chosen.bot, begin, by="trigger")
        return True

    async def candidates(self) -> list[Candidate]:
        """Return all bots that could answer, with their triggers."""
        session, workspace_id = self.batch.session, self.batch.workspace_id
        if self._candidates is not None:
            return self._candidates
        found = [
            Candidate(0, flow.name, trigger, flow)
            for flow in await FlowRepository(session, workspace_id).list_published()
            for trigger in triggers_of(flow)
        ]
        for responder in registry.responders():
            bots = await responder.list_bots(session, workspace_id)
            found += [Candidate(responder.rank, bot.name, bot.trigger, bot) for bot in bots]
        self._candidates = found
        return found

    async def _may_answer(self, chat: Chat) -> bool:
        """Tell whether bots have not answered here too often already."""
        answers = self.answered.get(chat.thread.id, 0)
        if answers >= MOST_ANSWERS:
            await self._hand_over(
                chat, f"Bots answered {answers} times in two minutes: the other side is one too."
            )
            return False
        return True

    async def _begin(
        self,
        chat: Chat,
        flow: Flow,
        begin: Begin,
        *,
        by: str,
        variables: dict[str, str] | None = None,
    ) -> None:
        if flow.published_id is None:
            return
        if self.begun.get(chat.thread.contact_id, 0) >= MOST_A_DAY:
            await self._hand_over(chat, f"This contact began {MOST_A_DAY} talks within a day.")
            return
        talk = FlowSession(
            id=ids.new(),
            workspace_id=flow.workspace_id,
            flow_id=flow.id,
            version_id=flow.published_id,
            conversation_id=chat.thread.id,
            contact_id=chat.thread.contact_id,
            started_by=by,
        )
        state = Session(
            id=str(talk.id),
            version=str(flow.published_id),
            seed=random.getrandbits(48),
            variables=dict(variables or {}),
        )
        talk.state = state.to_json()
        self.names[flow.id] = flow.name
        chat.talk = talk
        await self.batch.shelf.fetch([flow.published_id])
        await self._turn(chat, talk, begin)

    # Turns

    async def _turn(self, chat: Chat, talk: FlowSession, given: Input) -> None:
        """Take one input, and those that come of what it wants."""
        waiting = [given]
        for _ in range(MOST_RESULTS):
            if not waiting:
                break
            turned = await self._resume(chat, talk, waiting.pop(0))
            waiting += [
                result
                for effect in turned.effects
                if (result := await self._carry_out(chat, talk, effect)) is not None
            ]
        if not SessionStatus(talk.status).is_live:
            chat.talk = None

    async def _resume(self, chat: Chat, talk: FlowSession, given: Input) -> Turned:
        if chat.connection_id:
            await self.batch.shelf.fetch_templates(chat.connection_id)
        turned = resume(Session.of(talk.state), given, self.batch.scene(chat))
        state = turned.session
        wait = state.wait
        talk.state, talk.status = state.to_json(), state.status.value
        talk.node = wait.node if wait else ""
        talk.due_at = wait.until if wait and state.status is SessionStatus.ACTIVE else None
        if not state.status.is_live:
            talk.ended_at, talk.ended_because = clock.now(), state.ended_because
        self.talks[talk.id] = talk
        if talk.due_at:
            left = (talk.due_at - clock.business_now()).total_seconds()
            if left <= LONGEST_WAKE_UP:
                enqueue(self.batch.session, FLOWS_RUN, talk.workspace_id, delay=max(0.0, left))
        self.steps += [_row(talk, step) for step in turned.steps]
        announce(self.batch.session, talk.workspace_id, Topic.CONVERSATION, talk.conversation_id)
        announce(self.batch.session, talk.workspace_id, Topic.FLOW_SESSION, talk.flow_id, talk.id)
        return turned

    async def _carry_out(self, chat: Chat, talk: FlowSession, effect: Effect) -> Result | None:
        name = self.names.get(talk.flow_id, "Bot")
        if effect.kind is EffectKind.SEND:
            return await self.carrier.carry_out(chat, talk, name, effect)
        try:
            return await self._carry_out_whole(chat, talk, name, effect)
        except AppError as error:
            # What a node wants of the house can be gone by now; the talk goes on, people read why.
            await self._hand_over(chat, error.message)
            return Result(effect.key, is_done=False, why=error.message)

    async def _carry_out_whole(
        self, chat: Chat, talk: FlowSession, name: str, effect: Effect
    ) -> Result | None:
        """Do one thing or nothing of it; what other features do relies on being read anew."""
        session = self.batch.session
        session.add(talk)
        async with session.begin_nested():
            session.sync_session.autoflush = True
            try:
                return await self.carrier.carry_out(chat, talk, name, effect)
            finally:
                session.sync_session.autoflush = False

    async def _hand_over(self, chat: Chat, note: str) -> None:
        effect = Effect("", EffectKind.HANDOVER, "", {"note": note})
        talk = chat.talk or FlowSession(workspace_id=chat.thread.workspace_id)
        name = self.names.get(talk.flow_id, "The bot") if chat.talk else "The bot"
        await self.carrier.carry_out(chat, talk, name, effect)

    def _say(self, chat: Chat, words: str) -> None:
        """Send a sentence that belongs to no talk."""
        key = f"say:{ids.new()}"
        body = payloads.said(payloads.text(payloads.ANYBODY, words))
        self.carrier.messages.append(inbox.Automated(chat.thread, key, body, "Bot"))

    # What is known

    async def _learn(self) -> None:
        """Learn what the chats need: of contacts, and of how much bots did there lately."""
        session, workspace_id = self.batch.session, self.batch.workspace_id
        chats = list(self.batch.chats.values())
        await self._learn_names([chat.talk.flow_id for chat in chats if chat.talk])
        if quiet := [chat for chat in chats if chat.talk is None]:
            published = {one.bot.published_id for one in await self.candidates() if not one.rank}
            await self.batch.shelf.fetch(published)
            self.begun = await SessionRepository(session, workspace_id).count_since(
                [chat.thread.contact_id for chat in quiet], clock.now() - timedelta(days=1)
            )
            since = clock.business_now() - ANSWERS_WITHIN
            threads = [chat.thread.id for chat in quiet]
            self.answered = await inbox.count_answers(session, workspace_id, threads, since=since)
        is_aimed = any(one.trigger.audience != "any" for one in self._candidates or ())
        if is_aimed or self.batch.shelf.asks_of_contacts:
            await know_contacts(self.batch, chats)

    async def _learn_names(self, flow_ids: Sequence[UUID]) -> None:
        flows = FlowRepository(self.batch.session, self.batch.workspace_id)
        found = await flows.list_by_ids([one for one in set(flow_ids) if one not in self.names])
        self.names |= {flow.id: flow.name for flow in found.values()}


def _token_of(talk: FlowSession) -> str:
    wait = talk.state.get("wait")
    return wait["token"] if wait else ""


def _row(talk: FlowSession, step: Step) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "workspace_id": talk.workspace_id,
        "session_id": talk.id,
        "version_id": UUID(step.version),
        "turn": step.turn,
        "seq": step.seq,
        "node": step.node,
        "kind": step.kind,
        "port": step.port,
        "why": step.why,
        "variables": step.variables,
        "effects": list(step.effects),
        "at": clock.now(),
    }
