import asyncio
from copy import deepcopy
from datetime import timedelta

import httpx
import pytest

from tests.features.templates.desk import Desk, body_of
from tests.fixtures import make_member
from tests.lines import graph_error
from xobito_app.core import clock
from xobito_app.core.errors import Conflict, Forbidden, Invalid, Unavailable
from xobito_app.features.activity import service as activity
from xobito_app.features.connection import service as connection
from xobito_app.features.templates import service
from xobito_app.features.templates.writing import drafts, settling, submitting


async def test_a_draft_is_submitted_and_approved(desk: Desk):
    heard = desk.hear_changes()
    view = await desk.submit((await desk.write()).id)
    assert (view.status, view.category, view.submission) == ("PENDING", "UTILITY", "none")
    row = await desk.until(view.id, "APPROVED")
    assert row.meta_id
    assert row.draft == {}
    assert [(e.previous_status, e.status) for e in heard] == [("PENDING", "APPROVED")]
    history = await desk.do(service.read_history, view.id)
    assert [(entry.kind, entry.before, entry.after) for entry in history] == [
        ("status", "PENDING", "APPROVED"),
        ("status", "DRAFT", "PENDING"),
    ]
    noted = await desk.do(activity.list_activity)
    assert {"templates.drafted", "templates.submitted"} <= {entry.action for entry in noted.rows}


async def test_what_the_linter_finds_never_leaves(desk: Desk):
    view = await desk.write(body_of("{{1}} is your order today", name="Bad Name"))
    with pytest.raises(Invalid) as told:
        await desk.submit(view.id)
    assert set(told.value.fields) == {"name", "body", "sample.body.1"}
    assert desk.calls("POST", "/message_templates") == 0
    assert (await desk.row(view.id)).submission == "none"


async def test_a_warning_keeps_nobody_from_submitting(desk: Desk):
    view = await desk.write(body_of("Our sale is on until Sunday evening"))
    assert [problem.is_warning for problem in view.problems] == [True]
    assert (await desk.submit(view.id)).status == "PENDING"


async def test_the_category_of_the_answer_is_what_is_kept(desk: Desk):
    view = await desk.submit((await desk.write(body_of(name="recategorised_note"))).id)
    assert (view.status, view.category, view.previous_category) == (
        "APPROVED",
        "MARKETING",
        "UTILITY",
    )
    history = await desk.do(service.read_history, view.id)
    moved = next(entry for entry in history if entry.kind == "category")
    assert (moved.before, moved.after) == ("UTILITY", "MARKETING")
    assert "instead of the one submitted" in moved.note


async def test_a_rejected_one_says_why_is_edited_and_submitted_again(desk: Desk):
    row = await desk.approved(body_of("Our sale is on until Sunday evening", name="reject_me"))
    assert row.status == "REJECTED"
    view = await desk.do(drafts.read_draft, template_id=row.id)
    assert "category is wrong" in view.rejection
    assert [problem.rule for problem in view.rejected_rules] == ["category.words"]
    assert "Change the category" in view.rejection_advice
    body = {**view.body, "category": "MARKETING"}
    await desk.do(drafts.save_draft, template_id=row.id, body=body)
    again = await desk.submit(row.id)
    assert (again.status, again.category, again.rejection) == ("PENDING", "MARKETING", "")
    await desk.until(row.id, "REJECTED")


async def _edit(desk: Desk, row_id, text: str) -> None:
    view = await desk.do(drafts.read_draft, template_id=row_id)
    body = deepcopy(view.body)
    body["components"] = [{"type": "BODY", "text": text}]
    await desk.do(drafts.save_draft, template_id=row_id, body=body)
    await desk.submit(row_id)


async def test_an_approved_one_takes_one_edit_a_day(desk: Desk):
    row = await desk.approved()
    with pytest.raises(Invalid, match="Nothing was changed"):
        await desk.submit(row.id)
    # Two approvals of one second would be one delivery that came twice.
    await desk.line.say("/clock", advance_seconds=2)
    await _edit(desk, row.id, "Your order is on its way.")
    assert (await desk.until(row.id, "APPROVED")).components[0]["text"].startswith("Your order")
    with pytest.raises(Invalid, match="one edit of an approved template in 24 hours"):
        await _edit(desk, row.id, "Your order is nearly there.")
    view = await desk.do(drafts.read_draft, template_id=row.id)
    assert view.draft.part.body == "Your order is nearly there."
    assert not view.can_submit


