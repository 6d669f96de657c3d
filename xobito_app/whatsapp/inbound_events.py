"""News other than messages and statuses: templates, account, numbers, preferences, sync, calls.

Each name in `TEMPLATE_FIELDS` and `ACCOUNT_FIELDS` is a webhook field of Meta's, as are
`user_preferences`, `smb_app_state_sync`, `history`, `calls` and `messaging_handovers`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xobito_app.core.phone import E164
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.inbound_keys import digest, phone_of
from xobito_app.whatsapp.inbound_model import Fault, Source

TEMPLATE_FIELDS = {
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "template_correct_category_detection",
}
ACCOUNT_FIELDS = {
    "phone_number_quality_update",
    "phone_number_name_update",
    "account_update",
    "account_review_update",
    "account_alerts",
    "business_capability_update",
    "security",
    "flows",
}


@dataclass(frozen=True, slots=True)
class TemplateEvent:
    """A template's status, quality, text or category changed.

    Attributes:
        event: APPROVED, REJECTED, PAUSED, … for status updates; None for the others.
        previous: The quality score or category before.
        current: The quality score or category now.
        upcoming_category: The category Meta will move it to, at `upcoming_at`.
        reason: Why, in Meta's words, with a recommendation when there is one.
    """

    source: Source
    dedup_key: str
    template_id: str | None
    name: str | None
    language: str | None
    event: str | None
    reason: str | None
    category: str | None
    previous: str | None
    current: str | None
    upcoming_category: str | None
    upcoming_at: datetime | None
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """The account, a number or its security changed.

    Attributes:
        event: Meta's `event`, or the `decision` of a review, upper case.
        messaging_limit: A `TIER_…` word, or the number of people a day as text.
        details: The remaining plain words of the change, for the journal.
    """

    source: Source
    dedup_key: str
    event: str | None
    waba_id: str | None
    display_phone_number: str | None
    messaging_limit: str | None
    verified_name: str | None
    reason: str | None
    ban_state: str | None
    restrictions: tuple[str, ...]
    severity: str | None
    details: str | None
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PreferenceChange:
    """A person stopped or resumed marketing messages; `stopped` is None for unknown words."""

    source: Source
    dedup_key: str
    phone: E164 | None
    user_id: str | None
    profile_name: str | None
    category: str | None
    stopped: bool | None
    detail: str | None
    at: datetime
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ContactSync:
    """The phone app's address book gained or lost a contact."""

    source: Source
    dedup_key: str
    removed: bool
    phone: E164 | None
    user_id: str | None
    full_name: str | None
    first_name: str | None
    at: datetime
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class HistoryProgress:
    """How far the import of old messages has come: phase 0 to 2, progress 0 to 100 percent."""

    source: Source
    dedup_key: str
    phase: int | None
    chunk: int | None
    progress: int | None
    errors: tuple[Fault, ...]
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallEvent:
    """A call began, rang, was answered or ended; duration in seconds."""

    source: Source
    dedup_key: str
    call_id: str | None
    event: str | None
    direction: str | None
    phone: E164 | None
    user_id: str | None
    profile_name: str | None
    at: datetime
    duration: int | None
    errors: tuple[Fault, ...]
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Handover:
    """A conversation went from one owner (us, Meta's agent) to another."""

    source: Source
    dedup_key: str
    phone: E164 | None
    event: str | None
    previous_owner: str | None
    new_owner: str | None
    at: datetime
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class UserIdChange:
    """A BSUID changed, by the field Meta documented and withdrew; system messages are the rule."""

    source: Source
    dedup_key: str
    phone: E164 | None
    user_id: str | None
    previous_user_id: str | None
    at: datetime
    raw: dict[str, Any] = field(repr=False)


def read_template_event(
    source: Source, value: dict[str, Any], received_at: datetime
) -> TemplateEvent:
    """Read any of the template fields."""
    rejection = coerce.mapping(value.get("rejection_info"))
    other = coerce.mapping(value.get("other_info"))
    template_id = coerce.identifier(value.get("message_template_id"))
    event = _upper(value.get("event"))
    reasons = [
        coerce.text(value.get("reason")),
        coerce.text(rejection.get("reason")),
        coerce.text(rejection.get("recommendation")),
        coerce.text(other.get("title")),
        coerce.text(other.get("description")),
    ]
    language = coerce.text(value.get("message_template_language"))
    previous = value.get("previous_quality_score") or value.get("previous_category")
    current = value.get("new_quality_score") or value.get("new_category")
    entry_at = source.entry_at.isoformat() if source.entry_at else None
    # Without a time of its own the content tells two changes apart.
    content = None if event and entry_at else value
    return TemplateEvent(
        source=source,
        dedup_key="template:"
        + digest([source.waba_id, source.field, template_id, event, entry_at, content]),
        template_id=template_id,
        name=coerce.text(value.get("message_template_name")),
        language=language.replace("-", "_") if language else None,
        event=event,
        reason=" ".join(r for r in dict.fromkeys(reasons) if r and r != "NONE") or None,
        category=_upper(value.get("message_template_category")),
        previous=_upper(previous),
        current=_upper(current),
        upcoming_category=_upper(value.get("correct_category")),
        upcoming_at=coerce.moment(value.get("category_update_timestamp")),
        raw=value,
    )


