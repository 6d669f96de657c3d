"""Ticks: the statuses that follow an accepted message, in believable time and Meta's v24+ form.

Meta's webhook field `messages`, `statuses[]`; since v24 without `conversation`, except inside a
free entry point window.
"""

from __future__ import annotations

import random

from xobito_app.simulator.errors import title_of, webhook_error
from xobito_app.simulator.limits import WINDOW
from xobito_app.simulator.magic import Outcome
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World

_RANK = {"accepted": 0, "held": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 5}
_HELD_FOR = 20.0
_CLOSED_WINDOW = (
    "Message failed to send because more than 24 hours have passed since the customer last "
    "replied to this number."
)
_FAILURES: dict[Outcome, tuple[int, str]] = {
    Outcome.FAILS_LATER: (131000, "Message failed to send due to an unknown error."),
    Outcome.UNDELIVERABLE_LATER: (131026, "Message Undeliverable."),
    Outcome.MARKETING_CAP: (
        131049,
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    Outcome.HELD_THEN_DROPPED: (
        132015,
        "Message dropped because the template was paused due to low quality.",
    ),
}


def plan_statuses(world: World, message: Doc, outcome: Outcome | int | None) -> None:
    """Plan what becomes of an accepted message."""
    delay = _between(0.25, 0.8)
    if message["type"] == "template" and outcome in {Outcome.HELD, Outcome.HELD_THEN_DROPPED}:
        delay += _HELD_FOR
    failure = _failure(message, outcome)
    if failure is not None:
        code, details = failure
        _plan(world, message, delay, "failed", errors=[webhook_error(code, details)])
        return
    _plan(world, message, delay, "sent")
    delay += _between(0.4, 1.5)
    _plan(world, message, delay, "delivered")
    reads = world.settings_of(message["waba_id"])["auto_read_seconds"]
    if reads is not None and outcome is not Outcome.NEVER_READ:
        _plan(world, message, delay + float(reads), "read")


def _failure(message: Doc, outcome: Outcome | int | None) -> tuple[int, str] | None:
    """Return code and words of a message that fails after all."""
    if isinstance(outcome, int):
        return outcome, _CLOSED_WINDOW if outcome == 131047 else title_of(outcome)
    if outcome is None or outcome not in _FAILURES or not _applies(message, outcome):
        return None
    return _FAILURES[outcome]


def _applies(message: Doc, outcome: Outcome) -> bool:
    if outcome is Outcome.MARKETING_CAP:
        return message["category"] == "marketing"
    if outcome is Outcome.HELD_THEN_DROPPED:
        return message["type"] == "template"
    return True


def _between(least: float, most: float) -> float:
    return random.uniform(least, most)  # noqa: S311


def _plan(world: World, message: Doc, seconds: float, status: str, **facts: object) -> None:
    world.agenda.plan(
        "status", message["waba_id"], seconds, message_id=message["id"], status=status, **facts
    )


def carry_out(world: World, step: Doc) -> None:
    """Give a message its planned status."""
    message = world.store.find_message(step["message_id"])
    if message is not None:
        set_status(world, message, step["status"], errors=step.get("errors"))


def set_status(world: World, message: Doc, status: str, *, errors: list[Doc] | None = None) -> bool:
    """Raise a message's status and tell the app; returns whether it was a step up."""
    if _RANK[status] <= _RANK[message["status"]]:
        return False
    customer = world.store.find_customer(message["customer_id"])
    number = world.store.find("number", message["number_id"])
    if customer is None or number is None:
        return False
    first_delivery = status == "delivered" or (
        status == "read" and "delivered" not in message["status_at"]
    )
    message["status"] = status
    message["status_at"][status] = world.now()
    if errors:
        message["errors"] = errors
    world.store.save_message(message)
    # Meta sends no statuses for reactions.
    if message["type"] != "reaction":
        value = _status_value(world, message, customer, status, first_delivery)
        world.emit_messages(number, value, lane=customer["id"])
    world.hub.tell(
        "status",
        message["waba_id"],
        customer_id=customer["id"],
        message_id=message["id"],
        status=status,
    )
    return True


def _status_value(
    world: World, message: Doc, customer: Doc, status: str, first_delivery: bool
) -> Doc:
    item: Doc = {
        "id": message["id"],
        "status": status,
        "timestamp": str(int(message["status_at"][status])),
    }
    if customer["phone"]:
        item["recipient_id"] = customer["phone"]
    if status != "failed" or not message["by_phone"]:
        item["recipient_user_id"] = customer["bsuid"]
    if message["callback_data"] is not None:
        item["biz_opaque_callback_data"] = message["callback_data"]
    if status == "sent" or first_delivery:
        item |= _pricing(message, status)
    if status == "failed":
        item["errors"] = message["errors"]
        return {"statuses": [item]}
    # Meta shows the username with delivered and read, not with sent.
    contact = world.contact_of(customer, username=status != "sent")
    return {"contacts": [contact], "statuses": [item]}


def _pricing(message: Doc, status: str) -> Doc:
    kind = message["pricing_type"]
    free_entry = kind == "free_entry_point"
    category = "referral_conversion" if free_entry else message["category"]
    pricing: Doc = {
        "billable": kind == "regular",
        "pricing_model": "PMP",
        "type": kind,
        "category": category,
    }
    if not free_entry:
        return {"pricing": pricing}
    # Since v24 only chats that an ad opened still carry a conversation.
    conversation: Doc = {"id": f"{message['customer_id']}fep", "origin": {"type": category}}
    if status == "sent":
        conversation["expiration_timestamp"] = str(int(message["at"] + WINDOW))
    return {"conversation": conversation, "pricing": pricing}


def open_chat(world: World, customer: Doc, number_id: str | None = None) -> int:
    """Let the customer read everything delivered; returns how many messages got blue ticks."""
    read = 0
    for message in world.store.list_unread(customer["id"], "out", ("sent", "delivered")):
        if number_id in (None, message["number_id"]):
            read += set_status(world, message, "read")
    return read
