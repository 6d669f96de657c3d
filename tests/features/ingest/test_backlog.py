"""A delivery that waits too long is told of wherever somebody might look."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests import deliveries
from tests.fixtures import make_member
from xobito_app.core import clock
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.features.doctor import service as doctor
from xobito_app.features.ingest.backlog import Backlog
from xobito_app.features.ingest.drain import drain
from xobito_app.models.connection import InboundEvent
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.connect import lines

pytestmark = pytest.mark.reliability("signs that something waits")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("waited", "sentence"),
    [
        (0, ""),
        (29, ""),
        (30, ""),
        (31, "Incoming messages are late: the oldest has waited 31 seconds to be read."),
        (119, "Incoming messages are late: the oldest has waited 119 seconds to be read."),
        (120, "Incoming messages are late: the oldest has waited 2 minutes to be read."),
        (121, "Incoming messages are late: the oldest has waited 2 minutes to be read."),
        (600, "Incoming messages are late: the oldest has waited 10 minutes to be read."),
        (-600, ""),
    ],
)
def test_thirty_seconds_are_in_time_and_more_are_late(waited, sentence):
    """Just at thirty seconds nothing is said yet."""
    backlog = Backlog.of(NOW - timedelta(seconds=waited), NOW)
    assert (backlog.sentence, backlog.is_late) == (sentence, bool(sentence))


def test_nothing_that_waits_is_never_late():
    assert not Backlog.of(None, NOW).is_late


@pytest.fixture
async def late(world):
    """A delivery that came in a minute ago and nobody has read."""
    await drain()
    async with unit_of_work() as uow:
        event = InboundEvent(
            digest=uuid4().hex, received_at=clock.now() - timedelta(minutes=1), body=b"{}"
        )
        uow.session.add(event)
    yield world
    await drain()


def viewer_of(actor) -> Viewer:
    given = {field.name: None for field in fields(Viewer)}
    return Viewer(**{**given, "actor": actor})


async def test_health_the_doctor_and_the_line_at_the_top_say_so(http, late):
    """Health goes on answering 200: the process itself is fit."""
    answer = await http.get("/health")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["inbox"]) == ("degraded", "late")
    assert answer.json()["oldest_pending_seconds"] >= 60
    checks = {c.name: c for c in await doctor.examine(late.owner, lane_ages={"live": 1.0})}
    assert "Incoming messages are late" in checks["queue"].line
    (line,) = await lines.late_lines(viewer_of(late.owner))
    assert (line.tone, line.link) == ("danger", "/doctor")
    agent = await make_member(late, "Agent")
    (line,) = await lines.late_lines(viewer_of(agent))
    assert line.link == ""


async def test_when_it_is_read_nobody_says_anything(http, world):
    await deliveries.store(deliveries.incoming(world, "16505550001", "hello"))
    await drain()
    answer = await http.get("/health")
    assert (answer.json()["status"], answer.json()["inbox"]) == ("ok", "ok")
    assert await lines.late_lines(viewer_of(world.owner)) == []
