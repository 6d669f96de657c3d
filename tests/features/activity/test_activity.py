from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.fixtures import make_member, make_world
from xobito_app.core.errors import Forbidden, Invalid
from xobito_app.core.permissions import system_actor
from xobito_app.features.activity import service as activity
from xobito_app.features.activity.filters import ActivityFilter, read_filter
from xobito_app.features.workspaces import team
from xobito_app.persistence.unit_of_work import unit_of_work


async def read(world, by=None, **named):
    async with unit_of_work(world.workspace_id) as uow:
        return await activity.list_activity(uow.session, by or world.owner, **named)


async def write(world, actor, *actions):
    async with unit_of_work(world.workspace_id) as uow:
        for action in actions:
            activity.record(uow.session, actor, action)
            await uow.session.flush()


async def test_windows_follow_each_other_without_gap_or_double(world):
    await write(world, world.owner, *(f"staff.test{i}" for i in range(7)))
    seen, cursor = [], ""
    while True:
        page = await read(world, cursor=cursor, limit=3)
        seen += [entry.action for entry in page.rows]
        if not (cursor := page.cursor):
            break
    assert seen == [*(f"staff.test{i}" for i in reversed(range(7))), "workspace.created"]


async def test_a_filter_narrows_by_person_and_area(world):
    agent = await make_member(world, "Agent")
    await write(world, agent, "staff.a", "role.b")
    mine = await read(world, activity_filter=ActivityFilter(user_id=agent.user_id, action="staff."))
    assert [entry.action for entry in mine.rows] == ["staff.a"]


async def test_the_log_is_for_those_who_may_see_it_and_of_one_workspace(world):
    agent = await make_member(world, "Agent")
    with pytest.raises(Forbidden):
        await read(world, by=agent)
    other = await make_world()
    await write(other, other.owner, "staff.elsewhere")
    assert "staff.elsewhere" not in [entry.action for entry in (await read(world)).rows]


def test_days_are_those_of_the_readers_time_zone():
    activity_filter = read_filter({"since": "2026-05-03", "until": "2026-05-03"}, "Europe/Berlin")
    assert activity_filter.since.astimezone(UTC) == datetime(2026, 5, 2, 22, tzinfo=UTC)
    assert activity_filter.until.astimezone(UTC) == datetime(2026, 5, 3, 22, tzinfo=UTC)


def test_a_date_that_cannot_be_read_is_named():
    with pytest.raises(Invalid) as caught:
        read_filter({"since": "yesterday"}, "UTC")
    assert list(caught.value.fields) == ["since"]


def test_an_unknown_area_narrows_nothing():
    assert read_filter({"area": "%"}, "UTC").action == ""


async def test_each_entry_names_who_did_it_and_from_where(world):
    people = [
        replace(await make_member(world, "Admin", f"Person {n}"), address=f"192.0.2.{n}")
        for n in range(3)
    ]
    for person in (*people, system_actor(world.workspace_id, "Command line")):
        await write(world, person, f"staff.by_{person.name[-1]}")
    entries = (await read(world, activity_filter=ActivityFilter(action="staff."))).rows
    told = {entry.action: (entry.user_id, entry.actor_name, entry.address) for entry in entries}
    assert told == {
        **{
            f"staff.by_{n}": (person.user_id, f"Person {n}", f"192.0.2.{n}")
            for n, person in enumerate(people)
        },
        "staff.by_e": (None, "Command line", ""),
    }


async def test_what_a_service_writes_is_under_the_name_of_its_caller(world):
    admin = await make_member(world, "Admin", "Ada Admin")
    async with unit_of_work(world.workspace_id) as uow:
        await team.save_role(uow.session, admin, role_id=None, name="New", permissions=[])
    (entry,) = (await read(world, activity_filter=ActivityFilter(action="role."))).rows
    assert (entry.user_id, entry.actor_name) == (admin.user_id, "Ada Admin")
