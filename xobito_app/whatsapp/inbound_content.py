"""The content of a message by its type: words, file, place, cards, presses, carts.

Meta's webhook field `messages`; in the OpenAPI file (v23.0) the schema `IncomingMessage` and one
for each type, such as `InteractiveMessageReply`, `OrderMessage`, `SystemMessage`,
`UnsupportedMessage`.
"""

from __future__ import annotations

import json
from typing import Any

from xobito_app.core.text import file_name
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.inbound_keys import phone_of
from xobito_app.whatsapp.inbound_model import (
    Context,
    Edit,
    Fault,
    Location,
    Media,
    MessageKind,
    Order,
    OrderItem,
    Reaction,
    Referral,
    Reply,
    ReplyKind,
    SystemChange,
)

MEDIA_KINDS = {
    MessageKind.IMAGE,
    MessageKind.VIDEO,
    MessageKind.AUDIO,
    MessageKind.DOCUMENT,
    MessageKind.STICKER,
}
_REPLY_KINDS = {
    "button_reply": ReplyKind.BUTTON,
    "list_reply": ReplyKind.LIST,
    "nfm_reply": ReplyKind.FORM,
    "call_permission_reply": ReplyKind.CALL_PERMISSION,
    "payment_method": ReplyKind.PAYMENT,
    "payment_notification": ReplyKind.PAYMENT,
}
# Words of old payloads, and of kinds that are another kind in all but name.
_ALIASES = {
    "voice": MessageKind.AUDIO,
    "request_welcome": MessageKind.SYSTEM,
    "payment_method": MessageKind.INTERACTIVE,
    "payment_notification": MessageKind.INTERACTIVE,
}


def kind_of(raw: dict[str, Any]) -> MessageKind:
    """Return the type of a message, taken from its content when `type` is missing."""
    word = coerce.text(raw.get("type"))
    if word is None:
        known = (*(kind.value for kind in MessageKind), *_ALIASES)
        word = next((name for name in known if name in raw), "")
    word = word.lower()
    try:
        return _ALIASES.get(word) or MessageKind(word)
    except ValueError:
        return MessageKind.UNKNOWN


def content_of(raw: dict[str, Any], kind: MessageKind) -> dict[str, Any]:
    """Return the object named after the type, or after the old word for it."""
    if found := coerce.mapping(raw.get(kind.value)):
        return found
    old = next((word for word, meant in _ALIASES.items() if meant is kind and word in raw), "")
    found = coerce.mapping(raw.get(old))
    # A payment stood in `interactive` at one time and by itself at another.
    return {"type": old, old: found} if found and kind is MessageKind.INTERACTIVE else found


def media_of(raw: dict[str, Any], kind: MessageKind) -> Media | None:
    """Read the file of a message; None for types without one and when Meta kept it back."""
    content = content_of(raw, kind)
    if kind not in MEDIA_KINDS or not content:
        return None
    return Media(
        media_id=coerce.identifier(content.get("id")),
        mime_type=coerce.text(content.get("mime_type")),
        sha256=coerce.text(content.get("sha256")),
        filename=file_name(coerce.text(content.get("filename")) or "") or None,
        voice=coerce.boolean(content.get("voice")) or "voice" in raw,
        animated=coerce.boolean(content.get("animated")) or False,
        url=coerce.text(content.get("url")),
    )


def location_of(raw: dict[str, Any], kind: MessageKind) -> Location | None:
    """Read a place."""
    content = content_of(raw, kind)
    if kind is not MessageKind.LOCATION or not content:
        return None
    return Location(
        latitude=coerce.number(content.get("latitude")),
        longitude=coerce.number(content.get("longitude")),
        name=coerce.text(content.get("name")),
        address=coerce.text(content.get("address")),
        url=coerce.text(content.get("url")),
    )


def reply_of(raw: dict[str, Any], kind: MessageKind) -> Reply | None:
    """Read what was pressed, chosen or filled in."""
    content = content_of(raw, kind)
    if kind is MessageKind.BUTTON and content:
        return Reply(
            kind=ReplyKind.TEMPLATE_BUTTON,
            reply_id=coerce.identifier(content.get("payload")),
            title=coerce.text(content.get("text")),
        )
    if kind is not MessageKind.INTERACTIVE or not content:
        return None
    word = coerce.text(content.get("type")) or next(
        (name for name in _REPLY_KINDS if name in content), ""
    )
    answer = coerce.mapping(content.get(word))
    return Reply(
        kind=_REPLY_KINDS.get(word, ReplyKind.OTHER),
        reply_id=coerce.identifier(answer.get("id")) or coerce.identifier(answer.get("name")),
        title=coerce.text(answer.get("title")) or coerce.text(answer.get("body")),
        description=coerce.text(answer.get("description")),
        fields=_fields(answer, _REPLY_KINDS.get(word, ReplyKind.OTHER)),
    )


def reaction_of(raw: dict[str, Any], kind: MessageKind) -> Reaction | None:
    """Read a reaction; no emoji, or an empty one, takes it away."""
    if kind is not MessageKind.REACTION:
        return None
    content = content_of(raw, kind)
    return Reaction(
        target_wamid=coerce.identifier(content.get("message_id")),
        emoji=coerce.text(content.get("emoji")),
    )


def edit_of(raw: dict[str, Any], kind: MessageKind) -> Edit | None:
    """Read the new content of an edited message."""
    if kind is not MessageKind.EDIT:
        return None
    content = content_of(raw, kind)
    replacement = coerce.mapping(content.get("message"))
    new_kind = kind_of(replacement)
    return Edit(
        target_wamid=coerce.identifier(content.get("original_message_id")),
        kind=new_kind,
        # An edit inside an edit has no meaning and would recurse without end.
        text=None if new_kind is MessageKind.EDIT else text_of(replacement, new_kind),
        media=media_of(replacement, new_kind),
    )


