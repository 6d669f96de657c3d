"""Webhook parts about a person that are no message: preferences, calls, progress of history.

Meta's webhook fields `user_preferences`, `calls` and `history`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.inbound_content import faults_of
from xobito_app.whatsapp.inbound_events import CallEvent, HistoryProgress, PreferenceChange
from xobito_app.whatsapp.inbound_keys import digest, phone_of, user_id_of
from xobito_app.whatsapp.inbound_model import Source
from xobito_app.whatsapp.inbound_people import People

_STOPPED = {"stop": True, "resume": False}


def read_preference(
    source: Source, raw: dict[str, Any], index: int, people: People, received_at: datetime
) -> PreferenceChange:
    """Read one item of `user_preferences`."""
    phone, user_id = phone_of(raw.get("wa_id")), coerce.identifier(raw.get("user_id"))
    person = people.match(phone, user_id, index)
    return PreferenceChange(
        source=source,
        dedup_key="preference:" + digest([source.phone_number_id, raw]),
        phone=phone or person.phone,
        user_id=user_id or person.user_id,
        profile_name=person.profile_name,
        category=coerce.text(raw.get("category")),
        stopped=_STOPPED.get((coerce.text(raw.get("value")) or "").lower()),
        detail=coerce.text(raw.get("detail")),
        at=coerce.event_moment(raw.get("timestamp"), received_at),
        raw=raw,
    )


def read_call(
    source: Source, raw: dict[str, Any], index: int, people: People, received_at: datetime
) -> CallEvent:
    """Read one item of `calls`, or of the `statuses` beside them."""
    direction = coerce.text(raw.get("direction"))
    from_business = (direction or "").upper() == "BUSINESS_INITIATED"
    side = raw.get("recipient_id") or (raw.get("to") if from_business else raw.get("from"))
    id_key = "to_user_id" if from_business else "from_user_id"
    phone = phone_of(side)
    user_id = coerce.identifier(raw.get(id_key)) or user_id_of(side)
    person = people.match(phone, user_id, index)
    event = coerce.text(raw.get("event")) or coerce.text(raw.get("status"))
    return CallEvent(
        source=source,
        dedup_key="call:" + digest([raw.get("id"), event, raw.get("timestamp")]),
        call_id=coerce.identifier(raw.get("id")),
        event=event.lower() if event else None,
        direction=direction,
        phone=phone or person.phone,
        user_id=user_id or person.user_id,
        profile_name=person.profile_name,
        at=coerce.event_moment(raw.get("timestamp"), received_at),
        duration=coerce.integer(raw.get("duration")),
        errors=faults_of(raw.get("errors")),
        raw=raw,
    )


def read_history_progress(source: Source, chunk: dict[str, Any]) -> HistoryProgress:
    """Read how far the import is, or that the person declined it (error 2593109)."""
    metadata = coerce.mapping(chunk.get("metadata"))
    return HistoryProgress(
        source=source,
        dedup_key="progress:" + digest([source.phone_number_id, metadata, chunk.get("errors")]),
        phase=coerce.integer(metadata.get("phase")),
        chunk=coerce.integer(metadata.get("chunk_order")),
        progress=coerce.integer(metadata.get("progress")),
        errors=faults_of(chunk.get("errors")),
        # The threads follow as messages of their own; a chunk may hold thousands.
        raw={key: item for key, item in chunk.items() if key != "threads"},
    )
