"""One message or status of a webhook, whichever event it came in, as a flat value.

Meta's webhook fields `messages`, `smb_message_echoes`, `history` and `standby`; in the OpenAPI file
(v23.0) the schemas `IncomingMessageValueGeneral`, `IncomingMessageValueSystem` and
`StatusMessageValue`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from xobito_app.core.phone import E164
from xobito_app.whatsapp import coerce, inbound_content, statuses
from xobito_app.whatsapp.cards import ContactCard
from xobito_app.whatsapp.inbound_keys import digest, phone_of, user_id_of
from xobito_app.whatsapp.inbound_model import (
    Conversation,
    Message,
    MessageKind,
    Origin,
    Pricing,
    Source,
    Status,
    SystemChange,
)
from xobito_app.whatsapp.inbound_people import People


def read_message(
    source: Source,
    raw: dict[str, Any],
    index: int,
    people: People,
    received_at: datetime,
    *,
    origin: Origin = Origin.INBOUND,
    customer: object = None,
) -> Message:
    """Read a message.

    Args:
        index: Its place in the array, which contacts may share.
        people: The contacts of the same change.
        received_at: Stands in for a missing or odd time.
        origin: INBOUND, ECHO or HISTORY.
        customer: The other side of a history thread (`threads[].id`).
    """
    outgoing = origin is Origin.ECHO or (origin is Origin.HISTORY and _is_ours(source, raw))
    kind = inbound_content.kind_of(raw)
    system = inbound_content.system_of(raw, kind)
    phone, user_id, parent_user_id = _other_side(raw, customer, system, outgoing=outgoing)
    # A system message tells of a person who is not in `contacts`; nobody may lend their name.
    may_lend = origin is Origin.INBOUND and kind is not MessageKind.SYSTEM
    person = people.match(phone, user_id, index, lend=may_lend)
    wamid = coerce.identifier(raw.get("id"))
    return Message(
        source=source,
        dedup_key=_message_key(source, origin, wamid, raw),
        wamid=wamid,
        type_name=coerce.text(raw.get("type")),
        kind=kind,
        origin=origin,
        outgoing=outgoing,
        at=coerce.event_moment(raw.get("timestamp"), received_at),
        phone=phone or person.phone,
        user_id=user_id or person.user_id,
        parent_user_id=parent_user_id or person.parent_user_id,
        profile_name=person.profile_name,
        username=person.username,
        group_id=coerce.identifier(raw.get("group_id")),
        text=inbound_content.text_of(raw, kind),
        media=inbound_content.media_of(raw, kind),
        location=inbound_content.location_of(raw, kind),
        cards=_cards(raw, kind),
        reply=inbound_content.reply_of(raw, kind),
        reaction=inbound_content.reaction_of(raw, kind),
        edit=inbound_content.edit_of(raw, kind),
        revoked_wamid=_revoked(raw, kind),
        order=inbound_content.order_of(raw, kind),
        system=system,
        unsupported_type=coerce.text(coerce.mapping(raw.get("unsupported")).get("type")),
        context=inbound_content.context_of(raw),
        referral=inbound_content.referral_of(raw),
        errors=inbound_content.faults_of(raw.get("errors")),
        history_status=coerce.text(coerce.mapping(raw.get("history_context")).get("status")),
        raw=raw,
    )


def _other_side(
    raw: dict[str, Any], customer: object, system: SystemChange | None, *, outgoing: bool
) -> tuple[E164 | None, str | None, str | None]:
    """Return the customer's phone, user id and parent user id, as far as the message has them."""
    side = (customer or raw.get("to")) if outgoing else (raw.get("from") or customer)
    named = "to" if outgoing else "from"
    phone = phone_of(side)
    user_id = coerce.identifier(raw.get(f"{named}_user_id")) or user_id_of(side)
    if system and phone is None and user_id is None:
        # Some do not say who wrote, only who became whom: the old name is the one we know.
        user_id = system.previous_user_id or system.user_id
    return phone, user_id, coerce.identifier(raw.get(f"{named}_parent_user_id"))


def _cards(raw: dict[str, Any], kind: MessageKind) -> tuple[ContactCard, ...]:
    found = coerce.mappings(raw.get("contacts")) if kind is MessageKind.CONTACTS else ()
    return tuple(ContactCard.of(item) for item in found)


def _revoked(raw: dict[str, Any], kind: MessageKind) -> str | None:
    if kind is not MessageKind.REVOKE:
        return None
    return coerce.identifier(coerce.mapping(raw.get("revoke")).get("original_message_id"))


