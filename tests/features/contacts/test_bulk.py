import asyncio

import pytest
from sqlalchemy import text

from tests.features.contacts.book import add, do, listen_in, where
from tests.fixtures import make_empty_world, make_member
from xobito_app.core import clock, ids
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.core.events import ChangeType, PostCommit, Topic
from xobito_app.features.contacts.background import JOBS
from xobito_app.features.contacts.bulk import bulk, bulk_work
from xobito_app.features.contacts.job_types import CONTACTS_BULK
from xobito_app.features.contacts.labels import groups, statuses
from xobito_app.features.contacts.lists import listing
from xobito_app.features.contacts.records import contacts
from xobito_app.persistence import unit_of_work as uow_module
from xobito_app.persistence.leased_work import held_row
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = pytest.mark.usefixtures("_migrated")


@pytest.fixture
def departed(monkeypatch):
    """What left after commits of this test."""
    left: list[PostCommit] = []

    async def take(post_commit: PostCommit) -> None:
        left.append(post_commit)

    monkeypatch.setattr(uow_module, "sinks", [take])
    return left


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(bulk_work, "BATCH", 2)


async def finished(world, kind, contact_filter=None, **extra):
    job = await do(
        world, bulk.start_job, kind=kind, contact_filter=contact_filter or where(), **extra
    )
    await bulk_work.work(world.workspace_id, job.id)
    return await do(world, bulk.get_job, job_id=job.id)


async def everybody(world):
    return (await do(world, listing.list_contacts, limit=100)).rows


@pytest.mark.usefixtures("small_batches")
async def test_every_kind_changes_every_contact_meant_and_no_other(empty):
    people = [await add(empty, first_name=f"P{index}") for index in range(5)]
    chosen = where(ids=tuple(person.id for person in people[:4]))
    group = await do(empty, groups.create_group, name="VIP")
    lost = (await do(empty, statuses.list_statuses))[-1]
    for kind, target, reads in (
        ("add_group", group.id, lambda c: [g.name for g in c.groups] == ["VIP"]),
        ("remove_group", group.id, lambda c: c.groups == ()),
        ("set_status", lost.id, lambda c: c.status.name == "Lost"),
        ("assign", empty.owner.user_id, lambda c: c.assignee is not None),
        ("assign", None, lambda c: c.assignee is None),
        ("opt_out", None, lambda c: c.opt_out_reason == "Set by Olga Owner"),
        ("opt_in", None, lambda c: c.opted_out_at is None),
    ):
        told = listen_in(empty)
        job = await finished(empty, kind, chosen, target_id=target)
        assert (job.state, job.done, job.changed, job.total, job.failed) == ("done", 4, 4, 4, 0)
        after = {contact.id: contact for contact in await everybody(empty)}
        assert all(reads(after[person.id]) for person in people[:4]), kind
        assert after[people[4].id] == people[4], kind
        assert {
            c.record_id for e in told if e.change_type is ChangeType.UPDATED for c in e.changes
        } >= {person.id for person in people[:4]}
        again = await finished(empty, kind, chosen, target_id=target)
        assert (again.done, again.changed) == (4, 0)
    assert (await finished(empty, "delete", chosen)).changed == 4
    assert [contact.id for contact in await everybody(empty)] == [people[4].id]


@pytest.mark.usefixtures("small_batches")
async def test_a_filter_its_own_action_empties_is_worked_to_the_end(empty):
    for index in range(5):
        await add(empty, first_name=f"P{index}")
    rows = await do(empty, statuses.list_statuses)
    job = await finished(empty, "set_status", where(status_ids=(rows[0].id,)), target_id=rows[1].id)
    assert (job.done, job.changed) == (5, 5)
    assert (
        await do(empty, listing.count_contacts, contact_filter=where(status_ids=(rows[0].id,))) == 0
    )


@pytest.mark.usefixtures("small_batches")
async def test_who_comes_after_the_asking_is_not_meant(empty):
    await add(empty)
    job = await do(empty, bulk.start_job, kind="opt_out", contact_filter=where())
    late = await add(empty)
    await bulk_work.work(empty.workspace_id, job.id)
    assert (await do(empty, contacts.get_contact_view, contact_id=late.id)).opted_out_at is None
    assert (await do(empty, bulk.get_job, job_id=job.id)).total == 1


