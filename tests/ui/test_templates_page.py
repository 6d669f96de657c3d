from copy import deepcopy

import pytest

from tests.features.templates.desk import Desk, body_of
from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from tests.whatsapp.golden_templates import GOLDEN
from xobito_app.core import clock
from xobito_app.core.permissions import Permission
from xobito_app.features.campaigns.service import create_campaign
from xobito_app.features.templates import service
from xobito_app.features.templates.insight_repository import InsightRepository
from xobito_app.features.templates.insights import fetch_insights
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.template import relay as template_relay
from xobito_app.ui.pages.template.state import TemplateState
from xobito_app.ui.pages.template_editor.state import EditorState
from xobito_app.ui.pages.templates.state import TemplatesState

LIST, PAGE, EDITOR = "templates_state", "template_state", "editor_state"
TEXT = "Hello {{1}}, your order is on its way to you now."


@pytest.fixture
async def desk(line):
    desk = Desk(line)
    await desk.sync()
    return desk


async def _open(server, desk: Desk, path: str, load, actor=None) -> Tab:
    actor = actor or desk.owner
    tab = Tab(server, f"{actor.user_id}{path}", await sign_in(actor.user_id, actor.workspace_id))
    tab.path = path
    await tab.send(handler_name(load))
    return tab


async def _write(tab: Tab, **fields: str) -> None:
    for place, value in fields.items():
        await tab.send(
            handler_name(EditorState.change), place=place.replace("__", "."), value=value
        )


async def test_the_list_shows_drafts_and_what_meta_holds(server, desk):
    await desk.write()
    tab = await _open(server, desk, "/templates", TemplatesState.load)
    rows = {row.name: row for row in tab.value(LIST, "rows")}
    draft = rows["shipping_note"]
    assert (draft.status, draft.path[-5:]) == ("Draft", "/edit")
    assert rows["hello_world"].status == "Approved"
    assert tab.value(LIST, "stamp").startswith("6 templates")


async def test_a_new_template_is_kept_from_the_first_letter_on(server, desk):
    tab = await _open(server, desk, "/templates/new", EditorState.load)
    assert (tab.value(EDITOR, "stage"), tab.value(EDITOR, "errors")) == ("ready", {})
    await _write(tab, name="Bad Name")
    errors = tab.value(EDITOR, "errors")
    assert set(errors) == {"name"}
    assert "like bad_name" in errors["name"]
    template_id = tab.value(EDITOR, "template_id")
    assert f"/templates/{template_id}/edit" in "".join(tab.scripts)
    await _write(tab, name="note", body=TEXT)
    assert [field.label for field in tab.value(EDITOR, "samples")] == ["Text: {{1}}"]
    assert tab.value(EDITOR, "paper").body == TEXT
    await _write(tab, sample__body__1="Ana")
    assert tab.value(EDITOR, "paper").body.startswith("Hello Ana,")
    assert tab.value(EDITOR, "can_submit") is True
    assert tab.value(EDITOR, "saved").startswith("Saved ")
    row = await desk.row(template_id)
    assert (row.name, row.status) == ("note", "DRAFT")
    await tab.send(handler_name(EditorState.submit))
    assert (await desk.row(template_id)).status == "PENDING"


async def test_buttons_are_added_moved_and_taken_away(server, desk):
    view = await desk.write(body_of(TEXT.replace("{{1}}", "there")))
    tab = await _open(server, desk, f"/templates/{view.id}/edit", EditorState.load)
    for kind in ("QUICK_REPLY", "URL", "QUICK_REPLY", "SING"):
        await tab.send(handler_name(EditorState.add_button), kind=kind)
    assert [b.type for b in tab.value(EDITOR, "buttons")] == ["QUICK_REPLY", "QUICK_REPLY", "URL"]
    await _write(tab, button__0__text="Yes", button__1__text="No", button__2__text="Shop")
    assert "whole address" in tab.value(EDITOR, "errors")["button.2"]
    await _write(tab, button__2__url="https://shop.example.com")
    assert tab.value(EDITOR, "errors") == {}
    await tab.send(handler_name(EditorState.move_button), index=1, by=-1)
    assert [b.text for b in tab.value(EDITOR, "buttons")] == ["No", "Yes", "Shop"]
    await tab.send(handler_name(EditorState.remove_button), index=0)
    assert [b.text for b in tab.value(EDITOR, "paper").buttons] == ["Yes", "Shop"]


