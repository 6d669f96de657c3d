from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests import deliveries
from tests.features.contacts.book import add, change, do, fresh_phone, listen_in
from tests.features.ingest.test_drain import deliver
from tests.fixtures import make_empty_world, make_member
from xobito_app import registry
from xobito_app.core import clock
from xobito_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from xobito_app.core.events import ChangeType
from xobito_app.core.feature import MergeFollower
from xobito_app.core.phone import E164
from xobito_app.features.contacts.labels import custom_fields, groups
from xobito_app.features.contacts.lists import listing
from xobito_app.features.contacts.merging import duplicates, merging
from xobito_app.features.contacts.merging.merge_rows import said
from xobito_app.features.contacts.records import contacts, notes
from xobito_app.features.inbox.threads import contact_threads, search, thread_actions
from xobito_app.models.connection import Number
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = pytest.mark.usefixtures("_migrated")

TABLES = {
    "contact": "id",
    "contact_identity": "id",
    "contact_group_member": "group_id, contact_id",
    "contact_note": "id",
    "conversation": "id",
    "conversation_read": "user_id, conversation_id",
    "message": "id",
    "media": "id",
    "message_search": "message_id",
}


async def snapshot(world) -> dict[str, list[dict[str, Any]]]:
    """Return every row of the workspace that a merge may touch."""
    async with unit_of_work(world.workspace_id) as uow:
        connection = await uow.session.connection()
        found = {}
        for table, order in TABLES.items():
            rows = await connection.execute(
                text(f"SELECT * FROM {table} WHERE workspace_id = :w ORDER BY {order}"),
                {"w": world.workspace_id},
            )
            found[table] = [dict(row) for row in rows.mappings()]
    return found


async def contact_of(world, number: str) -> UUID:
    async with unit_of_work(world.workspace_id) as uow:
        owner = await contacts.find_phone_owner(uow.session, world.workspace_id, E164("+" + number))
    assert owner
    return owner.id


async def second_number(world):
    """Connect another number and return its Meta id."""
    other = f"pn{uuid4().hex[:12]}"
    async with unit_of_work(world.workspace_id) as uow:
        number = Number(
            workspace_id=world.workspace_id,
            connection_id=world.connection_id,
            phone_number_id=other,
            display_phone="+1 555 078 3882",
        )
        uow.session.add(number)
        await uow.session.flush()
        await (await uow.session.connection()).execute(
            text(
                "INSERT INTO wa_route (id, kind, external_id, workspace_id, connection_id, "
                "number_id) VALUES (:id, 'number', :external, :w, :c, :n)"
            ),
            {
                "id": uuid4(),
                "external": other,
                "w": world.workspace_id,
                "c": world.connection_id,
                "n": number.id,
            },
        )
    return other


def on(body: dict, phone_number_id: str) -> dict:
    """Send a delivery to another of our numbers."""
    metadata = body["entry"][0]["changes"][0]["value"]["metadata"]
    metadata["phone_number_id"] = phone_number_id
    return body


@pytest.fixture
async def couple(world):
    """Two contacts with threads on one number, the dropped one with another thread too."""
    keep, drop = (fresh_phone().removeprefix("+") for _ in range(2))
    elsewhere = await second_number(world)
    at = 1_790_000_000
    await deliver(deliveries.incoming(world, keep, "kept one", at=at))
    await deliver(deliveries.incoming(world, drop, "dropped one", at=at + 10))
    await deliver(deliveries.incoming(world, drop, "dropped two", at=at + 20))
    await deliver(on(deliveries.incoming(world, drop, "elsewhere", at=at + 30), elsewhere))
    keep_id, drop_id = await contact_of(world, keep), await contact_of(world, drop)
    agent = await make_member(world, "Manager")
    await do(world, custom_fields.create_field, draft={"label": "Tier"})
    await change(world, keep_id, first_name="", last_name="", company="Acme", groups=["A"])
    await change(
        world,
        drop_id,
        first_name="Dora",
        last_name="Drop",
        company="Other",
        email="dora@example.com",
        city="Lima",
        groups=["A", "B"],
        custom={"tier": "gold"},
        opted_out=True,
        type="customer",
    )
    for thread in await do(world, contact_threads.list_threads_of, contact_id=drop_id):
        await do(
            world, thread_actions.mark_read, actor=agent, conversation_id=thread.id, shown=None
        )
    (thread,) = await do(world, contact_threads.list_threads_of, contact_id=keep_id)
    await do(world, thread_actions.mark_read, conversation_id=thread.id, shown=None)
    await do(world, thread_actions.close, conversation_id=thread.id)
    await do(world, notes.add_note, contact_id=drop_id, body="a note")
    return keep_id, drop_id, keep, drop


