"""Who answers: the order of product rules, decided for one thing that was said in one chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xobito_app.core.text import one_line
from xobito_app.features.flows.engine import triggers
from xobito_app.features.flows.engine.graph import Trigger
from xobito_app.features.flows.engine.inputs import Choice, Input, Message
from xobito_app.features.inbox.service import Heard

PUNCTUATION = " .!"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bot that could answer.

    Attributes:
        rank: 0 for flows; those of other features come after.
        bot: The flow's row, or what the other feature declared.
    """

    rank: int
    name: str
    trigger: Any
    bot: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a candidate said to a message, for the page that explains.

    Attributes:
        why_not: Empty for the one that answers.
    """

    name: str
    rank: int
    why_not: str


def is_word(text: str, words: Sequence[str]) -> bool:
    """Tell whether a message is one of some keywords, whatever its case and outer space."""
    return one_line(text).lower().strip(PUNCTUATION) in words


def choose(
    candidates: Sequence[Candidate], words: str, *, contact_type: str, is_first: bool
) -> tuple[Candidate | None, list[Verdict]]:
    """Return who answers a message, and what everybody else lacks.

    Those that answer what nobody else does come last, in the same order.
    """
    ordered = sorted(candidates, key=lambda one: (one.trigger.match == triggers.LAST, one.rank))
    chosen: Candidate | None = None
    verdicts: list[Verdict] = []
    for one in ordered:
        why_not = triggers.why_not(one.trigger, words, contact_type=contact_type, is_first=is_first)
        if not why_not and chosen is not None:
            why_not = f"{chosen.name} comes first"
        elif not why_not:
            chosen = one
        verdicts.append(Verdict(one.name, one.rank, why_not))
    return chosen, verdicts


def triggers_of(flow: Any) -> list[Trigger]:
    """Return what begins a flow; its stored triggers were checked when it was published."""
    return [Trigger.model_validate(trigger) for trigger in flow.triggers]


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of a flow, as Meta brings it back."""

    session_id: UUID
    token: str
    port: str


def pressed_of(reply_id: str) -> Pressed | None:
    """Read the id of a button; None when no flow made it."""
    session, _, rest = reply_id.partition(".")
    token, _, port = rest.partition(".")
    try:
        return Pressed(UUID(session), token, port) if token and port else None
    except ValueError:
        return None


def input_of(heard: Heard, talk_id: UUID | None) -> Input:
    """Return what a talk is told of a message: a choice when it is a button of this very talk."""
    pressed = pressed_of(heard.reply_id)
    mark = str(heard.message_id)
    if pressed and pressed.session_id == talk_id:
        return Choice(mark, _second(heard.at), pressed.token, pressed.port, heard.text)
    return Message(
        id=mark,
        at=_second(heard.at),
        kind=heard.kind,
        text=heard.text,
        media=heard.media_id,
        latitude=heard.latitude,
        longitude=heard.longitude,
    )


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