async def test_submitting_shows_everything_that_is_wrong(server, desk):
    tab = await _open(server, desk, "/templates/new", EditorState.load)
    await tab.send(handler_name(EditorState.submit))
    assert {"name", "body"} <= set(tab.value(EDITOR, "errors"))
    await _write(tab, body="{{1}} is your order today")
    await tab.send(handler_name(EditorState.submit))
    assert "2388299" in tab.value(EDITOR, "errors")["body"]
    assert {"danger"} == {problem.tone for problem in tab.value(EDITOR, "problems")}
    assert desk.calls("POST", "/message_templates") == 0


async def test_what_is_written_is_thrown_away_after_a_question(server, desk):
    view = await desk.write()
    tab = await _open(server, desk, f"/templates/{view.id}/edit", EditorState.load)
    ask = handler_name(EditorState.ask)
    await tab.send(ask, question="discard", row_id=str(view.id), name="")
    await tab.send(handler_name(EditorState.discard))
    page = await desk.do(service.list_templates, wanted=service.Wanted(status="DRAFT"))
    assert page.rows == ()


async def test_another_tab_that_wrote_meanwhile_is_told(server, desk):
    view = await desk.write()
    path = f"/templates/{view.id}/edit"
    tab = await _open(server, desk, path, EditorState.load)
    manager = await make_member(desk.line.world, "Manager")
    other = await _open(server, desk, path, EditorState.load, manager)
    await _write(tab, footer="Acme")
    await _write(other, footer="Other")
    assert "Somebody else" in other.value(EDITOR, "why_not")
    assert (await desk.row(view.id)).draft["components"][-1]["text"] == "Acme"


async def test_the_page_of_a_template_says_what_became_of_it(server, desk):
    row = await desk.named("hello_world")
    await desk.decide(row.meta_id, pause="pacing")
    await desk.until(row.id, "PAUSED")
    tab = await _open(server, desk, f"/templates/{row.id}", TemplateState.load)
    card = tab.value(PAGE, "card")
    assert (card.status, card.can_unpause) == ("Paused", True)
    assert "first results" in card.notice
    assert [entry.change for entry in tab.value(PAGE, "history")] == ["Approved → Paused"]
    assert tab.value(PAGE, "figures")[0].value == "0"
    await tab.send(handler_name(TemplateState.unpause))
    assert tab.value(PAGE, "card").status == "Approved"


async def test_a_carousel_is_drawn_card_by_card(server, desk):
    golden = next(golden for golden in GOLDEN if golden.name == "carousel")
    await desk.put_at_meta(deepcopy(golden.create))
    await desk.sync()
    row = await desk.named(golden.create["name"])
    tab = await _open(server, desk, f"/templates/{row.id}", TemplateState.load)
    cards = tab.value(PAGE, "paper").cards
    assert [card.media for card in cards] == ["IMAGE", "IMAGE"]
    assert cards[0].body == "Rye with 10 % off this week only."


async def test_a_copy_begins_and_languages_are_deleted(server, desk):
    row = await desk.named("hello_world")
    tab = await _open(server, desk, f"/templates/{row.id}", TemplateState.load)
    await tab.send(handler_name(TemplateState.copy_to), form={"language": "de"})
    assert (await desk.named("hello_world", "de")).status == "DRAFT"
    ask = handler_name(TemplateState.ask)
    await tab.send(ask, question="one", row_id=str(row.id), name="hello_world")
    await tab.send(handler_name(TemplateState.delete))
    assert (await desk.row(row.id)).gone_at


async def test_those_who_only_look_write_nothing(server, desk):
    row = await desk.named("hello_world")
    viewer = await make_member(desk.line.world, "Viewer")
    tab = await _open(server, desk, f"/templates/{row.id}", TemplateState.load, viewer)
    assert tab.value(PAGE, "stage") == "ready"
    await tab.send(handler_name(TemplateState.delete))
    await tab.send(handler_name(TemplateState.copy_to), form={"language": "de"})
    assert (await desk.row(row.id)).gone_at is None
    editor = await _open(server, desk, f"/templates/{row.id}/edit", EditorState.load, viewer)
    await _write(editor, body="Taken over")
    assert not (await desk.do(service.get, row.id)).has_draft


