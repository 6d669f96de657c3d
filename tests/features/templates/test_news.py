import pytest

from tests.features.templates.desk import Desk, body_of
from tests.fixtures import make_member
from xobito_app.core.errors import Forbidden, Invalid
from xobito_app.features.activity import service as activity
from xobito_app.features.templates import removing, service


async def _hello(desk: Desk):
    return await desk.named("hello_world")


async def test_a_pause_for_quality_lifts_itself(desk: Desk):
    row, heard = await _hello(desk), desk.hear_changes()
    await desk.decide(row.meta_id, pause="quality", seconds=100)
    paused = await desk.until(row.id, "PAUSED")
    assert paused.pause == "quality"
    with pytest.raises(Invalid, match="ends by itself"):
        await removing.unpause(desk.owner, template_id=row.id)
    assert desk.calls("POST", "/unpause") == 0
    lifted = await desk.until(row.id, "APPROVED")
    assert lifted.pause == "none"
    assert [event.status for event in heard] == ["PAUSED", "APPROVED"]


async def test_a_pause_for_pacing_is_lifted_by_hand(desk: Desk):
    row = await _hello(desk)
    with pytest.raises(Invalid, match="not paused"):
        await removing.unpause(desk.owner, template_id=row.id)
    await desk.decide(row.meta_id, pause="pacing")
    assert (await desk.until(row.id, "PAUSED")).pause == "pacing"
    with pytest.raises(Forbidden):
        await removing.unpause(await make_member(desk.line.world, "Viewer"), template_id=row.id)
    await removing.unpause(desk.owner, template_id=row.id)
    assert (await _hello(desk)).status == "APPROVED"
    history = await desk.do(service.read_history, row.id)
    assert (history[0].after, history[0].by) == ("APPROVED", desk.owner.name)
    assert "first results" in history[1].note


async def test_a_sync_does_not_know_why_a_template_is_paused_but_keeps_what_is_known(desk: Desk):
    row = await _hello(desk)
    await desk.decide(row.meta_id, pause="pacing")
    await desk.until(row.id, "PAUSED")
    await desk.sync()
    assert (await _hello(desk)).pause == "pacing"


async def test_a_category_is_announced_and_then_changed(desk: Desk):
    row, heard = await _hello(desk), desk.hear_changes()
    await desk.decide(row.meta_id, upcoming_category="marketing")

    async def announced():
        found = await _hello(desk)
        return found if found.upcoming_category else None

    told = await desk.eventually(announced)
    assert (told.category, told.upcoming_category) == ("UTILITY", "MARKETING")
    assert told.upcoming_category_at
    assert heard == []
    await desk.decide(row.meta_id, category="marketing")

    async def moved():
        found = await _hello(desk)
        return found if found.category == "MARKETING" else None

    done = await desk.eventually(moved)
    assert (done.upcoming_category, done.previous_category) == ("", "UTILITY")
    assert [(e.previous_category, e.category, e.status) for e in heard] == [
        ("UTILITY", "MARKETING", "APPROVED")
    ]
    noted = await desk.do(activity.list_activity)
    assert noted.rows[0].action == "templates.recategorised"


async def test_quality_over_time_is_kept(desk: Desk):
    row, heard = await _hello(desk), desk.hear_changes()
    for score in ("GREEN", "YELLOW", "RED"):
        await desk.decide(row.meta_id, quality=score)

        async def rated(score=score):
            return (await _hello(desk)).quality == score

        await desk.eventually(rated)
    history = await desk.do(service.read_history, row.id)
    assert [(entry.before, entry.after) for entry in history if entry.kind == "quality"] == [
        ("YELLOW", "RED"),
        ("GREEN", "YELLOW"),
        ("UNKNOWN", "GREEN"),
    ]
    assert [event.quality for event in heard] == ["GREEN", "YELLOW", "RED"]


def _change(desk: Desk, row, at: int, event: str, **more) -> dict:
    value = {
        "event": event,
        "message_template_id": int(row.meta_id),
        "message_template_name": row.name,
        "message_template_language": "en-US",
        "reason": "NONE",
        **more,
    }
    change = {"field": "message_template_status_update", "value": value}
    entry = {"id": desk.line.world.waba_id, "time": at, "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


async def test_a_webhook_that_was_overtaken_changes_nothing(desk: Desk):
    row = await _hello(desk)
    await desk.line.deliver(_change(desk, row, 1_700_000_100, "DISABLED"))
    await desk.line.deliver(_change(desk, row, 1_700_000_000, "APPROVED"))
    assert (await _hello(desk)).status == "DISABLED"
    await desk.line.deliver(_change(desk, row, 1_700_000_200, "REINSTATED"))
    assert (await _hello(desk)).status == "APPROVED"


async def test_a_draft_of_the_same_name_is_nobody_meta_speaks_of(desk: Desk):
    view = await desk.write()
    row = await desk.row(view.id)
    row.meta_id = "777"
    await desk.line.deliver(_change(desk, row, 1_700_000_100, "APPROVED"))
    assert (await desk.row(view.id)).status == "DRAFT"


async def test_what_meta_deleted_is_gone(desk: Desk):
    row, heard = await _hello(desk), desk.hear_changes()
    await desk.line.deliver(_change(desk, row, 1_700_000_100, "DELETED"))
    assert (await _hello(desk)).gone_at
    assert [event.status for event in heard] == ["GONE"]


async def test_an_unknown_pause_is_taken_for_one_of_quality(desk: Desk):
    row = await _hello(desk)
    await desk.line.deliver(_change(desk, row, 1_700_000_100, "PAUSED"))
    assert (await _hello(desk)).pause == "quality"


async def test_generated_ones_are_shown_and_not_touched(desk: Desk):
    await desk.put_at_meta({**body_of("A direct message"), "source": "AUTO_GENERATED"})
    await desk.sync()
    row = await desk.named("shipping_note")
    view = await desk.do(service.get, row.id)
    assert (view.status, view.source) == ("APPROVED", "AUTO_GENERATED")
    assert "cannot be changed" in view.why_not_edit
    assert "cannot be deleted" in view.why_not_delete
    with pytest.raises(Invalid, match="cannot be deleted"):
        await removing.delete_template(desk.owner, template_id=row.id)