async def test_a_merge_gathers_everything_and_undoing_restores_it_exactly(world, couple):
    keep_id, drop_id, _, drop = couple
    before = await snapshot(world)
    shown = await do(world, merging.preview_merge, keep_id=keep_id, drop_id=drop_id)
    assert await snapshot(world) == before
    told = listen_in(world)
    count = len(told)
    merge = await do(world, merging.merge_contacts, keep_id=keep_id, drop_id=drop_id)
    after = await do(world, contacts.get_contact_view, contact_id=keep_id)
    assert {field.field: field.result for field in shown.fields} == {
        field.field: after.custom["tier"]
        if field.field == "custom.tier"
        else said(after, field.field)
        for field in shown.fields
    }
    assert (after.name, after.company, after.email) == ("Dora Drop", "Acme", "dora@example.com")
    assert (after.city, after.custom, after.type) == ("Lima", {"tier": "gold"}, "customer")
    assert after.opted_out_at is not None
    assert [group.name for group in after.groups] == ["A", "B"]
    assert (shown.threads, shown.messages, shown.notes) == (2, 3, 1)
    threads = await do(world, contact_threads.list_threads_of, contact_id=keep_id)
    assert sorted(thread.preview for thread in threads) == ["dropped two", "elsewhere"]
    assert {str(thread.status) for thread in threads} == {"open"}
    assert sorted(thread.inbound_count for thread in threads) == [1, 3]
    assert [n.body for n in await do(world, notes.list_notes, contact_id=keep_id)] == ["a note"]
    found = await do(world, search.search, typed="dropped one")
    assert len(found.messages) == 1
    with pytest.raises(NotFound):
        await do(world, contacts.get_contact_view, contact_id=drop_id)
    assert [(e.change_type, e.changes[0].record_id) for e in told[count:]] == [
        (ChangeType.DELETED, drop_id),
        (ChangeType.UPDATED, keep_id),
    ]
    # Their number still leads to the one contact.
    assert await contact_of(world, drop) == keep_id
    await do(world, merging.undo_merge, merge_id=merge.id)
    restored = await snapshot(world)
    for rows in (before["contact"], restored["contact"]):
        for row in rows:
            if row["id"] == keep_id:
                row.pop("updated_at")
    assert restored == before


async def test_what_happened_since_survives_the_undoing(world, couple):
    keep_id, drop_id, keep, drop = couple
    merge = await do(world, merging.merge_contacts, keep_id=keep_id, drop_id=drop_id)
    await change(world, keep_id, city="Quito")
    await deliver(deliveries.incoming(world, keep, "since then", at=1_790_000_100))
    await do(world, merging.undo_merge, merge_id=merge.id)
    kept = await do(world, contacts.get_contact_view, contact_id=keep_id)
    assert (kept.city, kept.email) == ("Quito", "")
    (thread,) = await do(world, contact_threads.list_threads_of, contact_id=keep_id)
    assert (thread.preview, thread.inbound_count) == ("since then", 2)
    assert await contact_of(world, drop) == drop_id
    await deliver(deliveries.incoming(world, drop, "mine again", at=1_790_000_200))
    previews = [
        thread.preview
        for thread in await do(world, contact_threads.list_threads_of, contact_id=drop_id)
    ]
    assert sorted(previews) == ["elsewhere", "mine again"]


async def test_after_a_merge_their_messages_reach_the_one_thread(world, couple):
    keep_id, drop_id, keep, drop = couple
    await do(world, merging.merge_contacts, keep_id=keep_id, drop_id=drop_id)
    for number in (keep, drop):
        await deliver(deliveries.incoming(world, number, f"from {number}", at=1_790_000_300))
    assert await do(world, listing.count_contacts) == 1
    assert len(await do(world, contact_threads.list_threads_of, contact_id=keep_id)) == 2


async def test_undoing_has_its_time_and_happens_once(world, couple):
    keep_id, drop_id, _, _ = couple
    merge = await do(world, merging.merge_contacts, keep_id=keep_id, drop_id=drop_id)
    moment = clock.now() + timedelta(days=31)
    clock.use(lambda: moment)
    try:
        with pytest.raises(Conflict, match="30 days"):
            await do(world, merging.undo_merge, merge_id=merge.id)
        (shown,) = await do(world, merging.list_merges, contact_id=keep_id)
        assert shown.undo_until is None
    finally:
        clock.use(None)
    await do(world, merging.undo_merge, merge_id=merge.id)
    with pytest.raises(Conflict, match="undone already"):
        await do(world, merging.undo_merge, merge_id=merge.id)


async def test_a_number_somebody_else_took_meanwhile_is_named(world):
    keep, drop = await add(world), await add(world, email="dora@example.com")
    await change(world, keep.id, email="keep@example.com")
    merge = await do(world, merging.merge_contacts, keep_id=keep.id, drop_id=drop.id)
    await add(world, email="dora@example.com")
    with pytest.raises(Invalid) as caught:
        await do(world, merging.undo_merge, merge_id=merge.id)
    assert set(caught.value.fields) == {"email"}
    assert (await do(world, merging.list_merges))[0].undone_at is None


