import asyncio
import itertools
import json
import subprocess
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.features.webhooks.conftest import Shop
from tests.fixtures import make_empty_world
from tests.receivers import never, receiving
from xobito_app.core import clock
from xobito_app.core.errors import Unavailable
from xobito_app.core.events import ChangeType, RecordType
from xobito_app.features.activity.service import list_activity
from xobito_app.features.webhooks import deliver as delivering, rules, service
from xobito_app.models.contacts import Contact
from xobito_app.models.mail import OutgoingMail
from xobito_app.models.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint
from xobito_app.persistence.unit_of_work import unit_of_work


def test_there_are_exactly_nine_events():
    assert rules.EVENTS == (
        "contact.created",
        "contact.updated",
        "contact.deleted",
        "status.created",
        "status.updated",
        "status.deleted",
        "source.created",
        "source.updated",
        "source.deleted",
    )


async def test_each_of_the_nine_arrives_with_its_body_and_headers(shop):
    rows = {
        RecordType.CONTACT: await shop.contact(),
        RecordType.STATUS: await shop.status(),
        RecordType.SOURCE: await shop.source(),
    }
    for record, row in rows.items():
        for change_type in ChangeType:
            await shop.tell(
                row,
                change_type,
                record,
                **({"name": "Old"} if change_type is ChangeType.UPDATED else {}),
            )
    assert await shop.deliver() == 9
    assert sorted(shop.receiver.seen("X-Webhook-Event")) == sorted(rules.EVENTS)
    for headers, body in shop.receiver.requests:
        told = json.loads(body)
        assert list(told) == ["event", "model", "data", "original", "timestamp"]
        assert headers["x-webhook-event"] == f"{told['model']}.{told['event']}"
        assert told["original"] == ({"name": "Old"} if told["event"] == "updated" else None)
        assert told["data"]["id"] == str(rows[RecordType(told["model"])].id)
        assert set(told["data"]) == {"id", "attributes", "relations"}
        assert told["timestamp"].endswith("+00:00")
        assert len(told["timestamp"]) == 25
        assert headers["x-webhook-timestamp"] == told["timestamp"]
        assert headers["content-type"] == "application/json"


async def test_openssl_agrees_with_the_signature(shop, tmp_path):
    await shop.tell(await shop.contact("Zoë 🌻"))
    await shop.deliver()
    headers, body = shop.receiver.requests[0]
    (tmp_path / "body").write_bytes(body)
    command = ["openssl", "dgst", "-sha256", "-hmac", shop.secret, "-hex", str(tmp_path / "body")]
    told = await asyncio.to_thread(subprocess.check_output, command, text=True)
    assert told.rsplit("= ", 1)[1].strip() == headers["x-webhook-signature"]
    assert "Zoë 🌻".encode() in body


async def test_only_wanted_events_are_kept(shop):
    await shop.configure(events=["status.updated"])
    await shop.tell(await shop.contact())
    status = await shop.status()
    await shop.tell(status, ChangeType.CREATED, RecordType.STATUS)
    await shop.tell(status, ChangeType.UPDATED, RecordType.STATUS, name="Cold")
    assert [line.event for line in await shop.log()] == ["status.updated"]


async def test_hundreds_of_changes_are_one_statement_and_all_arrive(shop):
    async with unit_of_work(shop.workspace_id) as uow:
        rows = [Contact(workspace_id=shop.workspace_id, first_name=str(n)) for n in range(300)]
        uow.session.add_all(rows)
    await shop.tell_all(rows)
    assert await shop.deliver() == 300
    assert len(set(shop.receiver.seen("X-Webhook-Id"))) == 300


