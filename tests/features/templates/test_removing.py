from datetime import timedelta

import httpx
import pytest

from tests.features.templates.desk import Desk, body_of
from tests.fixtures import make_member
from xobito_app.core import clock
from xobito_app.core.errors import Forbidden, Invalid, NotFound, Unavailable
from xobito_app.features.templates import removing, service
from xobito_app.features.templates.writing import drafts


async def _names_at_meta(desk: Desk) -> list[tuple[str, str]]:
    return [(t["name"], t["language"]) for t in await desk.at_meta()]


async def test_one_language_goes_and_its_name_stays_blocked(desk: Desk):
    await desk.put_at_meta(body_of("Hallo zusammen", name="hello_world", language="de"))
    await desk.sync()
    row, heard = await desk.named("hello_world"), desk.hear_changes()
    assert await removing.delete_template(desk.owner, template_id=row.id) == 1
    listed = await _names_at_meta(desk)
    assert ("hello_world", "en_US") not in listed
    assert ("hello_world", "de") in listed
    gone = await desk.row(row.id)
    assert gone.gone_at
    assert [event.status for event in heard] == ["GONE"]
    view = await desk.write(body_of("Hello again to you", name="hello_world"))
    assert [problem.code for problem in view.problems] == ["2388023"]
    await desk.line.change(gone, name_blocked_until=clock.now() - timedelta(seconds=1))
    again = await desk.do(drafts.read_draft, template_id=view.id)
    assert again.problems == ()


async def test_all_languages_go_at_once(desk: Desk):
    await desk.put_at_meta(body_of("Hallo zusammen", name="hello_world", language="de"))
    await desk.sync()
    row = await desk.named("hello_world", "de")
    languages = await desk.do(service.list_languages, row.id)
    assert [line.language for line in languages] == ["de", "en_US"]
    assert await removing.delete_template(desk.owner, template_id=row.id, all_languages=True) == 2
    assert "hello_world" not in {name for name, _ in await _names_at_meta(desk)}
    assert desk.calls("DELETE", "/message_templates") == 1


async def test_a_draft_is_only_thrown_away(desk: Desk):
    view = await desk.write()
    assert await removing.delete_template(desk.owner, template_id=view.id) == 1
    with pytest.raises(NotFound):
        await desk.row(view.id)
    assert desk.calls("DELETE", "/message_templates") == 0


async def test_what_meta_no_longer_has_is_deleted_too(desk: Desk):
    row = await desk.named("hello_world")
    await removing.delete_template(desk.owner, template_id=row.id)
    # As if the answer had been lost: ours still thinks it is there.
    await desk.line.change(row, gone_at=None)
    assert await removing.delete_template(desk.owner, template_id=row.id) == 1
    assert (await desk.row(row.id)).gone_at


async def test_a_template_under_way_stays(desk: Desk):
    view = await desk.write()
    await desk.line.change(await desk.row(view.id), submission="sending")
    with pytest.raises(Invalid, match="on its way"):
        await removing.delete_template(desk.owner, template_id=view.id)


async def test_when_meta_is_not_there_nothing_is_gone(desk: Desk):
    row = await desk.named("hello_world")

    async def silence(request, inner):
        raise httpx.ConnectError("no route")

    desk.line.wire.trick = silence
    with pytest.raises(Unavailable):
        await removing.delete_template(desk.owner, template_id=row.id)
    assert (await desk.row(row.id)).gone_at is None


async def test_only_those_who_may_delete(desk: Desk):
    row = await desk.named("hello_world")
    with pytest.raises(Forbidden):
        await removing.delete_template(
            await make_member(desk.line.world, "Agent"), template_id=row.id
        )
