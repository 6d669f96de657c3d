import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.features.contacts.book import add, do
from tests.fixtures import make_empty_world, make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core import ids
from xobito_app.features.contacts.bulk import bulk
from xobito_app.features.contacts.labels import groups, sources, statuses
from xobito_app.features.contacts.lists import listing, segments
from xobito_app.features.contacts.records.timeline import TimelineEntry
from xobito_app.features.contacts.schemas import ContactFilter, CustomRule
from xobito_app.ui.pages.contact.rows import EventRow
from xobito_app.ui.pages.contact.state import ContactState
from xobito_app.ui.pages.contact_labels.fields import FieldFormState, FieldsState
from xobito_app.ui.pages.contact_labels.label_states import StatusesState, StatusFormState
from xobito_app.ui.pages.contacts import address
from xobito_app.ui.pages.contacts.bulk_state import BulkState
from xobito_app.ui.pages.contacts.form_state import ContactFormState
from xobito_app.ui.pages.contacts.segment_state import SegmentState
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.pages.duplicates.state import DuplicatesState

LIST, FORM, BULK = "contacts_state", "contact_form_state", "bulk_state"


@pytest.fixture
async def home(_migrated):
    """A workspace nobody else fills."""
    return await make_empty_world()


async def open_page(server, actor, path: str = "/contacts", load=ContactsState.load) -> Tab:
    tab = Tab(server, str(uuid4()), await sign_in(actor.user_id, actor.workspace_id))
    tab.path = path
    await tab.send(handler_name(load))
    return tab


# Addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "contact_filter",
    [
        ContactFilter(),
        ContactFilter(search="Ana & Co", type="lead"),
        ContactFilter(status_ids=(uuid4(), uuid4()), is_unassigned=True),
        ContactFilter(opted_out=False, has_phone=True, country="DE", language="pt_BR"),
        ContactFilter(
            created_from=datetime(2026, 3, 1, 3, tzinfo=UTC),
            created_until=datetime(2026, 4, 1, 3, tzinfo=UTC),
        ),
        ContactFilter(custom=(CustomRule(slug="size", op="contains", value="L"),)),
    ],
)
def test_a_filter_survives_the_way_through_the_address(contact_filter):
    zone = "America/Sao_Paulo"
    query = address.query_of(contact_filter, zone)
    assert address.filter_of(query, zone) == contact_filter


def test_what_an_address_cannot_mean_narrows_nothing():
    nonsense = {"status": "1 OR 1=1", "type": "boss", "since": "yesterday", "opted_out": "maybe"}
    assert address.filter_of(address.read_query(nonsense), "UTC") == ContactFilter()
    assert address.read_query({"drop": "table", "q": "x" * 900}) == {"q": "x" * 200}


# The list --------------------------------------------------------------------------------


async def test_the_address_decides_what_is_listed_and_says_it_in_chips(server, home):
    lead = await add(home, first_name="Lena", last_name="Lead", type="lead")
    await add(home, first_name="Carl", last_name="Customer", type="customer")
    tab = await open_page(server, home.owner, f"/contacts?type=lead&status={lead.status.id}")
    assert [row.name for row in tab.value(LIST, "rows")] == ["Lena Lead"]
    assert [chip.text for chip in tab.value(LIST, "chips")] == [
        "leads",
        f"status is {lead.status.name}",
    ]
    assert tab.value(LIST, "everybody") == "2"


async def test_windows_turn_both_ways_and_say_where_they_are(server, home):
    for number in range(53):
        await add(home, first_name=f"Person {number:02}")
    tab = await open_page(server, home.owner, "/contacts?sort=name")
    assert tab.value(LIST, "range_words") == "1–50 of 53"
    await tab.send(handler_name(ContactsState.older))
    assert [row.name for row in tab.value(LIST, "rows")] == ["Person 50", "Person 51", "Person 52"]
    assert tab.value(LIST, "range_words") == "51–53 of 53"
    await tab.send(handler_name(ContactsState.newer))
    assert tab.value(LIST, "rows")[0].name == "Person 00"


async def test_everything_that_fits_is_meant_not_only_the_window(server, home):
    for number in range(52):
        await add(home, first_name=f"P{number}", type="customer" if number else "lead")
    group = await do(home, groups.create_group, name="VIP")
    tab = await open_page(server, home.owner, "/contacts?type=customer")
    await tab.send(handler_name(ContactsState.toggle_page))
    assert tab.value(LIST, "selection_words") == "50 selected"
    await tab.send(handler_name(ContactsState.select_all))
    assert tab.value(LIST, "selection_words") == "51 selected"
    await tab.send(handler_name(BulkState.begin), kind="add_group")
    await tab.send(handler_name(BulkState.save), form={"target_id": str(group.id)})
    (job,) = await do(home, bulk.list_jobs)
    assert (job.kind, job.total) == ("add_group", 51)
    assert tab.value(LIST, "selected") == []


