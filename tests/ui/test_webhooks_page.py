import pytest

from tests.fixtures import make_member
from tests.receivers import receiving
from tests.ui.tabs import Tab, handler_name, revealed, sign_in
from xobito_app.features.webhooks import rules
from xobito_app.ui.pages.webhooks.state import SIGNING_KEY, DeliveryLogState, WebhooksState

STATE, LOG = "webhooks_state", "delivery_log_state"


async def open_page(server, actor) -> Tab:
    tab = Tab(server, f"{actor.user_id}", await sign_in(actor.user_id, actor.workspace_id))
    tab.path = "/settings/webhooks"
    await tab.send(handler_name(WebhooksState.load))
    await tab.send(handler_name(DeliveryLogState.load))
    return tab


def form(url: str, *events: str, **given: str) -> dict[str, str]:
    return {"url": url, "is_on": "on", **dict.fromkeys(events or rules.EVENTS, "on"), **given}


async def test_the_secret_is_shown_once_and_a_test_opens_its_answer(server, world, private_urls):
    tab = await open_page(server, world.owner)
    assert tab.value(STATE, "endpoint").exists is False
    async with receiving() as receiver:
        await tab.send(handler_name(WebhooksState.save), form=form(receiver.url))
        assert len(revealed(tab, SIGNING_KEY)) == 64
        assert tab.value(STATE, "is_secret_shown") is True
        await tab.send(handler_name(WebhooksState.forget_secret), _is_open=False)
        assert tab.value(STATE, "is_secret_shown") is False
        receiver.status, receiver.body = 418, b"short and stout"
        await tab.send(handler_name(DeliveryLogState.send_test))
    detail = tab.value(LOG, "detail")
    assert "418" in detail.response
    assert "short and stout" in detail.response
    assert '"model": "contact"' in detail.request
    assert tab.value(LOG, "is_open") is True
    assert [row.event for row in tab.value(LOG, "rows")] == ["contact.created (test)"]


async def test_the_switches_decide_which_events_are_kept(server, world, private_urls):
    tab = await open_page(server, world.owner)
    await tab.send(
        handler_name(WebhooksState.save), form=form("http://127.0.0.1:9/", "status.deleted")
    )
    chosen = tab.value(STATE, "events")
    assert [event for event, is_on in chosen.items() if is_on] == ["status.deleted"]
    assert "refused" in tab.value(STATE, "warning")


@pytest.mark.parametrize(
    ("given", "field"),
    [(form("http://127.0.0.1/"), "url"), (form("nonsense"), "url"), ({"url": "x"}, "url")],
)
async def test_a_refused_address_is_told_at_its_field(server, world, given, field):
    tab = await open_page(server, world.owner)
    await tab.send(handler_name(WebhooksState.save), form=given)
    assert list(tab.value(STATE, "errors")) == [field]
    assert tab.value(STATE, "is_busy") is False


async def test_without_the_permission_nothing_is_shown_or_done(server, world):
    manager = await make_member(world, "Manager")
    tab = await open_page(server, manager)
    await tab.send(handler_name(WebhooksState.save), form=form("https://example.com/"))
    assert tab.deltas.get(f"{STATE}.stage") is None
    assert tab.deltas.get(f"{LOG}.rows") is None