@pytest.mark.usefixtures("small_batches")
async def test_two_workers_and_a_killed_one_count_each_contact_once(empty, monkeypatch):
    for index in range(7):
        await add(empty, first_name=f"P{index}")
    job = await do(empty, bulk.start_job, kind="opt_out", contact_filter=where())
    applied = bulk_work.apply
    calls = 0

    async def die_in_the_third(session, row, contact_ids):
        nonlocal calls
        calls += 1
        if calls == 3:
            raise asyncio.CancelledError
        return await applied(session, row, contact_ids)

    monkeypatch.setattr(bulk_work, "apply", die_in_the_third)
    with pytest.raises(asyncio.CancelledError):
        await bulk_work.work(empty.workspace_id, job.id)
    halfway = await do(empty, bulk.get_job, job_id=job.id)
    assert (halfway.state, halfway.done, halfway.changed) == ("running", 4, 4)
    await asyncio.gather(*(bulk_work.work(empty.workspace_id, job.id) for _ in range(3)))
    # Whoever found the row locked went away; what is left, a sweep takes up.
    await bulk_work.work(empty.workspace_id, job.id)
    done = await do(empty, bulk.get_job, job_id=job.id)
    assert (done.state, done.done, done.changed) == ("done", 7, 7)


@pytest.mark.usefixtures("small_batches")
async def test_a_contact_that_cannot_be_changed_does_not_hold_up_the_others(empty, monkeypatch):
    people = [await add(empty, first_name=f"P{index}") for index in range(5)]
    bad = people[2].id
    applied = bulk_work.apply

    async def refuse(session, row, contact_ids):
        if bad in contact_ids:
            raise ValueError("bad")
        return await applied(session, row, contact_ids)

    monkeypatch.setattr(bulk_work, "apply", refuse)
    job = await finished(empty, "opt_out")
    assert (job.state, job.done, job.changed, job.failed) == ("done", 5, 4, 1)
    assert "1 contacts" in job.error


@pytest.mark.usefixtures("small_batches")
async def test_stopping_leaves_what_is_done(empty, monkeypatch):
    for index in range(6):
        await add(empty, first_name=f"P{index}")
    job = await do(empty, bulk.start_job, kind="opt_out", contact_filter=where())
    applied = bulk_work.apply

    async def then_stop(session, row, contact_ids):
        count = await applied(session, row, contact_ids)
        stopping.append(asyncio.create_task(do(empty, bulk.stop_job, job_id=job.id)))
        return count

    stopping: list[asyncio.Task] = []
    monkeypatch.setattr(bulk_work, "apply", then_stop)
    async with held_row(JOBS, empty.workspace_id, job.id) as lease:
        assert lease
        await bulk_work.work_batch(lease, 2)
        await asyncio.gather(*stopping)
        assert not await bulk_work.work_batch(lease, 2)
    stopped = await do(empty, bulk.get_job, job_id=job.id)
    assert (stopped.state, stopped.done) == ("stopped", 2)
    out = await do(empty, listing.count_contacts, contact_filter=where(opted_out=True))
    assert out == 2


async def test_a_target_that_goes_meanwhile_ends_the_job(empty):
    await add(empty)
    group = await do(empty, groups.create_group, name="VIP")
    job = await do(
        empty, bulk.start_job, kind="add_group", contact_filter=where(), target_id=group.id
    )
    await do(empty, groups.delete_group, group_id=group.id)
    await bulk_work.work(empty.workspace_id, job.id)
    after = await do(empty, bulk.get_job, job_id=job.id)
    assert (after.state, after.error) == ("failed", bulk_work.GONE)


async def test_a_lost_nudge_is_repeated_by_the_sweep(empty, departed):
    await add(empty)
    job = await do(empty, bulk.start_job, kind="opt_out", contact_filter=where())
    departed.clear()
    await bulk_work.wake_for_open(empty.workspace_id)
    sent = [n for d in departed for n in d.wake_ups]
    assert [(n.job, n.arguments) for n in sent] == [
        (CONTACTS_BULK, (str(empty.workspace_id), str(job.id)))
    ]
    await bulk_work.work(empty.workspace_id, job.id)
    departed.clear()
    await bulk_work.wake_for_open(empty.workspace_id)
    assert departed == []


