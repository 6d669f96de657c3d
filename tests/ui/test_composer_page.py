"""The composer's states: nothing typed is lost, nothing is sent twice, nobody sends for others."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.features.contacts.book import add
from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core import clock
from xobito_app.features.inbox.composing import macros
from xobito_app.features.inbox.composing.macros import ME, Do, MacroAction
from xobito_app.features.inbox.threads import thread_actions, timeline
from xobito_app.ui.pages.inbox.attach_state import AttachState
from xobito_app.ui.pages.inbox.composer_state import ComposerState
from xobito_app.ui.pages.inbox.filter_state import FilterState
from xobito_app.ui.pages.inbox.mention_state import MentionState
from xobito_app.ui.pages.inbox.schedule_state import ScheduledFormState, ScheduleState
from xobito_app.ui.pages.inbox.shortcut_state import ShortcutState
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.whatsapp import limits


@pytest.fixture
async def tab(server, line):
    """A tab of the owner with the thread open."""
    token = await sign_in(line.world.owner.user_id, line.workspace_id)
    opened = Tab(server, f"{line.thread_id}", token)
    await opened.send(handler_name(InboxListState.load))
    await opened.send(
        handler_name(ThreadState.open_conversation), conversation_id=str(line.thread_id)
    )
    return opened


async def entries(line):
    return (await line.do(timeline.read_thread, conversation_id=line.thread_id)).entries


async def sent(line):
    return [entry for entry in await entries(line) if entry.direction == "out"]


async def test_buttons_are_sent_once_and_a_mistake_keeps_the_form_open(tab, line):
    await tab.send(handler_name(AttachState.begin), kind="buttons")
    form = {"body": "Which?", "button-1": "Red", "button-2": "Red"}
    await tab.send(handler_name(AttachState.send), form=form)
    assert tab.value("attach_state", "kind") == "buttons"
    assert "same title" in tab.value("attach_state", "errors")["form"]
    form["button-2"] = "Blue"
    await tab.send(handler_name(AttachState.send), form=form)
    assert tab.value("attach_state", "kind") == ""
    (entry,) = await sent(line)
    assert [b["title"] for b in entry.content["interactive"]["buttons"]] == ["Red", "Blue"]


async def test_a_list_holds_ten_rows_and_its_texts_find_their_sections(tab, line):
    await tab.send(handler_name(AttachState.begin), kind="list")
    first = tab.value("attach_state", "sections")[0]
    await tab.send(handler_name(AttachState.add_section))
    for _ in range(20):
        await tab.send(handler_name(AttachState.add_row), section_id=first.id)
    assert tab.value("attach_state", "row_count") == 10
    sections = tab.value("attach_state", "sections")
    form = {"body": "Pick", "label": "Sizes"}
    for section in sections:
        form[f"{section.id}-title"] = f"Title {section.id}"
        form |= {f"{row}-title": f"Row {row}" for row in section.rows}
    await tab.send(handler_name(AttachState.send), form=form)
    (entry,) = await sent(line)
    shown = entry.content["interactive"]["sections"]
    assert [len(section["rows"]) for section in shown] == [9, 1]
    assert shown[1]["title"] == f"Title {sections[1].id}"


@pytest.mark.parametrize(
    ("kind", "form", "field"),
    [
        ("link", {"body": "x", "label": "Go", "url": "javascript:alert(1)"}, "url"),
        ("location", {"where": "nowhere"}, "where"),
        ("card", {"name": "Ben"}, "phone"),
        ("buttons", {"body": "x" * 1025, "button-1": "a"}, "body"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(tab, line, kind, form, field):
    await tab.send(handler_name(AttachState.begin), kind=kind)
    await tab.send(handler_name(AttachState.send), form=form)
    assert list(tab.value("attach_state", "errors")) == [field]
    assert await sent(line) == []


async def test_a_contact_and_a_place_are_shared(tab, line):
    await tab.send(handler_name(AttachState.begin), kind="card")
    person = tab.value("attach_state", "people")[0]
    await tab.send(handler_name(AttachState.take), contact_id=person.id)
    await tab.send(handler_name(AttachState.send), form={})
    await tab.send(handler_name(AttachState.begin), kind="location")
    await tab.send(handler_name(AttachState.send), form={"where": "48.2, 16.3", "name": "Shop"})
    card, place = await sent(line)
    assert card.content["cards"][0]["formatted_name"] == person.name
    assert place.content["location"]["name"] == "Shop"


async def test_no_more_contacts_are_shared_at_once_than_meta_takes(tab, line):
    for number in range(limits.CONTACT_CARDS + 1):
        await add(line.world, first_name=f"Guest {number}", phone=f"+1650555130{number}")
    await tab.send(handler_name(AttachState.begin), kind="card")
    await tab.send(handler_name(AttachState.find), typed="guest")
    people = tab.value("attach_state", "people")
    assert len(people) == limits.CONTACT_CARDS + 1
    for person in people:
        await tab.send(handler_name(AttachState.take), contact_id=person.id)
    assert tab.value("attach_state", "chosen") == people[:-1]
    assert tab.value("attach_state", "problem") == "Share at most 5 contacts at once."
    await tab.send(handler_name(AttachState.take), contact_id=people[0].id)
    assert tab.value("attach_state", "problem") == ""


async def test_a_planned_message_waits_and_another_thread_forgets_the_plan(tab, line):
    await tab.send(handler_name(ScheduleState.set_open), is_open=True)
    preset = tab.value("schedule_state", "presets")[0]
    await tab.send(handler_name(ScheduleState.choose), local=preset.value)
    assert tab.value("draft_state", "due").endswith("(UTC)")
    assert tab.value("draft_state", "due_warning") == ""
    await tab.send(handler_name(ComposerState.submit), form={"text": "Later", "key": "k1"})
    assert tab.value("draft_state", "due") == ""
    (entry,) = await sent(line)
    assert entry.status == "scheduled"
    await tab.send(handler_name(ScheduleState.choose), local=preset.value)
    other = await line.write("16505550999")
    await tab.send(handler_name(ThreadState.open_conversation), conversation_id=str(other))
    assert tab.value("draft_state", "due") == ""


async def test_what_waits_is_changed_until_it_leaves(tab, line):
    soon, later = (clock.now() + timedelta(hours=hours) for hours in (2, 3))
    await tab.send(handler_name(ScheduleState.choose), local=f"{soon:%Y-%m-%dT%H:%M}")
    await tab.send(handler_name(ComposerState.submit), form={"text": "Later", "key": "k1"})
    (entry,) = await sent(line)
    await tab.send(handler_name(ScheduledFormState.edit), row_id=str(entry.id))
    assert tab.value("scheduled_form_state", "values")["body"] == "Later"
    form = {"due_at": "never", "body": "Much later"}
    await tab.send(handler_name(ScheduledFormState.save), form=form)
    assert tab.value("scheduled_form_state", "errors")["due_at"]
    form["due_at"] = f"{later:%Y-%m-%dT%H:%M}"
    await tab.send(handler_name(ScheduledFormState.save), form=form)
    (entry,) = await sent(line)
    assert entry.body == "Much later"
    await tab.send(handler_name(ScheduleState.cancel), message_id=str(entry.id))
    await tab.send(handler_name(ScheduledFormState.edit), row_id=str(entry.id))
    assert "has left already" in tab.scripts
    assert not tab.value("scheduled_form_state", "is_open")


async def test_the_person_is_warned_before_sending_that_the_window_will_be_closed(tab):
    late = clock.now() + timedelta(hours=30)
    await tab.send(handler_name(ScheduleState.choose), local=f"{late:%Y-%m-%dT%H:%M}")
    assert "closes" in tab.value("draft_state", "due_warning")
    await tab.send(handler_name(ScheduleState.choose), local="yesterday")
    assert tab.value("schedule_state", "refused") == "Choose a day and a time."


async def test_files_that_cannot_be_read_are_told_and_nothing_is_sent(tab, line):
    for files in ("{}", "nonsense", json.dumps([{"id": "x"}]), json.dumps([1])):
        form = {"text": "Hi", "key": "k2", "files": files}
        await tab.send(handler_name(ComposerState.submit), form=form)
        assert tab.value("composer_state", "problem")
    assert await sent(line) == []


async def test_a_reaction_is_put_and_taken_away(tab, line):
    message_id = str((await entries(line))[0].id)
    for number, emoji in enumerate(("👍", "")):
        form = {"message_id": message_id, "emoji": emoji, "key": f"r{number}"}
        await tab.send(handler_name(ComposerState.react), form=form)
        assert (await entries(line))[0].our_reaction == emoji


async def test_a_macro_pressed_twice_runs_once(tab, line):
    actions = [MacroAction(Do.ASSIGN, ME), MacroAction(Do.NOTE, "Mine")]
    macro_id = await line.do(macros.save, macro_id=None, name="Take", actions=actions)
    await tab.send(handler_name(ShortcutState.find), typed="ta")
    (row,) = tab.value("shortcut_state", "rows")
    assert (row.id, row.is_macro) == (str(macro_id), True)
    for _ in range(2):
        await tab.send(handler_name(ShortcutState.run), macro_id=row.id)
    assert [e.body for e in await entries(line) if e.direction == "note"] == ["Mine"]


async def test_filters_combine_are_shown_and_cleared(tab, line):
    await tab.send(handler_name(FilterState.set_open), is_open=True)
    choices = tab.value("filter_state", "choices")
    statuses = {name: value for value, name in choices["status"]}
    number, its_name = choices["number"][0]
    await tab.send(handler_name(FilterState.choose), part="number", value=number)
    await tab.send(handler_name(FilterState.choose), part="status", value=statuses["Lost"])
    assert tab.value("inbox_list_state", "rows") == []
    chips = [chip.words for chip in tab.value("filter_state", "chips")]
    assert chips == [f"Number: {its_name}", "Status: Lost"]
    await tab.send(handler_name(FilterState.choose), part="status", value="nonsense")
    await tab.send(handler_name(FilterState.clear))
    assert len(tab.value("inbox_list_state", "rows")) == 1
    assert tab.value("filter_state", "chips") == []


async def test_who_is_called_sees_it_until_they_open_the_chat(server, line):
    ana = await make_member(line.world, "Agent", "Ana Ruiz")
    note = {"conversation_id": line.thread_id, "body": "@Ana Ruiz", "key": "n"}
    await line.do(thread_actions.add_note, **note)
    tab = Tab(server, f"{ana.user_id}", await sign_in(ana.user_id, line.workspace_id))
    await tab.send(handler_name(MentionState.load))
    assert tab.value("mention_state", "count") == "1"
    await tab.send(handler_name(ThreadState.open_conversation), conversation_id=str(line.thread_id))
    await tab.send(handler_name(MentionState.show))
    assert tab.value("mention_state", "count") == ""


async def test_who_only_looks_sends_nothing(server, line):
    viewer = await make_member(line.world, "Viewer")
    tab = Tab(server, f"{viewer.user_id}", await sign_in(viewer.user_id, line.workspace_id))
    await tab.send(handler_name(ThreadState.open_conversation), conversation_id=str(line.thread_id))
    await tab.send(handler_name(AttachState.begin), kind="location")
    await tab.send(handler_name(AttachState.send), form={"where": "1, 1"})
    await tab.send(handler_name(ComposerState.submit), form={"text": "Hi", "key": "v"})
    assert await sent(line) == []
