"""What a webhook body says, as flat values: one class per kind of news, every field optional.

Named after what Meta's webhook field `messages` and its siblings carry: `context`, `referral`,
`pricing`, `conversation`, `errors`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from xobito_app.core.phone import E164
from xobito_app.whatsapp.cards import ContactCard


class MessageKind(StrEnum):
    """Meta's message types; what we do not know is UNKNOWN, with Meta's word in `type_name`."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACTS = "contacts"
    INTERACTIVE = "interactive"
    BUTTON = "button"
    REACTION = "reaction"
    ORDER = "order"
    SYSTEM = "system"
    EDIT = "edit"
    REVOKE = "revoke"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """In which of Meta's webhook fields a message came."""

    INBOUND = "inbound"
    ECHO = "echo"  # written in the WhatsApp Business app on the phone
    HISTORY = "history"  # older than the connection


class ReplyKind(StrEnum):
    """What a person pressed or filled in."""

    BUTTON = "button"
    LIST = "list"
    TEMPLATE_BUTTON = "template_button"
    FORM = "form"
    CALL_PERMISSION = "call_permission"
    PAYMENT = "payment"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Source:
    """Where in the delivery a part stood.

    Attributes:
        standby: A copy sent while Meta's own agent holds the conversation: never answer it.
    """

    waba_id: str | None = None
    field: str | None = None
    phone_number_id: str | None = None
    display_phone_number: str | None = None
    entry_at: datetime | None = None
    standby: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One item of an `errors` array."""

    code: int | None
    title: str | None
    details: str | None
    href: str | None
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """A file of a message; the id is good for 7 days, the url for 5 minutes."""

    media_id: str | None
    mime_type: str | None = None
    sha256: str | None = None
    filename: str | None = None
    voice: bool = False
    animated: bool = False
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Location:
    """A place; degrees."""

    latitude: float | None
    longitude: float | None
    name: str | None = None
    address: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A pressed button, a chosen row or a filled form.

    Attributes:
        reply_id: The id or payload we gave the button or row.
        fields: The answers of a form (`nfm_reply.response_json`).
    """

    kind: ReplyKind
    reply_id: str | None
    title: str | None
    description: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on a message; None takes it away."""

    target_wamid: str | None
    emoji: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """New content for an earlier message."""

    target_wamid: str | None
    kind: MessageKind
    text: str | None
    media: Media | None


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A line of an order; the price is per piece, in the currency's main unit."""

    product_id: str | None
    quantity: int | None
    price: float | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """A cart sent from a catalogue."""

    catalog_id: str | None
    text: str | None
    items: tuple[OrderItem, ...]


@dataclass(frozen=True, slots=True)
class SystemChange:
    """A person changed number or user id (`user_changed_number`, `user_changed_user_id`, …)."""

    type_name: str | None
    body: str | None
    new_phone: E164 | None
    user_id: str | None
    parent_user_id: str | None
    previous_user_id: str | None
    previous_parent_user_id: str | None


@dataclass(frozen=True, slots=True)
class Context:
    """What a message answers or that it was forwarded."""

    reply_to: str | None
    reply_to_phone: E164 | None = None
    forwarded: bool = False
    frequently_forwarded: bool = False
    catalog_id: str | None = None
    product_id: str | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """The ad or post through which a person came."""

    source_type: str | None
    source_id: str | None
    source_url: str | None
    headline: str | None
    body: str | None
    media_type: str | None
    media_url: str | None
    click_id: str | None
    welcome_text: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """One message, from a person or an echo of our own side.

    Attributes:
        phone: The customer's number, whoever wrote; None for someone who hides it.
        user_id: The customer's business-scoped user id (BSUID).
        outgoing: True when the business wrote it (echoes and history).
        at: When it was written, or received when Meta's time is missing or odd.
        text: Body, caption, pressed button or new text, ready to show; None without words.
        history_status: Meta's word for how far an old outgoing message had come.
    """

    source: Source
    dedup_key: str
    wamid: str | None
    type_name: str | None
    kind: MessageKind
    origin: Origin
    outgoing: bool
    at: datetime
    phone: E164 | None
    user_id: str | None
    parent_user_id: str | None
    profile_name: str | None
    username: str | None
    group_id: str | None
    text: str | None
    media: Media | None
    location: Location | None
    cards: tuple[ContactCard, ...]
    reply: Reply | None
    reaction: Reaction | None
    edit: Edit | None
    revoked_wamid: str | None
    order: Order | None
    system: SystemChange | None
    unsupported_type: str | None
    context: Context | None
    referral: Referral | None
    errors: tuple[Fault, ...]
    history_status: str | None
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pricing:
    """What Meta says a message costs in kind, not in money."""

    billable: bool | None
    model: str | None
    type: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Meta's billing conversation; outside free entry points newer versions leave it out."""

    conversation_id: str | None
    origin: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """News of a message we sent.

    Attributes:
        status: In lower case; unknown words are kept and have rank 0.
        phone: The receiver's number, or the participant's in a group.
        opaque: Our own `biz_opaque_callback_data`.
    """

    source: Source
    dedup_key: str
    wamid: str | None
    status: str
    rank: int
    at: datetime
    phone: E164 | None
    user_id: str | None
    parent_user_id: str | None
    profile_name: str | None
    username: str | None
    group_id: str | None
    opaque: str | None
    pricing: Pricing | None
    conversation: Conversation | None
    errors: tuple[Fault, ...]
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccountError:
    """An error about the app, account or number rather than about one message."""

    source: Source
    dedup_key: str
    fault: Fault
    raw: dict[str, Any] = field(repr=False)