async def test_a_selection_of_two_means_these_two(server, home):
    first, second, _ = [await add(home, first_name=name) for name in ("A", "B", "C")]
    tab = await open_page(server, home.owner)
    for view in (first, second):
        await tab.send(handler_name(ContactsState.toggle), row_id=str(view.id))
    await tab.send(handler_name(BulkState.begin), kind="opt_out")
    await tab.send(handler_name(BulkState.save), form={"reason": "asked"})
    (job,) = await do(home, bulk.list_jobs)
    assert job.total == 2


async def test_a_bulk_action_without_its_target_says_so(server, home):
    await add(home)
    tab = await open_page(server, home.owner)
    await tab.send(handler_name(ContactsState.select_all))
    await tab.send(handler_name(BulkState.begin), kind="add_group")
    await tab.send(handler_name(BulkState.save), form={})
    assert tab.value(BULK, "errors") == {"target_id": "Choose a group."}
    assert await do(home, bulk.list_jobs) == []


async def test_an_agent_may_not_delete_nor_another_workspace_be_reached(server, home):
    view = await add(home)
    agent = await make_member(home, "Agent")
    tab = await open_page(server, agent)
    await tab.send(handler_name(ContactsState.toggle), row_id=str(view.id))
    await tab.send(handler_name(BulkState.begin), kind="delete")
    await tab.send(handler_name(BulkState.save), form={})
    assert await do(home, bulk.list_jobs) == []
    stranger = await make_empty_world()
    theirs = await open_page(server, stranger.owner, f"/contacts/{view.id}", ContactState.load)
    assert theirs.value("contact_state", "stage") == "missing"


async def test_a_segment_keeps_the_filters_in_force(server, home):
    await add(home, type="customer")
    await add(home, type="lead")
    tab = await open_page(server, home.owner, "/contacts?type=customer")
    await tab.send(handler_name(SegmentState.write_new))
    await tab.send(handler_name(SegmentState.save), form={"name": "Buyers"})
    await tab.send(handler_name(ContactsState.load))
    (segment,) = tab.value(LIST, "segments")
    assert (segment.name, segment.count) == ("Buyers", "1")
    tab.path = segment.link
    await tab.send(handler_name(ContactsState.load))
    assert tab.value(LIST, "segment_id") == segment.id
    assert tab.value(LIST, "total") == 1


@pytest.fixture
async def buyers(server, home):
    """A tab with a segment of customers open."""
    for name, kind in (("Ana", "customer"), ("Bob", "customer"), ("Carl", "lead")):
        await add(home, first_name=name, type=kind, country="DE" if name == "Ana" else "BR")
    view = await do(
        home, segments.save_segment, name="Buyers", contact_filter=ContactFilter(type="customer")
    )
    tab = await open_page(server, home.owner, f"/contacts?segment={view.id}")
    return tab, str(view.id)


async def follow(tab) -> str:
    """Go where the tab was told to go, and say where that is."""
    tab.path = re.findall(r"(/contacts[^'\"\\\\]*)", tab.scripts)[-1]
    await tab.send(handler_name(ContactsState.load))
    return tab.path


async def test_sorting_keeps_the_open_segment_in_the_address(buyers):
    tab, segment_id = buyers
    await tab.send(handler_name(ContactsState.sort_by), by="name")
    assert await follow(tab) == f"/contacts?segment={segment_id}&sort=name"
    assert tab.value(LIST, "segment_id") == segment_id
    assert tab.value(LIST, "is_segment_changed") is False
    assert [row.name for row in tab.value(LIST, "rows")] == ["Ana", "Bob"]


async def test_a_narrowed_segment_stays_open_as_changed_until_it_is_saved_or_left(buyers, home):
    tab, segment_id = buyers
    await tab.send(handler_name(ContactsState.narrow), name="country", value="DE")
    assert await follow(tab) == f"/contacts?type=customer&country=DE&segment={segment_id}"
    assert tab.value(LIST, "is_segment_changed") is True
    assert [row.name for row in tab.value(LIST, "rows")] == ["Ana"]
    await tab.send(handler_name(ContactsState.narrow), name="country", value="")
    assert await follow(tab) == f"/contacts?segment={segment_id}"
    assert tab.value(LIST, "is_segment_changed") is False
    await tab.send(handler_name(ContactsState.narrow), name="country", value="BR")
    await follow(tab)
    await tab.send(handler_name(ContactsState.reopen_segment))
    assert await follow(tab) == f"/contacts?segment={segment_id}"
    assert tab.value(LIST, "total") == 2
    await tab.send(handler_name(ContactsState.narrow), name="country", value="DE")
    await follow(tab)
    await tab.send(handler_name(SegmentState.write_new))
    await tab.send(handler_name(SegmentState.save), form={"name": "Buyers"})
    assert await follow(tab) == f"/contacts?segment={segment_id}"
    assert tab.value(LIST, "is_segment_changed") is False
    (saved,) = await do(home, segments.list_segments)
    assert saved.contact_filter == ContactFilter(type="customer", country="DE")


