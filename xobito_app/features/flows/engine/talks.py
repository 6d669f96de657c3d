"""Recorded talks: what is said to a flow and what it says back, played without a chat.

The test panel, the endpoint that tries a flow, and the tests play them with the walker that live
chats run on. The shapes are a public contract: a talk with its `out` is a test, without it is a
question.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xobito_app.core.errors import Invalid

MOST_TURNS = 200
LONGEST_ADVANCE = timedelta(days=366)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Said(_Part):
    """What comes in at a turn.

    Attributes:
        kind: `message`; `choice`, a button or row pressed; `returned`, the chat given back to the
            bot; `stop`, the talk ended from outside.
        type: Meta's type of a message.
        title: What stands on the button or row that is pressed.
        node: The node whose question it stood under, when an earlier one is meant.
        media: What stands for the file of a message.
    """

    kind: Literal["message", "choice", "returned", "stop"] = "message"
    type: str = Field(default="text", max_length=32)
    text: str = Field(default="", max_length=4096)
    title: str = Field(default="", max_length=200)
    node: str = Field(default="", max_length=40)
    media: str = Field(default="", max_length=200)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)


class TurnOfTalk(_Part):
    """One turn: something comes in, or time passes.

    Attributes:
        at_once: It comes in the same second as what came before; with `advance`, in the very
            second the time is up: what a person says goes first.
        refuse: Meta's error code with which the first message of this turn is refused.
        out: What the flow says to it; None when that is the question.
    """

    in_: Said | None = Field(default=None, alias="in")
    advance: timedelta | None = None
    at_once: bool = False
    refuse: int | None = None
    out: tuple[dict[str, Any], ...] | None = None


class Answered(_Part):
    """What another system or a model answers; `error` when it does not.

    Attributes:
        after: How long it takes; nothing comes of it until the clock is moved that far.
    """

    status: int = 200
    body: Any = None
    text: str = ""
    error: str = Field(default="", max_length=500)
    after: timedelta | None = None


class Talk(_Part):
    """A whole talk.

    Attributes:
        now: When it begins.
        contact: The contact's fields by name; `groups` their groups, by name.
        http: Answers by method and address, in the order they are given.
        ai: What the model answers, in order.
        people: Whether there is somebody to take the chat.
        variables: What the flow is started with.
    """

    name: str = Field(default="", max_length=120)
    format: Literal[1] = 1
    now: datetime = datetime(2026, 11, 24, 10, tzinfo=UTC)
    contact: dict[str, str] = Field(default={}, max_length=200)
    groups: tuple[str, ...] = Field(default=(), max_length=100)
    http: dict[str, tuple[Answered, ...]] = Field(default={}, max_length=50)
    ai: tuple[Answered, ...] = Field(default=(), max_length=50)
    people: bool = True
    variables: dict[str, str] = Field(default={}, max_length=100)
    turns: tuple[TurnOfTalk, ...] = Field(default=(), max_length=MOST_TURNS)

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Talk:
        """Read a talk.

        Raises:
            Invalid: It is none; `fields` names each place.
        """
        try:
            talk = cls.model_validate(raw)
        except ValidationError as error:
            raise Invalid(
                "This is no talk Xobito can play.",
                {
                    ".".join(map(str, one["loc"])): [f"{one['msg']}."]
                    for one in error.errors(include_url=False, include_input=False)[:20]
                },
            ) from None
        for turn in talk.turns:
            if turn.advance and not timedelta() < turn.advance <= LONGEST_ADVANCE:
                raise Invalid.field("turns", "Let between a moment and a year pass in one turn.")
        return talk


def _in_full(out: dict[str, Any]) -> dict[str, Any]:
    """Return what is expected as it is told: a text may be recorded as its words alone."""
    sent = out.get("send")
    if isinstance(sent, dict) and isinstance(words := sent.get("text"), str):
        return {
            "send": {**sent, "text": {"preview_url": sent.get("preview_url", True), "body": words}}
        }
    return out


def first_difference(played: list[dict[str, Any]], talk: Talk, titles: Mapping[str, str]) -> str:
    """Return in a sentence where a played talk differs from the recorded one; empty if nowhere.

    Args:
        played: The turns as `play` tells them.
        talk: The recorded ones.
        titles: What the nodes are called, by id.
    """
    for number, (turn, wanted) in enumerate(zip(played, talk.turns, strict=True), start=1):
        if wanted.out is not None and turn["out"] != [_in_full(one) for one in wanted.out]:
            where = titles.get(turn.get("node", ""), turn.get("node", ""))
            at = f", at node “{where}”" if where else ""
            return f"Turn {number}{at}: expected {list(wanted.out)}, got {turn['out']}."
    return ""
