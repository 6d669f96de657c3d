"""Meta's rules for the body of `POST /{phone_id}/messages`, kind by kind (templates apart).

Meta's OpenAPI file (v23.0), section "Messages": `TextMessage_1`, `MediaObject_1`,
`LocationMessage`, `ContactsMessage`, `ReactionMessage`. Codes as on its page "Error codes".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xobito_app.simulator import interactive
from xobito_app.simulator.errors import GraphError, missing, parameter, wrong
from xobito_app.simulator.store import Doc, Store

MAX_BODY = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_DATA = 512
MAX_CONTACTS = 5
_KINDS_WITH_CAPTION = {"image", "video", "document"}
HEADER_MEDIA = ("image", "video", "document")
_MEDIA_TYPES: dict[str, tuple[str, ...]] = {
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    "document": (),
    "image": ("image/jpeg", "image/png"),
    "sticker": ("image/webp",),
    "video": ("video/mp4", "video/3gpp"),
}


def check_send(body: Doc, store: Store, waba_id: str) -> str:
    """Check a message body and return its kind.

    Raises:
        GraphError: 100, 131008, 131009, 131051 or 131053 with Meta's words.
    """
    if body.get("messaging_product") != "whatsapp":
        raise parameter("The parameter messaging_product is required.")
    if body.get("recipient_type", "individual") != "individual":
        raise parameter("Param recipient_type must be one of {INDIVIDUAL} for this number.")
    if not body.get("to") and not body.get("recipient"):
        raise parameter("The parameter to is required.")
    kind = body.get("type", "text")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise GraphError(131051, f"Unsupported message type '{kind}'.")
    content = body.get(kind)
    if content is None:
        raise parameter(f"The parameter {kind} is required.")
    expected = list if kind == "contacts" else dict
    if not isinstance(content, expected):
        shape = "an array" if expected is list else "a JSON object"
        raise parameter(f"Param {kind} must be {shape}.")
    check(content, kind, store, waba_id)
    _check_context(body, kind, store)
    callback_data = body.get("biz_opaque_callback_data", "")
    if not isinstance(callback_data, str) or len(callback_data) > MAX_CALLBACK_DATA:
        raise parameter(
            f"Param biz_opaque_callback_data must be at most {MAX_CALLBACK_DATA} characters long."
        )
    return kind


def _check_context(body: Doc, kind: str, store: Store) -> None:
    context = body.get("context")
    if context is None:
        return
    if kind == "reaction":
        raise parameter("Param context is not allowed for messages of type reaction.")
    if not isinstance(context, dict) or not context.get("message_id"):
        raise missing("context['message_id']")
    if store.find_message(str(context["message_id"])) is None:
        raise wrong("The message replied to does not exist.")


def _text(content: Doc, kind: str, store: Store, waba_id: str) -> None:
    body = content.get("body")
    if not isinstance(body, str) or not body.strip():
        raise parameter("The parameter text['body'] is required.")
    if len(body) > MAX_BODY:
        raise parameter(f"Param text['body'] must be at most {MAX_BODY} characters long.")


def check_media(content: Doc, kind: str, store: Store, waba_id: str) -> None:
    """Check a media object: exactly one of id and link, a fitting type, and the caption."""
    media_id, link = content.get("id"), content.get("link")
    if bool(media_id) == bool(link):
        raise parameter(f"Param {kind} must have exactly one of 'id' and 'link'.")
    if link and not str(link).startswith(("http://", "https://")):
        raise wrong(f"{kind}['link'] is not a valid URI.")
    if media_id:
        media = store.find("media", str(media_id))
        if media is None or media["waba_id"] != waba_id:
            raise wrong(f"Media ID {media_id} does not exist or has expired.")
        allowed = _MEDIA_TYPES[kind]
        if allowed and media["mime_type"].partition(";")[0] not in allowed:
            raise GraphError(
                131053, f"Media of type {media['mime_type']} cannot be sent as {kind}."
            )
    caption = content.get("caption")
    if caption is not None:
        if kind not in _KINDS_WITH_CAPTION:
            raise parameter(f"Param caption is not allowed for {kind}.")
        if len(str(caption)) > MAX_CAPTION:
            raise parameter(
                f"Param {kind}['caption'] must be at most {MAX_CAPTION} characters long."
            )


def _location(content: Doc, kind: str, store: Store, waba_id: str) -> None:
    for name, limit in (("latitude", 90), ("longitude", 180)):
        if name not in content:
            raise missing(f"location['{name}']")
        try:
            value = float(content[name])
        except (TypeError, ValueError):
            raise wrong(f"location['{name}'] must be a number.") from None
        if abs(value) > limit:
            raise wrong(f"location['{name}'] must be between -{limit} and {limit}.")


def _contacts(content: Any, kind: str, store: Store, waba_id: str) -> None:
    if not content:
        raise parameter("Param contacts must have at least 1 element.")
    if len(content) > MAX_CONTACTS:
        raise parameter(f"Param contacts must have at most {MAX_CONTACTS} elements.")
    for place, contact in enumerate(content):
        name = contact.get("name") if isinstance(contact, dict) else None
        if not isinstance(name, dict) or not name.get("formatted_name"):
            raise missing(f"contacts[{place}]['name']['formatted_name']")
        if not any(name.get(part) for part in ("first_name", "last_name", "middle_name")):
            raise wrong(f"contacts[{place}]['name'] needs one more name part.")


def _reaction(content: Doc, kind: str, store: Store, waba_id: str) -> None:
    if not content.get("message_id"):
        raise missing("reaction['message_id']")
    if "emoji" not in content:
        raise missing("reaction['emoji']")
    if len(str(content["emoji"])) > 16:
        raise wrong("reaction['emoji'] must be a single emoji.")
    if store.find_message(str(content["message_id"])) is None:
        raise wrong("The message reacted to does not exist.")


def _interactive(content: Doc, kind: str, store: Store, waba_id: str) -> None:
    interactive.check(
        content, lambda header, media_kind: check_media(header, media_kind, store, waba_id)
    )


def _template(content: Doc, kind: str, store: Store, waba_id: str) -> None:
    if not content.get("name"):
        raise parameter("The parameter template['name'] is required.")
    language = content.get("language")
    if not isinstance(language, dict) or not language.get("code"):
        raise parameter("The parameter template['language']['code'] is required.")
    if not isinstance(content.get("components", []), list):
        raise parameter("Param template['components'] must be an array.")


_Check = Callable[[Any, str, Store, str], None]
_CHECKS: dict[str, _Check] = {
    "text": _text,
    "image": check_media,
    "video": check_media,
    "audio": check_media,
    "document": check_media,
    "sticker": check_media,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "template": _template,
}
