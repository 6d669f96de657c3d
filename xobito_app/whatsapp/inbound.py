"""A tolerant reader of whole webhook bodies: each part on its own, nothing lost or raised.

Meta's OpenAPI file (v23.0): `WebhookPayload`, `Entry`, `Change`. Deliveries come at least once, in
no promised order, with up to 1000 updates in one post, so every entry, change and item is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from xobito_app.core import clock
from xobito_app.whatsapp import coerce, inbound_events
from xobito_app.whatsapp.inbound_calls import read_call, read_history_progress, read_preference
from xobito_app.whatsapp.inbound_content import faults_of
from xobito_app.whatsapp.inbound_keys import digest
from xobito_app.whatsapp.inbound_messages import names_in, read_message, read_status, with_number
from xobito_app.whatsapp.inbound_model import AccountError, Message, Origin, Source, Status
from xobito_app.whatsapp.inbound_people import People


@dataclass(frozen=True, slots=True)
class UnknownChange:
    """A change of a field we do not read, whole, for the journal."""

    source: Source
    dedup_key: str
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnreadablePart:
    """A part that is not shaped as it should be; `path` says where it stood."""

    source: Source
    dedup_key: str
    path: str
    reason: str
    raw: Any = field(repr=False)


Part = (
    Message
    | Status
    | AccountError
    | inbound_events.TemplateEvent
    | inbound_events.AccountEvent
    | inbound_events.PreferenceChange
    | inbound_events.ContactSync
    | inbound_events.HistoryProgress
    | inbound_events.CallEvent
    | inbound_events.Handover
    | inbound_events.UserIdChange
    | UnknownChange
    | UnreadablePart
)


@dataclass(frozen=True, slots=True)
class ParsedDelivery:
    """All parts of one webhook post, in the order they stood."""

    object_name: str | None
    parts: tuple[Part, ...]

    @property
    def messages(self) -> tuple[Message, ...]:
        """Messages, echoes and history."""
        return tuple(part for part in self.parts if isinstance(part, Message))

    @property
    def statuses(self) -> tuple[Status, ...]:
        """News of messages we sent."""
        return tuple(part for part in self.parts if isinstance(part, Status))


def parse(
    body: Any, received_at: datetime | None = None, *, is_storable: bool = False
) -> ParsedDelivery:
    """Read a webhook body.

    Never raises: what cannot be read becomes an `UnreadablePart` beside its neighbours.

    Args:
        body: The JSON as it came, usually an object.
        received_at: When it came; stands in for missing or impossible times. Now by default.
        is_storable: It comes from `inbound_body.read`, which leaves only what can be stored.
    """
    reading = _Reading(received_at or clock.now())
    if not is_storable:
        body = coerce.storable(body)
    if not isinstance(body, dict):
        reading.unreadable(Source(), "", "The body is not an object.", body)
        return ParsedDelivery(None, tuple(reading.parts))
    if "entry" not in body:
        reading.unreadable(Source(), "", "The body has no entry.", body)
    for path, entry in reading.items(Source(), "", body, "entry"):
        source = Source(
            waba_id=coerce.identifier(entry.get("id")), entry_at=coerce.moment(entry.get("time"))
        )
        if "changes" not in entry:
            reading.unreadable(source, path, "The entry has no changes.", entry)
        for change_path, change in reading.items(source, path, entry, "changes"):
            reading.guarded(
                source,
                change_path,
                change,
                partial(_read_change, reading, source, change_path, change),
            )
    return ParsedDelivery(coerce.text(body.get("object")), tuple(reading.parts))


class _Reading:
    """The parts found so far."""

    def __init__(self, received_at: datetime) -> None:
        self.received_at = received_at
        self.parts: list[Part] = []

    def unreadable(self, source: Source, path: str, reason: str, raw: Any) -> None:
        key = digest([source.waba_id, path if raw is None else raw])
        self.parts.append(UnreadablePart(source, f"unreadable:{key}", path, reason, raw))

    def items(
        self, source: Source, path: str, holder: dict[str, Any], key: str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the objects of an array with their paths; note down whatever else is in it."""
        array, place = holder.get(key), f"{path}.{key}".lstrip(".")
        if array is None:
            return
        if not isinstance(array, list):
            self.unreadable(source, place, f"{key} is not an array.", array)
            return
        for index, item in enumerate(array):
            if isinstance(item, dict):
                yield f"{place}[{index}]", item
            else:
                self.unreadable(source, f"{place}[{index}]", f"This {key} is no object.", item)

    def guarded(self, source: Source, path: str, raw: Any, read: Callable[[], None]) -> None:
        """Read one piece; a defect of ours in it must not cost its neighbours."""
        count = len(self.parts)
        try:
            read()
        except Exception as error:  # kept with its reason and shown in the journal
            del self.parts[count:]
            self.unreadable(source, path, f"{type(error).__name__}: {error}"[:300], raw)

    def add(self, source: Source, path: str, raw: Any, read: Callable[[], Part]) -> None:
        """Read one part and keep it."""
        self.guarded(source, path, raw, lambda: self.parts.append(read()))


