"""The numbers around a token: each just under, at and just over what is allowed."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.features.tokens.test_tokens import do, enter, make
from xobito_app import registry
from xobito_app.core import clock
from xobito_app.core.errors import Invalid, Unauthenticated
from xobito_app.core.permissions import Permission
from xobito_app.features.activity.service import list_activity
from xobito_app.features.tokens import limiter, rules, service
from xobito_app.features.tokens.limiter import Allowance
from xobito_app.models.tokens import ApiToken
from xobito_app.persistence.unit_of_work import unit_of_work

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def begun():
    """A moment at which the clock stands still until a test moves it."""
    now = clock.now()
    clock.use(lambda: now)
    yield now
    clock.use(None)


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ({"name": "x"}, True),
        ({"name": "x" * 60}, True),
        ({"name": "x" * 61}, False),
        ({"name": ""}, False),
        ({"rate_limit": 0}, True),
        ({"rate_limit": 100_000}, True),
        ({"rate_limit": 100_001}, False),
        ({"rate_limit": -1}, False),
        ({"abilities": ["contacts.read", "contacts.burn"]}, False),
        ({"abilities": ["contacts.read"]}, True),
    ],
)
async def test_what_a_new_token_may_be(world, given, is_taken):
    if is_taken:
        view, _ = await make(world, **given)
        assert {name: getattr(view, name) for name in given if name != "abilities"} == {
            name: value for name, value in given.items() if name != "abilities"
        }
    else:
        with pytest.raises(Invalid) as refused:
            await make(world, **given)
        assert list(refused.value.fields) == list(given)


async def test_sixty_requests_a_minute_unless_told(world):
    view, _ = await make(world)
    assert view.rate_limit == 60


@pytest.mark.parametrize(
    ("later", "is_taken"), [(-MOMENT, False), (timedelta(), False), (MOMENT, True)]
)
async def test_a_token_ends_in_the_future_or_is_not_made(world, begun, later, is_taken):
    if is_taken:
        assert (await make(world, expires_at=begun + later))[0].expires_at == begun + later
    else:
        with pytest.raises(Invalid):
            await make(world, expires_at=begun + later)


@pytest.mark.parametrize(
    ("after", "opens"), [(-MOMENT, True), (timedelta(), False), (MOMENT, False)]
)
async def test_a_token_opens_until_the_moment_it_ends(world, begun, after, opens):
    end = begun + timedelta(hours=1)
    view, token = await make(world, expires_at=end)
    clock.use(lambda: end + after)
    if opens:
        assert (await enter(world, token)).token_id == view.id
        with pytest.raises(Invalid, match="Revoke it first"):
            await do(world, service.delete_token, token_id=view.id)
    else:
        with pytest.raises(Unauthenticated):
            await enter(world, token)
        await do(world, service.delete_token, token_id=view.id)
        assert await do(world, service.list_tokens) == []


async def test_a_workspace_has_two_hundred_tokens_and_not_one_more(world):
    async with unit_of_work(world.workspace_id) as uow:
        uow.session.add_all(
            ApiToken(
                workspace_id=world.workspace_id,
                name=f"{number}",
                token_hash=uuid4().hex,
                prefix="apitk_",
                abilities=["contacts.read"],
                created_by=world.owner.user_id,
            )
            for number in range(199)
        )
    await make(world, name="the last")
    with pytest.raises(Invalid, match="at most 200"):
        await make(world, name="one more")
    assert len(await do(world, service.list_tokens)) == 200


async def test_the_newest_come_first_and_the_revoked_last(world):
    views = [(await make(world, name=name))[0] for name in ("a", "b", "c", "d")]
    await do(world, service.revoke_token, token_id=views[3].id)
    await do(world, service.revoke_token, token_id=views[1].id)
    listed = await do(world, service.list_tokens)
    assert [view.name for view in listed] == ["c", "a", "d", "b"]


async def test_revoking_twice_is_one_revocation(world, begun):
    view, _ = await make(world)
    for later in (timedelta(), timedelta(hours=1)):
        clock.use(lambda later=later: begun + later)
        await do(world, service.revoke_token, token_id=view.id)
    (listed,) = await do(world, service.list_tokens)
    assert listed.revoked_at == begun
    entries = (await do(world, list_activity)).rows
    assert [entry.action for entry in entries].count("api_token.revoked") == 1


@pytest.mark.parametrize(
    ("after", "is_noted"),
    [
        (timedelta(minutes=1) - MOMENT, False),
        (timedelta(minutes=1), True),
        (timedelta(minutes=1) + MOMENT, True),
    ],
)
async def test_a_use_is_noted_again_after_a_minute(world, begun, after, is_noted):
    view, token = await make(world)
    other, _ = await make(world, name="never used")
    await enter(world, token)
    clock.use(lambda: begun + after)
    await enter(world, token)
    used = {one.id: one.last_used_at for one in await do(world, service.list_tokens)}
    assert used == {view.id: begun + after if is_noted else begun, other.id: None}


@pytest.mark.parametrize(
    ("earlier", "is_noted"),
    [
        (timedelta(minutes=1) + MOMENT, True),
        (timedelta(minutes=1), True),
        (timedelta(minutes=1) - MOMENT, False),
        (-MOMENT, False),
    ],
)
async def test_a_use_that_another_request_just_noted_is_not_noted_again(
    world, begun, monkeypatch, earlier, is_noted
):
    _, token = await make(world)
    find_rights = service.accounts.find_rights

    async def overtaken(*given):
        # Read by now, and not yet noted.
        monkeypatch.setattr(service.accounts, "find_rights", find_rights)
        clock.use(lambda: begun - earlier)
        await enter(world, token)
        return await find_rights(*given)

    monkeypatch.setattr(service.accounts, "find_rights", overtaken)
    await enter(world, token)
    (listed,) = await do(world, service.list_tokens)
    assert listed.last_used_at == (begun if is_noted else begun - earlier)


async def test_revoking_and_deleting_at_the_same_time_happens_once(world):
    view, _ = await make(world)
    for action in (service.revoke_token, service.delete_token):
        await asyncio.gather(
            *(do(world, action, token_id=view.id) for _ in range(5)), return_exceptions=True
        )
    entries = [entry.action for entry in (await do(world, list_activity)).rows]
    assert entries.count("api_token.revoked") == 1
    assert entries.count("api_token.deleted") == 1


async def test_what_has_not_the_form_of_a_token_is_not_looked_for(world, monkeypatch):
    async def find(*_):
        raise AssertionError("Nobody asks.")

    monkeypatch.setattr(service.workspaces, "find_workspace_id", find)
    with pytest.raises(Unauthenticated):
        await enter(world, "apitk_short")


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", "API token is required"),
        ("apitk_" + "a" * 63, "Invalid API token"),
        ("apitk_" + "a" * 65, "Invalid API token"),
        ("apitk-" + "a" * 64, "Invalid API token"),
        ("apitk_" + "a" * 63 + "-", "Invalid API token"),
        ("apitk_" + "a" * 64, "Invalid API token"),
    ],
)
async def test_what_is_no_token_of_ours_opens_nothing(world, token, said):
    with pytest.raises(Unauthenticated, match=said):
        await enter(world, token)


async def test_lists_show_twelve_characters_of_a_token(world):
    view, token = await make(world)
    assert view.prefix == token[:12]


@pytest.mark.parametrize("things", ["statuses", "sources", "groups"])
@pytest.mark.parametrize("action", ["create", "read", "update", "delete"])
def test_reading_gives_no_right_to_manage(things, action):
    manage = {Permission(f"{things}.manage")} if action != "read" else set()
    assert rules.permissions_of([f"{things}.{action}"]) == {Permission.CONTACTS_VIEW} | manage


@pytest.mark.parametrize("ability", registry.abilities())
def test_an_ability_is_within_its_own_rights_and_within_less_it_is_not(ability):
    needed = rules.permissions_of([ability])
    assert rules.within([ability], needed) == [ability]
    assert [rules.within([ability], needed - {one}) for one in needed] == [[]] * len(needed)


def test_the_form_of_a_token():
    assert rules.is_token("apitk_" + "a" * 64)
    assert not rules.is_token("apitk_" + "a" * 63)
    assert not rules.is_token("apitk_" + "a" * 65)
    assert not rules.is_token("apitk_" + "a" * 63 + "_")


@pytest.mark.parametrize("revoked", [None, timedelta(days=-1), timedelta(days=1)])
@pytest.mark.parametrize(
    ("expires", "is_young"),
    [(None, True), (MOMENT, True), (timedelta(), False), (-MOMENT, False)],
)
def test_a_token_is_valid_when_neither_revoked_nor_over(revoked, expires, is_young):
    now = clock.now()
    assert rules.is_valid(
        None if revoked is None else now + revoked, None if expires is None else now + expires, now
    ) is (is_young and revoked is None)


# How many requests ------------------------------------------------------------------------------


async def test_each_request_leaves_one_less_until_none_is_left():
    token_id = uuid4()
    taken = [await limiter.take(token_id, 3) for _ in range(3)]
    assert taken == [Allowance(2), Allowance(1), Allowance(0)]
    over = await limiter.take(token_id, 3)
    assert over.remaining == 0
    assert 58 <= over.retry_after <= 60


async def test_without_a_limit_nothing_is_counted(monkeypatch):
    def asked():
        raise AssertionError("Nobody counts.")

    monkeypatch.setattr(limiter, "redis_client", asked)
    assert [await limiter.take(uuid4(), 0) for _ in range(3)] == [Allowance(0)] * 3


async def test_a_limit_of_one_is_a_limit():
    token_id = uuid4()
    assert (await limiter.take(token_id, 1)).retry_after == 0
    assert (await limiter.take(token_id, 1)).retry_after > 0


async def test_without_redis_the_whole_limit_is_left(monkeypatch):
    def away():
        raise ConnectionError

    monkeypatch.setattr(limiter, "redis_client", away)
    assert await limiter.take(uuid4(), 7) == Allowance(7)