async def test_the_page_tells_what_meta_counted_or_how_to_have_it_count(server, desk):
    row = await desk.named("order_confirmation")
    await fetch_insights(desk.line.workspace_id)
    tab = await _open(server, desk, f"/templates/{row.id}", TemplateState.load)
    clicks = tab.value(PAGE, "clicks")
    assert (clicks.is_shown, clicks.is_off) == (True, True)
    assert "not switched on" in clicks.problem
    ask = handler_name(TemplateState.ask)
    await tab.send(ask, question="count", row_id=str(row.id), name="")
    await tab.send(handler_name(TemplateState.count_clicks))
    day = {"template_id": row.id, "day": clock.now().date(), "sent": 5, "delivered": 4, "read": 3}
    pressed = [{"type": "url_button", "button_content": "Track order", "count": 2}]
    async with unit_of_work(desk.line.workspace_id) as uow:
        insights = InsightRepository(uow.session, desk.line.workspace_id)
        await insights.put([{**day, "clicks": pressed}])
    await tab.send(handler_name(TemplateState.load))
    clicks = tab.value(PAGE, "clicks")
    assert clicks.line.startswith("5 sent, 4 delivered, 3 read")
    assert [(one.title, one.kind, one.count) for one in clicks.rows] == [
        ("Track order", "Link opened", "2")
    ]
    plain = await desk.named("hello_world")
    tab = await _open(server, desk, f"/templates/{plain.id}", TemplateState.load)
    assert not tab.value(PAGE, "clicks").is_shown


async def test_the_list_moves_when_meta_decides(server, desk, live):
    view = await desk.write()
    tab = await _open(server, desk, "/templates", TemplatesState.load)
    row = await desk.named("hello_world")
    await desk.decide(row.meta_id, status="PAUSED")
    await desk.until(row.id, "PAUSED")
    await live.settle()
    assert {one.name: one.status for one in tab.value(LIST, "rows")}["hello_world"] == "Paused"
    await desk.put_at_meta(body_of("Hi there", name="another"))
    await desk.sync()
    await live.settle()
    assert tab.value(LIST, "stamp").startswith("7 templates")
    assert str(view.id) in {one.id for one in tab.value(LIST, "rows")}


async def test_the_page_moves_with_its_template_alone(server, desk, live, monkeypatch):
    read, real = [], template_relay.read_found

    async def note(session, actor, template_id):
        read.append(template_id)
        return await real(session, actor, template_id)

    monkeypatch.setattr(template_relay, "read_found", note)
    row = await desk.named("hello_world")
    tab = await _open(server, desk, f"/templates/{row.id}", TemplateState.load)
    assert (tab.value(PAGE, "card").status, tab.value(PAGE, "history")) == ("Approved", [])
    other = await desk.named("order_confirmation")
    await desk.decide(other.meta_id, status="PAUSED")
    await desk.until(other.id, "PAUSED")
    await live.settle()
    assert read == []
    await desk.decide(row.meta_id, status="PAUSED")
    await desk.until(row.id, "PAUSED")
    await live.settle()
    assert tab.value(PAGE, "card").status == "Paused"
    assert [one.change for one in tab.value(PAGE, "history")] == ["Approved → Paused"]
    assert set(read) == {row.id}


async def test_who_may_not_see_campaigns_is_not_told_of_them_later_either(server, desk, live):
    row = await desk.named("hello_world")
    agent = await make_member(desk.line.world, "Agent")
    assert not agent.can(Permission.CAMPAIGNS_VIEW)
    tab = await _open(server, desk, f"/templates/{row.id}", TemplateState.load, agent)
    await desk.line.do(create_campaign, draft={"name": "Spring", "template_id": row.id})
    await desk.decide(row.meta_id, status="PAUSED")
    await desk.until(row.id, "PAUSED")
    await live.settle()
    assert (tab.value(PAGE, "card").status, tab.value(PAGE, "uses")) == ("Paused", [])
