"""Meta's sending limits: throughput of a number, the pair rate, and the customer-service window.

Meta's terms: "throughput" (error 130429), "pair rate limit" (131056), "customer service window"
(131047) and "free entry point".
"""

from __future__ import annotations

import time

from xobito_app.simulator.errors import GraphError
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World

WINDOW = 24 * 3600.0
"""Seconds a customer's message keeps the free-form window open."""
FREE_ENTRY = 72 * 3600.0
"""Seconds a chat that began with an ad stays free."""
PAIR_GAP = 6.0
"""Seconds between messages to one customer, in the long run."""
PAIR_BURST = 45
"""Messages to one customer that may be borrowed from the future."""


def take_throughput(world: World, number: Doc) -> None:
    """Count one message of a number.

    Raises:
        GraphError: 130429 when the number is over its messages per second.
    """
    most = int(world.settings_of(number["waba_id"])["throughput"])
    now = time.monotonic()
    recent = world.recent_sends.setdefault(number["id"], [])
    while recent and recent[0] <= now - 1:
        recent.pop(0)
    if len(recent) >= most:
        raise GraphError(
            130429,
            "Message failed to send because there were too many messages sent from this phone "
            "number in a short period of time",
        )
    recent.append(now)


def count_received(world: World, number: Doc) -> None:
    """Count a message a number got: Meta's throughput is of both directions, and refuses none."""
    world.recent_sends.setdefault(number["id"], []).append(time.monotonic())


def take_pair(world: World, number: Doc, customer: Doc) -> None:
    """Count one message of a number to a customer.

    Raises:
        GraphError: 131056 when the pair has borrowed all it may.
    """
    key = f"{number['id']}:{customer['id']}"
    now = world.now()
    level, since = world.pair_levels.get(key, (0.0, now))
    level = max(0.0, level - max(0.0, now - since) / PAIR_GAP)
    if level + 1 > PAIR_BURST:
        raise pair_limit()
    world.pair_levels[key] = (level + 1, now)


def pair_limit() -> GraphError:
    """Return the error of too many messages to one customer."""
    return GraphError(
        131056,
        "Message failed to send because there were too many messages sent from this phone number "
        "to the same phone number in a short period of time.",
    )


def is_within_window(world: World, number: Doc, customer: Doc) -> bool:
    """Tell whether the customer wrote to the number less than 24 simulated hours ago."""
    last = world.store.last_inbound_at(number["id"], customer["id"])
    return last is not None and world.now() - last < WINDOW


def is_free_entry(world: World, customer: Doc) -> bool:
    """Tell whether the chat is inside the 72 free hours that an ad opens."""
    return world.now() - customer.get("referred_at", float("-inf")) < FREE_ENTRY