async def test_a_status_or_group_that_went_meanwhile_is_left_out(world):
    keep, drop = await add(world), await add(world, groups=["Gone"])
    merge = await do(world, merging.merge_contacts, keep_id=keep.id, drop_id=drop.id)
    (gone,) = await do(world, groups.list_groups)
    await do(world, groups.delete_group, group_id=gone.id)
    await do(world, merging.undo_merge, merge_id=merge.id)
    assert (await do(world, contacts.get_contact_view, contact_id=drop.id)).groups == ()


async def test_other_features_may_follow(world, monkeypatch):
    seen = []

    async def take(session, workspace_id, keep_id, drop_id):
        seen.append(("take", keep_id, drop_id))
        return {"rows": ["7"]}

    async def give_back(session, workspace_id, keep_id, drop_id, moved):
        seen.append(("back", keep_id, drop_id, moved))

    follower = MergeFollower("test", take, give_back)
    monkeypatch.setattr(registry, "merge_followers", lambda: [follower])
    keep, drop = await add(world), await add(world)
    merge = await do(world, merging.merge_contacts, keep_id=keep.id, drop_id=drop.id)
    await do(world, merging.undo_merge, merge_id=merge.id)
    assert seen == [("take", keep.id, drop.id), ("back", keep.id, drop.id, {"rows": ["7"]})]


async def test_merging_asks_for_rights_and_two_contacts_of_this_workspace(world):
    keep, drop = await add(world), await add(world)
    agent = await make_member(world, "Agent")
    with pytest.raises(Forbidden):
        await do(world, merging.merge_contacts, actor=agent, keep_id=keep.id, drop_id=drop.id)
    with pytest.raises(Invalid):
        await do(world, merging.merge_contacts, keep_id=keep.id, drop_id=keep.id)
    other = await make_empty_world()
    foreign = await add(other)
    with pytest.raises(NotFound):
        await do(world, merging.merge_contacts, keep_id=keep.id, drop_id=foreign.id)
    merge = await do(world, merging.merge_contacts, keep_id=keep.id, drop_id=drop.id)
    with pytest.raises(NotFound):
        await do(other, merging.undo_merge, merge_id=merge.id)


async def test_doubles_are_found_with_their_reasons(empty):
    one = await add(empty, first_name="Ana", last_name="Ruiz", company="Acme", phone="+4930901820")
    two = await add(empty, first_name="ana ruiz", company="acme ", phone="+3930901820")
    box = await add(empty, email="bob@example.com", first_name="Bob")
    plus = await add(empty, email="bob+news@example.com", first_name="Robert")
    await add(empty, first_name="Nobody")
    # Two variants of one number cannot be made by hand; an older version may have left them.
    br = await add(empty, phone="+5511987654321")
    async with unit_of_work(empty.workspace_id) as uow:
        await (await uow.session.connection()).execute(
            text(
                "INSERT INTO contact (id, workspace_id, first_name, last_name, profile_name, "
                "username, phone, email, company, website, country, city, state, zip, address, "
                "type, language, is_enabled, opt_out_reason, created_at, updated_at) VALUES "
                "(:id, :w, 'Bia', '', '', '', '+551187654321', '', '', '', '', '', '', '', '', "
                "'lead', '', true, '', now(), now())"
            ),
            {"id": uuid4(), "w": empty.workspace_id},
        )
    pairs = await do(empty, duplicates.find_duplicates)
    found = {(p.first.id, p.second.name): p.reasons for p in pairs}
    assert found[one.id, two.name] == ("Same last 9 digits", "Same name and company")
    assert found[box.id, plus.name] == ("Same e-mail box",)
    assert "Same number, written in another national way" in found[br.id, "Bia"]
    assert len(found) == 3


async def test_a_number_that_came_with_a_merge_goes_with_its_undoing(world):
    """Neither has ever written, so the number is known from the contact alone."""
    keep, drop = await add(world), await add(world)
    number = str(drop.phone).removeprefix("+")
    before = await snapshot(world)
    merge = await do(world, merging.merge_contacts, keep_id=keep.id, drop_id=drop.id)
    await deliver(deliveries.incoming(world, number, "while merged", at=1_790_000_400))
    assert len(await do(world, contact_threads.list_threads_of, contact_id=keep.id)) == 1
    await do(world, merging.undo_merge, merge_id=merge.id)
    identities = (await snapshot(world))["contact_identity"]
    assert [row for row in identities if row["contact_id"] == keep.id] == [
        row for row in before["contact_identity"] if row["contact_id"] == keep.id
    ]
    await deliver(deliveries.incoming(world, number, "since then", at=1_790_000_500))
    assert await contact_of(world, number) == drop.id
    (thread,) = await do(world, contact_threads.list_threads_of, contact_id=drop.id)
    assert thread.preview == "since then"