async def test_a_receiver_that_was_down_gets_everything_in_order_under_the_same_ids(shop, time):
    shop.receiver.status = 503
    ana, bo = await shop.contact("Ana"), await shop.contact("Bo")
    for number in range(3):
        for row in (ana, bo):
            await shop.tell(row, ChangeType.UPDATED, first_name=f"{row.first_name}{number}")
    for _ in range(6):
        await shop.deliver()
        time.advance(minutes=10)
    tried = shop.receiver.seen("X-Webhook-Id")
    assert len(set(tried)) == 2, "a later event waits for the earlier one of its contact"
    assert len(tried) > 6
    shop.receiver.status = 204
    shop.receiver.requests.clear()
    time.advance(hours=1)
    assert await shop.deliver() == 6
    order: dict[str, list[str]] = {}
    for _, body in shop.receiver.requests:
        told = json.loads(body)
        order.setdefault(told["data"]["id"], []).append(told["original"]["first_name"])
    assert order == {
        str(ana.id): ["Ana0", "Ana1", "Ana2"],
        str(bo.id): ["Bo0", "Bo1", "Bo2"],
    }
    assert set(tried) < set(shop.receiver.seen("X-Webhook-Id"))
    assert {line.state for line in await shop.log()} == {"delivered"}


async def test_after_24_hours_a_delivery_is_given_up_and_the_next_one_goes_on(shop, time):
    row = await shop.contact()
    await shop.tell(row)
    time.advance(hours=1)
    await shop.tell(row, ChangeType.UPDATED, first_name="Old")
    shop.receiver.status = 500
    for _ in range(30):
        await shop.deliver()
        time.advance(hours=1)
    lines = {line.event: line for line in await shop.log()}
    assert lines["contact.created"].state == "failed"
    assert lines["contact.created"].error == "Answered 500."
    # By now the endpoint is disabled; a person switches it on and what is not too old arrives.
    endpoint = await shop.do(service.read_endpoint)
    assert endpoint.state == "disabled"
    assert "tries failed in a row" in endpoint.reason


async def test_a_disabled_endpoint_is_told_in_the_log_and_begins_anew(shop, time, setting):
    setting(SMTP_URL="smtp://127.0.0.1:9")
    shop.receiver.status = 500
    await shop.tell(await shop.contact())
    for _ in range(40):
        await shop.deliver()
        time.advance(hours=1)
    actions = [entry.action for entry in (await shop.do(list_activity)).rows]
    assert actions.count("webhook.disabled") == 1
    async with unit_of_work() as uow:
        mailed = (await uow.session.exec(select(OutgoingMail.recipient))).all()
    assert shop.world.email in mailed
    await shop.tell(await shop.contact("Later"))
    assert [line.state for line in await shop.log()] == ["failed"], "nothing is kept while off"
    await shop.do(service.switch, is_on=True)
    shop.receiver.status = 200
    await shop.tell(await shop.contact("After"))
    assert await shop.deliver() == 1
    assert (await shop.do(service.read_endpoint)).failure_count == 0


def test_the_gaps_grow_and_end_after_24_hours():
    made = now = clock.now()
    tries = [now]
    while (then := rules.next_try(made, len(tries), now)) is not None:
        now = then
        tries.append(now)
    gaps = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert gaps[:-1] == sorted(gaps[:-1])
    assert tries[-1] - made == timedelta(hours=24)


async def test_a_slow_receiver_holds_up_neither_others_nor_its_other_contacts(shop, monkeypatch):
    monkeypatch.setattr(rules, "ANSWER_SECONDS", 2.0)
    async with receiving() as quick:
        other = Shop(await make_empty_world(), quick)
        await other.configure()
        shop.receiver.before = never
        slow = await shop.contact()
        await shop.tell(slow)
        await other.tell(await other.contact())
        waiting = asyncio.create_task(shop.deliver())
        await asyncio.sleep(0.3)
        assert await other.deliver() == 1
        shop.receiver.before = None
        await shop.tell(await shop.contact("Second"))
        await shop.receiver.until(2)
        assert not waiting.done()
        await waiting
    lines = await shop.log()
    assert sorted(line.state for line in lines) == ["delivered", "pending"]
    assert "2 seconds" in next(line.error for line in lines if line.state == "pending")


async def test_no_more_than_sixteen_are_on_their_way_at_once(shop):
    answering = asyncio.Event()

    async def wait(_headers):
        await answering.wait()

    shop.receiver.before = wait
    for n in range(20):
        await shop.tell(await shop.contact(str(n)))
    # Two workers share one bound.
    workers = asyncio.gather(shop.deliver(), shop.deliver())
    await shop.receiver.until(16)
    assert [line.state for line in await shop.log()].count("pending") == 4
    answering.set()
    assert sum(await workers) == 20
    assert len(shop.receiver.requests) == 20


