"""What a talk wants done outside: said here, stored with the session, carried out afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class EffectKind(StrEnum):
    """The things a talk can want."""

    SEND = "send"
    HTTP = "http"
    AI = "ai"
    UPDATE_CONTACT = "update_contact"
    ASSIGN = "assign"
    HANDOVER = "handover"
    TICKET = "ticket"
    NOTE = "note"
    CLOSE = "close"


AWAITED = {EffectKind.HTTP, EffectKind.AI, EffectKind.ASSIGN}
"""Those whose result a talk always waits for; of a send only where its failure has a way out."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing to be done.

    Attributes:
        key: `session:turn:n`, unique for ever: what is carried out under it is so once.
        kind: What is to be done.
        node: The node that wants it.
        content: For a send Meta's body without address; else what the kind takes.
    """

    key: str
    kind: EffectKind
    node: str
    content: dict[str, Any] = field(default_factory=dict[str, Any])
