"""What must stop others is heard before ticks: a flood of them must not let more go out."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests import deliveries
from tests.features.ingest.hostile import statuses
from tests.fixtures import World
from xobito_app.features.ingest import turns
from xobito_app.features.ingest.drain import drain

pytestmark = pytest.mark.reliability("hostile deliveries")


@pytest.fixture
async def pieces(world, monkeypatch):
    """What is done in each transaction, by kind."""
    await drain()
    done: list[list[str]] = []
    really = turns.apply_parts

    async def note(session, workspace_id, parts):
        if workspace_id == world.workspace_id:
            done.append([type(part).__name__ for part in parts])
        return await really(session, workspace_id, parts)

    monkeypatch.setattr(turns, "apply_parts", note)
    return done


async def deliver_last(world: World, *changes: dict[str, Any]) -> None:
    """Store ticks, and then these; read all of it."""
    await deliveries.store(statuses(world, 2))
    for change in changes:
        await deliveries.store(deliveries.envelope(world, change))
    await drain()


@pytest.mark.parametrize(
    ("code", "is_first"),
    [
        (132015, True),
        (135000, True),
        (131050, True),
        (131042, True),
        (131026, False),
        (131049, False),
    ],
)
async def test_a_failure_that_must_stop_others_is_heard_first(world, pieces, code, is_first):
    """Of a template, a portfolio, a person, an account; what failed for itself alone can wait."""
    failed = deliveries.status(f"wamid.{uuid4().hex}", "failed", errors=[{"code": code}])
    await deliver_last(world, deliveries.change(world, statuses=[failed]))
    assert pieces == ([["Status"], ["Status"] * 2] if is_first else [["Status"] * 3])


async def test_who_wants_no_more_and_what_meta_stopped_come_after_messages(world, pieces):
    preference = {
        "wa_id": "16505550001",
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": 1_800_000_000,
    }
    template = {"event": "PAUSED", "message_template_id": 1, "message_template_name": "sale"}
    person, message = deliveries.person("16505550001"), deliveries.text("16505550001", "Hi")
    await deliver_last(
        world,
        {
            **deliveries.change(world, user_preferences=[preference]),
            "field": "user_preferences",
        },
        {"field": "message_template_status_update", "value": template},
        deliveries.change(world, contacts=[person], messages=[message]),
    )
    assert pieces == [["Message"], ["PreferenceChange", "TemplateEvent"], ["Status"] * 2]
