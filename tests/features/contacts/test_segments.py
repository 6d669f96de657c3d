import pytest

from tests import deliveries, statements
from tests.features.contacts.book import add, change, do, fresh_phone, where
from tests.features.ingest.test_drain import deliver
from tests.fixtures import make_empty_world, make_member
from xobito_app.core import ids
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.core.phone import E164
from xobito_app.features.contacts.lists import listing, segments
from xobito_app.features.contacts.records import contacts, notes, timeline
from xobito_app.features.contacts.service import opt_out
from xobito_app.features.inbox.threads import contact_threads, thread_actions
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = pytest.mark.usefixtures("_migrated")


async def test_a_segment_counts_what_it_means_now(empty):
    contact_filter = where(country="DE")
    await add(empty, country="DE")
    made = await do(empty, segments.save_segment, name="Germans", contact_filter=contact_filter)
    assert (made.contacts, made.contact_filter) == (1, contact_filter)
    await do(empty, segments.save_segment, name="All", contact_filter=where())
    await add(empty, country="DE")
    rows = await do(empty, segments.list_segments)
    assert [(row.name, row.contacts) for row in rows] == [("All", 2), ("Germans", 2)]
    changed = await do(
        empty,
        segments.save_segment,
        segment_id=made.id,
        name="French",
        contact_filter=where(country="FR"),
    )
    assert changed.contacts == 0
    await do(empty, segments.delete_segment, segment_id=made.id)
    assert [row.name for row in await do(empty, segments.list_segments)] == ["All"]


async def test_segments_have_names_of_their_own_and_are_the_workspaces(empty):
    made = await do(empty, segments.save_segment, name="Mine", contact_filter=where())
    for name in ("", "MINE", "x" * 192):
        with pytest.raises(Invalid) as caught:
            await do(empty, segments.save_segment, name=name, contact_filter=where())
        assert set(caught.value.fields) == {"name"}
    viewer = await make_member(empty, "Viewer")
    assert len(await do(empty, segments.list_segments, actor=viewer)) == 1
    with pytest.raises(Forbidden):
        await do(empty, segments.save_segment, actor=viewer, name="X", contact_filter=where())
    other = await make_empty_world()
    assert await do(other, segments.list_segments) == []
    with pytest.raises(NotFound):
        await do(other, segments.delete_segment, segment_id=made.id)


async def test_contacts_are_counted_once_however_many_segments_there_are(empty):
    made = None
    for number in range(5):
        with statements.noted() as asked:
            made = await do(
                empty, segments.save_segment, name=f"S{number}", contact_filter=where(country="DE")
            )
        assert len(counts(asked)) == 1
    with statements.noted() as asked:
        assert len(await do(empty, segments.list_segments)) == 5
    assert len(counts(asked)) == 1
    with statements.noted() as asked:
        changed = await do(empty, segments.save_segment, segment_id=made.id, name="Mine")
    assert len(counts(asked)) == 1
    assert (changed.name, changed.contact_filter) == ("Mine", where(country="DE"))


def counts(asked: list[str]) -> list[str]:
    return [statement for statement in asked if "count(*)" in statement and "contact" in statement]


async def test_notes_are_their_authors(empty):
    contact = await add(empty)
    agent = await make_member(empty, "Agent", "Ana Agent")
    note = await do(empty, notes.add_note, actor=agent, contact_id=contact.id, body=" Likes tea ")
    assert (note.body, note.author_name, note.is_own) == ("Likes tea", "Ana Agent", True)
    with pytest.raises(Forbidden):
        await do(empty, notes.update_note, note_id=note.id, body="Likes pie")
    await do(empty, notes.update_note, actor=agent, note_id=note.id, body="Likes pie")
    other = await make_member(empty, "Agent", "Bob")
    with pytest.raises(Forbidden):
        await do(empty, notes.delete_note, actor=other, note_id=note.id)
    (shown,) = await do(empty, notes.list_notes, contact_id=contact.id)
    assert (shown.body, shown.is_own) == ("Likes pie", False)
    await do(empty, notes.delete_note, note_id=note.id)
    assert await do(empty, notes.list_notes, contact_id=contact.id) == []
    for body in ("  ", "x" * 5001):
        with pytest.raises(Invalid):
            await do(empty, notes.add_note, contact_id=contact.id, body=body)
    with pytest.raises(NotFound):
        await do(empty, notes.add_note, contact_id=ids.new(), body="x")


async def test_the_timeline_tells_what_happened_newest_first(empty):
    contact = await add(empty, first_name="Ana")
    await change(empty, contact.id, city="Lima")
    await do(empty, notes.add_note, contact_id=contact.id, body="Likes tea")
    async with unit_of_work(empty.workspace_id) as uow:
        await opt_out(
            uow.session, empty.workspace_id, {contact.id: contact.created_at}, reason="STOP"
        )
    entries = (await do(empty, timeline.read_timeline, contact_id=contact.id)).rows
    assert [entry.kind for entry in entries] == ["opted_out", "note", "changed", "created"]
    assert entries[0].text == "STOP"
    assert entries[0].who == ""
    assert entries[2].changes == {"city": ["", "Lima"]}
    assert entries[3].who == "Olga Owner"


async def test_messages_and_threads_are_shown_within_sight(world):
    number = fresh_phone().removeprefix("+")
    await deliver(deliveries.incoming(world, number, "the first words", at=1_790_000_000))
    await deliver(deliveries.incoming(world, number, "the last words", at=1_790_000_100))
    async with unit_of_work(world.workspace_id) as uow:
        contact = await contacts.find_phone_owner(
            uow.session, world.workspace_id, E164("+" + number)
        )
    assert contact
    (thread,) = await do(world, contact_threads.list_threads_of, contact_id=contact.id)
    entries = (await do(world, timeline.read_timeline, contact_id=contact.id)).rows
    said = [entry.text for entry in entries if entry.kind == "message_in"]
    assert said == ["the last words", "the first words"]
    assert [entry.kind for entry in entries][-1] == "message_in" or entries[-1].kind == "created"
    await do(
        world, thread_actions.assign, conversation_id=thread.id, assignee_id=world.owner.user_id
    )
    agent = await make_member(world, "Agent")
    assert (
        await do(world, contact_threads.list_threads_of, actor=agent, contact_id=contact.id) == []
    )
    hidden = await do(world, timeline.read_timeline, actor=agent, contact_id=contact.id)
    assert {entry.kind for entry in hidden.rows} == {"created"}
    assert await do(world, listing.count_contacts, actor=agent) == 1
