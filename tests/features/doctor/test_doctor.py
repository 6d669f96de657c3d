from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.features.connection.meta import Meta, free_port
from tests.fixtures import EmptyWorld, make_member
from xobito_app.core.errors import Forbidden
from xobito_app.features.connection import connecting
from xobito_app.features.connection.schemas import Probe, Stamps, TierUse
from xobito_app.features.doctor import rules, service as doctor
from xobito_app.features.doctor.rules import Verdict, Vitals
from xobito_app.features.ingest.backlog import Backlog

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
IN_TIME = Backlog()
ALIVE = {"live": 3.0, "bulk": 8.0}
HEALTHY = Probe(
    is_token_valid=True,
    scopes=("whatsapp_business_messaging", "whatsapp_business_management"),
    is_subscribed=True,
    callback_url="https://x.example/webhooks/whatsapp",
    drift_seconds=0.4,
)
STAMPS = Stamps(NOW - timedelta(minutes=20), NOW - timedelta(hours=2), TierUse("TIER_2K", 2000, 40))


def waiting(seconds: float) -> Backlog:
    return Backlog.of(NOW - timedelta(seconds=seconds), NOW)


@pytest.mark.parametrize(
    ("probe", "stamps", "name", "verdict", "says"),
    [
        ({"is_token_valid": False}, {}, "token", Verdict.FAILED, "no longer valid"),
        ({"expires_at": NOW + timedelta(days=3)}, {}, "token", Verdict.WARNING, "3 days from now"),
        ({"scopes": ()}, {}, "permissions", Verdict.FAILED, "lacks whatsapp_business_messaging"),
        ({"secret_problem": "No."}, {}, "secret", Verdict.FAILED, "does not take the app secret"),
        ({"is_subscribed": False}, {}, "subscription", Verdict.FAILED, "nothing comes in"),
        ({"missing_fields": ("security",)}, {}, "subscription", Verdict.WARNING, "security"),
        ({"callback_problem": "nobody."}, {}, "callback", Verdict.FAILED, "nobody"),
        ({"drift_seconds": -600.0}, {}, "clock", Verdict.WARNING, "10 minutes behind"),
        ({"problem": "Away."}, {}, "meta", Verdict.FAILED, "Away."),
        ({}, {"templates_synced_at": None}, "templates", Verdict.WARNING, "never"),
        ({}, {"last_inbound_at": None}, "inbound", Verdict.WARNING, "Nothing has come in"),
        ({}, {"tier": TierUse("TIER_250", 250, 240)}, "tier", Verdict.WARNING, "240 of 250"),
        ({}, {"tier": TierUse("TIER_UNLIMITED", None, 9)}, "tier", Verdict.OK, "unlimited"),
    ],
)
def test_each_trouble_has_a_line_and_a_fix(probe, stamps, name, verdict, says):
    checks = {
        check.name: check
        for check in rules.judge_account(replace(HEALTHY, **probe), replace(STAMPS, **stamps), NOW)
    }
    assert checks[name].verdict is verdict
    assert says in checks[name].line
    assert bool(checks[name].fix) is (verdict is not Verdict.OK)


def test_a_healthy_account_has_only_good_lines():
    checks = list(rules.judge_account(HEALTHY, STAMPS, NOW))
    assert {check.verdict for check in checks} == {Verdict.OK}
    assert len(checks) == 9


@pytest.mark.parametrize(
    ("vitals", "name", "verdict", "says"),
    [
        (Vitals(ALIVE, IN_TIME, None), "workers", Verdict.OK, "within 8 seconds"),
        (Vitals(None, IN_TIME, None), "workers", Verdict.FAILED, "Redis"),
        (Vitals({"live": None, "bulk": 2.0}, IN_TIME, None), "workers", Verdict.FAILED, "The live"),
        (Vitals({"live": 90.0, "bulk": None}, IN_TIME, None), "workers", Verdict.FAILED, "No lane"),
        (Vitals(ALIVE, waiting(30), None), "queue", Verdict.OK, "Nothing waits"),
        (Vitals(ALIVE, waiting(31), None), "queue", Verdict.FAILED, "31 seconds"),
        (Vitals(ALIVE, waiting(7200), None), "queue", Verdict.FAILED, "120 minutes"),
        (Vitals(ALIVE, IN_TIME, NOW - timedelta(minutes=3)), "queue", Verdict.FAILED, "to be sent"),
        (
            Vitals(ALIVE, IN_TIME, None, campaign_late=timedelta(minutes=3)),
            "queue",
            Verdict.FAILED,
            "should have begun 3 minutes ago",
        ),
        (
            Vitals(ALIVE, IN_TIME, None, owns_tables=True),
            "database",
            Verdict.WARNING,
            "owns the tables",
        ),
    ],
)
def test_the_house_is_judged_without_a_connection(vitals, name, verdict, says):
    check = next(c for c in rules.judge_house(vitals, NOW) if c.name == name)
    assert check.verdict is verdict
    assert says in check.line


async def test_a_fresh_connection_is_found_well(meta: Meta, empty: EmptyWorld):
    await connecting.start_simulator(empty.owner)
    checks = await doctor.examine(empty.owner, lane_ages=ALIVE)
    bad = {c.name: c.line for c in checks if c.verdict is Verdict.FAILED}
    assert set(bad) <= {"queue"}, bad
    assert {c.name for c in checks if c.verdict is Verdict.WARNING} == {"inbound"}


async def test_what_broke_after_connecting_is_found(meta: Meta, empty: EmptyWorld, setting):
    view = await connecting.start_simulator(empty.owner)
    setting(PORT=str(free_port()))
    checks = {c.name: c for c in await doctor.examine(empty.owner, lane_ages=ALIVE)}
    assert checks["callback"].verdict is Verdict.FAILED
    assert checks["subscription"].verdict is Verdict.FAILED
    await meta.control("DELETE", f"/wabas/{view.waba_id}")
    checks = {c.name: c for c in await doctor.examine(empty.owner, lane_ages=None)}
    assert checks["secret"].verdict is Verdict.FAILED


async def test_an_unconnected_workspace_is_told_so(empty: EmptyWorld):
    checks = await doctor.examine(empty.owner, lane_ages=ALIVE)
    assert checks[-1] == rules.not_connected()
    with pytest.raises(Forbidden):
        await doctor.examine(await make_member(empty, "Agent"), lane_ages=ALIVE)
