"""What customers do: every kind of message they can send a business, as Meta reports it.

Meta's webhook field `messages`; `IncomingMessage` and its kinds in the OpenAPI file (v23.0).
"""

from __future__ import annotations

from collections.abc import Callable

from xobito_app.core.errors import Invalid, NotFound
from xobito_app.simulator import clicks, limits, record, statuses
from xobito_app.simulator.errors import webhook_error
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World, digits, new_id, new_wamid

MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")
_UNSUPPORTED = (131051, "Message type is currently not supported.")


def receive(world: World, customer: Doc, number: Doc, act: Doc) -> Doc:
    """Let a customer send something to a number and tell the app; returns the kept message.

    Args:
        world: The world it happens in.
        customer: Who writes.
        number: Which business number is written to.
        act: `type` and what the kind needs (see the builders below), and optionally `reply_to`,
            `forwarded`, `frequently_forwarded`, `referral`, `errors`.

    Raises:
        Invalid: The act is not possible, in words for the person at the phone.
    """
    kind = str(act.get("type", "text"))
    # A change of number is reported from the old one.
    sender = dict(customer)
    content = _content(world, customer, kind, act)
    message: Doc = {
        "id": new_wamid(),
        "waba_id": number["waba_id"],
        "number_id": number["id"],
        "customer_id": customer["id"],
        "direction": "in",
        "type": kind,
        "at": world.now(),
        "content": content,
        "context_id": act.get("reply_to"),
        "status": "delivered",
    }
    item = _item(sender, message)
    context = _context(world, number, act)
    if context:
        item["context"] = context
        message["context"] = context
    if referral := act.get("referral"):
        item["referral"] = message["referral"] = referral
        customer["referred_at"] = world.now()
        world.store.put_customer(customer)
    if kind == "unsupported":
        item["errors"] = [webhook_error(*_UNSUPPORTED)]
    if errors := act.get("errors"):
        item["errors"] = errors
    message["item"] = item
    world.store.add_message(message)
    limits.count_received(world, number)
    record.note_received(world, customer, message)
    # Whoever writes has the chat open, and so has read what stood in it.
    if kind not in {"system", "revoke", "edit"}:
        statuses.open_chat(world, customer, number["id"])
    announce(world, customer, number, message)
    world.hub.tell(
        "message", number["waba_id"], customer_id=customer["id"], message_id=message["id"]
    )
    return message


def announce(world: World, customer: Doc, number: Doc, message: Doc) -> None:
    """Send the webhook of a kept incoming message; again means a duplicate, as Meta sends them."""
    value: Doc = {"contacts": [world.contact_of(customer)], "messages": [message["item"]]}
    if message["type"] == "system":
        del value["contacts"]
    world.emit_messages(number, value, lane=customer["id"])


def _item(customer: Doc, message: Doc) -> Doc:
    kind = message["type"]
    item: Doc = {
        "from_user_id": customer["bsuid"],
        "id": message["id"],
        "timestamp": str(int(message["at"])),
        "type": kind,
        kind: message["content"],
    }
    if customer["phone"]:
        item["from"] = customer["phone"]
    return item


def _context(world: World, number: Doc, act: Doc) -> Doc:
    if act.get("frequently_forwarded"):
        return {"frequently_forwarded": True}
    if act.get("forwarded"):
        return {"forwarded": True}
    if not act.get("reply_to"):
        return {}
    original = world.store.find_message(str(act["reply_to"]))
    if original is None:
        raise Invalid("The message replied to is gone.")
    context: Doc = {"id": original["id"]}
    if original["direction"] == "out":
        context["from"] = number["phone"]
    elif writer := world.store.find_customer(original["customer_id"]):
        context["from"] = writer["phone"] or writer["bsuid"]
    if product := act.get("referred_product"):
        context["referred_product"] = product
    return context


def _content(world: World, customer: Doc, kind: str, act: Doc) -> object:
    if kind in MEDIA_KINDS:
        return _media(world, customer, kind, act)
    builder = _BUILDERS.get(kind)
    if builder is not None:
        return builder(world, customer, act)
    # A kind Meta may invent tomorrow: whatever the caller gives goes through as it is.
    return act.get("content", {})


def _text(world: World, customer: Doc, act: Doc) -> Doc:
    body = str(act.get("body") or "")
    if not body or len(body) > 65536:
        raise Invalid("A text has 1 to 65536 characters.")
    return {"body": body}


def _media(world: World, customer: Doc, kind: str, act: Doc) -> Doc:
    media = world.store.find("media", str(act.get("media_id", "")))
    if media is None or media["waba_id"] != customer["waba_id"]:
        raise Invalid("Upload the file first; this media_id is not known.")
    content: Doc = {k: media[k] for k in ("id", "mime_type", "sha256")}
    content["url"] = media.get("url", "")
    if not content["url"]:
        del content["url"]
    if kind == "audio":
        content["voice"] = bool(act.get("voice"))
    elif kind == "sticker":
        content["animated"] = bool(act.get("animated"))
    else:
        if act.get("caption"):
            content["caption"] = str(act["caption"])
        if kind == "document":
            content["filename"] = str(act.get("filename") or media.get("filename") or "file")
    return content


