"""Identifiers: time-ordered UUIDs (version 7, RFC 9562), so that indexes grow at their end."""

from __future__ import annotations

import secrets
from typing import NewType
from uuid import UUID

from xobito_app.core import clock
from xobito_app.core.errors import NotFound

WorkspaceId = NewType("WorkspaceId", UUID)
UserId = NewType("UserId", UUID)
RoleId = NewType("RoleId", UUID)
ContactId = NewType("ContactId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
NumberId = NewType("NumberId", UUID)
ConnectionId = NewType("ConnectionId", UUID)
TemplateId = NewType("TemplateId", UUID)
MediaId = NewType("MediaId", UUID)
EventId = NewType("EventId", UUID)


def new() -> UUID:
    """Return a new version 7 UUID."""
    milliseconds = int(clock.now().timestamp() * 1000) & ((1 << 48) - 1)
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return UUID(int=value | 0b10 << 62 | secrets.randbits(62))


def parse(text: object) -> UUID:
    """Read an id that came from outside.

    Raises:
        NotFound: It is not an id at all, which is answered like an id nobody has.
    """
    if isinstance(text, UUID):
        return text
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound("Not found.") from None
