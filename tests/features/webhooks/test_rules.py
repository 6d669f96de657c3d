"""When a delivery is tried again, and when its endpoint is given up: tables with both sides."""

from datetime import timedelta

import pytest
from sqlmodel import select

from xobito_app.core import clock
from xobito_app.features.webhooks import rules, service
from xobito_app.models.webhooks import WebhookDelivery, WebhookEndpoint
from xobito_app.persistence.unit_of_work import unit_of_work

DAY, MOMENT = timedelta(hours=24), timedelta(microseconds=1)
SECONDS = [10, 30, 120, 300, 600, 1200, 2400, 3600, 7200, 10_800, 14_400, 18_000, 21_600]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (199, "Answered 199."),
        (200, ""),
        (299, ""),
        (300, "redirects are not followed"),
        (399, "redirects are not followed"),
        (400, "Answered 400."),
    ],
)
def test_which_answers_are_successes(status, says):
    said = rules.why_refused(status)
    assert says in said
    assert bool(said) is bool(says)
    assert ("redirects" in said) is (300 <= status < 400)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [*enumerate(SECONDS, start=1), (len(SECONDS) + 1, SECONDS[-1]), (100, SECONDS[-1])],
)
def test_the_gap_after_each_failure(failures, seconds):
    now = clock.now()
    assert rules.next_try(now, failures, now) == now + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("age", "then"),
    [
        (DAY - timedelta(hours=6) - MOMENT, DAY - MOMENT),
        (DAY - timedelta(hours=6), DAY),
        (DAY - timedelta(hours=6) + MOMENT, DAY),
        (DAY - MOMENT, DAY),
        (DAY, None),
        (DAY + MOMENT, None),
    ],
)
def test_the_last_try_is_when_the_day_is_over(age, then):
    made = clock.now()
    assert rules.next_try(made, 13, made + age) == (None if then is None else made + then)


@pytest.mark.parametrize(
    ("failing_for", "failures", "must"),
    [
        (DAY, 10, True),
        (DAY, 9, False),
        (DAY, 11, True),
        (DAY - MOMENT, 10, False),
        (DAY - MOMENT, 1000, False),
        (DAY + MOMENT, 10, True),
        (DAY * 30, 9, False),
        (None, 1000, False),
    ],
)
def test_an_endpoint_ends_after_a_day_and_ten_failures(failing_for, failures, must):
    now = clock.now()
    since = now - failing_for if failing_for is not None else None
    assert rules.must_disable(since, failures, now) is must


async def test_the_first_failure_is_followed_by_the_first_gap(shop):
    begun = clock.now()
    clock.use(lambda: begun)
    try:
        shop.receiver.status = 500
        await shop.tell(await shop.contact())
        for seconds in SECONDS[:3]:
            assert await shop.deliver() == 1
            async with unit_of_work(shop.workspace_id) as uow:
                row = (await uow.session.exec(select(WebhookDelivery))).one()
            assert row.next_try_at == begun + timedelta(seconds=seconds)
            before = row.next_try_at - MOMENT
            clock.use(lambda at=before: at)
            assert await shop.deliver() == 0, "not yet due"
            begun = row.next_try_at
            clock.use(lambda at=begun: at)
    finally:
        clock.use(None)


async def test_nine_failures_over_a_day_leave_the_endpoint_on_and_the_tenth_ends_it(shop, time):
    async with unit_of_work(shop.workspace_id) as uow:
        endpoint = (await uow.session.exec(select(WebhookEndpoint))).one()
        endpoint.failure_count, endpoint.failing_since = 8, clock.now() - timedelta(days=3)
        uow.session.add(endpoint)
    shop.receiver.status = 500
    await shop.tell(await shop.contact())
    states = []
    for _ in range(2):
        assert await shop.deliver() == 1
        states.append((await shop.do(service.read_endpoint)).state)
        time.advance(minutes=1)
    assert states == ["active", "disabled"]
