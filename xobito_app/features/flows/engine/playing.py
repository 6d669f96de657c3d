"""Playing a talk: the walker with a clock that is moved by hand and a world that is made up."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from xobito_app.core.errors import Invalid
from xobito_app.features.flows.engine.effects import Effect, EffectKind
from xobito_app.features.flows.engine.inputs import (
    Begin,
    Choice,
    Input,
    Message,
    Result,
    Returned,
    Stop,
    Timer,
)
from xobito_app.features.flows.engine.scene import Scene
from xobito_app.features.flows.engine.session import Session, Step, WaitKind
from xobito_app.features.flows.engine.talks import Answered, Said, Talk, TurnOfTalk
from xobito_app.features.flows.engine.walker import resume
from xobito_app.whatsapp.error_table import advice_for

PACE = timedelta(seconds=5)
"""Between two things a customer does, unless the talk says they come at once."""
WINDOW = timedelta(hours=24)
"""Meta's customer service window, from what the customer wrote last."""
MOST_TIMERS = 100
"""Times that may come while the clock is moved once."""


@dataclass(slots=True)
class Played:
    """A talk that was played.

    Attributes:
        turns: The same turns with `out` filled in.
        variables: What the flow has learnt.
        status: Where the talk stands.
        steps: Which nodes ran, and why.
    """

    turns: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    variables: dict[str, str] = field(default_factory=dict[str, str])
    status: str = "active"
    steps: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def play(version: str, scene: Scene, talk: Talk, *, seed: int = 1) -> Played:
    """Play a talk on a version of `scene.library`.

    Args:
        version: The graph it begins with.
        scene: Zone, locale, templates; time and contact are the talk's own.
        talk: What comes in.
        seed: What chance is made of; the same seed plays the same talk.

    Raises:
        Invalid: A button is pressed that was never shown.
    """
    return _Stage(version, scene, talk, seed).play()