async def test_the_last_filter_taken_away_leaves_the_segment(buyers):
    tab, _ = buyers
    await tab.send(handler_name(ContactsState.narrow), name="type", value="")
    assert await follow(tab) == "/contacts"
    assert (tab.value(LIST, "segment_id"), tab.value(LIST, "total")) == ("", 3)


async def test_the_filter_form_keeps_what_it_has_no_choice_for(server, home):
    first = await do(home, groups.create_group, name="VIP")
    second = await do(home, groups.create_group, name="New")
    await add(home, first_name="Ana", groups=["VIP"])
    await add(home, first_name="Bob", groups=["New"])
    await add(home, first_name="Carl")
    both = f"{first.id},{second.id}"
    tab = await open_page(server, home.owner, f"/contacts?group={both}&country=de")
    assert tab.value(LIST, "unlisted") == {"group": "VIP or New"}
    assert tab.value(LIST, "query") == {"group": both, "country": "DE"}
    await tab.send(
        handler_name(ContactsState.narrow_more), form={"group": both, "country": "", "type": "lead"}
    )
    await follow(tab)
    assert tab.value(LIST, "query") == {"type": "lead", "group": both}
    assert sorted(row.name for row in tab.value(LIST, "rows")) == ["Ana", "Bob"]


# Duplicates ------------------------------------------------------------------------------


async def test_a_pair_is_dismissed_and_taken_back(server, home):
    for _ in range(2):
        await add(home, first_name="Ana", last_name="Ruiz", company="Acme")
    tab = await open_page(server, home.owner, "/contacts/duplicates", DuplicatesState.load)
    (pair,) = tab.value("duplicates_state", "pairs")
    chosen = {"first_id": pair.first.id, "second_id": pair.second.id}
    await tab.send(handler_name(DuplicatesState.set_apart), **chosen)
    assert tab.value("duplicates_state", "pairs") == []
    tab.path = "/contacts/duplicates?show=dismissed"
    await tab.send(handler_name(DuplicatesState.load))
    assert tab.value("duplicates_state", "shows_dismissed") is True
    (pair,) = tab.value("duplicates_state", "pairs")
    assert pair.reasons.startswith("Dismissed by Olga Owner, ")
    await tab.send(handler_name(DuplicatesState.take_back), **chosen)
    assert tab.value("duplicates_state", "pairs") == []
    tab.path = "/contacts/duplicates"
    await tab.send(handler_name(DuplicatesState.load))
    assert len(tab.value("duplicates_state", "pairs")) == 1
    await tab.send(handler_name(DuplicatesState.take_back), **chosen)
    assert "not set apart" in tab.scripts


# The form --------------------------------------------------------------------------------


async def test_a_wrong_number_is_told_at_the_field_and_nothing_is_kept(server, home):
    tab = await open_page(server, home.owner)
    await tab.send(handler_name(ContactFormState.write_new))
    await tab.send(
        handler_name(ContactFormState.save),
        form={"first_name": "Zoë", "type": "lead", "phone": "12"},
    )
    assert set(tab.value(FORM, "errors")) == {"phone"}
    assert tab.value(FORM, "is_open") is True
    assert await do(home, listing.count_contacts) == 0


async def test_none_of_the_sources_is_the_default_of_a_new_contact_and_none_of_a_known_one(
    server, home
):
    source = await do(home, sources.create_source, name="Fair")
    await do(home, sources.update_source, source_id=source.id, is_default=True)
    form = {"type": "lead", "phone": "+16505550123", "source_id": "", "groups": "VIP, News"}
    tab = await open_page(server, home.owner)
    await tab.send(handler_name(ContactFormState.write_new))
    await tab.send(handler_name(ContactFormState.save), form=form)
    (made,) = (await do(home, listing.list_contacts)).rows
    assert (made.source and made.source.name) == "Fair"
    await tab.send(handler_name(ContactFormState.edit), row_id=str(made.id))
    values = tab.value(FORM, "values")
    assert (values["source_id"], values["groups"]) == (str(source.id), "News, VIP")
    await tab.send(handler_name(ContactFormState.save), form=form)
    (changed,) = (await do(home, listing.list_contacts)).rows
    assert (changed.source, changed.status) == (None, made.status)


