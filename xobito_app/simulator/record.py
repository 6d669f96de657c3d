"""The record of traffic: each message asked for, each message a customer wrote, and when.

It is what really came in, whatever the app believes: nobody is asked twice, nothing is left out.
Times are the simulator's clock when the request was read, before anything was done about it.
"""

from __future__ import annotations

from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World, digits

ACCEPTED, REFUSED, LOST = "accepted", "refused", "lost"


def begin(world: World, number: Doc, body: Doc) -> Doc:
    """Return a request that has just come, to be completed by what is done about it."""
    template = body.get("template")
    return {
        "waba_id": number["waba_id"],
        "number_id": number["id"],
        "direction": "out",
        "at": world.now(),
        "peer": digits(str(body.get("to") or "")) or str(body.get("recipient") or ""),
        "type": str(body.get("type") or "text"),
        "template": str(template.get("name") or "") if isinstance(template, dict) else "",
        "callback_data": body.get("biz_opaque_callback_data"),
    }


def refused(world: World, request: Doc, code: int) -> None:
    """Put on record that a request was refused with a code."""
    world.store.add_traffic({**request, "answer": REFUSED, "code": code, "is_answered": True})


def taken(world: World, request: Doc, answer: Doc, *, is_answered: bool) -> None:
    """Put on record what became of a request that was not refused.

    Args:
        answer: Meta's; empty when the request was lost on its way.
        is_answered: Whether whoever asked is told in time.
    """
    sent = next(iter(answer.get("messages", [])), {})
    told = {"answer": ACCEPTED if sent else LOST, "message_id": sent.get("id", "")}
    world.store.add_traffic({**request, **told, "is_answered": is_answered})


def note_received(world: World, customer: Doc, message: Doc) -> None:
    """Put on record that a customer wrote."""
    world.store.add_traffic(
        {
            "waba_id": message["waba_id"],
            "number_id": message["number_id"],
            "direction": "in",
            "at": message["at"],
            "peer": customer["phone"] or customer["bsuid"],
            "type": message["type"],
            "message_id": message["id"],
        }
    )