def read_account_event(
    source: Source, value: dict[str, Any], received_at: datetime
) -> AccountEvent:
    """Read any of the account and number fields."""
    alert = coerce.mapping(value.get("alert_info")) or value
    waba = coerce.mapping(value.get("waba_info"))
    ban = coerce.mapping(value.get("ban_info"))
    limit = (
        value.get("max_daily_conversations_per_business")
        or value.get("max_daily_conversation_per_phone")
        or value.get("current_limit")
    )
    kind = value.get("event") or value.get("decision") or alert.get("alert_type")
    reason = (
        value.get("rejection_reason")
        or coerce.mapping(value.get("violation_info")).get("violation_type")
        or coerce.mapping(value.get("disconnection_info")).get("reason")
    )
    return AccountEvent(
        source=source,
        dedup_key="account:"
        + digest([source.waba_id, source.field, source.entry_at and str(source.entry_at), value]),
        event=_upper(kind),
        waba_id=coerce.identifier(waba.get("waba_id")) or source.waba_id,
        display_phone_number=coerce.identifier(value.get("display_phone_number"))
        or coerce.identifier(value.get("phone_number")),
        messaging_limit=coerce.identifier(limit),
        verified_name=coerce.text(value.get("requested_verified_name")),
        reason=coerce.text(reason),
        ban_state=_upper(ban.get("waba_ban_state")),
        restrictions=tuple(
            word
            for item in coerce.mappings(value.get("restriction_info"))
            if (word := coerce.text(item.get("restriction_type")))
        ),
        severity=_upper(alert.get("alert_severity")),
        details=coerce.text(alert.get("alert_description")) or coerce.text(value.get("message")),
        raw=value,
    )


def read_handover(source: Source, value: dict[str, Any], received_at: datetime) -> Handover:
    """Read a `messaging_handovers` change."""
    event = coerce.text(value.get("type"))
    control = coerce.mapping(value.get(event)) if event else {}
    return Handover(
        source=source,
        dedup_key="handover:" + digest([source.waba_id, value]),
        phone=phone_of(coerce.mapping(value.get("sender")).get("phone_number")),
        event=event,
        previous_owner=coerce.text(control.get("previous_owner_role")),
        new_owner=coerce.text(control.get("new_owner_role")),
        at=coerce.event_moment(value.get("timestamp"), received_at),
        raw=value,
    )


def read_user_id_change(
    source: Source, item: dict[str, Any], received_at: datetime
) -> UserIdChange:
    """Read one item of the withdrawn `user_id_update` field."""
    ids = coerce.mapping(item.get("user_id"))
    return UserIdChange(
        source=source,
        dedup_key="user_id:" + digest([source.waba_id, item]),
        phone=phone_of(item.get("wa_id")),
        user_id=coerce.identifier(ids.get("current") or item.get("user_id")),
        previous_user_id=coerce.identifier(ids.get("previous") or item.get("previous_user_id")),
        at=coerce.event_moment(item.get("timestamp"), received_at),
        raw=item,
    )


def read_contact_sync(source: Source, item: dict[str, Any], received_at: datetime) -> ContactSync:
    """Read one item of `smb_app_state_sync`."""
    contact = coerce.mapping(item.get("contact"))
    return ContactSync(
        source=source,
        dedup_key="sync:" + digest([source.phone_number_id, item]),
        removed=(coerce.text(item.get("action")) or "").lower() == "remove",
        phone=phone_of(contact.get("phone_number")),
        user_id=coerce.identifier(contact.get("user_id")),
        full_name=coerce.text(contact.get("full_name")),
        first_name=coerce.text(contact.get("first_name")),
        at=coerce.event_moment(coerce.mapping(item.get("metadata")).get("timestamp"), received_at),
        raw=item,
    )


def _upper(value: object) -> str | None:
    word = coerce.text(value)
    return word.upper() if word else None
