"""Deliveries for people who look after the connection but not at the conversations."""

from __future__ import annotations

from typing import Any

COVER = "•••"

# What tells how a delivery is built and what became of it, and nothing of who wrote what. All
# else is covered: a word Meta adds tomorrow must not show more than those of today.
_OPEN = frozenset(
    {
        "object",
        "field",
        "type",
        "status",
        "timestamp",
        "time",
        "event",
        "messaging_product",
        "phone_number_id",
        "waba_id",
        "mime_type",
        "code",
        "pricing_model",
        "category",
        "billable",
        "voice",
        "animated",
        "phase",
        "chunk_order",
        "progress",
        "message_template_id",
        "message_template_language",
        "message_template_name",
        "new_quality_score",
        "previous_quality_score",
        "decision",
    }
)


def covered(body: Any) -> Any:
    """Return a delivery with what people wrote, their names and numbers covered.

    The ids of our own account and of messages stay: by them Meta's support finds a delivery.
    """
    return _cover(body, "", is_message=False)


def _cover(value: Any, key: str, *, is_message: bool) -> Any:
    if isinstance(value, dict):
        return {
            name: _cover(item, name, is_message=is_message or key in ("messages", "statuses"))
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_cover(item, key, is_message=is_message) for item in value]
    is_id = key == "id" and (not is_message or str(value).startswith("wamid."))
    return value if key in _OPEN or is_id or value is None else COVER
