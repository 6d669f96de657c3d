"""Talking to the draft on the spot: with the engine of live chats, and a clock moved by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.features.flows import service as flows
from xobito_app.features.flows.schemas import Played
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import tell_failure
from xobito_app.ui.pages.flow_editor.state import FlowEditorState
from xobito_app.ui.security import AppState, guarded

_IN, _OUT, _EVENT = (f"flow-said is-{side}" for side in ("in", "out", "event"))
_SPANS = {"PT1H": "An hour later", "P1D": "A day later"}


@dataclass(frozen=True, slots=True)
class PressRow:
    """A button that can be pressed."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class SaidRow:
    """Something that was said, or that happened."""

    key: str
    look: str
    words: str
    buttons: list[PressRow]


@dataclass(frozen=True, slots=True)
class StepRow:
    """One node that ran."""

    key: str
    node: str
    title: str
    why: str
    variables: str


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A recorded talk."""

    id: str
    name: str
    result: str
    tone: str


class TrialState(AppState):
    """The talk in the test panel."""

    is_open: rx.Field[bool] = rx.field(False)
    turns: rx.Field[list[dict[str, Any]]] = rx.field(default_factory=list)
    said: rx.Field[list[SaidRow]] = rx.field(default_factory=list)
    steps: rx.Field[list[StepRow]] = rx.field(default_factory=list)
    variables: rx.Field[list[str]] = rx.field(default_factory=list)
    status: rx.Field[str] = rx.field("")
    kept: rx.Field[list[KeptRow]] = rx.field(default_factory=list)

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def toggle(self):
        """Open or close the panel."""
        self.is_open = not self.is_open
        if self.is_open:
            self._begin()
            await self._list_kept()

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def begin_anew(self):
        """Forget the talk."""
        self._begin()

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def say(self, form: dict[str, Any]):
        """Write as the customer."""
        words = str(form.get("words") or "").strip()[:4096]
        return await self._turn({"in": {"text": words}}) if words else None

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def press(self, title: str):
        """Press a button as the customer."""
        return await self._turn({"in": {"kind": "choice", "title": title}})

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def wait(self, span: str):
        """Let time pass."""
        return await self._turn({"advance": span}) if span in _SPANS else None

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def give_back(self):
        """Give the chat back to the bot, as the team would."""
        return await self._turn({"in": {"kind": "returned"}})

    @rx.event
    @guarded(Permission.FLOWS_EDIT)
    async def keep(self, form: dict[str, Any]):
        """Keep the talk as a test."""
        try:
            await self._call(
                flows.save_talk,
                flow_id=await self._flow_id(),
                name=str(form.get("name") or ""),
                talk={"turns": self.turns},
            )
        except AppError as error:
            return tell_failure(error)
        await self._list_kept()
        return toast_success("Kept. It is played before each publishing.")

    @rx.event
    @guarded(Permission.FLOWS_EDIT)
    async def forget(self, talk_id: str):
        """Delete a recorded talk."""
        await self._call(flows.delete_talk, talk_id=ids.parse(talk_id))
        await self._list_kept()

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def run_all(self):
        """Play every recorded talk on the draft."""
        found = await self._call(flows.run_talks, flow_id=await self._flow_id())
        self.kept = [
            KeptRow(
                str(talk.id),
                talk.name,
                difference or "As recorded",
                "danger" if difference else "success",
            )
            for talk, difference in found
        ]

    async def _turn(self, turn: dict[str, Any]) -> Any:
        turns = [*self.turns, turn]
        try:
            played = await self._call(
                flows.try_flow, flow_id=await self._flow_id(), talk={"turns": turns}
            )
        except AppError as error:
            return tell_failure(error)
        self.turns = turns
        self._show(played)
        return None

    def _begin(self) -> None:
        self.turns, self.said, self.steps, self.variables, self.status = [], [], [], [], ""

    def _show(self, played: Played) -> None:
        self.said = [row for number, turn in enumerate(played.turns) for row in _said(number, turn)]
        self.steps = [
            StepRow(
                key=str(number),
                node=str(step["node"]),
                title=str(step["title"] or step["kind"]),
                why=str(step["why"]),
                variables=", ".join(f"{k} = {v}" for k, v in step["variables"].items()),
            )
            for number, step in enumerate(played.steps)
        ]
        self.variables = [f"{name} = {value}" for name, value in played.variables.items()]
        self.status = played.status

    async def _list_kept(self) -> None:
        found = await self._call(flows.list_talks, flow_id=await self._flow_id())
        self.kept = [KeptRow(str(one.id), one.name, "", "neutral") for one in found]

    async def _flow_id(self) -> Any:
        editor = await self.get_state(FlowEditorState)
        return ids.parse(editor.flow_id)


def _said(number: int, turn: Mapping[str, Any]) -> list[SaidRow]:
    rows: list[SaidRow] = []
    given = turn.get("in")
    if given:
        words = given.get("title") or given.get("text") or "Gave the chat back to the bot"
        rows.append(SaidRow(f"{number} in", _IN, words, []))
    elif span := turn.get("advance"):
        rows.append(SaidRow(f"{number} time", _EVENT, _SPANS.get(span, str(span)), []))
    for place, out in enumerate(turn["out"]):
        rows.append(_told(f"{number} {place}", out))
    return rows


def _told(key: str, out: Mapping[str, Any]) -> SaidRow:
    ((what, content),) = out.items()
    if what == "send":
        return SaidRow(key, _OUT, _words(content), _buttons(content))
    words = {
        "wait": lambda: f"Waits until {content['until'][:16].replace('T', ' ')}",
        "end": lambda: f"The talk is over: {content}",
        "handover": lambda: f"People take over. {content['note']}",
        "assign": lambda: f"Handed to {content['to']}",
        "ticket": lambda: f"Opens a ticket: {content.get('subject', '')}",
        "close": lambda: "Closes the chat",
        "http": lambda: f"Asks {content['method']} {content['url']}",
        "ai": lambda: "Asks the language model",
    }.get(what, lambda: f"{what}: {json.dumps(content, ensure_ascii=False)}")
    return SaidRow(key, _EVENT, words(), [])


def _words(content: Mapping[str, Any]) -> str:
    kind = content["type"]
    inside = content[kind]
    match kind:
        case "text":
            return inside["body"]
        case "interactive":
            return inside["body"]["text"]
        case "template":
            return f"Template {inside['name']}"
        case "contacts":
            return inside[0]["name"]["formatted_name"]
        case "location":
            return inside.get("name") or f"{inside['latitude']}, {inside['longitude']}"
    return inside.get("caption") or inside.get("link") or f"A file: {kind}"


def _buttons(content: Mapping[str, Any]) -> list[PressRow]:
    action = (content.get("interactive") or {}).get("action", {})
    pressed = [button["reply"] for button in action.get("buttons", ())]
    pressed += [row for section in action.get("sections", ()) for row in section["rows"]]
    return [PressRow(reply["id"], reply["title"]) for reply in pressed]