def _location(world: World, customer: Doc, act: Doc) -> Doc:
    try:
        content: Doc = {n: float(act[n]) for n in ("latitude", "longitude")}
    except (KeyError, TypeError, ValueError):
        raise Invalid("A location needs a latitude and a longitude.") from None
    return content | {n: act[n] for n in ("name", "address", "url") if act.get(n)}


def _contacts(world: World, customer: Doc, act: Doc) -> object:
    cards = act.get("contacts")
    if not isinstance(cards, list) or not cards:
        raise Invalid("Give at least one contact card.")
    return cards


def _interactive(world: World, customer: Doc, act: Doc) -> Doc:
    kind = str(act.get("reply_type", "button_reply"))
    if kind == "nfm_reply":
        return {"type": kind, kind: act.get("nfm_reply", {})}
    if kind not in {"button_reply", "list_reply"} or not act.get("id") or not act.get("title"):
        raise Invalid("A tap needs reply_type button_reply or list_reply, an id and a title.")
    reply: Doc = {"id": str(act["id"]), "title": str(act["title"])}
    if act.get("description"):
        reply["description"] = str(act["description"])
    return {"type": kind, kind: reply}


def _button(world: World, customer: Doc, act: Doc) -> Doc:
    if not act.get("text") or not act.get("reply_to"):
        raise Invalid("A template button tap needs its text and the message it stands in.")
    clicks.count(world, customer, act)
    return {"payload": str(act.get("payload") or act["text"]), "text": str(act["text"])}


def _reaction(world: World, customer: Doc, act: Doc) -> Doc:
    target = _in_chat(world, customer, act.get("message_id"))
    emoji = str(act.get("emoji") or "")
    target["reactions"] = {**target.get("reactions", {}), "customer": emoji}
    world.store.save_message(target)
    # Meta leaves the emoji out when a reaction is taken back.
    return {"message_id": target["id"], **({"emoji": emoji} if emoji else {})}


def _order(world: World, customer: Doc, act: Doc) -> Doc:
    items = act.get("product_items")
    if not isinstance(items, list) or not items:
        raise Invalid("An order needs product_items.")
    return {
        "catalog_id": str(act.get("catalog_id") or new_id()),
        "text": str(act.get("text") or ""),
        "product_items": items,
    }


def _edit(world: World, customer: Doc, act: Doc) -> Doc:
    target = _in_chat(world, customer, act.get("message_id"), own=True)
    if target["type"] not in {"text", "image", "video", "document"}:
        raise Invalid("Only texts and captions can be edited.")
    changed = dict(target["content"])
    changed["body" if target["type"] == "text" else "caption"] = str(act.get("body") or "")
    target |= {"content": changed, "edited": True}
    world.store.save_message(target)
    message: Doc = {"type": target["type"], target["type"]: changed}
    if target.get("context"):
        message["context"] = target["context"]
    return {"original_message_id": target["id"], "message": message}


def _revoke(world: World, customer: Doc, act: Doc) -> Doc:
    target = _in_chat(world, customer, act.get("message_id"), own=True)
    target["revoked"] = True
    world.store.save_message(target)
    return {"original_message_id": target["id"]}


def _system(world: World, customer: Doc, act: Doc) -> Doc:
    """Let a customer change the number, which also changes the BSUID."""
    old_phone, old_bsuid = customer["phone"], customer["bsuid"]
    phone = digits(str(act.get("new_phone") or ""))
    if not 7 <= len(phone) <= 15:
        raise Invalid("Give the new number with its country code as new_phone.")
    if world.store.find_customer_by(customer["waba_id"], phone=phone):
        raise Invalid("Another customer has this number.")
    customer |= {"phone": phone, "bsuid": f"{old_bsuid[:2]}.{new_id(20)}"}
    world.store.put_customer(customer)
    return {
        "body": f"{customer['name']} changed from {old_phone} to {phone}",
        "wa_id": phone,
        "type": "user_changed_number",
        "user_id": customer["bsuid"],
        "previous_user_id": old_bsuid,
    }


def _unsupported(world: World, customer: Doc, act: Doc) -> Doc:
    return {"type": str(act.get("unsupported_type") or "poll_creation")}


def _in_chat(world: World, customer: Doc, message_id: object, *, own: bool = False) -> Doc:
    target = world.store.find_message(str(message_id or ""))
    if target is None or target["customer_id"] != customer["id"]:
        raise NotFound("The message is not in this chat.")
    if own and target["direction"] != "in":
        raise Invalid("Only a customer's own messages can be edited or deleted.")
    return target


_BUILDERS: dict[str, Callable[[World, Doc, Doc], object]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "reaction": _reaction,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
    "unsupported": _unsupported,
}


def announce_preference(world: World, customer: Doc, number: Doc) -> None:
    """Tell the app that a customer stopped or resumed marketing messages."""
    value = customer["marketing"]
    verb = "stop" if value == "stop" else "resume"
    preference: Doc = {
        "user_id": customer["bsuid"],
        "detail": f"User requested to {verb} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": int(world.now()),
    }
    if customer["phone"]:
        preference["wa_id"] = customer["phone"]
    change: Doc = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": number["phone"],
            "phone_number_id": number["id"],
        },
        "contacts": [world.contact_of(customer)],
        "user_preferences": [preference],
    }
    world.emit(number["waba_id"], "user_preferences", change, lane=customer["id"])