def read_status(
    source: Source, raw: dict[str, Any], index: int, people: People, received_at: datetime
) -> Status:
    """Read a status; in a group it tells of one participant."""
    wamid = coerce.identifier(raw.get("id"))
    status = statuses.normalise(coerce.text(raw.get("status")) or "unknown")
    if coerce.text(raw.get("type")) == "payment":
        # It is the payment that failed, not the message that asked for it.
        status = f"payment_{status}"
    in_group = coerce.text(raw.get("recipient_type")) == "group"
    receiver = coerce.identifier(raw.get("recipient_id"))
    participant = coerce.identifier(
        raw.get("recipient_participant_id") or raw.get("participant_recipient_id")
    )
    participant_user = coerce.identifier(raw.get("recipient_participant_user_id"))
    named = participant if in_group else receiver
    phone = phone_of(named)
    user_id = (
        participant_user or coerce.identifier(raw.get("recipient_user_id")) or user_id_of(named)
    )
    person = people.match(phone, user_id, index, lend=False)
    conversation = coerce.mapping(raw.get("conversation"))
    return Status(
        source=source,
        dedup_key=_scope(source)
        + ":".join(
            ["status", wamid or digest(raw), status, participant or participant_user or ""]
            if in_group
            else ["status", wamid or digest(raw), status, receiver or user_id or ""]
        ),
        wamid=wamid,
        status=status,
        rank=statuses.rank(status),
        at=coerce.event_moment(raw.get("timestamp"), received_at),
        phone=phone or person.phone,
        user_id=user_id or person.user_id,
        parent_user_id=coerce.identifier(raw.get("recipient_parent_user_id"))
        or person.parent_user_id,
        profile_name=person.profile_name,
        username=person.username,
        group_id=receiver if in_group else None,
        opaque=coerce.identifier(raw.get("biz_opaque_callback_data")),
        pricing=_pricing(raw.get("pricing") or conversation.get("pricing")),
        conversation=_conversation(conversation),
        errors=inbound_content.faults_of(raw.get("errors")),
        raw=raw,
    )


def names_in(items: object) -> set[str]:
    """Collect every number and user id that messages or statuses name, to match contacts by."""
    found: set[str] = set()
    for item in coerce.mappings(items):
        for key in ("from", "recipient_id"):
            if phone := phone_of(item.get(key)):
                found.add(phone)
        for key in ("from", "from_user_id", "recipient_user_id", "recipient_id"):
            if user_id := user_id_of(item.get(key)):
                found.add(user_id)
    return found


def with_number(source: Source, metadata: dict[str, Any]) -> Source:
    """Return the source completed with the business number of a change."""
    return replace(
        source,
        phone_number_id=coerce.identifier(metadata.get("phone_number_id"))
        or source.phone_number_id,
        display_phone_number=coerce.identifier(metadata.get("display_phone_number"))
        or source.display_phone_number,
    )


def _message_key(source: Source, origin: Origin, wamid: str | None, raw: dict[str, Any]) -> str:
    identity = wamid or digest(raw)
    if origin is not Origin.HISTORY:
        return f"{_scope(source)}message:{identity}"
    # History names a file first and brings its id in a later delivery of the same message.
    has_file = any(
        coerce.mapping(raw.get(kind.value)).get("id") for kind in inbound_content.MEDIA_KINDS
    )
    return f"{_scope(source)}history:{identity}{':file' if has_file else ''}"


def _scope(source: Source) -> str:
    return "standby:" if source.standby else ""


def _is_ours(source: Source, raw: dict[str, Any]) -> bool:
    sender, ours = phone_of(raw.get("from")), phone_of(source.display_phone_number)
    return bool(raw.get("to") or raw.get("to_user_id")) if not ours else sender == ours


def _pricing(raw: object) -> Pricing | None:
    content = coerce.mapping(raw)
    if not content:
        return None
    category = coerce.text(content.get("category"))
    return Pricing(
        billable=coerce.boolean(content.get("billable")),
        model=coerce.text(content.get("pricing_model")),
        type=coerce.text(content.get("type")),
        # Meta writes authentication-international here and with an underscore elsewhere.
        category=category.lower().replace("-", "_") if category else None,
    )


def _conversation(raw: dict[str, Any]) -> Conversation | None:
    if not raw:
        return None
    return Conversation(
        conversation_id=coerce.identifier(raw.get("id")),
        origin=coerce.text(coerce.mapping(raw.get("origin")).get("type")),
        expires_at=coerce.moment(raw.get("expiration_timestamp")),
    )
