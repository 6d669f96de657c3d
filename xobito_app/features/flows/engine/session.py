"""A talk as it is kept between two turns, and what is told of each step."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

LONGEST_MEMORY = 20
"""Questions whose buttons are still known after others were asked."""


class SessionStatus(StrEnum):
    """Where a talk stands; all but the first two are over."""

    ACTIVE = "active"
    HANDED_OVER = "handed_over"
    ENDED = "ended"
    STOPPED = "stopped"
    EXPIRED = "expired"
    FAILED = "failed"

    @property
    def is_live(self) -> bool:
        """Whether the talk can go on."""
        return self in (SessionStatus.ACTIVE, SessionStatus.HANDED_OVER)


class WaitKind(StrEnum):
    """What a talk waits for."""

    ANSWER = "answer"
    TIMER = "timer"
    EFFECT = "effect"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a talk stands still, and what brings it on.

    Attributes:
        node: The node that waits.
        token: Named by what ends the wait: a button, a timer, the key of an effect.
        until: When it ends by itself.
        tries: Wrong answers so far.
        asked_at: When what led here was sent; another message of that very second answers
            something else, for nobody can have read the question.
    """

    node: str
    token: str
    kind: WaitKind
    until: datetime | None = None
    tries: int = 0
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow that called another one and waits for its end."""

    version: str
    node: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with buttons that was asked earlier."""

    token: str
    node: str
    version: str


@dataclass(slots=True)
class Session:
    """One talk of one contact.

    Attributes:
        id: Unique; it begins the keys of its effects and the tokens of its buttons.
        version: The graph it runs on, for as long as it lasts.
        variables: What it has learnt, by name.
        stack: The flows that called the one it is in.
        asked: Earlier questions whose buttons still lie in the chat.
        pressed: The last button, as `token.port`: a second press has no effect.
        seed: What its random numbers are made of.
    """

    id: str
    version: str
    seed: int
    status: SessionStatus = SessionStatus.ACTIVE
    wait: Wait | None = None
    variables: dict[str, str] = field(default_factory=dict[str, str])
    stack: tuple[Frame, ...] = ()
    asked: tuple[Asked, ...] = ()
    pressed: str = ""
    turn: int = 0
    steps_total: int = 0
    ended_because: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        told = asdict(self)
        if self.wait:
            told["wait"]["until"] = _written(self.wait.until)
            told["wait"]["asked_at"] = _written(self.wait.asked_at)
        return told

    @classmethod
    def of(cls, told: dict[str, Any]) -> Session:
        """Read it back."""
        wait = told["wait"]
        return cls(
            **{
                **told,
                "status": SessionStatus(told["status"]),
                "wait": wait
                and Wait(
                    **{
                        **wait,
                        "kind": WaitKind(wait["kind"]),
                        "until": _read(wait["until"]),
                        "asked_at": _read(wait["asked_at"]),
                    }
                ),
                "variables": dict(told["variables"]),
                "stack": tuple(Frame(**frame) for frame in told["stack"]),
                "asked": tuple(Asked(**asked) for asked in told["asked"]),
            }
        )

    def copy(self) -> Session:
        """Return one that can be changed without this one noticing."""
        return Session(
            id=self.id,
            version=self.version,
            seed=self.seed,
            status=self.status,
            wait=self.wait,
            variables=dict(self.variables),
            stack=self.stack,
            asked=self.asked,
            pressed=self.pressed,
            turn=self.turn,
            steps_total=self.steps_total,
            ended_because=self.ended_because,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One node that ran, and why the talk went on as it did.

    Attributes:
        port: The way it took; empty where it waits or ends.
        why: The reason in words.
        variables: Those it changed, with their new values.
        effects: The keys of what it wanted done.
    """

    turn: int
    seq: int
    version: str
    node: str
    kind: str
    port: str
    why: str
    variables: dict[str, str]
    effects: tuple[str, ...]


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
