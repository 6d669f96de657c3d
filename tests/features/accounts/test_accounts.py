from datetime import timedelta

import pytest
from pyotp.totp import TOTP

from tests.fixtures import PASSWORD, make_member
from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid, NotFound, TooMany
from xobito_app.features.accounts import people, rules, security, service as accounts, tries
from xobito_app.features.activity import service as activity
from xobito_app.persistence.unit_of_work import unit_of_work


@pytest.fixture
def moving():
    """Move the clock: `moving(timedelta)` adds to the real time."""
    moved = timedelta()

    def move(by: timedelta) -> None:
        nonlocal moved
        moved += by

    clock.use(lambda: clock.system_now() + moved)
    yield move
    clock.use(None)


async def open_session(world, user_id=None) -> str:
    async with unit_of_work() as uow:
        return await accounts.open_session(
            uow.session, user_id or world.owner.user_id, world.workspace_id, browser="Test"
        )


async def identify(token: str):
    async with unit_of_work() as uow:
        return await accounts.identify(uow, token)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 2), (6, 4), (8, 16), (14, 900), (500, 900)]
)
def test_the_pause_doubles_up_to_a_quarter_of_an_hour(failures, seconds):
    assert rules.pause_after(failures).total_seconds() == seconds


@pytest.mark.parametrize(
    ("seconds", "end"), [(1, "1 second."), (2, "2 seconds."), (91, "2 minutes.")]
)
def test_the_wait_is_said_in_words(seconds, end):
    assert rules.wait_sentence(seconds).endswith(end)


async def test_failures_are_forgiven_after_a_quiet_hour(world, moving):
    async def try_wrongly(times: int) -> None:
        for _ in range(times):
            async with unit_of_work() as uow:
                await tries.claim(uow.session, (f"account:{world.email}",))

    await try_wrongly(4)
    moving(timedelta(hours=1, seconds=1))
    await try_wrongly(5)
    with pytest.raises(TooMany, match="2 seconds") as refused:
        await try_wrongly(1)
    assert refused.value.retry_after == 2


@pytest.mark.parametrize("text", ["", "ana", "ana@", "@b.de", "a b@c.de", "a@b", "a@b.c, d@e.f"])
def test_what_is_no_email_is_refused(text):
    with pytest.raises(Invalid):
        rules.read_email(text)


def test_an_email_is_kept_without_its_case():
    assert rules.read_email("  Ana@Example.COM ") == "ana@example.com"


DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("age", "unseen", "is_alive"),
    [
        (DAY * 0, DAY * 0, True),
        (DAY * 30, DAY * 30 - MOMENT, True),
        (DAY * 30, DAY * 30, False),
        (DAY * 30, DAY * 30 + MOMENT, False),
        (DAY * 90 - MOMENT, DAY * 0, True),
        (DAY * 90, DAY * 0, False),
        (DAY * 90 + MOMENT, DAY * 0, False),
    ],
)
def test_how_long_a_session_lives(age, unseen, is_alive):
    now = clock.now()
    assert rules.is_session_alive(now - age, now - unseen, None, now) is is_alive
    assert not rules.is_session_alive(now - age, now - unseen, now, now)


async def test_a_session_ends_after_ninety_days_however_often_it_is_used(world, moving):
    token = await open_session(world)
    for _ in range(8):
        moving(timedelta(days=11))
        assert await identify(token)
    moving(timedelta(days=1, hours=23, minutes=59))
    assert await identify(token)
    moving(timedelta(minutes=2))
    viewer = await identify(await open_session(world))
    assert await identify(token) is None
    async with unit_of_work(world.workspace_id) as uow:
        assert len(await accounts.list_sessions(uow.session, viewer)) == 1


async def test_a_session_ends_when_it_is_not_seen_for_thirty_days(world, moving):
    token = await open_session(world)
    moving(timedelta(days=29))
    assert await identify(token)
    moving(timedelta(days=29))
    assert await identify(token)
    moving(timedelta(days=31))
    assert await identify(token) is None


async def test_a_cookie_nobody_has_signs_nobody_in(world):
    assert await identify("") is None
    assert await identify("made up") is None


async def test_an_owner_may_everything_and_an_agent_what_the_role_says(world):
    owner = await identify(await open_session(world))
    assert owner.role == "Owner"
    assert owner.actor.is_owner
    agent = await make_member(world, "Agent")
    viewer = await identify(await open_session(world, agent.user_id))
    assert viewer.role == "Agent"
    assert viewer.actor.permissions == agent.permissions