class _Stage:
    def __init__(self, version: str, scene: Scene, talk: Talk, seed: int) -> None:
        self.talk = talk
        self.version = version
        self.seed = seed
        self.scene = replace(
            scene,
            now=talk.now,
            contact=dict(talk.contact),
            groups=frozenset(talk.groups),
        )
        self.session: Session | None = None
        self.sessions = 0
        self.http = {request: deque(answers) for request, answers in talk.http.items()}
        self.ai = deque(talk.ai)
        self.shown: list[tuple[str, str, str]] = []
        self.out: list[dict[str, Any]] = []
        self.refusal: int | None = None
        self.pending: list[tuple[datetime, Input]] = []
        self.played = Played()
        self.heard = 0
        self.wrote_at = talk.now

    def play(self) -> Played:
        for number, turn in enumerate(self.talk.turns, start=1):
            self.out, self.refusal = [], turn.refuse
            before = len(self.played.steps)
            self._play(turn, is_first=number == 1)
            self._tell(turn, self.played.steps[before:])
        if self.session:
            self.played.variables = dict(self.session.variables)
            self.played.status = self.session.status.value
        return self.played

    def _play(self, turn: TurnOfTalk, *, is_first: bool) -> None:
        end = self.scene.now + (turn.advance or timedelta())
        if turn.in_ is None:
            self._pass_until(end)
            return
        if turn.at_once:
            self._move(end)
        else:
            self._pass_until(end if is_first else end + PACE)
        self._hear(turn.in_)
        self._pass_until(self.scene.now)

    def _tell(self, turn: TurnOfTalk, steps: list[dict[str, Any]]) -> None:
        told = turn.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        told.pop("out", None)
        self.played.turns.append(
            {**told, "out": self.out, "node": steps[-1]["node"] if steps else ""}
        )

    # Time

    def _pass_until(self, end: datetime) -> None:
        """Let time pass, and whatever comes with it."""
        for _ in range(MOST_TIMERS):
            coming = self._next_to_come(end)
            if coming is None:
                break
            self._move(coming[0])
            self._take(coming[1])
        self._move(end)

    def _next_to_come(self, end: datetime) -> tuple[datetime, Input] | None:
        wait = self.session.wait if self.session else None
        coming: list[tuple[datetime, Input]] = list(self.pending)
        if wait and wait.until:
            coming.append((wait.until, Timer(wait.token)))
        first = min(coming, key=lambda one: one[0], default=None)
        if first is None or first[0] > end:
            return None
        if first in self.pending:
            self.pending.remove(first)
        return first

    def _move(self, now: datetime) -> None:
        self.scene = replace(self.scene, now=max(now, self.scene.now))
        self.scene = replace(self.scene, is_window_open=self.scene.now - self.wrote_at < WINDOW)

    # What comes in

    def _hear(self, said: Said) -> None:
        self.heard += 1
        if said.kind in ("message", "choice"):
            self.wrote_at = self.scene.now
            self._move(self.scene.now)
        given = self._input(said)
        if self.session is None or not self.session.status.is_live:
            if isinstance(given, Message):
                self._begin(given)
            return
        self._take(given)

    def _begin(self, given: Message) -> None:
        self.sessions += 1
        self.session = Session(
            id=f"s{self.sessions}",
            version=self.version,
            seed=self.seed + self.sessions - 1,
            variables=dict(self.talk.variables),
        )
        self._take(Begin(given.id, given.at, given.text))

    def _input(self, said: Said) -> Input:
        now, mark = self.scene.now, f"in{self.heard}"
        match said.kind:
            case "choice":
                token, port = self._button(said)
                return Choice(mark, now, token, port, said.title)
            case "returned":
                wait = self.session.wait if self.session else None
                return Returned(wait.token if wait else "")
            case "stop":
                return Stop("somebody stopped it")
        return Message(
            id=mark,
            at=now,
            kind=said.type,
            text=said.text,
            media=said.media or (mark if said.type in _FILES else ""),
            latitude=said.latitude,
            longitude=said.longitude,
        )

    def _button(self, said: Said) -> tuple[str, str]:
        """Return the newest button shown with a title, or the one of a certain node."""
        for node, title, reply_id in reversed(self.shown):
            if title == said.title and said.node in ("", node):
                _, token, port = reply_id.split(".")
                return token, port
        raise Invalid.field("turns", f"No button “{said.title}” was shown before it is pressed.")

    # What comes of it

    def _take(self, given: Input) -> None:
        assert self.session is not None  # noqa: S101 - every caller has one
        turned = resume(self.session, given, self.scene)
        was_live, waited = self.session.status.is_live, self.session.wait
        self.session = turned.session
        number = len(self.played.turns) + 1
        self.played.steps += [_step(number, step, self.scene) for step in turned.steps]
        results = [result for effect in turned.effects if (result := self._carry_out(effect))]
        results = [result for result in results if self._is_awaited(result)]
        wait = self.session.wait
        if wait and wait != waited and wait.kind is WaitKind.TIMER and wait.until:
            self.out.append({"wait": {"kind": "timer", "until": wait.until.isoformat()}})
        if was_live and not self.session.status.is_live:
            self.out.append({"end": self.session.status.value})
        for result in results:
            self._take(result)

    def _is_awaited(self, result: Result) -> bool:
        """Tell whether live chats would tell the walker: of what failed, and what it waits for."""
        wait = self.session.wait if self.session else None
        is_waited_for = wait is not None and wait.kind is WaitKind.EFFECT
        return not result.is_done or is_waited_for

    def _carry_out(self, effect: Effect) -> Result | None:
        content = effect.content
        match effect.kind:
            case EffectKind.SEND:
                return self._sent(effect)
            case EffectKind.HTTP:
                return self._asked(effect)
            case EffectKind.AI:
                self.out.append({"ai": content})
                return self._of(effect, self.ai.popleft() if self.ai else None, "No answer is set.")
            case EffectKind.ASSIGN:
                self.out.append({"assign": content})
                if not self.talk.people:
                    return Result(effect.key, is_done=False, why="Nobody could take the chat.")
            case EffectKind.UPDATE_CONTACT:
                self.out.append({"update_contact": content})
                self._update(content)
            case _:
                self.out.append({effect.kind.value: content})
        return None

    def _sent(self, effect: Effect) -> Result:
        self.out.append({"send": plain(effect.content)})
        for title, reply_id in buttons_of(effect.content):
            self.shown.append((effect.node, title, reply_id))
        if self.refusal is not None:
            why = advice_for(self.refusal).explanation
            self.refusal = None
            return Result(effect.key, is_done=False, why=why)
        return Result(effect.key, is_done=True)

    def _asked(self, effect: Effect) -> Result | None:
        told = {**effect.content, "url": written(effect.content["url"])}
        told["headers"] = {name: written(parts) for name, parts in effect.content["headers"]}
        told["body"] = written(effect.content["body"])
        self.out.append({"http": {name: value for name, value in told.items() if value}})
        request = f"{told['method']} {told['url']}"
        answers = self.http.get(request)
        return self._of(effect, answers.popleft() if answers else None, f"{request} has no answer.")

    def _of(self, effect: Effect, answer: Answered | None, missing: str) -> Result | None:
        """Return what came of asking; what takes its time is kept until then."""
        result = _result(effect, answer, missing)
        if answer and answer.after:
            self.pending.append((self.scene.now + answer.after, result))
            return None
        return result

    def _update(self, changes: Mapping[str, Any]) -> None:
        contact = {**self.scene.contact, **changes.get("fields", {})}
        for name in ("status", "source"):
            if name in changes:
                contact[name] = changes[name]
        groups = {*self.scene.groups, *changes.get("add_groups", ())}
        groups -= set(changes.get("remove_groups", ()))
        self.scene = replace(self.scene, contact=contact, groups=frozenset(groups))