async def test_own_fields_come_and_go_with_the_form(server, home):
    tab = await open_page(server, home.owner, "/contacts/labels", FieldsState.load)
    await tab.send(handler_name(FieldFormState.write_new))
    await tab.send(handler_name(FieldFormState.choose_kind), kind="checkboxes")
    form = {"label": "Flowers", "options": "Roses\n\nTulips", "is_active": "on"}
    await tab.send(handler_name(FieldFormState.save), form=form)
    await tab.send(handler_name(ContactFormState.write_new))
    await tab.send(
        handler_name(ContactFormState.save),
        form={"type": "lead", "phone": "+16505550123", "own.flowers:Tulips": "on"},
    )
    page = await do(home, listing.list_contacts)
    assert page.rows[0].custom == {"flowers": ["Tulips"]}
    await tab.send(handler_name(ContactFormState.edit), row_id=str(page.rows[0].id))
    (own,) = tab.value(FORM, "own")
    assert (own.options, own.ticked) == (["Roses", "Tulips"], ["Tulips"])


# Labels, duplicates, one contact ---------------------------------------------------------


async def test_a_status_in_use_asks_what_its_contacts_get_instead(server, home):
    old = await do(home, statuses.create_status, name="Old stage")
    view = await add(home, status_id=old.id)
    tab = await open_page(server, home.owner, "/contacts/labels", StatusesState.load)
    await tab.send(handler_name(StatusFormState.ask_to_delete), row_id=str(old.id))
    assert tab.value("status_form_state", "is_used") is True
    await tab.send(handler_name(StatusFormState.remove), form={})
    assert tab.value("status_form_state", "errors")
    other = tab.value("status_form_state", "others")[0][0]
    await tab.send(handler_name(StatusFormState.remove), form={"replace_with": other})
    found = await do(home, listing.list_contacts, contact_filter=ContactFilter(ids=(view.id,)))
    assert str(found.rows[0].status.id) == other


async def test_two_are_compared_merged_and_parted_again(server, home):
    keep = await add(home, first_name="Ana", email="ana@example.com")
    drop = await add(home, first_name="Ana", email="ana+shop@example.com", company="Bloom")
    tab = await open_page(server, home.owner, "/contacts/duplicates", DuplicatesState.load)
    (pair,) = tab.value("duplicates_state", "pairs")
    assert {pair.first.id, pair.second.id} == {str(keep.id), str(drop.id)}
    ids = {"keep_id": str(keep.id), "drop_id": str(drop.id)}
    await tab.send(handler_name(DuplicatesState.compare), **ids)
    company = next(f for f in tab.value("duplicates_state", "facts") if f.label == "Company")
    assert (company.kept, company.result, company.is_changed) == ("–", "Bloom", True)
    await tab.send(handler_name(DuplicatesState.merge))
    assert await do(home, listing.count_contacts) == 1
    tab.path = f"/contacts/{keep.id}"
    await tab.send(handler_name(ContactState.load))
    (merge,) = tab.value("contact_state", "merges")
    await tab.send(handler_name(ContactState.undo_merge), merge_id=merge.id)
    assert await do(home, listing.count_contacts) == 2


async def test_notes_are_written_changed_and_deleted(server, home):
    view = await add(home)
    tab = await open_page(server, home.owner, f"/contacts/{view.id}", ContactState.load)
    await tab.send(handler_name(ContactState.save_note), form={"body": "  "})
    assert tab.value("contact_state", "errors")["body"]
    await tab.send(handler_name(ContactState.save_note), form={"body": "Likes oak"})
    (note,) = tab.value("contact_state", "notes")
    await tab.send(handler_name(ContactState.edit_note), note_id=note.id)
    await tab.send(handler_name(ContactState.save_note), form={"body": "Likes teak"})
    assert [n.body for n in tab.value("contact_state", "notes")] == ["Likes teak"]
    await tab.send(handler_name(ContactState.remove_note), note_id=note.id)
    assert tab.value("contact_state", "notes") == []


def test_changes_read_as_old_and_new():
    changes = {
        "company": ["", "Bloom"],
        "custom": [{"size": "M"}, {"flowers": ["Roses"]}],
        "is_enabled": [True, False],
    }
    entry = TimelineEntry("changed", datetime.now(UTC), changes=changes, id=ids.new())
    row = EventRow.of(0, entry, "UTC")
    assert row.text == (
        "Company: nothing → Bloom, flowers: nothing → Roses, size: M → nothing, Enabled: yes → no"
    )
