"""From a stored message to Meta's send body; the same row always gives the same body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from xobito_app.core.errors import Invalid
from xobito_app.whatsapp import payloads
from xobito_app.whatsapp.payloads import Payload, Recipient

SEND = "send"
"""Where in a message's content document its body for Meta is kept, without address."""
_OURS = "media:"


def placeholder(media_id: UUID) -> str:
    """Return what stands for a file of ours until it is uploaded and has an id at Meta."""
    return f"{_OURS}{media_id}"


def keep(payload: Payload) -> dict[str, Any]:
    """Return the lasting part of a send body: what is said, not to whom."""
    kind = str(payload["type"])
    return {"type": kind, "content": payload[kind]}


def media_ids(content: Mapping[str, Any]) -> set[UUID]:
    """Return the files of ours that a message carries."""
    return {UUID(text.removeprefix(_OURS)) for text in _placeholders(content.get(SEND))}


def with_media(content: Mapping[str, Any], copies: Mapping[UUID, UUID]) -> dict[str, Any]:
    """Return a content document that carries copies of its files instead."""
    placeholders = {str(old): placeholder(new) for old, new in copies.items()}
    fresh = dict(content)
    if kept := content.get(SEND):
        fresh[SEND] = {**kept, "content": _fill(kept["content"], placeholders)}
    if shown := content.get("media"):
        fresh["media"] = {**shown, "id": str(copies.get(UUID(shown["id"]), shown["id"]))}
    return fresh


def build(
    to: Recipient,
    *,
    body: str,
    content: Mapping[str, Any],
    reply_to: str | None,
    opaque: str,
    uploaded: Mapping[UUID, str],
) -> Payload:
    """Build the send body of a stored message.

    Args:
        to: The receiver.
        body: The message's words, all there is of a plain text.
        content: Its content document.
        reply_to: `wamid` of the message it answers.
        opaque: Our row id, which status webhooks bring back.
        uploaded: Meta's ids of the files it carries.

    Raises:
        Invalid: It breaks a rule of Meta's, or a file was not uploaded.
    """
    kept = content.get(SEND)
    if not kept:
        return payloads.text(to, body, preview_url=True, reply_to=reply_to, opaque=opaque)
    quoted = None if kept["type"] == "reaction" else reply_to
    filled = _fill(kept["content"], {str(ours): theirs for ours, theirs in uploaded.items()})
    return payloads.message(to, kept["type"], filled, quoted, opaque)


def _placeholders(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, inner in part.items():
            if name == "id" and isinstance(inner, str) and inner.startswith(_OURS):
                yield inner
            else:
                yield from _placeholders(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _placeholders(inner)


def _fill(part: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(part, list):
        return [_fill(inner, ids) for inner in part]
    if not isinstance(part, dict):
        return part
    filled = {}
    for name, inner in part.items():
        if name == "id" and isinstance(inner, str) and inner.startswith(_OURS):
            meta_id = ids.get(inner.removeprefix(_OURS))
            if not meta_id:
                raise Invalid("The file of this message is missing. Attach it again.")
            filled[name] = meta_id
        else:
            filled[name] = _fill(inner, ids)
    return filled