_FILES = {"image", "video", "audio", "document", "sticker"}


def buttons_of(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the title and reply id of each button or row of a message."""
    action = (content.get("interactive") or {}).get("action", {})
    pressed = [button["reply"] for button in action.get("buttons", ())]
    pressed += [row for section in action.get("sections", ()) for row in section["rows"]]
    return [(reply["title"], reply["id"]) for reply in pressed]


def plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message with the buttons' own ids, without the talk they belong to."""
    told = json.loads(json.dumps({k: v for k, v in content.items() if k != "values"}))
    for section in (told.get("interactive") or {}).get("action", {}).get("sections", ()):
        for row in section["rows"]:
            row["id"] = row["id"].rpartition(".")[2]
    for button in (told.get("interactive") or {}).get("action", {}).get("buttons", ()):
        button["reply"]["id"] = button["reply"]["id"].rpartition(".")[2]
    return told


def written(parts: list[Any]) -> str:
    """Return the pieces of a text as they are shown: secrets by their names."""
    return "".join(
        part if isinstance(part, str) else f"{{secret.{part['secret']}}}" for part in parts
    )


def _result(effect: Effect, answer: Answered | None, missing: str) -> Result:
    if answer is None or answer.error:
        return Result(effect.key, is_done=False, why=answer.error if answer else missing)
    is_done = 200 <= answer.status < 300
    return Result(
        effect.key,
        is_done=is_done,
        why="" if is_done else f"It answered {answer.status}.",
        values={"status": answer.status, "body": answer.body, "text": answer.text},
    )


def _step(number: int, step: Step, scene: Scene) -> dict[str, Any]:
    graph = scene.library.graphs.get(step.version)
    return {
        "turn": number,
        "node": step.node,
        "title": graph.by_id[step.node].data.title if graph and step.node in graph.by_id else "",
        "kind": step.kind,
        "port": step.port,
        "why": step.why,
        "variables": step.variables,
    }