@pytest.mark.parametrize(("failures", "tries"), [(9, 3), (10, 1), (11, 1)])
async def test_after_ten_failures_in_a_row_an_endpoint_is_only_probed(shop, failures, tries):
    async with unit_of_work(shop.workspace_id) as uow:
        endpoint = (await uow.session.exec(select(WebhookEndpoint))).one()
        endpoint.failure_count, endpoint.failing_since = failures, clock.now()
        uow.session.add(endpoint)
    shop.receiver.status = 500
    for n in range(3):
        await shop.tell(await shop.contact(str(n)))
    assert await shop.deliver() == tries


async def test_a_receiver_has_thirty_seconds_and_is_heard_for_four_kilobytes(shop, monkeypatch):
    limits = {}

    async def call(*_args, seconds, most, **_given):
        limits.update(seconds=seconds, most=most)
        raise Unavailable("Nobody there.")

    monkeypatch.setattr(delivering.client, "call", call)
    await shop.tell(await shop.contact())
    await shop.deliver()
    assert limits == {"seconds": 30, "most": 4096}


async def test_what_a_dead_worker_had_in_hand_is_sent_again_under_the_same_id(shop, time):
    await shop.tell(await shop.contact())
    (claimed,) = await delivering.Delivering(shop.workspace_id).claim(5)
    await delivering.post(claimed.row, claimed.url, claimed.secret)
    # Here the worker dies: nothing is noted.
    await delivering.sweep(shop.workspace_id)
    assert await shop.deliver() == 0
    time.advance(minutes=2)
    await delivering.sweep(shop.workspace_id)
    assert await shop.deliver() == 1
    assert len(set(shop.receiver.seen("X-Webhook-Id"))) == 1
    assert len(shop.receiver.requests) == 2


async def test_a_redirect_is_a_failure_that_says_why(shop):
    shop.receiver.status, shop.receiver.headers = 302, {"Location": "http://10.0.0.1/"}
    await shop.tell(await shop.contact())
    await shop.deliver()
    line = (await shop.log())[0]
    assert "redirects are not followed" in line.error
    assert len(shop.receiver.requests) == 1


async def test_the_log_keeps_request_and_answer_but_not_more_than_four_kilobytes(shop):
    shop.receiver.body = b"\0x" * 50_000
    await shop.tell(await shop.contact())
    await shop.deliver()
    line = (await shop.log())[0]
    view = await shop.do(service.read_delivery, delivery_id=line.id)
    assert line.status_code == 200
    assert len(view.response_body) == rules.ANSWER_BYTES // 2
    assert view.request_headers["X-Webhook-Id"] == str(line.event_id)
    assert json.loads(view.request_body)["model"] == "contact"
    assert view.url == shop.receiver.url


async def test_old_deliveries_go(shop, time):
    await shop.tell(await shop.contact())
    await shop.deliver()
    time.advance(days=29)
    assert await delivering.drop_old(shop.workspace_id) == 0
    time.advance(days=2)
    assert await delivering.drop_old(shop.workspace_id) == 1


async def test_an_outcome_that_comes_too_late_changes_nothing(shop, time):
    await shop.tell(await shop.contact())
    late = delivering.Delivering(shop.workspace_id)
    (claimed,) = await late.claim(5)
    time.advance(minutes=5)
    await delivering.sweep(shop.workspace_id)
    await shop.deliver()
    await late.settle(claimed, delivering.Tried({}, 1, None, "too late"))
    async with unit_of_work(shop.workspace_id) as uow:
        row = await uow.session.get(WebhookDelivery, claimed.row.id)
    assert row is not None
    assert row.state == DeliveryState.DELIVERED


async def test_while_the_webhook_is_off_nothing_leaves(shop, time):
    await shop.tell(await shop.contact())
    await shop.do(service.switch, is_on=False)
    assert await shop.deliver() == 0
    time.advance(hours=25)
    await delivering.sweep(shop.workspace_id)
    line = (await shop.log())[0]
    assert (line.state, line.error) == ("failed", delivering.TOO_LATE)
