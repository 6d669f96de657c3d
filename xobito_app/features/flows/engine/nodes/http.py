"""HTTP request: ask another system, and keep parts of its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from xobito_app.features.flows.engine import checks
from xobito_app.features.flows.engine.effects import EffectKind
from xobito_app.features.flows.engine.inputs import Input, Result
from xobito_app.features.flows.engine.node import (
    FAILED,
    NEXT,
    Flaw,
    Go,
    Known,
    NodeKind,
    Outcome,
    Pause,
)
from xobito_app.features.flows.engine.session import Wait, WaitKind
from xobito_app.features.flows.engine.text import LONGEST_TEXT, names_in, split
from xobito_app.features.flows.engine.turn import Turn

SECRET = "secret."  # noqa: S105 - how secrets are named, none itself
LONGEST_TIMEOUT = 30


class Header(BaseModel):
    """One line of the request's head."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="", max_length=100, pattern=r"^[A-Za-z0-9-]*$")
    value: str = Field(default="", max_length=2000)


class Mapped(BaseModel):
    """A part of the answer and the variable it goes to; the path is like `items.0.price`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(default="", max_length=200)
    save_as: str = Field(default="", max_length=40)


class Http(NodeKind):
    """A request. Secrets are named, `{secret.crm}`, and put in only when it leaves."""

    kind: ClassVar[str] = "http"
    noun: ClassVar[str] = "HTTP request"

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: str = Field(default="", max_length=2000)
    headers: tuple[Header, ...] = Field(default=(), max_length=20)
    body: str = Field(default="", max_length=LONGEST_TEXT)
    timeout: int = Field(default=10, ge=1, le=LONGEST_TIMEOUT)
    map: tuple[Mapped, ...] = Field(default=(), max_length=30)

    @property
    def ports(self) -> tuple[str, ...]:
        """It was answered well, or it was not."""
        return (NEXT, FAILED)

    def enter(self, turn: Turn) -> Outcome:
        """Want the request made and wait for its answer."""
        token = turn.want(
            EffectKind.HTTP,
            {
                "method": self.method,
                "url": _parts(self.url, turn, turn.quoted),
                "headers": [
                    [header.name, _parts(header.value, turn, _in_line)] for header in self.headers
                ],
                "body": _parts(self.body, turn, _in_json if self._is_json else str),
                "timeout": self.timeout,
            },
        )
        return Pause(Wait(turn.node, token, WaitKind.EFFECT), f"asks {self.method}")

    def answer(self, turn: Turn, wait: Wait, given: Input) -> Outcome | None:
        """Keep what is wanted of the answer."""
        if not isinstance(given, Result):
            return None
        turn.learn("http_status", str(given.values.get("status", "")))
        if not given.is_done:
            return Go(FAILED, given.why)
        for wanted in self.map:
            turn.learn(wanted.save_as, _found(given.values.get("body"), wanted.path))
        return Go(NEXT, f"was answered with {given.values.get('status', '')}")

    @property
    def _is_json(self) -> bool:
        return self.body.lstrip()[:1] in ("{", "[")

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """The address must be one, and what is named must exist."""
        yield from checks.link("url", "the address", self.url)
        for wanted in self.map:
            yield from checks.variable("map", wanted.save_as, optional=False)
        for index, header in enumerate(self.headers):
            if not header.name:
                yield Flaw("missing_header", "Name the header.", f"headers.{index}")
        for name in sorted(self._secrets() - {SECRET + one for one in known.secrets}):
            yield Flaw(
                "unknown_secret", f"There is no secret “{name.removeprefix(SECRET)}”.", "url"
            )

    def _secrets(self) -> set[str]:
        texts = (self.url, self.body, *(header.value for header in self.headers))
        return {name for text in texts for name in names_in(text) if name.startswith(SECRET)}

    def texts(self) -> Iterator[str]:
        """The address, the headers and the body."""
        yield from (self.url, self.body)
        yield from (header.value for header in self.headers)

    def names_set(self) -> Iterator[str]:
        """What the answer is kept in."""
        yield "http_status"
        yield from (wanted.save_as for wanted in self.map if wanted.save_as)


def _parts(template: str, turn: Turn, written: Any) -> list[Any]:
    """Return a text as pieces: words, and the names of secrets that are put in when it leaves.

    What a contact wrote is words by now, so nobody can write a secret's name into them.
    """
    parts: list[Any] = []
    for literal, name, fallback in split(template):
        if name is not None and name.startswith(SECRET):
            parts.append({"secret": name.removeprefix(SECRET)})
            continue
        words = literal if name is None else written(turn.value_of(name) or fallback)
        if parts and isinstance(parts[-1], str):
            parts[-1] += words
        else:
            parts.append(words)
    return parts


def _in_line(value: str) -> str:
    return " ".join(value.split())


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _found(document: Any, path: str) -> str:
    found = document
    for step in path.split(".") if path else ():
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return ""
    if found is None:
        return ""
    if isinstance(found, str):
        return found
    return json.dumps(found, ensure_ascii=False)