async def test_changing_the_password_ends_the_other_sessions(world):
    here, there = await open_session(world), await open_session(world)
    viewer = await identify(here)
    await security.change_password(viewer, current=PASSWORD, wanted="another good phrase")
    assert await identify(here)
    assert await identify(there) is None


@pytest.mark.parametrize(
    ("current", "wanted", "field"),
    [("wrong", "another good phrase", "current"), (PASSWORD, "password1", "password")],
)
async def test_a_password_change_that_fails_names_its_field(world, current, wanted, field):
    viewer = await identify(await open_session(world))
    with pytest.raises(Invalid) as caught:
        await security.change_password(viewer, current=current, wanted=wanted)
    assert list(caught.value.fields) == [field]


async def test_only_ones_own_sessions_are_listed_and_ended(world):
    viewer = await identify(await open_session(world))
    agent = await make_member(world, "Agent")
    foreign = await open_session(world, agent.user_id)
    foreign_id = (await identify(foreign)).session_id
    async with unit_of_work(world.workspace_id) as uow:
        assert [s.is_current for s in await accounts.list_sessions(uow.session, viewer)] == [True]
        await accounts.revoke_session(uow.session, viewer, session_id=foreign_id)
    assert await identify(foreign)


async def test_a_reset_link_dies_after_two_hours(world, moving):
    async with unit_of_work() as uow:
        token = await people.make_reset_link(uow.session, world.owner.user_id)
        assert await security.find_reset_email(uow, token=token) == world.email
    moving(timedelta(hours=2, minutes=1))
    async with unit_of_work() as uow:
        assert await security.find_reset_email(uow, token=token) == ""
        with pytest.raises(Invalid, match="too old"):
            await security.reset_password(uow, token=token, wanted="a fine phrase")


async def test_a_wrong_first_code_does_not_switch_the_second_factor_on(world):
    viewer = await identify(token := await open_session(world))
    async with unit_of_work(world.workspace_id) as uow:
        draft = await security.begin_second_factor(uow.session, viewer)
    wrong = str((int(TOTP(draft.secret).now()) + 1) % 1_000_000).zfill(6)
    with pytest.raises(Invalid, match="does not fit"):
        async with unit_of_work(world.workspace_id) as uow:
            await security.confirm_second_factor(uow.session, viewer, code=wrong)
    assert not (await identify(token)).has_second_factor


async def test_the_second_factor_goes_off_with_the_password_alone(world):
    viewer = await identify(token := await open_session(world))
    async with unit_of_work(world.workspace_id) as uow:
        draft = await security.begin_second_factor(uow.session, viewer)
    async with unit_of_work(world.workspace_id) as uow:
        code = TOTP(draft.secret).now()
        codes = await security.confirm_second_factor(uow.session, viewer, code=code)
    assert len(set(codes)) == rules.RECOVERY_CODES
    assert (await identify(token)).has_second_factor
    with pytest.raises(Invalid):
        await security.end_second_factor(viewer, password="wrong")
    await security.end_second_factor(viewer, password=PASSWORD)
    assert not (await identify(token)).has_second_factor


async def test_what_changes_an_account_is_written_down(world):
    viewer = await identify(await open_session(world))
    async with unit_of_work(world.workspace_id) as uow:
        await accounts.update_profile(
            uow.session, viewer, name="Olga O.", phone="", time_zone="Europe/Berlin"
        )
    async with unit_of_work(world.workspace_id) as uow:
        page = await activity.list_activity(uow.session, world.owner)
    assert page.rows[0].action == "account.changed"


async def test_a_time_zone_nobody_knows_is_refused(world):
    viewer = await identify(await open_session(world))
    with pytest.raises(Invalid, match="time zone"):
        async with unit_of_work(world.workspace_id) as uow:
            await accounts.update_profile(
                uow.session, viewer, name="Olga", phone="", time_zone="Mars/Olympus"
            )


async def test_an_unknown_switch_is_refused(world):
    viewer = await identify(await open_session(world))
    with pytest.raises(Invalid):
        async with unit_of_work(world.workspace_id) as uow:
            await accounts.save_preference(uow.session, viewer, name="is_owner", value=True)


async def test_one_cannot_switch_to_a_workspace_one_does_not_belong_to(world):
    token = await open_session(world)
    with pytest.raises(NotFound):
        async with unit_of_work() as uow:
            await accounts.switch_workspace(uow.session, token, workspace_id=ids.new())
