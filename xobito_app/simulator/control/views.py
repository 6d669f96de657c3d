"""What the control API shows: WABAs, customers and chats as a phone would draw them."""

from __future__ import annotations

import hashlib
import hmac

from xobito_app.simulator import limits, magic
from xobito_app.simulator.inbound import MEDIA_KINDS
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World


def waba_view(world: World, waba: Doc) -> Doc:
    """Return a WABA with everything a connection needs, secrets included."""
    app = world.store.find("app", waba["app_id"]) or {}
    numbers = [
        {
            "phone_number_id": n["id"],
            "display_phone_number": n["display_phone_number"],
            "verified_name": n["verified_name"],
        }
        for n in world.numbers_of(waba["id"])
    ]
    tokens = [t for t in world.store.list_of("token", waba["id"]) if t["is_valid"]]
    tokens.sort(key=lambda t: t["issued_at"])
    return {
        "waba_id": waba["id"],
        "name": waba["name"],
        "business_id": waba["business_id"],
        "phone_number_id": numbers[0]["phone_number_id"] if numbers else "",
        "display_phone_number": numbers[0]["display_phone_number"] if numbers else "",
        "phone_numbers": numbers,
        "access_token": tokens[-1]["token"] if tokens else "",
        "app_id": waba["app_id"],
        "app_secret": app.get("app_secret", ""),
        "settings": world.settings_of(waba["id"]),
        "disturbances": world.courier.disturbances(waba["id"]),
        "callback_url": world.courier.callback_of(waba["app_id"], waba["id"]),
        "is_subscribed": bool(world.store.list_of("subscribed_app", waba["id"])),
    }


def customer_view(world: World, customer: Doc) -> Doc:
    """Return a customer as one line of the phone's list."""
    newest = world.store.page_messages(customer["id"], before=None, limit=1)
    outcome = magic.outcome_of(customer["phone"])
    last = newest[0][1] if newest else None
    windows = {
        n["id"]: limits.is_within_window(world, n, customer)
        for n in world.numbers_of(customer["waba_id"])
    }
    return {
        "id": customer["id"],
        "waba_id": customer["waba_id"],
        "name": customer["name"],
        "phone": f"+{customer['phone']}" if customer["phone"] else "",
        "username": customer["username"],
        "user_id": customer["bsuid"],
        "is_blocked": customer["blocked"],
        "marketing": customer["marketing"],
        "magic": outcome.value if outcome else "",
        "is_typing": customer.get("typing_until", 0) > world.now(),
        "windows": windows,
        "last_text": preview(last) if last else "",
        "last_at": last["at"] if last else customer["created_at"],
    }


def message_view(world: World, message: Doc, seq: int, control_token: str) -> Doc:
    """Return a message with all that is needed to draw it as the customer sees it."""
    view: Doc = {
        "seq": seq,
        "id": message["id"],
        "number_id": message["number_id"],
        "direction": message["direction"],
        "type": message["type"],
        "at": message["at"],
        "text": preview(message),
        "content": message["content"],
        "template": message.get("view"),
        "media": _media(world, message, control_token),
        "taps": _taps(message),
        "status": message["status"],
        "status_at": message.get("status_at", {}),
        "errors": message.get("errors", []),
        "reactions": {who: e for who, e in message.get("reactions", {}).items() if e},
        "is_edited": bool(message.get("edited")),
        "is_revoked": bool(message.get("revoked")),
        "is_forwarded": bool((message.get("context") or {}).get("forwarded")),
        "referral": message.get("referral"),
        "reply_to": None,
    }
    if message.get("context_id"):
        original = world.store.find_message(message["context_id"])
        if original:
            view["reply_to"] = {
                "id": original["id"],
                "direction": original["direction"],
                "text": preview(original),
            }
    return view


def preview(message: Doc) -> str:
    """Return the words of a message on one bubble or list line."""
    content, kind = message["content"], message["type"]
    if kind == "template":
        return (message.get("view") or {}).get("body", "")
    if kind == "contacts" and content:
        return ", ".join(c.get("name", {}).get("formatted_name", "") for c in content)
    if not isinstance(content, dict):
        return ""
    if kind == "interactive":
        reply = content.get("button_reply") or content.get("list_reply")
        return reply["title"] if reply else (content.get("body") or {}).get("text", "")
    for key in ("body", "text", "caption", "name", "filename", "emoji"):
        if isinstance(content.get(key), str) and content[key]:
            return content[key]
    return ""


def media_key(media_id: str, control_token: str) -> str:
    """Return the key that lets an `<img>` read one file without the control header."""
    return hmac.new(control_token.encode(), media_id.encode(), hashlib.sha256).hexdigest()[:32]


def media_path(media_id: str, control_token: str) -> str:
    """Return the path of a file on the control side."""
    return f"/control/media/{media_id}?key={media_key(media_id, control_token)}"


def _media(world: World, message: Doc, control_token: str) -> Doc | None:
    holder, kind = message["content"], message["type"]
    if kind == "template":
        holder = (message.get("view") or {}).get("header") or {}
        kind = holder.get("kind", "")
        holder = holder.get(kind, {})
    elif kind == "interactive" and isinstance(holder.get("header"), dict):
        kind = holder["header"].get("type", "")
        holder = holder["header"].get(kind, {})
    if kind not in MEDIA_KINDS or not isinstance(holder, dict):
        return None
    if link := holder.get("link"):
        return {"kind": kind, "url": link, "mime_type": "", "filename": holder.get("filename", "")}
    media = world.store.find("media", str(holder.get("id", "")))
    if media is None:
        return None
    return {
        "kind": kind,
        "url": media_path(media["id"], control_token),
        "mime_type": media["mime_type"],
        "filename": holder.get("filename") or media["filename"],
    }


def _taps(message: Doc) -> list[Doc]:
    """Return what can be tapped; each `act` is ready to be posted as the customer's message."""
    if message["direction"] != "out":
        return []
    if message["type"] == "template":
        return [_template_tap(message, b) for b in (message.get("view") or {}).get("buttons", [])]
    if message["type"] != "interactive":
        return []
    action = message["content"].get("action", {})
    taps: list[Doc] = []
    for button in action.get("buttons", []):
        taps.append(_reply_tap(message, "button_reply", button["reply"], ""))
    for section in action.get("sections", []):
        for row in section.get("rows", []):
            taps.append(_reply_tap(message, "list_reply", row, section.get("title", "")))
    if action.get("name") == "cta_url":
        parameters = action["parameters"]
        taps.append({"kind": "url", "text": parameters["display_text"], "url": parameters["url"]})
    return taps


def _reply_tap(message: Doc, kind: str, reply: Doc, section: str) -> Doc:
    act: Doc = {
        "type": "interactive",
        "reply_type": kind,
        "id": reply["id"],
        "title": reply["title"],
        "reply_to": message["id"],
    }
    description = reply.get("description", "")
    if description:
        act["description"] = description
    shown = {"kind": kind, "text": reply["title"], "description": description}
    return {**shown, "section": section, "act": act}


def _template_tap(message: Doc, button: Doc) -> Doc:
    tap: Doc = {"kind": button["type"].lower(), "text": button["text"]}
    if button["type"] == "QUICK_REPLY":
        tap["act"] = {
            "type": "button",
            "text": button["text"],
            "payload": button["payload"],
            "reply_to": message["id"],
        }
    elif button["type"] == "URL":
        tap["act"] = {"type": "click", "text": button["text"], "reply_to": message["id"]}
    for key in ("url", "phone_number", "code"):
        if button.get(key):
            tap[key] = button[key]
    return tap
