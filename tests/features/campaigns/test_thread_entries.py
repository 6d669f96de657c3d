"""What campaigns sent stands in the threads of those who got it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import deliveries
from tests.features.campaigns.answers_kit import CUSTOMER_PHONE, sent_to_customer
from tests.fixtures import make_member
from tests.lines import CUSTOMER
from xobito_app.core import clock
from xobito_app.core.errors import NotFound
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.inbox.receiving.fetch import get_readable
from xobito_app.features.inbox.threads import exporting, history, timeline
from xobito_app.features.workspaces.service import save_settings
from xobito_app.models.inbox import Media
from xobito_app.persistence.unit_of_work import unit_of_work


async def entries_of(line, **given):
    found = await line.do(timeline.read_thread, conversation_id=line.thread_id, **given)
    return found.entries


async def test_a_sent_campaign_is_a_bubble_with_its_words_and_ticks(line):
    run = await sent_to_customer(line, name="Spring <b>")
    (row,) = await run.recipients()
    *_, bubble = await entries_of(line)
    assert (bubble.id, bubble.direction, bubble.kind) == (row.id, "out", "template")
    assert bubble.content["template"]["name"] == "bienvenida"
    assert "Ana" in bubble.body
    assert "{{" not in bubble.body
    assert (bubble.sender_id, bubble.author_name) == (run.campaign_id, "Spring <b>")
    await run.until(delivered=1)
    *_, bubble = await entries_of(line)
    assert bubble.status == "delivered"
    await line.deliver_status(row.wamid, "failed", errors=[{"code": 131026}])
    *_, bubble = await entries_of(line)
    assert (bubble.status, bubble.error_text) == ("delivered", "")
    await line.deliver_status(row.wamid, "read")
    *_, bubble = await entries_of(line)
    assert bubble.status == "read"


async def test_the_answer_follows_the_bubble_and_quotes_it(line):
    run = await sent_to_customer(line)
    (row,) = await run.recipients()
    await line.write(CUSTOMER, type="text", body="Yes please", reply_to=row.wamid)
    *_, bubble, answer = await entries_of(line)
    assert (bubble.id, answer.body) == (row.id, "Yes please")
    assert bubble.at <= answer.at
    assert answer.quote.message_id == row.id
    assert "Ana" in answer.quote.preview


async def test_a_person_of_a_file_is_known_by_the_number(line):
    run = await sent_to_customer(line)
    (row,) = await run.recipients()
    await line.change(row, contact_id=None)
    assert row.id in {entry.id for entry in await entries_of(line)}
    await line.change(row, phone="+16505550999")
    assert row.id not in {entry.id for entry in await entries_of(line)}


async def test_what_was_not_taken_by_whatsapp_is_no_bubble(line):
    run = await sent_to_customer(line)
    (row,) = await run.recipients()
    await line.change(row, accepted_at=None, state="failed")
    assert row.id not in {entry.id for entry in await entries_of(line)}


async def test_windows_and_jumps_go_through_both_kinds(line):
    rows = []
    for number in range(3):
        await line.write(CUSTOMER, type="text", body=f"Words {number}")
        run = await sent_to_customer(line, name=f"Campaign {number}")
        rows += await run.recipients()
    whole = [entry.id for entry in await entries_of(line)]
    given = {"conversation_id": line.thread_id}
    seen, cursor = [], ""
    page = await line.do(timeline.read_thread, limit=2, **given)
    seen, cursor = [entry.id for entry in page.entries], page.older
    while cursor:
        entries, cursor = await line.do(timeline.read_older, cursor=cursor, limit=2, **given)
        seen = [entry.id for entry in entries] + seen
    assert seen == whole
    assert {row.id for row in rows} < set(whole)
    around, _ = await line.do(timeline.read_around, message_id=rows[1].id, **given)
    assert rows[1].id in {entry.id for entry in around}
    with pytest.raises(NotFound):
        await line.do(timeline.read_around, message_id=run.campaign_id, **given)


async def test_the_export_of_the_thread_has_it(line):
    run = await sent_to_customer(line)
    (row,) = await run.recipients()
    found, cursor = [], ""
    for _ in range(9):
        page = await line.do(
            exporting.page_entries, conversation_id=line.thread_id, cursor=cursor, limit=1
        )
        found += [entry.id for entry in page.rows]
        cursor = page.cursor
        if not cursor:
            break
    assert found == [entry.id for entry in await entries_of(line)]
    assert row.id in found


async def test_other_systems_read_it_with_its_status(line):
    run = await sent_to_customer(line)
    (row,) = await run.recipients()
    contact_id = (await line.thread()).contact_id
    numbered = await line.do(history.list_written, contact_id=contact_id)
    assert numbered.total == 2
    *_, written = numbered.rows
    assert (written.id, written.source, written.delivery_status) == (row.id, "campaign", "pending")
    walked = await line.do(history.list_written, contact_id=contact_id, per_page=1, cursor="")
    rest = await line.do(
        history.list_written, contact_id=contact_id, per_page=1, cursor=walked.cursor
    )
    assert [one.id for one in walked.rows + rest.rows] == [one.id for one in numbered.rows]
    await line.deliver_status(row.wamid, "delivered")
    for reference in (str(row.id), row.wamid):
        assert (await line.do(history.read_written, reference)).delivery_status == "delivered"


async def test_who_may_not_see_the_thread_does_not_see_it(line):
    run = await sent_to_customer(line)
    (row,) = await run.recipients()
    blind = Actor(line.workspace_id, None, "x", frozenset({Permission.CAMPAIGNS_VIEW}))
    with pytest.raises(NotFound):
        await line.do(history.read_written, row.wamid, actor=blind)
    contact_id = (await line.thread()).contact_id
    found = await line.do(history.list_written, contact_id=contact_id, actor=blind)
    assert (found.rows, found.total) == ((), 0)


async def test_old_contents_are_gone_here_too(line):
    run = await sent_to_customer(line)
    (row,) = await run.recipients()
    await line.do(save_settings, {"clear_history_after_days": 30})
    await line.change(row, accepted_at=clock.now() - timedelta(days=31))
    (bubble,) = [entry for entry in await entries_of(line) if entry.id == row.id]
    assert (bubble.body, bubble.content) == ("", {"cleared": True})


async def test_nothing_of_a_campaign_is_counted_as_the_inbox_own(line):
    before = await line.thread()
    run = await sent_to_customer(line)
    after = await line.thread()
    assert (after.last_message_at, after.inbound_count) == (
        before.last_message_at,
        before.inbound_count,
    )
    assert [row.origin for row in await line.outgoing()] == []
    assert (await run.recipients())[0].phone == CUSTOMER_PHONE


async def test_a_failure_after_it_was_taken_is_told_in_the_bubble(line):
    run = await sent_to_customer(line)
    (row,) = await run.recipients()
    await line.change(row, state="failed", reason="Not on WhatsApp.", error_code=131026)
    (bubble,) = [entry for entry in await entries_of(line) if entry.id == row.id]
    assert (bubble.status, bubble.error_text, bubble.can_resend) == (
        "failed",
        "Not on WhatsApp.",
        False,
    )


async def test_the_picture_of_a_campaign_is_for_all_who_read_chats(line):
    run = await sent_to_customer(line)
    picture = Media(workspace_id=line.workspace_id, mime="image/png", state="stored")
    async with unit_of_work(line.workspace_id) as uow:
        uow.session.add(picture)
    agent = await make_member(line.world, "Agent")
    with pytest.raises(NotFound):
        await line.do(get_readable, media_id=picture.id, actor=agent)
    await run.change(header_media_id=picture.id)
    assert (await line.do(get_readable, media_id=picture.id, actor=agent)).id == picture.id
    (bubble,) = [entry for entry in await entries_of(line) if entry.sender_id]
    assert bubble.media.id == picture.id
    outsider = Actor(line.workspace_id, None, "x", frozenset({Permission.CONTACTS_VIEW}))
    with pytest.raises(NotFound):
        await line.do(get_readable, media_id=picture.id, actor=outsider)


async def test_open_threads_are_told_of_the_campaigns_that_went_on_alone(line):
    run = await sent_to_customer(line)
    async with unit_of_work(line.workspace_id) as uow:
        given = (uow.session, line.workspace_id, [line.thread_id])
        found = await timeline.load_sent_of(*given, [run.campaign_id])
        assert [entry.sender_id for entry in found.values()] == [run.campaign_id]
        assert await timeline.load_sent_of(*given, [line.thread_id]) == {}


async def test_a_reaction_to_it_stands_at_the_bubble(line):
    run = await sent_to_customer(line)
    (row,) = await run.recipients()
    reaction = {"message_id": row.wamid, "emoji": "🎉"}
    told = deliveries.incoming(line.world, CUSTOMER, "", type="reaction", reaction=reaction)
    await line.deliver(told)
    (bubble,) = [entry for entry in await entries_of(line) if entry.id == row.id]
    assert bubble.their_reaction == "🎉"
