"""What every form does, tried on that of the canned replies."""

import asyncio
from uuid import uuid4

import pytest

from tests.fixtures import make_empty_world
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core.errors import Unavailable
from xobito_app.features.inbox.composing import canned
from xobito_app.ui.pages.canned.replies import RepliesState, ReplyFormState

LIST, FORM = "replies_state", "reply_form_state"
HOURS = {"shortcut": "hours", "body": "We open at nine."}


@pytest.fixture
async def tab(server, _migrated):
    world = await make_empty_world()
    opened = Tab(server, str(uuid4()), await sign_in(world.owner.user_id, world.workspace_id))
    opened.path = "/canned-replies"
    return opened


async def save(tab: Tab, **form: str) -> None:
    await tab.send(handler_name(ReplyFormState.write_new))
    await tab.send(handler_name(ReplyFormState.save), form=form)


async def listed(tab: Tab):
    await tab.send(handler_name(RepliesState.load))
    return tab.value(LIST, "rows")


async def test_a_row_is_made_changed_and_deleted(tab):
    await save(tab, **HOURS)
    assert tab.value(FORM, "is_open") is False
    assert "Saved." in tab.scripts
    (row,) = await listed(tab)
    await tab.send(handler_name(ReplyFormState.edit), row_id=row.id)
    assert tab.value(FORM, "values") == HOURS
    await tab.send(handler_name(ReplyFormState.save), form=HOURS | {"body": "At ten."})
    (row,) = await listed(tab)
    assert row.preview == "At ten."
    ask = handler_name(ReplyFormState.ask)
    await tab.send(ask, question="delete", row_id=row.id, name=row.label)
    assert tab.value(FORM, "asked_name") == "/hours"
    await tab.send(handler_name(ReplyFormState.delete))
    assert tab.value(FORM, "question") == ""
    assert await listed(tab) == []


async def test_all_that_is_wrong_is_told_at_once_at_its_field(tab):
    await save(tab, shortcut="Ü", body=" ")
    assert set(tab.value(FORM, "errors")) == {"shortcut", "body"}
    assert (tab.value(FORM, "is_open"), tab.value(FORM, "is_busy")) == (True, False)
    assert "xobito.showErrors" in tab.scripts
    await tab.send(handler_name(ReplyFormState.save), form=HOURS)
    assert tab.value(FORM, "errors") == {}


async def test_a_form_begins_anew_each_time_it_is_opened(tab):
    await save(tab, shortcut="", body="")
    await tab.send(handler_name(ReplyFormState.write_new))
    assert (tab.value(FORM, "errors"), tab.value(FORM, "values")) == ({}, {})
    assert tab.value(FORM, "opened") == 2


async def test_two_quick_presses_make_one_row(tab):
    await tab.send(handler_name(ReplyFormState.write_new))
    name = handler_name(ReplyFormState.save)
    await asyncio.gather(*(tab.send(name, form={**HOURS, "shortcut": f"s{n}"}) for n in range(2)))
    assert len(await listed(tab)) == 1


async def test_what_is_about_no_field_is_told_in_a_corner_and_the_form_stays(tab, monkeypatch):
    async def fail(*_, **__):
        raise Unavailable("The database rests.")

    monkeypatch.setattr(canned, "save", fail)
    await save(tab, **HOURS)
    assert "The database rests." in tab.scripts
    assert (tab.value(FORM, "is_open"), tab.value(FORM, "is_busy")) == (True, False)


async def test_a_question_is_answered_once(tab):
    await save(tab, **HOURS)
    (row,) = await listed(tab)
    ask = handler_name(ReplyFormState.ask)
    await tab.send(ask, question="delete", row_id=row.id, name="x")
    await tab.send(handler_name(ReplyFormState.dismiss), _is_open=False)
    assert tab.value(FORM, "question") == ""
    await tab.send(handler_name(ReplyFormState.delete))
    await tab.send(handler_name(ReplyFormState.delete))
    assert "Not found." in tab.scripts
