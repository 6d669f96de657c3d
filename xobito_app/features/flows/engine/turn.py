"""One turn of a talk as its nodes see it: values to read and set, things to want, ways to wait."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from xobito_app.core.errors import Invalid
from xobito_app.features.flows.engine import durations, text
from xobito_app.features.flows.engine.effects import Effect, EffectKind
from xobito_app.features.flows.engine.inputs import Begin, Choice, Input, Message
from xobito_app.features.flows.engine.node import FAILED, NEXT, Go, Outcome, Pause
from xobito_app.features.flows.engine.scene import Scene
from xobito_app.features.flows.engine.session import Session, Step, Wait, WaitKind
from xobito_app.whatsapp.payloads import Payload, said

WINDOW_CLOSED = "The 24-hour window is closed: WhatsApp takes only a template now."
ANSWER_WITHIN = timedelta(minutes=10)
"""What WhatsApp has not said by then about a message, it may never say."""


class Turn:
    """What happens between one input and the next wait.

    Attributes:
        session: The talk; the walker gave a copy, so it may be changed.
        scene: The world.
        given: The input.
        effects: What is wanted so far.
        steps: What was done so far.
        node: The id of the node that acts.
        wired: Its ports that lead somewhere.
        contact: What this turn changed of the contact, by `contact.` and the field.
        groups: The contact's groups, as this turn left them.
    """

    def __init__(self, session: Session, given: Input, scene: Scene) -> None:
        self.session = session
        self.scene = scene
        self.given = given
        self.effects: list[Effect] = []
        self.steps: list[Step] = []
        self.node = ""
        self.wired: Collection[str] = ()
        self.changed: dict[str, str] = {}
        self.contact: dict[str, str] = {}
        self.groups = set(scene.groups)
        self._told = 0
        self._marked = 0

    # Values

    def value_of(self, name: str) -> str | None:
        """Return what a name stands for; None when nobody knows it."""
        if name in self.session.variables:
            return self.session.variables[name]
        if name in self.contact:
            return self.contact[name]
        return self.scene.value_of(name)

    def render(self, template: str, limit: int = text.LONGEST_TEXT) -> str:
        """Return a text with its variables filled in, cut to `limit` characters."""
        filled = text.render(template, self.value_of)
        return filled if len(filled) <= limit else filled[: limit - 1].rstrip() + "…"

    def render_url(self, template: str) -> str:
        """Return an address with its variables filled in, each kept from being more than a value.

        Only a variable that stands at the very beginning may be an address, or the host of one.
        """
        pieces: list[str] = []
        for literal, name, fallback in text.split(template):
            value = literal if name is None else self.value_of(name) or fallback
            pieces.append(value if name is None or not pieces else self.quoted(value))
        return "".join(pieces)[: text.LONGEST_TEXT]

    @staticmethod
    def quoted(value: str) -> str:
        """Return a value as an address may carry it."""
        return quote(value, safe="")

    def learn(self, name: str, value: str) -> None:
        """Set a variable; an empty name is none, what is too long is cut."""
        if name:
            self.session.variables[name] = self.changed[name] = value[: text.LONGEST_VALUE]

    @property
    def random(self) -> random.Random:
        """Chance that falls the same way whenever the same talk is played again."""
        return random.Random(f"{self.session.seed}:{self.session.steps_total}")  # noqa: S311

    def update_contact(self, changes: dict[str, Any]) -> None:
        """Want the contact changed; the nodes that follow see it already."""
        self.want(EffectKind.UPDATE_CONTACT, changes)
        for name, value in changes.get("fields", {}).items():
            self.contact[f"contact.{name}"] = value
        for name in ("status", "source"):
            if name in changes:
                self.contact[f"contact.{name}"] = changes[name]
        self.groups |= set(changes.get("add_groups", ()))
        self.groups -= set(changes.get("remove_groups", ()))

    # Effects

    def want(self, kind: EffectKind, content: dict[str, Any]) -> str:
        """Want something done and return its token."""
        token = self._token()
        self.effects.append(Effect(self.key_of(token), kind, self.node, content))
        return token

    def send(
        self, body: Payload, token: str = "", *, values: Mapping[str, str] | None = None
    ) -> str:
        """Want a message sent and return its token.

        Args:
            body: What is sent.
            token: One made before by `mark`.
            values: What fills a template's blanks, for those who show it.

        Raises:
            Invalid: WhatsApp takes only templates now (error 131047).
        """
        if not self.scene.is_window_open and body["type"] != "template":
            raise Invalid(WINDOW_CLOSED)
        token = token or self._token()
        content = said(body) if values is None else {**said(body), "values": dict(values)}
        self.effects.append(Effect(self.key_of(token), EffectKind.SEND, self.node, content))
        return token

    def sent(self, body: Payload, values: Mapping[str, str] | None = None) -> Outcome:
        """Send and go on; where a failure has a way out, wait to see which way it is."""
        token = self.send(body, values=values)
        if FAILED in self.wired:
            until = self.scene.now + ANSWER_WITHIN
            wait = Wait(self.node, token, WaitKind.EFFECT, until=until)
            return Pause(wait, "waits for WhatsApp to take it")
        return Go(NEXT)

    def mark(self) -> str:
        """Return the token of a question that is about to be sent; its buttons carry it."""
        return self._token()

    def button_id(self, token: str, port: str) -> str:
        """Return what a button brings back when it is pressed."""
        return f"{self.session.id}.{token}.{port}"

    def key_of(self, token: str) -> str:
        """Return the key of the effect a token was made for."""
        return f"{self.session.id}:{token.replace('-', ':')}"

    def _token(self) -> str:
        self._marked += 1
        return f"{self.session.turn}-{self._marked}"

    # Waiting

    def ask(self, token: str, *, timeout: str = "", tries: int = 0) -> Wait:
        """Return the wait for an answer to a question."""
        span = durations.read(timeout) if timeout else None
        return Wait(
            self.node,
            token,
            WaitKind.ANSWER,
            until=self.scene.now + span if span else None,
            tries=tries,
            asked_at=self.heard_at,
        )

    def sleep(self, until: datetime) -> Wait:
        """Return the wait for a moment."""
        return Wait(self.node, self._token(), WaitKind.TIMER, until=until, asked_at=self.heard_at)

    @property
    def heard_at(self) -> datetime | None:
        """When the customer sent what this turn answers; None when something else began it."""
        match self.given:
            case Message(at=at) | Choice(at=at) | Begin(at=at, is_written=True):
                return at
        return None

    # Trace

    def note_step(self, kind: str, port: str, why: str) -> None:
        """Write down what the node did since the step before."""
        self.session.steps_total += 1
        self.steps.append(
            Step(
                turn=self.session.turn,
                seq=len(self.steps) + 1,
                version=self.session.version,
                node=self.node,
                kind=kind,
                port=port,
                why=why,
                variables=dict(self.changed),
                effects=tuple(effect.key for effect in self.effects[self._told :]),
            )
        )
        self.changed = {}
        self._told = len(self.effects)


def is_same_second(wait: Wait, at: datetime) -> bool:
    """Tell whether a message was sent in the second of the one that led to a question."""
    return wait.asked_at is not None and abs(at - wait.asked_at) < timedelta(seconds=1)
