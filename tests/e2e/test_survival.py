"""What was acknowledged survives: any process killed, and all of them at once."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.installation import Installation

REPAIR_SECONDS = 30


@pytest.fixture
def account(place: Installation) -> dict[str, Any]:
    """The simulated account, asked for while the simulator still lives."""
    return place.account()


def _delivery(account: dict[str, Any], text: str, number: int) -> dict[str, Any]:
    """Make a delivery with one message of one of fifty people."""
    sender = f"1650555{number % 50:04}"
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": account["waba_id"],
                "changes": [
                    {
                        "field": "messages",
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {
                                "display_phone_number": "15550783881",
                                "phone_number_id": account["phone_number_id"],
                            },
                            "contacts": [{"profile": {"name": "Ana"}, "wa_id": sender}],
                            "messages": [
                                {
                                    "from": sender,
                                    "id": f"wamid.{text}",
                                    "timestamp": str(int(time.time())),
                                    "type": "text",
                                    "text": {"body": text},
                                }
                            ],
                        },
                    }
                ],
            }
        ],
    }


@contextmanager
def _customers_writing(place: Installation, account: dict[str, Any]) -> Iterator[set[str]]:
    """Post messages without pause, like Meta again and again those that got no 200.

    Yields:
        The texts acknowledged so far.
    """
    acknowledged: set[str] = set()
    over = threading.Event()

    def write() -> None:
        with httpx.Client(timeout=5) as client:
            for number in itertools.count():
                if over.is_set():
                    return
                text = f"survivor-{number}-{uuid4().hex[:8]}"
                body = _delivery(account, text, number)
                try:
                    if place.post_signed(client, body, account["app_secret"]) == 200:
                        acknowledged.add(text)
                except httpx.HTTPError:
                    time.sleep(0.05)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield acknowledged
    finally:
        over.set()
        writer.join(20)


def _wait_until_stored(place: Installation, texts: set[str]) -> None:
    """Wait until each text is exactly one stored message.

    Raises:
        AssertionError: Some are missing or double after a while; says which.
    """
    deadline = time.monotonic() + REPAIR_SECONDS
    while True:
        stored = place.stored_texts("survivor-%")
        if texts <= set(stored) or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    assert texts - set(stored) == set()
    assert len(stored) == len(set(stored))


@pytest.mark.parametrize(
    "program", ["web", "live", "bulk", "beat", "simulator", "valkey", "postgres"]
)
def test_any_killed_process_is_repaired_and_nothing_is_lost(place, account, program):
    with _customers_writing(place, account) as acknowledged:
        time.sleep(0.5)
        killed = place.kill(program)
        place.wait_for_another(program, killed, seconds=REPAIR_SECONDS)
        known = len(acknowledged)
        deadline = time.monotonic() + REPAIR_SECONDS
        while len(acknowledged) < known + 20 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(acknowledged) >= known + 20
    _wait_until_stored(place, acknowledged)


def test_everything_killed_at_once_loses_nothing_that_was_acknowledged(place, account):
    with _customers_writing(place, account) as acknowledged:
        deadline = time.monotonic() + REPAIR_SECONDS
        while len(acknowledged) < 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        place.kill_everything()
    assert len(acknowledged) >= 200
    place.start()
    _wait_until_stored(place, acknowledged)
