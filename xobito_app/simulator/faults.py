"""Faults by probability: the same ones again for the same seed, whatever order requests come in.

What happens to a request depends on the seed, on who it is to and on which request to them it is,
and on nothing else.
"""

from __future__ import annotations

import random

from xobito_app.simulator.errors import GraphError, title_of
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World

SERVER_ERROR = "500"
"""HTTP 500 with code 131000; the message was not taken."""
ANSWER_LOST = "answer_lost"
"""The message is taken, and the answer comes too late for anybody to wait for it."""
REQUEST_LOST = "request_lost"
"""Nothing is taken, and the answer comes too late for anybody to wait for it."""
LATER = "_later"
"""Ends the name of a code that is told by webhook, after the message was taken."""
SILENT = frozenset({ANSWER_LOST, REQUEST_LOST})

CALM: Doc = {"seed": 0, "shares": {}}
"""No faults, as every account begins."""


def is_known(name: str) -> bool:
    """Tell whether something can be made to fail this way: one of the words, or Meta's code."""
    code = name.removesuffix(LATER)
    return name in {SERVER_ERROR, *SILENT} or (code.isdigit() and 0 < len(code) < 9)


def plan_of(world: World, waba_id: str) -> Doc:
    """Return which share of an account's requests fails how."""
    if waba_id not in world.fault_plans:
        world.fault_plans[waba_id] = world.store.find("faults", waba_id) or CALM
    return world.fault_plans[waba_id]


def set_plan(world: World, waba_id: str, plan: Doc) -> None:
    """Have requests fail by this plan from now on."""
    world.fault_plans[waba_id] = plan
    world.store.put("faults", waba_id, plan, waba_id)


def draw(world: World, number: Doc, peer: str) -> str:
    """Return how the next request to somebody fails; empty when it does not."""
    plan = plan_of(world, number["waba_id"])
    if not plan["shares"]:
        return ""
    tries = world.store.count_requests(number["id"], peer)
    chance = random.Random(f"{plan['seed']}:{peer}:{tries}").random()  # noqa: S311
    for name, share in sorted(plan["shares"].items()):
        if chance < share:
            return name
        chance -= share
    return ""


def refuse(fault: str) -> None:
    """Refuse a request whose fault is a refusal.

    Raises:
        GraphError: With the fault's code.
    """
    if fault == SERVER_ERROR:
        raise GraphError(131000, "Something went wrong on our side.", status=500, transient=True)
    if fault and fault not in SILENT and not fault.endswith(LATER):
        raise GraphError(int(fault), title_of(int(fault)))


def later_code(fault: str) -> int | None:
    """Return the code with which a message that was taken fails afterwards."""
    return int(fault.removesuffix(LATER)) if fault.endswith(LATER) else None