async def test_what_meta_decides_about_is_not_edited(desk: Desk):
    view = await desk.submit((await desk.write(body_of(name="pending_note"))).id)
    saved = await desk.do(drafts.save_draft, template_id=view.id, body=body_of("Another text"))
    assert "deciding" in saved.why_not_edit
    with pytest.raises(Invalid, match="deciding"):
        await desk.submit(view.id)


async def test_the_sample_goes_to_meta_with_each_submission(desk: Desk):
    sample_id = await desk.sample()
    header = {
        "type": "HEADER",
        "format": "IMAGE",
        "example": {"header_handle": [f"sample:{sample_id}"]},
    }
    body = body_of(components=[header, *body_of()["components"]])
    row = await desk.approved(body)
    (held,) = [t for t in await desk.at_meta() if t["name"] == "shipping_note"]
    assert held["components"][0]["example"]["header_handle"][0].startswith("4::")
    await desk.sync()
    view = await desk.do(drafts.read_draft, template_id=row.id)
    assert view.draft.part.header.sample == f"sample:{sample_id}"
    assert not view.is_changed
    copied = await desk.do(drafts.duplicate, template_id=row.id, language="de")
    assert (await desk.submit(copied)).status == "PENDING"


async def test_two_clicks_are_one_submission(desk: Desk):
    view = await desk.write()
    outcomes = await asyncio.gather(
        desk.submit(view.id), desk.submit(view.id), return_exceptions=True
    )
    assert desk.calls("POST", "/message_templates") == 1
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert [type(outcome) for outcome in refused] == [Conflict]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (graph_error(2388023), "Meta keeps the name"),
        (graph_error(190, 401), "access token"),
        (graph_error(80007), "rate limit"),
    ],
)
async def test_a_refusal_gives_the_draft_back_with_the_reason(desk: Desk, answer, words):
    view = await desk.write()
    if answer.json()["error"]["code"] == 2388023:
        error = {"code": 100, "error_subcode": 2388023, "message": "Invalid parameter"}
        answer = httpx.Response(400, json={"error": error})

    async def refuse(request, inner):
        return answer if request.url.path.endswith("/message_templates") else None

    desk.line.wire.trick = refuse
    with pytest.raises(Invalid, match=words):
        await desk.submit(view.id)
    row = await desk.row(view.id)
    assert (row.status, row.submission) == ("DRAFT", "none")
    assert words in row.submit_error
    desk.line.wire.trick = None
    assert (await desk.submit(view.id)).status == "PENDING"


def _lose_answer(desk: Desk, *, arrives: bool) -> None:
    """Break the connection on the way of a submission, before or after Meta has it."""

    async def lose(request, inner):
        if request.method == "POST" and request.url.path.endswith("/message_templates"):
            if arrives:
                await inner.handle_async_request(request)
            raise httpx.ReadError("broken")
        return

    desk.line.wire.trick = lose


async def _age(desk: Desk, template_id, by: timedelta) -> None:
    row = await desk.row(template_id)
    await desk.line.change(row, submitted_at=row.submitted_at - by)


async def test_a_lost_answer_is_looked_up_before_anything_is_sent_again(desk: Desk):
    view = await desk.write()
    _lose_answer(desk, arrives=True)
    with pytest.raises(Unavailable, match="looked up"):
        await desk.submit(view.id)
    assert (await desk.row(view.id)).submission == "unknown"
    with pytest.raises(Conflict, match="minute"):
        await desk.submit(view.id)
    await _age(desk, view.id, timedelta(minutes=2))
    found = await desk.submit(view.id)
    assert found.status in {"PENDING", "APPROVED"}
    assert desk.calls("POST", "/message_templates") == 1
    assert [t["name"] for t in await desk.at_meta()].count("shipping_note") == 1


