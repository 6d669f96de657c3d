import json

import pytest

from tests import statements
from tests.fixtures import make_member, make_world
from xobito_app import registry
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.core.events import ChangeType
from xobito_app.features.activity.service import list_activity
from xobito_app.features.contacts.records import contacts
from xobito_app.features.contacts.records.published import publish_records
from xobito_app.features.inbox.composing import compose
from xobito_app.features.inbox.threads import thread_actions
from xobito_app.features.webhooks import rules, service
from xobito_app.models.webhooks import WebhookEndpoint
from xobito_app.persistence.unit_of_work import unit_of_work


async def test_the_secret_is_told_once_and_kept_sealed(shop):
    assert len(shop.secret) == 64
    assert (await shop.configure()).secret == ""
    async with unit_of_work(shop.workspace_id) as uow:
        from sqlmodel import select

        row = (await uow.session.exec(select(WebhookEndpoint))).one()
    assert shop.secret not in row.secret_sealed


async def test_a_rotated_secret_signs_all_that_is_sent_from_now_on(shop):
    await shop.tell(await shop.contact())
    old = shop.secret
    shop.secret = await shop.do(service.rotate_secret)
    await shop.deliver()
    headers, body = shop.receiver.requests[0]
    assert shop.secret != old
    assert headers["x-webhook-signature"] == rules.sign(shop.secret, body)


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"url": "example.com"}, "url", "begins with https"),
        ({"url": "http://no-such-name.invalid/"}, "url", "cannot be resolved"),
        ({"events": []}, "events", "at least one"),
        ({"events": ["message.received"]}, "events", "no event message.received"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_before_saving(shop, given, field, says):
    with pytest.raises(Invalid, match=says) as refused:
        await shop.configure(**given)
    assert list(refused.value.fields) == [field]
    assert (await shop.do(service.read_endpoint)).url == shop.receiver.url


async def test_a_private_address_is_refused_when_it_is_saved(shop, setting):
    setting(XOBITO_ALLOW_PRIVATE_URLS="0")
    with pytest.raises(Invalid, match="XOBITO_ALLOW_PRIVATE_URLS"):
        await shop.configure(url="http://localhost:8080/")


async def test_an_address_that_does_not_answer_yet_is_saved_with_a_warning(shop):
    done = await shop.configure(url="http://127.0.0.1:9/")
    assert "refused" in done.warning
    assert done.endpoint.url == "http://127.0.0.1:9/"


async def test_a_test_is_signed_answered_and_logged_but_never_repeated(shop):
    shop.receiver.status, shop.receiver.body = 500, b"not today"
    view = await service.send_test(shop.owner)
    assert (view.line.status_code, view.response_body) == (500, "not today")
    headers, body = shop.receiver.requests[0]
    assert headers["x-webhook-test"] == "true"
    assert headers["x-webhook-signature"] == rules.sign(shop.secret, body)
    assert headers["x-webhook-event"] in rules.EVENTS
    assert await shop.deliver() == 0
    assert [line.is_test for line in await shop.log(state="failed")] == [True]


async def test_the_sample_has_the_shape_of_a_real_contact(shop):
    await service.send_test(shop.owner)
    row = await shop.contact()
    await shop.tell(row)
    await shop.deliver()
    sample, real = (json.loads(body)["data"] for _, body in shop.receiver.requests)
    assert list(sample["attributes"]) == list(real["attributes"])
    assert list(sample["relations"]) == list(real["relations"])
    assert real["attributes"]["created_at"].endswith("+00:00")


async def test_redelivering_sends_the_same_bytes_under_the_same_id(shop):
    await shop.tell(await shop.contact())
    await shop.deliver()
    line = (await shop.log())[0]
    await shop.do(service.redeliver, delivery_id=line.id)
    assert await shop.deliver() == 1
    (first, body), (second, again) = shop.receiver.requests
    assert (first["x-webhook-id"], body) == (second["x-webhook-id"], again)
    assert first["x-webhook-signature"] == second["x-webhook-signature"]


async def test_what_cannot_be_redelivered_says_why(shop):
    await shop.tell(await shop.contact())
    waiting = (await shop.log())[0]
    with pytest.raises(Invalid, match="on its way"):
        await shop.do(service.redeliver, delivery_id=waiting.id)
    await shop.deliver()
    await shop.do(service.switch, is_on=False)
    with pytest.raises(Invalid, match="Switch it on"):
        await shop.do(service.redeliver, delivery_id=waiting.id)


async def test_the_log_is_read_in_windows_and_by_state_and_event(shop):
    for n in range(5):
        await shop.tell(await shop.contact(str(n)))
    await shop.deliver()
    await shop.tell(await shop.contact(), ChangeType.DELETED)
    first = await shop.do(service.list_deliveries, limit=4)
    second = await shop.do(service.list_deliveries, limit=4, cursor=first.cursor)
    assert (len(first.rows), len(second.rows), second.cursor) == (4, 2, "")
    assert [line.event for line in await shop.log(state="pending")] == ["contact.deleted"]
    assert len(await shop.log(event="contact.created")) == 5


async def test_nobody_without_the_permission_and_no_other_workspace(shop):
    viewer = await make_member(shop.world, "Viewer")
    stranger = (await make_world()).owner
    await shop.tell(await shop.contact())
    line = (await shop.log())[0]
    async with unit_of_work(shop.workspace_id) as uow:
        for work_ in (
            service.read_endpoint(uow.session, viewer),
            service.list_deliveries(uow.session, viewer),
            service.rotate_secret(uow.session, viewer),
            service.switch(uow.session, viewer, is_on=False),
            service.redeliver(uow.session, viewer, delivery_id=line.id),
            service.configure(viewer, url=shop.receiver.url, events=rules.EVENTS),
            service.send_test(viewer),
        ):
            with pytest.raises(Forbidden):
                await work_
    async with unit_of_work(stranger.workspace_id) as uow:
        assert await service.read_endpoint(uow.session, stranger) is None
        with pytest.raises(NotFound):
            await service.read_delivery(uow.session, stranger, delivery_id=line.id)
        with pytest.raises(NotFound):
            await service.rotate_secret(uow.session, stranger)


async def test_each_change_of_the_settings_stands_in_the_activity_log(shop):
    await shop.do(service.rotate_secret)
    await shop.do(service.switch, is_on=False)
    await shop.do(service.switch, is_on=True)
    await service.send_test(shop.owner)
    await shop.tell(await shop.contact())
    await shop.deliver()
    line = (await shop.log(event="contact.created"))[0]
    await shop.do(service.redeliver, delivery_id=line.id)
    entries = (await shop.do(list_activity)).rows
    actions = {entry.action for entry in entries if entry.action.startswith("webhook.")}
    assert actions == {
        "webhook.saved",
        "webhook.secret_rotated",
        "webhook.switched_off",
        "webhook.switched_on",
        "webhook.tested",
        "webhook.redelivered",
    }
    assert shop.secret not in str(entries)


async def test_changes_made_through_the_services_arrive_with_their_old_values(shop):
    ana = await shop.do(
        contacts.create_contact,
        draft={"first_name": "Ana", "phone": "+16505551234", "groups": ["VIP"]},
    )
    await shop.do(
        contacts.update_contact,
        contact_id=ana.id,
        draft={"first_name": "Anna", "groups": [], "city": "Lima"},
    )
    await shop.do(contacts.delete_contact, contact_id=ana.id)
    await shop.deliver()
    told = [json.loads(body) for _, body in shop.receiver.requests]
    assert [(t["model"], t["event"]) for t in told] == [
        ("contact", "created"),
        ("contact", "updated"),
        ("contact", "deleted"),
    ]
    assert [g["name"] for g in told[0]["data"]["relations"]["groups"]] == ["VIP"]
    assert told[1]["original"] == {"first_name": "Ana", "groups": ["VIP"], "city": ""}
    assert told[1]["data"]["attributes"]["first_name"] == "Anna"
    assert (told[0]["original"], told[2]["original"]) == (None, None)
    assert told[2]["data"]["id"] == str(ana.id)


async def test_messages_threads_and_templates_fire_nothing(line, setting):
    setting(XOBITO_ALLOW_PRIVATE_URLS="1")
    registry.register_listeners()
    await service.configure(line.world.owner, url="http://127.0.0.1:9/", events=rules.EVENTS)
    await line.write()
    await line.do(compose.send_text, line.order(), body="Hello back")
    await line.do(
        thread_actions.assign,
        conversation_id=line.thread_id,
        assignee_id=line.world.owner.user_id,
    )
    await line.do(thread_actions.close, conversation_id=line.thread_id)
    await line.template()
    page = await line.do(service.list_deliveries)
    assert page.rows == (), "the customer was known before"


async def test_without_a_listener_a_change_costs_one_query_a_unit(empty):
    from xobito_app.core.events import RecordChange, RecordsChanged, RecordType, publish

    registry.register_listeners()
    with statements.noted() as asked:
        async with unit_of_work(empty.workspace_id) as uow:
            change = (RecordChange(empty.workspace_id),)
            told = RecordsChanged(
                empty.workspace_id, RecordType.CONTACT, ChangeType.CREATED, change
            )
            asked.clear()
            await publish(uow.session, *[told] * 20)
    assert len(asked) == 1


async def test_what_is_published_of_a_record_that_is_gone_is_nothing(shop):
    from xobito_app.core.events import RecordType

    for record in RecordType:
        async with unit_of_work(shop.workspace_id) as uow:
            found = await publish_records(
                uow.session, shop.workspace_id, record, [shop.workspace_id]
            )
        assert found == {}
