"""What a talk is told: that somebody wrote or pressed, that time passed, what came of an effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """What the customer wrote or sent.

    Attributes:
        at: When they sent it, to the second, as Meta tells it.
        kind: Meta's type: `text`, `image`, `location`, `contacts` and so on.
        text: Its words, or its caption.
        media: How the file is found again, when there is one.
        latitude: Degrees, when it is a location.
        longitude: Degrees, when it is a location.
    """

    id: str
    at: datetime
    kind: str = "text"
    text: str = ""
    media: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A button or a row of a list was pressed.

    Attributes:
        token: Of the question it stood under.
        port: Which one it was.
        title: What was written on it.
    """

    id: str
    at: datetime
    token: str
    port: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Timer:
    """The time of a wait has come."""

    token: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an effect.

    Attributes:
        key: The effect's.
        is_done: Whether it succeeded.
        why: What went wrong, in a sentence.
        values: What it brought: the body of an answer, the words of a model.
    """

    key: str
    is_done: bool
    why: str = ""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Returned:
    """A person gave the chat back to the bot, or the hours of the workspace have passed."""

    token: str


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Somebody of the team writes in the chat: the talk is silent until it is given back."""

    by: str


@dataclass(frozen=True, slots=True)
class Begin:
    """The talk begins: somebody wrote what a trigger waits for, or the flow was started.

    Attributes:
        at: When what began it was sent.
        is_written: Whether the customer wrote; False when the house began the talk.
    """

    id: str
    at: datetime
    text: str = ""
    is_written: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """The talk ends from outside: a keyword, a person, a flow switched off."""

    reason: str


Input = Message | Choice | Timer | Result | Returned | TakenOver | Begin | Stop