async def test_what_never_arrived_is_sent_once_more(desk: Desk):
    view = await desk.write()
    _lose_answer(desk, arrives=False)
    with pytest.raises(Unavailable):
        await desk.submit(view.id)
    desk.line.wire.trick = None
    await _age(desk, view.id, timedelta(minutes=2))
    assert (await desk.submit(view.id)).status == "PENDING"
    assert [t["name"] for t in await desk.at_meta()].count("shipping_note") == 1


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_sweep_settles_what_nobody_waits_for(desk: Desk, arrives):
    view = await desk.write()
    _lose_answer(desk, arrives=arrives)
    with pytest.raises(Unavailable):
        await desk.submit(view.id)
    assert await settling.settle(desk.line.workspace_id) == 0
    await _age(desk, view.id, timedelta(minutes=2))
    assert await settling.settle(desk.line.workspace_id) == 1
    row = await desk.row(view.id)
    assert row.submission == "none"
    if arrives:
        assert row.status in {"PENDING", "APPROVED"}
        assert row.draft == {}
    else:
        assert (row.status, row.submit_error) == ("DRAFT", settling.NEVER_ARRIVED)
    assert desk.calls("POST", "/message_templates") == 1


async def test_a_claim_of_a_dead_process_is_settled_too(desk: Desk):
    view = await desk.write()
    await desk.line.change(await desk.row(view.id), submission="sending", submitted_at=clock.now())
    with pytest.raises(Conflict, match="right now"):
        await desk.submit(view.id)
    with pytest.raises(Invalid, match="on its way"):
        await desk.do(drafts.save_draft, template_id=view.id, body=body_of("Another text"))
    await _age(desk, view.id, timedelta(minutes=4))
    assert await settling.settle(desk.line.workspace_id) == 0
    await _age(desk, view.id, timedelta(minutes=2))
    assert await settling.settle(desk.line.workspace_id) == 1
    assert (await desk.row(view.id)).submission == "none"


async def test_what_cannot_be_looked_up_waits(desk: Desk):
    view = await desk.write()
    _lose_answer(desk, arrives=True)
    with pytest.raises(Unavailable):
        await desk.submit(view.id)
    await _age(desk, view.id, timedelta(minutes=2))

    async def refuse(request, inner):
        return graph_error(190, 401)

    desk.line.wire.trick = refuse
    assert await settling.settle(desk.line.workspace_id) == 0
    assert (await desk.row(view.id)).submission == "unknown"


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_lost_edit_is_told_apart_by_what_meta_shows(desk: Desk, arrives):
    row = await desk.approved()
    view = await desk.do(drafts.read_draft, template_id=row.id)
    body = {**view.body, "components": [{"type": "BODY", "text": "Your order is on its way."}]}
    await desk.do(drafts.save_draft, template_id=row.id, body=body)

    async def lose(request, inner):
        if request.method == "POST" and request.url.path.endswith(f"/{row.meta_id}"):
            if arrives:
                await inner.handle_async_request(request)
            raise httpx.ReadError("broken")
        return

    desk.line.wire.trick = lose
    with pytest.raises(Unavailable):
        await desk.submit(row.id)
    await _age(desk, row.id, timedelta(minutes=2))
    await settling.settle(desk.line.workspace_id)
    after = await desk.row(row.id)
    assert (after.draft == {}) is arrives
    assert after.components[0]["text"].startswith("Your order" if arrives else "Hello")


async def test_a_webhook_before_the_answer_is_not_undone_by_it(desk: Desk):
    view = await desk.write()

    async def hold(request, inner):
        if not (request.method == "POST" and request.url.path.endswith("/message_templates")):
            return None
        answer = await inner.handle_async_request(request)
        await desk.until(view.id, "APPROVED")
        return answer

    desk.line.wire.trick = hold
    assert (await desk.submit(view.id)).status == "APPROVED"


async def test_only_those_who_may_submit(desk: Desk):
    view = await desk.write()
    viewer = await make_member(desk.line.world, "Viewer")
    with pytest.raises(Forbidden):
        await submitting.submit(viewer, template_id=view.id)
    assert desk.calls("POST", "/message_templates") == 0


async def test_a_disconnected_account_takes_nothing(desk: Desk):
    view = await desk.write()

    async def leave(session, actor):
        account = await connection.find_active(session, actor.workspace_id)
        assert account
        account.state = "disconnected"
        session.add(account)

    await desk.do(leave)
    with pytest.raises(Invalid, match="disconnected"):
        await desk.submit(view.id)
