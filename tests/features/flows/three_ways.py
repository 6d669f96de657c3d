"""A recorded talk held in a chat: through the simulator's phone, and through raw webhooks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import httpx

from tests import deliveries
from tests.features.flows.live import Live, publish
from tests.features.flows.recorded import HOURS, TEMPLATE, Recorded
from tests.lines import CUSTOMER, graph_error
from xobito_app import registry
from xobito_app.core import clock
from xobito_app.core.errors import AppError
from xobito_app.core.feature import Asker
from xobito_app.features.flows.engine.effects import EffectKind
from xobito_app.features.flows.engine.playing import PACE, plain, written
from xobito_app.features.flows.engine.talks import Said, Talk, TurnOfTalk
from xobito_app.features.flows.running import carrying, handing, requests
from xobito_app.features.outbound_http.service import Answer
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.contacts import (
    Contact,
    ContactGroup,
    ContactGroupMember,
    ContactSource,
    ContactStatus,
)
from xobito_app.models.flows import FlowSecret
from xobito_app.models.inbox import Conversation
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault

A_YEAR = timedelta(weeks=52)
"""Talks are held in a year's time, on the same days of the week: clocks only go forward."""


@dataclass
class Chat:
    """A customer in a chat, and what is heard of the bots there."""

    live: Live
    recorded: Recorded
    by_webhook: bool
    now: datetime
    heard: list[dict[str, Any]] = field(default_factory=list)
    shown: list[tuple[str, str, str]] = field(default_factory=list)
    out: list[dict[str, Any]] = field(default_factory=list)
    refusal: int | None = None
    until: datetime | None = None
    was_live: bool = False

    @property
    def talk(self) -> Talk:
        return self.recorded.talk

    async def hold(self) -> list[list[dict[str, Any]]]:
        """Hold the talk and return what came out at each turn."""
        turns = []
        for number, turn in enumerate(self.talk.turns, start=1):
            self.out, self.refusal = [], turn.refuse
            await self._turn(turn, is_first=number == 1)
            turns.append(self.out)
        return turns

    async def _turn(self, turn: TurnOfTalk, *, is_first: bool) -> None:
        end = self.now + (turn.advance or timedelta())
        if turn.in_ is None:
            await self._pass_until(end)
            return
        if turn.at_once:
            await self.move(end)
        else:
            await self._pass_until(end if is_first else end + PACE)
        await self._say(turn.in_)
        await self._settle()
        await self._pass_until(self.now)

    async def _pass_until(self, end: datetime) -> None:
        for _ in range(20):
            sessions = await self.live.sessions()
            due = [talk.due_at for talk in sessions if talk.due_at and talk.status == "active"]
            if not due or min(due) > end:
                break
            await self.move(min(due))
            await self.live.pass_time()
            await self._settle()
        await self.move(end)

    async def move(self, now: datetime) -> None:
        self.now = max(self.now, now)
        ahead = self.now - clock.now()
        clock.set_simulated_offset(ahead)
        self.live.line.simulator.state.world.offset = ahead.total_seconds()

    async def _settle(self) -> None:
        await self.live.settle()
        sessions = await self.live.sessions()
        talk = sessions[-1] if sessions else None
        is_live = talk is not None and talk.status in ("active", "handed_over")
        wait = (talk.state.get("wait") or {}) if talk and is_live else {}
        until = wait.get("until") if wait.get("kind") == "timer" else None
        if until and until != self.until:
            self.out.append({"wait": {"kind": "timer", "until": until}})
        self.until = until
        if self.was_live and not is_live and talk:
            self.out.append({"end": talk.status})
        if talk and not is_live and not self.was_live and self.out and talk.id not in self.ended:
            self.out.append({"end": talk.status})
        if talk and not is_live:
            self.ended.add(talk.id)
        self.was_live = is_live

    ended: set[UUID] = field(default_factory=set)

    # The customer

    async def _say(self, said: Said) -> None:
        line = self.live.line
        match said.kind:
            case "returned":
                await line.do(handing.give_back, conversation_id=line.thread_id)
            case "stop":
                await line.do(handing.stop_talk, conversation_id=line.thread_id)
            case _ if self.by_webhook:
                await line.deliver(
                    deliveries.envelope(
                        line.world,
                        deliveries.change(
                            line.world,
                            contacts=[deliveries.person(CUSTOMER)],
                            messages=[self._raw(said)],
                        ),
                    )
                )
            case _:
                await line.write(CUSTOMER, **await self._act(said))

    def _raw(self, said: Said) -> dict[str, Any]:
        message: dict[str, Any] = {
            "from": CUSTOMER,
            "id": deliveries.wamid(),
            "timestamp": str(int(clock.business_now().timestamp())),
        }
        if said.kind == "choice":
            kind, reply_id = self._button(said)
            reply = {"type": kind, kind: {"id": reply_id, "title": said.title}}
            return {**message, "type": "interactive", "interactive": reply}
        content: dict[str, Any] = {"body": said.text}
        if said.type == "location":
            content = {"latitude": said.latitude, "longitude": said.longitude}
        elif said.type != "text":
            content = {"id": uuid4().hex, "mime_type": "image/png", "sha256": "x"}
        return {**message, "type": said.type, said.type: content}

    async def _act(self, said: Said) -> dict[str, Any]:
        if said.kind == "choice":
            kind, reply_id = self._button(said)
            return {
                "type": "interactive",
                "reply_type": kind,
                "id": reply_id,
                "title": said.title,
            }
        if said.type == "location":
            return {"type": "location", "latitude": said.latitude, "longitude": said.longitude}
        if said.type == "text":
            return {"type": "text", "body": said.text}
        waba_id = self.live.line.world.waba_id
        answer = await self.live.line.control.post(
            f"/wabas/{waba_id}/media",
            files={"file": ("photo.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64, "image/png")},
        )
        assert answer.is_success, answer.text
        return {"type": said.type, "media_id": answer.json()["media_id"]}

    def _button(self, said: Said) -> tuple[str, str]:
        kind, _, reply_id = next(one for one in reversed(self.shown) if one[1] == said.title)
        return kind, reply_id

    # The other side

    async def meta(self, request: httpx.Request, inner: Any) -> httpx.Response | None:
        """Note what Meta is told, and let it refuse what the talk says."""
        if not request.url.path.endswith("/messages"):
            return None
        body = json.loads(request.content)
        if body.get("status"):
            return None
        self._note(body)
        if self.refusal is not None:
            code, self.refusal = self.refusal, None
            return graph_error(code)
        if not self.by_webhook:
            return None
        contact = {"input": body["to"], "wa_id": body["to"].lstrip("+")}
        told = {"messages": [{"id": deliveries.wamid()}], "contacts": [contact]}
        return httpx.Response(200, json={"messaging_product": "whatsapp", **told})

    def _note(self, body: dict[str, Any]) -> None:
        action = (body.get("interactive") or {}).get("action", {})
        for button in action.get("buttons", ()):
            self.shown.append(("button_reply", button["reply"]["title"], button["reply"]["id"]))
        for section in action.get("sections", ()):
            for row in section["rows"]:
                self.shown.append(("list_reply", row["title"], row["id"]))
        content = plain({"type": body["type"], body["type"]: body[body["type"]]})
        # What was wanted first goes out first; a place was kept for it among all else.
        kept = next((one for one in self.out if one == {"send": None}), None)
        if kept is None:
            self.out.append({"send": content})
        else:
            kept["send"] = content

    async def http(self, method: str, url: str, **told: Any) -> Answer:
        """Answer a request as the talk says."""
        shown = {name: value for name, value in told["headers"].items() if name != "User-Agent"}
        assert "Bearer s3cret" in shown.get("Authorization", "Bearer s3cret")
        answer = self.talk.http[f"{method} {url}"][0]
        if answer.error:
            raise _Silent(answer.error)
        return Answer(answer.status, {}, json.dumps(answer.body).encode())

    async def ai(self, workspace_id: UUID, content: Mapping[str, Any]) -> tuple[bool, str, Any]:
        """Answer as a model, as the talk says."""
        answer = self.talk.ai[0]
        if answer.error:
            raise _Silent(answer.error)
        return True, "", {"status": 200, "body": None, "text": answer.text}


class _Silent(AppError):
    status = 502


async def hold(live: Live, recorded: Recorded, *, by_webhook: bool) -> tuple[list[Any], Any]:
    """Hold a recorded talk in the chat of a line; return its turns, and the session."""
    called = uuid4()
    graph = json.loads(json.dumps(recorded.graph).replace('"called"', f'"{called}"'))
    if recorded.called:
        await publish(live.workspace_id, {**recorded.called, "triggers": []}, flow_id=called)
    await publish(live.workspace_id, graph)
    await _prepare(live, recorded)
    chat = Chat(live, recorded, by_webhook, recorded.talk.now + A_YEAR)
    carry = carrying.Carrier.carry_out

    async def watched(self: Any, at: Any, talk: Any, name: str, effect: Any) -> Any:
        chat.out.append({"send": None} if effect.kind is EffectKind.SEND else _told(effect))
        return await carry(self, at, talk, name, effect)

    answerers = (
        workspaces.list_answerers if recorded.talk.people else mock.AsyncMock(return_value=[])
    )
    live.line.wire.trick = chat.meta
    with (
        mock.patch.object(carrying.Carrier, "carry_out", watched),
        mock.patch.object(requests.outbound_http, "call", chat.http),
        mock.patch.object(registry, "askers", return_value=[Asker("ai", chat.ai)]),
        mock.patch.object(workspaces, "list_answerers", answerers),
    ):
        try:
            await chat.move(chat.now)
            turns = await chat.hold()
        finally:
            clock.set_simulated_offset(timedelta())
    return turns, (await live.sessions())[-1]


def _told(effect: Any) -> dict[str, Any]:
    content = dict(effect.content)
    if effect.kind is EffectKind.HTTP:
        content["url"] = written(content["url"])
        content["headers"] = {name: written(parts) for name, parts in content["headers"]}
        content["body"] = written(content["body"])
        content = {name: value for name, value in content.items() if value}
    return {effect.kind.value: content}


async def _prepare(live: Live, recorded: Recorded) -> None:
    """Give the contact, the templates and the secrets a talk speaks of."""
    line, workspace_id = live.line, live.workspace_id
    await line.say(f"/wabas/{line.world.waba_id}/templates", templates=[TEMPLATE])
    await line.template(**{k: TEMPLATE[k] for k in ("name", "language", "category", "components")})
    hours = {
        day: [[f"{at:%H:%M}" for at in span] for span in spans] for day, spans in HOURS.items()
    }
    await line.do(workspaces.save_settings, {"business_hours": hours})
    async with unit_of_work(workspace_id) as uow:
        session = uow.session
        thread = await session.get(Conversation, line.thread_id)
        assert thread
        contact = await session.get(Contact, thread.contact_id)
        assert contact
        contact.first_name = recorded.talk.contact.get("first_name", "")
        contact.last_name = ""
        contact.city = recorded.talk.contact.get("city", "")
        session.add(contact)
        session.add(
            FlowSecret(workspace_id=workspace_id, name="crm", sealed=vault().seal("s3cret"))
        )
        session.add(ContactStatus(workspace_id=workspace_id, name="Won", color="#000000"))
        session.add(ContactSource(workspace_id=workspace_id, name="Shop"))
        for name in ("VIP", "New"):
            group = ContactGroup(workspace_id=workspace_id, name=name)
            session.add(group)
            await session.flush()
            if name.casefold() in {one.casefold() for one in recorded.talk.groups}:
                session.add(
                    ContactGroupMember(
                        workspace_id=workspace_id, group_id=group.id, contact_id=contact.id
                    )
                )
