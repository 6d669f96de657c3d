"""What outbound webhooks say and when they are tried: the nine events, the signature, the gaps."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from xobito_app.core.events import ChangeType, RecordType

EVENTS: tuple[str, ...] = tuple(
    f"{record.value}.{change_type.value}" for record in RecordType for change_type in ChangeType
)
"""Contact, status and source × created, updated, deleted; there are no others."""

ANSWER_SECONDS = 30.0
"""A receiver must have answered by then."""
ANSWER_BYTES = 4096
"""How much of an answer is kept."""

GAPS: tuple[timedelta, ...] = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(minutes=20),
    timedelta(minutes=40),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=3),
    timedelta(hours=4),
    timedelta(hours=5),
    timedelta(hours=6),
)
"""Between one try and the next."""
GIVE_UP_AFTER = timedelta(hours=24)
"""A delivery that never succeeded ends this long after its event."""

DISABLE_AFTER = timedelta(hours=24)
DISABLE_TRIES = 10
"""An endpoint without one success for this long, and this many failures, is switched off."""

IN_FLIGHT = 16
"""Deliveries on their way to one endpoint at once."""
STREAK = 10
"""After so many failures in a row an endpoint is only probed, with one delivery at a time."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A contact, status or source as other systems see it."""

    record_id: str
    attributes: Mapping[str, Any]
    relations: Mapping[str, Any]


def body_of(
    record: RecordType,
    change_type: ChangeType,
    subject: Subject,
    original: Mapping[str, Any],
    at: datetime,
) -> bytes:
    """Return the bytes that are signed and sent."""
    return json.dumps(
        {
            "event": change_type.value,
            "model": record.value,
            "data": {
                "id": subject.record_id,
                "attributes": subject.attributes,
                "relations": subject.relations,
            },
            "original": original if change_type is ChangeType.UPDATED else None,
            "timestamp": stamp(at),
        },
        ensure_ascii=False,
        separators=(",", ":"),
        default=_plain,
    ).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} does not belong into a webhook.")


def stamp(at: datetime) -> str:
    """Return a moment in whole seconds, like 2026-04-16T12:34:56+00:00."""
    return at.replace(microsecond=0).isoformat()


def sign(secret: str, body: bytes) -> str:
    """Return the lowercase hex HMAC-SHA256 of the raw body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers_for(
    *, event: str, event_id: str, at: datetime, signature: str, is_test: bool
) -> dict[str, str]:
    """Return the headers of one try; all but the signature are the same on every try."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Xobito-Webhooks/1",
        "Accept-Encoding": "identity",
        "X-Webhook-Event": event,
        "X-Webhook-Id": event_id,
        "X-Webhook-Timestamp": stamp(at),
        "X-Webhook-Signature": signature,
        **({"X-Webhook-Test": "true"} if is_test else {}),
    }


def why_refused(status: int) -> str:
    """Return why an answer is a failure; empty for a success."""
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"Answered {status}: redirects are not followed. Give the address it leads to."
    return f"Answered {status}."


def next_try(created_at: datetime, attempts: int, now: datetime) -> datetime | None:
    """Return when a delivery is tried again after `attempts` failures; None when it is given up.

    The last try is made when the time is up, whatever gap would come next.
    """
    end = created_at + GIVE_UP_AFTER
    if now >= end:
        return None
    return min(now + GAPS[min(attempts, len(GAPS)) - 1], end)


def must_disable(failing_since: datetime | None, failure_count: int, now: datetime) -> bool:
    """Tell whether an endpoint has failed for so long that it is switched off."""
    return (
        failing_since is not None
        and now - failing_since >= DISABLE_AFTER
        and failure_count >= DISABLE_TRIES
    )