@pytest.mark.usefixtures("small_batches")
async def test_progress_is_told_at_most_once_a_second_and_at_the_end(empty, departed):
    for index in range(9):
        await add(empty, first_name=f"P{index}")
    departed.clear()
    moment = clock.now()
    clock.use(lambda: moment)
    try:
        await finished(empty, "opt_out")
    finally:
        clock.use(None)
    about_job = [n for d in departed for n in d.notices if n.topic is Topic.CONTACT_JOB]
    assert len(about_job) == 3  # asked, first batch, end


@pytest.mark.parametrize(
    ("kind", "extra"),
    [
        ("set_status", {}),
        ("set_status", {"target_id": ids.new()}),
        ("add_group", {}),
        ("assign", {"target_id": ids.new()}),
        ("explode", {}),
    ],
)
async def test_odd_wishes_are_refused(empty, kind, extra):
    await add(empty)
    with pytest.raises(Invalid):
        await do(empty, bulk.start_job, kind=kind, contact_filter=where(), **extra)


async def test_nobody_meant_is_said_at_once(empty):
    with pytest.raises(Invalid, match="No contact"):
        await do(empty, bulk.start_job, kind="delete", contact_filter=where(search="nobody"))


async def test_rights_and_walls(empty):
    await add(empty)
    agent, viewer = await make_member(empty, "Agent"), await make_member(empty, "Viewer")
    with pytest.raises(Forbidden):
        await do(empty, bulk.start_job, actor=agent, kind="delete", contact_filter=where())
    with pytest.raises(Forbidden):
        await do(empty, bulk.start_job, actor=viewer, kind="opt_out", contact_filter=where())
    job = await do(empty, bulk.start_job, actor=agent, kind="opt_out", contact_filter=where())
    other = await make_empty_world()
    with pytest.raises(NotFound):
        await do(other, bulk.stop_job, job_id=job.id)
    await bulk_work.work(other.workspace_id, job.id)
    assert (await do(empty, bulk.get_job, job_id=job.id)).state == "waiting"
    assert await do(other, bulk.list_jobs) == []


async def log_of(world) -> list[tuple[str, str, str, dict]]:
    async with unit_of_work(world.workspace_id) as uow:
        rows = await (await uow.session.connection()).execute(
            text(
                "SELECT action, actor_name, object_name, detail FROM activity "
                "WHERE workspace_id = :w AND action LIKE 'contact.%' "
                "AND action <> 'contact.created' ORDER BY at, id"
            ),
            {"w": world.workspace_id},
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]


@pytest.mark.usefixtures("small_batches")
async def test_the_log_has_one_entry_for_the_action_with_how_many(empty):
    for index in range(5):
        await add(empty, first_name=f"P{index}")
    lost = (await do(empty, statuses.list_statuses))[-1]
    group = await do(empty, groups.create_group, name="VIP")
    before = len(await log_of(empty))
    for kind, target, name in (
        ("set_status", lost.id, "set status Lost"),
        ("add_group", group.id, "add group VIP"),
        ("remove_group", group.id, "remove group VIP"),
        ("opt_out", None, "opt out"),
        ("delete", None, "delete"),
    ):
        assert (await finished(empty, kind, target_id=target)).changed == 5
        *_, entry = entries = await log_of(empty)
        assert entry == ("contact.bulk_started", "Olga Owner", name, {"contacts": 5}), kind
        assert len(entries) == before + 1, kind
        before = len(entries)


async def test_deleting_some_at_once_is_one_entry_too(empty):
    people = [await add(empty, first_name=f"P{index}") for index in range(3)]
    await do(empty, contacts.delete_contacts, contact_ids=[person.id for person in people])
    assert await log_of(empty) == [("contact.deleted", "Olga Owner", "3 contacts", {})]


async def test_the_log_says_when_not_all_came_of_it(empty):
    await add(empty)
    group = await do(empty, groups.create_group, name="VIP")
    job = await do(
        empty, bulk.start_job, kind="add_group", contact_filter=where(), target_id=group.id
    )
    await do(empty, groups.delete_group, group_id=group.id)
    await bulk_work.work(empty.workspace_id, job.id)
    action, _, name, detail = (await log_of(empty))[-1]
    assert (action, name) == ("contact.bulk_failed", "add group")
    assert detail == {"contacts": 0, "changed": 0, "failed": 0}
