"""Buttons of templates that customers press: what Meta counts, and what a business never hears.

Meta: `clicked` of `template_analytics`, with the types `url_button`, `unique_url_button` and
`quick_reply_button`.
"""

from __future__ import annotations

from xobito_app.core.errors import Invalid
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World


def open_link(world: World, customer: Doc, act: Doc) -> Doc:
    """Press a link as the customer, and return the message it stands in.

    Raises:
        Invalid: The customer has no such message, or it has no such button.
    """
    message = count(world, customer, act)
    if message is None:
        raise Invalid("There is no such button in this chat.")
    return message


def count(world: World, customer: Doc, act: Doc) -> Doc | None:
    """Count a press and return the message; None when the customer has no such button."""
    message = world.store.find_message(str(act.get("reply_to", "")))
    if message is None or message["customer_id"] != customer["id"]:
        return None
    buttons = (message.get("view") or {}).get("buttons", [])
    pressed = next((one for one in buttons if one["text"] == act.get("text")), None)
    if pressed is None:
        return None
    kind = "url_button" if pressed["type"] == "URL" else "quick_reply_button"
    clicks = message.setdefault("clicks", {})
    click = clicks.setdefault(pressed["text"], {"type": kind, "text": pressed["text"], "count": 0})
    click["count"] += 1
    world.store.save_message(message)
    return message
