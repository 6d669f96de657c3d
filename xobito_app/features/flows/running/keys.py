"""The keys of effects, and of the messages they become: one of each, for ever."""

from __future__ import annotations

from uuid import UUID


def message_key(effect_key: str) -> str:
    """Return the key of the message an effect becomes; unique as the effect's is."""
    return f"flow:{effect_key.replace('-', '')}"


def effect_key_of(client_key: str) -> str | None:
    """Return the effect a message was made of; None when no flow sent it."""
    if not client_key.startswith("flow:"):
        return None
    session_id, *rest = client_key.removeprefix("flow:").split(":")
    return ":".join((str(UUID(session_id)), *rest))
