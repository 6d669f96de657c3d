"""Send bodies for `/{phone_number_id}/messages`: pure builders refusing what Meta would refuse.

Meta's OpenAPI file (v23.0), section "Messages": `TextMessage`, `ImageMessage`, `LocationMessage`,
`ContactsMessage`, `ReactionMessage` and the other schemas that begin a send body.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xobito_app.core.errors import Invalid
from xobito_app.whatsapp import limits
from xobito_app.whatsapp.cards import ContactCard

Payload = dict[str, Any]

_PHONE = re.compile(r"\+[1-9]\d{5,19}")
_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")


class MediaKind(StrEnum):
    """Meta's media message types."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"


CAPTIONED = {MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.DOCUMENT}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message goes to: a phone number in E.164, or a business-scoped user id (BSUID).

    With both, Meta takes the phone number, so only that is sent.

    Raises:
        Invalid: Neither is given, or the given one is malformed.
    """

    phone: str | None = None
    user_id: str | None = None

    def __post_init__(self) -> None:
        if self.phone is None and self.user_id is None:
            raise Invalid.field("to", "This contact has neither a phone number nor a WhatsApp id.")
        if self.phone is not None and not _PHONE.fullmatch(self.phone):
            raise Invalid.field("to", "Write the number with + and its country code.")
        if self.phone is None and self.user_id and not _BSUID.fullmatch(self.user_id):
            raise Invalid.field("to", "This is not a WhatsApp user id (like US.1349…).")

    def to_meta(self) -> dict[str, str]:
        """Return the address keys of a send body.

        The `+` stays: without it Meta prepends the business number's own country code.
        """
        address = {"to": self.phone} if self.phone else {"recipient": self.user_id or ""}
        return {"recipient_type": "individual", **address}


ANYBODY = Recipient(user_id="ZZ.0")
"""For what is written before it is known to whom; `said` takes it off again."""


def text(
    to: Recipient,
    body: str,
    *,
    preview_url: bool = False,
    reply_to: str | None = None,
    opaque: str | None = None,
) -> Payload:
    """Build a text message; `preview_url` shows a card for the first link in it."""
    body = required("body", body, limits.TEXT_BODY, "The message", "text.body")
    return message(to, "text", {"preview_url": preview_url, "body": body}, reply_to, opaque)


def media(
    to: Recipient,
    kind: MediaKind,
    media_id: str,
    *,
    caption: str | None = None,
    filename: str | None = None,
    voice: bool = False,
    reply_to: str | None = None,
    opaque: str | None = None,
) -> Payload:
    """Build a media message from an uploaded file.

    Args:
        to: The receiver.
        kind: What Meta shows it as.
        media_id: From `Client.upload_media`.
        caption: For images, videos and documents.
        filename: For documents; its ending picks the icon on the phone.
        voice: Show audio (OGG/OPUS, mono) as a voice message.
        reply_to: `wamid` of the message this answers.
        opaque: Comes back in status webhooks as `biz_opaque_callback_data`.

    Raises:
        Invalid: A caption or file name where Meta takes none, or one too long.
    """
    content: dict[str, Any] = {"id": required("media", media_id, 256, "The file id", "id")}
    if caption:
        if kind not in CAPTIONED:
            raise Invalid.field("caption", f"A {kind} message cannot have a caption.")
        content["caption"] = required("caption", caption, limits.CAPTION, "The caption", "caption")
    if filename:
        if kind is not MediaKind.DOCUMENT:
            raise Invalid.field("filename", "Only documents carry a file name.")
        content["filename"] = required(
            "filename", filename, limits.FILENAME, "The file name", "document.filename"
        )
    if voice:
        if kind is not MediaKind.AUDIO:
            raise Invalid.field("voice", "Only audio can be a voice message.")
        content["voice"] = True
    return message(to, kind.value, content, reply_to, opaque)


def location(
    to: Recipient,
    latitude: float,
    longitude: float,
    *,
    name: str | None = None,
    address: str | None = None,
    reply_to: str | None = None,
    opaque: str | None = None,
) -> Payload:
    """Build a location message; degrees, north and east positive."""
    if not -90 <= latitude <= 90:
        raise Invalid.field("latitude", "The latitude must lie between -90 and 90 degrees.")
    if not -180 <= longitude <= 180:
        raise Invalid.field("longitude", "The longitude must lie between -180 and 180 degrees.")
    content: dict[str, Any] = {"latitude": degrees(latitude), "longitude": degrees(longitude)}
    if name:
        content["name"] = name
    if address:
        content["address"] = address
    return message(to, "location", content, reply_to, opaque)


def contacts(
    to: Recipient,
    cards: Sequence[ContactCard],
    *,
    reply_to: str | None = None,
    opaque: str | None = None,
) -> Payload:
    """Build a message of contact cards."""
    if not cards:
        raise Invalid.field("contacts", "Choose at least one contact to share.")
    if len(cards) > limits.CONTACT_CARDS:
        raise Invalid.field("contacts", f"Share at most {limits.CONTACT_CARDS} contacts at once.")
    if any(not card.formatted_name.strip() for card in cards):
        raise Invalid.field("contacts", "Every shared contact needs a name.")
    return message(to, "contacts", [card.to_meta() for card in cards], reply_to, opaque)


def reaction(
    to: Recipient, message_id: str, emoji: str | None, *, opaque: str | None = None
) -> Payload:
    """Build a reaction to a message; no emoji takes the reaction away."""
    target = required("message_id", message_id, 512, "The message id", "reaction.message_id")
    return message(to, "reaction", {"message_id": target, "emoji": emoji or ""}, None, opaque)


def read_receipt(message_id: str, *, typing: bool = False) -> Payload:
    """Build a read receipt for a message and all before it.

    With `typing` the person sees a typing bubble until the reply, at most 25 seconds.
    """
    body: Payload = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": required("message_id", message_id, 512, "The message id", "message_id"),
    }
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body


def message(
    to: Recipient, kind: str, content: Any, reply_to: str | None, opaque: str | None
) -> Payload:
    """Put content of any type into the common body of a send."""
    body: Payload = {"messaging_product": "whatsapp", **to.to_meta(), "type": kind, kind: content}
    if reply_to:
        body["context"] = {"message_id": reply_to}
    if opaque:
        if len(opaque) > limits.OPAQUE_CALLBACK_DATA:
            raise Invalid(
                f"biz_opaque_callback_data takes at most {limits.OPAQUE_CALLBACK_DATA} characters."
            )
        body["biz_opaque_callback_data"] = opaque
    return body


def said(body: Payload) -> Payload:
    """Return what a send body says, without to whom and in answer to what."""
    kind = str(body["type"])
    return {"type": kind, kind: body[kind]}


def degrees(angle: float) -> str:
    """Write an angle as Meta's schema wants it: decimal text, to about a centimetre."""
    return f"{angle:.7f}".rstrip("0").rstrip(".")


def required(field: str, value: str, limit: int, label: str, meta_name: str) -> str:
    """Return a value that must be there and within Meta's limit.

    Args:
        field: Our form field the sentence belongs to.
        value: What was written.
        limit: Characters allowed.
        label: The thing in the user's words, starting the sentence.
        meta_name: Meta's name of the field, which their documentation can be searched for.

    Raises:
        Invalid: It is blank or too long.
    """
    if not value.strip():
        raise Invalid.field(field, f"{label} is empty.")
    return optional(field, value, limit, label, meta_name)


def optional(field: str, value: str, limit: int, label: str, meta_name: str) -> str:
    """Return a value that may be blank but not over Meta's limit.

    Raises:
        Invalid: It is too long.
    """
    if len(value) > limit:
        raise Invalid.field(
            field,
            f"{label} has {len(value)} characters; WhatsApp takes at most {limit} ({meta_name}).",
        )
    return value
