from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.features.connection.meta import Meta, stored
from tests.fixtures import EmptyWorld, World, make_member
from xobito_app.core import clock, ids
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.features.connection import connecting, rules, service, usage
from xobito_app.jobs.everywhere import for_each_workspace
from xobito_app.models.contacts import Contact, ContactSource, ContactStatus
from xobito_app.models.inbox import Conversation, Direction, Message, MessageStatus
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault


@pytest.mark.parametrize(
    ("tier", "limit"),
    [
        ("TIER_250", 250),
        ("TIER_2K", 2000),
        ("TIER_100K", 100_000),
        ("TIER_UNLIMITED", None),
        ("TIER_NOT_SET", None),
        ("2000", 2000),
        ("", None),
    ],
)
def test_tiers_are_read_as_numbers(tier, limit):
    assert rules.tier_limit(tier) == limit


@pytest.mark.parametrize(
    ("level", "on_app", "rate"),
    [("STANDARD", False, 80), ("HIGH", False, 1000), ("", False, 80), ("HIGH", True, 20)],
)
def test_throughput_is_a_rate(level, on_app, rate):
    assert rules.messages_a_second(level, is_on_biz_app=on_app) == rate


async def test_a_new_number_at_meta_arrives_and_a_deleted_one_loses_its_way(
    meta: Meta, empty: EmptyWorld
):
    view = await connecting.start_simulator(empty.owner)
    added = await meta.control(
        "POST", f"/wabas/{view.waba_id}/numbers", json={"verified_name": "Second"}
    )
    await service.sync_now(empty.owner)
    left = await stored(empty.workspace_id)
    assert {n.verified_name for n in left["numbers"]} >= {"Second"}
    assert added["phone_number_id"] in {route.external_id for route in left["routes"]}


async def test_a_refused_sync_is_kept_as_the_reason_and_goes_again(meta: Meta, empty: EmptyWorld):
    view = await connecting.start_simulator(empty.owner)
    other = await meta.given()
    async with unit_of_work(empty.workspace_id) as uow:
        connection = await service.ConnectionRepository(uow.session, empty.workspace_id).get(
            view.id
        )
        good, connection.token_sealed = (
            connection.token_sealed,
            vault().seal(other.access_token),
        )
        uow.session.add(connection)
    await service.sync(empty.workspace_id)
    (broken,) = (await stored(empty.workspace_id))["connections"]
    assert broken.reason.startswith(service.SYNC_FAILED)
    assert "Meta says" in broken.reason
    async with unit_of_work(empty.workspace_id) as uow:
        connection = await service.ConnectionRepository(uow.session, empty.workspace_id).get(
            view.id
        )
        connection.token_sealed = good
        uow.session.add(connection)
    await service.sync(empty.workspace_id)
    assert (await stored(empty.workspace_id))["connections"][0].reason == ""


async def test_the_hourly_job_goes_on_when_one_workspace_cannot_be_synced(
    meta: Meta, empty: EmptyWorld, world: World
):
    # `world` is connected without a token, as after a change of SECRET_KEY.
    view = await connecting.start_simulator(empty.owner)
    await meta.control("POST", f"/wabas/{view.waba_id}/numbers", json={"verified_name": "Later"})
    await for_each_workspace(service.sync)
    names = {n.verified_name for n in (await stored(empty.workspace_id))["numbers"]}
    assert "Later" in names


async def test_the_primary_number_is_one(meta: Meta, empty: EmptyWorld, world: World):
    view = await connecting.start_simulator(empty.owner)
    await meta.control("POST", f"/wabas/{view.waba_id}/numbers", json={"verified_name": "Second"})
    await service.sync_now(empty.owner)
    second = next(
        n for n in (await stored(empty.workspace_id))["numbers"] if n.verified_name == "Second"
    )
    async with unit_of_work(empty.workspace_id) as uow:
        await service.set_primary_number(uow.session, empty.owner, number_id=second.id)
    marks = {n.id: n.is_primary for n in (await stored(empty.workspace_id))["numbers"]}
    assert [number_id for number_id, primary in marks.items() if primary] == [second.id]
    async with unit_of_work(empty.workspace_id) as uow:
        with pytest.raises(NotFound):
            await service.set_primary_number(uow.session, empty.owner, number_id=world.number_id)


async def test_syncing_wants_a_connection_and_the_right(empty: EmptyWorld):
    with pytest.raises(Invalid, match="Connect WhatsApp first"):
        await service.sync_now(empty.owner)
    with pytest.raises(Forbidden):
        await service.sync_now(await make_member(empty, "Viewer"))


async def test_the_overview_shows_no_secret_and_no_foreign_number(
    meta: Meta, empty: EmptyWorld, world: World
):
    given = await meta.given()
    await connecting.connect(empty.owner, given)
    async with unit_of_work(empty.workspace_id) as uow:
        overview = await service.read_overview(uow.session, empty.owner)
    assert given.access_token not in repr(overview)
    assert [n.phone_number_id for n in overview.numbers] == [given.phone_number_id]
    assert overview.tier.limit == 2000
    assert overview.tier.headroom == 2000


async def _thread(session, world: World) -> Conversation:
    status = ContactStatus(workspace_id=world.workspace_id, name=uuid4().hex)
    source = ContactSource(workspace_id=world.workspace_id, name=uuid4().hex)
    session.add_all([status, source])
    await session.flush()
    contact = Contact(
        workspace_id=world.workspace_id, status_id=status.id, source_id=source.id, first_name="A"
    )
    session.add(contact)
    await session.flush()
    thread = Conversation(
        workspace_id=world.workspace_id, number_id=world.number_id, contact_id=contact.id
    )
    session.add(thread)
    await session.flush()
    return thread


def _message(world: World, thread: Conversation, **facts) -> Message:
    return Message(
        id=ids.new(),
        workspace_id=world.workspace_id,
        number_id=world.number_id,
        conversation_id=thread.id,
        contact_id=thread.contact_id,
        **facts,
    )


@pytest.mark.parametrize(
    ("hours_since_inbound", "kind", "status", "counted"),
    [
        (None, "template", MessageStatus.DELIVERED, 1),
        (30, "template", MessageStatus.SENT, 1),
        (3, "template", MessageStatus.SENT, 0),
        (None, "template", MessageStatus.FAILED, 0),
        (3, "text", MessageStatus.READ, 0),
    ],
)
async def test_the_tier_counts_people_written_to_first(
    world: World, hours_since_inbound, kind, status, counted
):
    now = datetime.now(UTC)
    async with unit_of_work(world.workspace_id) as uow:
        thread = await _thread(uow.session, world)
        if hours_since_inbound:
            at = now - timedelta(hours=hours_since_inbound)
            uow.session.add(_message(world, thread, direction=Direction.IN, at=at))
        for _ in range(2):
            uow.session.add(
                _message(world, thread, direction=Direction.OUT, kind=kind, status=status, at=now)
            )
        await uow.session.flush()
        use = await usage.load_tier_use(uow.session, world.workspace_id, ["TIER_250"])
    assert use.used == counted
    assert use.headroom == 250 - counted
    assert clock.now() >= now