def _read_change(reading: _Reading, source: Source, path: str, change: dict[str, Any]) -> None:
    name = coerce.text(change.get("field"))
    source = replace(source, field=name)
    value = change.get("value")
    if not isinstance(value, dict):
        reading.unreadable(source, path, "The change has no value object.", change)
        return
    source = with_number(source, coerce.mapping(value.get("metadata")))
    read_one = _SINGLE.get(name or "")
    if read_one:
        reading.parts.append(read_one(source, value, reading.received_at))
        return
    before = len(reading.parts)
    if name == "standby":
        # One level deeper than `messages`, and contacts have been seen on either level.
        inner = coerce.mapping(value.get("standby")) or value
        inner = {"contacts": value.get("contacts"), **inner}
        _read_lists(reading, replace(source, standby=True), f"{path}.standby", inner)
    elif name == "history":
        _read_history(reading, source, path, value)
    elif name is None or name in _LISTED:
        _read_lists(reading, source, path, value)
    if len(reading.parts) == before:
        key = digest([source.waba_id, source.entry_at and str(source.entry_at), change])
        reading.parts.append(UnknownChange(source, f"unknown:{key}", change))


def _read_lists(reading: _Reading, source: Source, path: str, value: dict[str, Any]) -> None:
    """Read every array a change is known to hold, messages before the statuses about them."""
    now = reading.received_at
    named = names_in(value.get("messages")) | names_in(value.get("statuses"))
    people = People(value.get("contacts"), named)
    readers: dict[str, Callable[[Source, dict[str, Any], int], Part]] = {
        "messages": lambda at, raw, index: read_message(at, raw, index, people, now),
        "message_echoes": lambda at, raw, index: read_message(
            at, raw, index, people, now, origin=Origin.ECHO
        ),
        "calls": lambda at, raw, index: read_call(at, raw, index, people, now),
        "statuses": lambda at, raw, index: read_status(at, raw, index, people, now),
        "user_preferences": lambda at, raw, index: read_preference(at, raw, index, people, now),
        "state_sync": lambda at, raw, index: inbound_events.read_contact_sync(at, raw, now),
        "user_id_update": lambda at, raw, index: inbound_events.read_user_id_change(at, raw, now),
    }
    if source.field == "calls":
        readers["statuses"] = readers["calls"]
    for key, read in readers.items():
        for index, (place, item) in enumerate(reading.items(source, path, value, key)):
            reading.add(source, place, item, partial(read, source, item, index))
    for _, item in reading.items(source, path, value, "errors"):
        for fault in faults_of([item]):
            key = digest([source.phone_number_id, source.waba_id, item])
            reading.parts.append(AccountError(source, f"error:{key}", fault, item))


def _read_history(reading: _Reading, source: Source, path: str, value: dict[str, Any]) -> None:
    def add_message(place: str, raw: dict[str, Any], people: People, customer: object) -> None:
        read = partial(
            read_message,
            source,
            raw,
            0,
            people,
            reading.received_at,
            origin=Origin.HISTORY,
            customer=customer,
        )
        reading.add(source, place, raw, read)

    contacts = value.get("contacts")
    for place, chunk in reading.items(source, path, value, "history"):
        reading.add(source, place, chunk, partial(read_history_progress, source, chunk))
        for thread_place, thread in reading.items(source, place, chunk, "threads"):
            context = thread.get("context")
            people = People([context] if context else contacts, set())
            for message_place, raw in reading.items(source, thread_place, thread, "messages"):
                add_message(message_place, raw, people, thread.get("id"))
    # Files of old messages follow later in a plain `messages` array.
    for message_place, raw in reading.items(source, path, value, "messages"):
        add_message(message_place, raw, People(contacts, set()), None)


_LISTED = {
    "messages",
    "message_echoes",
    "smb_message_echoes",
    "smb_app_state_sync",
    "user_preferences",
    "calls",
    "user_id_update",
}
_SINGLE: dict[str, Callable[[Source, dict[str, Any], datetime], Part]] = {
    **dict.fromkeys(inbound_events.TEMPLATE_FIELDS, inbound_events.read_template_event),
    **dict.fromkeys(inbound_events.ACCOUNT_FIELDS, inbound_events.read_account_event),
    "messaging_handovers": inbound_events.read_handover,
}
