"""Sending later: wall-clock times of the workspace, and what the reply window makes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.fixtures import make_world
from xobito_app.core import clock
from xobito_app.core.errors import Conflict, Invalid, NotFound
from xobito_app.features.inbox.composing.compose import send_text
from xobito_app.features.inbox.composing.message_actions import cancel_scheduled
from xobito_app.features.inbox.composing.scheduling import (
    change_scheduled,
    list_scheduled,
    look_ahead,
)
from xobito_app.features.inbox.sending.sweep import sweep
from xobito_app.features.inbox.threads.local_times import presets, read_local
from xobito_app.features.workspaces.service import rename_workspace

ZONE = "Europe/Vienna"


def local(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("typed", "zone", "moment"),
    [
        ("2026-11-24T09:00", ZONE, datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("2026-07-24T09:00", ZONE, datetime(2026, 7, 24, 7, tzinfo=UTC)),
        ("2026-11-24T09:00", "America/New_York", datetime(2026, 11, 24, 14, tzinfo=UTC)),
        (" 2026-11-24T09:00:30 ", "UTC", datetime(2026, 11, 24, 9, tzinfo=UTC)),
    ],
)
def test_a_time_is_one_of_the_zone(typed, zone, moment):
    assert read_local(typed, zone) == moment


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-13-01T09:00", "2027-03-28T02:30"])
def test_what_is_no_time_there_is_refused(typed):
    with pytest.raises(Invalid):
        read_local(typed, ZONE)


@pytest.mark.parametrize(
    ("now", "labels"),
    [
        (
            datetime(2026, 11, 24, 8, tzinfo=UTC),
            ["In an hour", "This evening", "Tomorrow morning", "Monday morning"],
        ),
        (
            datetime(2026, 11, 24, 20, tzinfo=UTC),
            ["In an hour", "Tomorrow morning", "Monday morning"],
        ),
        (datetime(2026, 11, 29, 8, tzinfo=UTC), ["In an hour", "This evening", "Tomorrow morning"]),
    ],
)
def test_offered_moments_lie_ahead_and_none_is_offered_twice(now, labels):
    offered = presets(now, ZONE)
    assert [p.label for p in offered] == labels
    assert all(read_local(local(p.local), ZONE) > now for p in offered)
    assert len({p.local for p in offered}) == len(offered)


async def test_the_screen_learns_before_sending_that_the_window_will_be_closed(line):
    await line.do(rename_workspace, name="Shop", time_zone=ZONE, country="AT")
    soon, late = clock.now() + timedelta(hours=2), clock.now() + timedelta(hours=30)
    vienna = [local(moment.astimezone(_vienna())) for moment in (soon, late)]
    near = await line.do(look_ahead, conversation_id=line.thread_id, local=vienna[0])
    far = await line.do(look_ahead, conversation_id=line.thread_id, local=vienna[1])
    assert (near.is_open_then, far.is_open_then) == (True, False)
    assert near.time_zone == ZONE
    assert abs(near.due_at - soon) < timedelta(minutes=1)
    assert far.closes_at is not None
    with pytest.raises(Invalid, match="window"):
        await line.do(send_text, line.order(due_at=far.due_at), body="too late")


def _vienna():
    from zoneinfo import ZoneInfo

    return ZoneInfo(ZONE)


async def test_a_scheduled_text_gets_other_words_and_another_time(line):
    entry = await line.do(
        send_text, line.order(due_at=clock.now() + timedelta(hours=1)), body="First words"
    )
    (waiting,) = await line.do(list_scheduled, conversation_id=line.thread_id)
    assert waiting.id == entry.id
    later = clock.now() + timedelta(hours=3)
    await line.do(change_scheduled, message_id=entry.id, local=local(later), body=" Better words ")
    row = await line.message(entry.id)
    assert row.body == "Better words"
    assert abs(row.due_at - later) < timedelta(minutes=1)
    await line.change(row, due_at=clock.now() - timedelta(seconds=1))
    await sweep(line.workspace_id)
    await line.dispatch()
    assert line.wire.bodies() == ["Better words"]
    assert await line.do(list_scheduled, conversation_id=line.thread_id) == []
    with pytest.raises(Conflict):
        await line.do(change_scheduled, message_id=entry.id, local=local(later), body="x")


@pytest.mark.parametrize(
    ("shift", "body", "words"),
    [
        (timedelta(hours=-1), "x", "between now"),
        (timedelta(hours=30), "x", "window"),
        (timedelta(hours=2), " ", "empty"),
        (timedelta(hours=2), "x" * 4097, "4096"),
    ],
)
async def test_a_change_that_cannot_be_leaves_it_as_it_was(line, shift, body, words):
    entry = await line.do(
        send_text, line.order(due_at=clock.now() + timedelta(hours=1)), body="Kept"
    )
    with pytest.raises(Invalid, match=words):
        await line.do(
            change_scheduled, message_id=entry.id, local=local(clock.now() + shift), body=body
        )
    assert (await line.message(entry.id)).body == "Kept"


async def test_another_workspace_changes_and_lists_nothing(line):
    entry = await line.do(
        send_text, line.order(due_at=clock.now() + timedelta(hours=1)), body="Ours"
    )
    stranger = (await make_world()).owner
    for service, given in (
        (change_scheduled, {"message_id": entry.id, "local": "2026-11-24T09:00"}),
        (cancel_scheduled, {"message_id": entry.id}),
        (list_scheduled, {"conversation_id": line.thread_id}),
    ):
        with pytest.raises(NotFound):
            await line.do(service, actor=stranger, **given)