def order_of(raw: dict[str, Any], kind: MessageKind) -> Order | None:
    """Read a cart."""
    content = content_of(raw, kind)
    if kind is not MessageKind.ORDER or not content:
        return None
    return Order(
        catalog_id=coerce.identifier(content.get("catalog_id")),
        text=coerce.text(content.get("text")),
        items=tuple(
            OrderItem(
                product_id=coerce.identifier(item.get("product_retailer_id")),
                quantity=coerce.integer(item.get("quantity")),
                price=coerce.number(item.get("item_price")),
                currency=coerce.text(item.get("currency")),
            )
            for item in coerce.mappings(content.get("product_items"))
        ),
    )


def system_of(raw: dict[str, Any], kind: MessageKind) -> SystemChange | None:
    """Read a change of number or user id."""
    content = content_of(raw, kind)
    if kind is not MessageKind.SYSTEM or not content:
        return None
    return SystemChange(
        type_name=coerce.text(content.get("type")),
        body=coerce.text(content.get("body")),
        new_phone=phone_of(content.get("wa_id") or content.get("new_wa_id")),
        user_id=coerce.identifier(content.get("user_id")),
        parent_user_id=coerce.identifier(content.get("parent_user_id")),
        previous_user_id=coerce.identifier(content.get("previous_user_id")),
        previous_parent_user_id=coerce.identifier(content.get("previous_parent_user_id")),
    )


def context_of(raw: dict[str, Any]) -> Context | None:
    """Read what a message answers and whether it was forwarded."""
    content = coerce.mapping(raw.get("context"))
    if not content:
        return None
    product = coerce.mapping(content.get("referred_product"))
    often = coerce.boolean(content.get("frequently_forwarded")) or False
    return Context(
        reply_to=coerce.identifier(content.get("id")),
        reply_to_phone=phone_of(content.get("from")),
        forwarded=often or coerce.boolean(content.get("forwarded")) or False,
        frequently_forwarded=often,
        catalog_id=coerce.identifier(product.get("catalog_id")),
        product_id=coerce.identifier(product.get("product_retailer_id")),
    )


def referral_of(raw: dict[str, Any]) -> Referral | None:
    """Read the ad or post a person came from."""
    content = coerce.mapping(raw.get("referral"))
    if not content:
        return None
    picture = content.get("image_url") or content.get("video_url") or content.get("thumbnail_url")
    return Referral(
        source_type=coerce.text(content.get("source_type")),
        source_id=coerce.identifier(content.get("source_id")),
        source_url=coerce.text(content.get("source_url")),
        headline=coerce.text(content.get("headline")),
        body=coerce.text(content.get("body")),
        media_type=coerce.text(content.get("media_type")),
        media_url=coerce.text(picture),
        click_id=coerce.text(content.get("ctwa_clid")),
        welcome_text=coerce.text(coerce.mapping(content.get("welcome_message")).get("text")),
    )


def text_of(raw: dict[str, Any], kind: MessageKind) -> str | None:
    """Return the words of a message as a list or thread shows them."""
    content = content_of(raw, kind)
    if kind is MessageKind.TEXT:
        return coerce.text(content.get("body"))
    if kind in MEDIA_KINDS:
        return coerce.text(content.get("caption"))
    if kind is MessageKind.ORDER:
        return coerce.text(content.get("text"))
    if kind is MessageKind.SYSTEM:
        return coerce.text(content.get("body"))
    if kind is MessageKind.EDIT:
        edit = edit_of(raw, kind)
        return edit.text if edit else None
    reply = reply_of(raw, kind)
    if reply:
        return reply.title
    # Echoes and history hold what we or the phone app sent, interactive bodies and templates too.
    body = coerce.mapping(coerce.mapping(raw.get(coerce.text(raw.get("type")) or "")).get("body"))
    return coerce.text(body.get("text"))


def faults_of(errors: object) -> tuple[Fault, ...]:
    """Read an `errors` array."""
    return tuple(
        Fault(
            code=coerce.integer(item.get("code")),
            title=coerce.text(item.get("title")) or coerce.text(item.get("message")),
            # `error_data` is now and then a bare sentence.
            details=coerce.text(coerce.mapping(item.get("error_data")).get("details"))
            or coerce.text(item.get("error_data"))
            or coerce.text(item.get("details")),
            href=coerce.text(item.get("href")),
            raw=item,
        )
        for item in coerce.mappings(errors)
    )


_SAID_ELSEWHERE = {"id", "name", "title", "body", "description", "response_json"}


def _fields(answer: dict[str, Any], kind: ReplyKind) -> dict[str, Any]:
    """Read a form's answers, or the plain words of a kind of reply that has no title."""
    if kind in (ReplyKind.BUTTON, ReplyKind.LIST, ReplyKind.FORM):
        return _form(answer.get("response_json"))
    return {
        name: value
        for name, value in answer.items()
        if name not in _SAID_ELSEWHERE and isinstance(value, str | int | float | bool)
    }


def _form(answers: object) -> dict[str, Any]:
    """Read the JSON text in which a form's answers come; what is no object is one answer."""
    if isinstance(answers, str):
        try:
            answers = coerce.storable(json.loads(answers))
        except (ValueError, RecursionError):
            answers = coerce.text(answers)
    if isinstance(answers, dict):
        return answers
    return {} if answers is None or answers == [] else {"answer": answers}
