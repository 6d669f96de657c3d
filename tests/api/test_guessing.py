"""Guessing at the sign-in: how many tries are judged, for whom, and what time tells."""

import asyncio

import pytest

from tests.api.test_auth import JSON, OWN, code_of, second_factor, signed_in, viewer_of
from tests.fixtures import PASSWORD, make_world
from xobito_app.core import clock, passwords
from xobito_app.core.errors import Invalid, TooMany
from xobito_app.features.accounts import devices, rules, security, service as accounts, tries
from xobito_app.features.accounts.repository import AccountRepository
from xobito_app.persistence.unit_of_work import unit_of_work

JUDGED = rules.FREE_TRIES + 1


@pytest.fixture
def judged(monkeypatch):
    """The passwords that were really compared with a hash."""
    compared = []

    def verify(password: str, hashed: str) -> bool:
        compared.append(password)
        return bool(hashed) and password == PASSWORD

    monkeypatch.setattr(passwords, "verify_password", verify)
    return compared


@pytest.fixture(autouse=True)
async def _forgive_address(_migrated):
    from tests.conftest import CALLER_ADDRESS

    async with unit_of_work() as uow:
        await AccountRepository(uow.session).forget_failures(f"address:{CALLER_ADDRESS}")


async def post(http, email, password, **more):
    form = {"email": email, "password": password, **more}
    return await http.post("/auth/login", data=form, headers=JSON)


async def test_of_forty_guesses_at_once_five_are_judged(http, world, judged):
    answers = await asyncio.gather(*(post(http, world.email, f"guess {n}") for n in range(40)))
    assert len(judged) == JUDGED
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [401] * JUDGED + [429] * (40 - JUDGED)


async def test_of_forty_guesses_for_as_many_accounts_five_are_judged(http, world, judged):
    names = [f"{n}-{world.email}" for n in range(40)]
    await asyncio.gather(*(post(http, name, "a guess") for name in names))
    assert len(judged) == JUDGED


async def test_the_right_password_forgives_the_account_and_gives_the_address_its_try_back(
    http, world, judged
):
    for _ in range(rules.FREE_TRIES):
        await post(http, world.email, "a guess")
    for _ in range(3):
        assert (await post(http, world.email, PASSWORD)).status_code == 200
        http.cookies.clear()
    assert (await post(http, "else@example.com", "a guess")).status_code == 401
    assert (await post(http, "else@example.com", "a guess")).status_code == 429


async def test_asking_for_the_code_is_no_failure_and_forgives_none(http, world):
    await second_factor(http, world)
    for _ in range(rules.FREE_TRIES):
        await post(http, world.email, PASSWORD, code="000000")
    for _ in range(3):
        assert (await post(http, world.email, PASSWORD)).json()["needs_code"] is True
    assert (await post(http, world.email, PASSWORD, code="000000")).status_code == 401
    assert (await post(http, world.email, PASSWORD, code="000000")).status_code == 429


@pytest.mark.parametrize("kind", ["time", "recovery"])
async def test_of_one_code_sent_eight_times_at_once_one_signs_in(http, world, kind, monkeypatch):
    totp, codes = await second_factor(http, world)
    code = code_of(totp, steps=1) if kind == "time" else codes[0]
    # The throttle aside: what is tried here is the code alone.
    monkeypatch.setattr(rules, "FREE_TRIES", 100)
    answers = await asyncio.gather(
        *(post(http, world.email, PASSWORD, code=code) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


async def test_a_code_of_before_the_last_one_is_not_taken(http, world):
    totp, _ = await second_factor(http, world)
    assert (await post(http, world.email, PASSWORD, code=code_of(totp, steps=1))).status_code == 200
    http.cookies.clear()
    answer = await post(http, world.email, PASSWORD, code=code_of(totp, steps=0))
    assert answer.status_code == 401


async def test_a_used_recovery_code_leaves_the_others(http, world):
    _, codes = await second_factor(http, world)
    for code in codes[:2]:
        assert (await post(http, world.email, PASSWORD, code=code)).status_code == 200
        viewer = await viewer_of(http.cookies["xobito_session"])
        http.cookies.clear()
    async with unit_of_work() as uow:
        profile = await accounts.read_profile(uow.session, viewer)
    assert profile.recovery_codes_left == len(codes) - 2


async def test_no_stranger_locks_a_known_browser_out(http, world, judged):
    await signed_in(http, world)
    device = http.cookies["xobito_device"]
    http.cookies.clear()
    await asyncio.gather(*(post(http, world.email, f"guess {n}") for n in range(20)))
    assert (await post(http, world.email, PASSWORD)).status_code == 429
    http.cookies.set("xobito_device", device)
    assert (await post(http, world.email, PASSWORD)).status_code == 200


async def test_a_known_browser_has_its_own_count_and_no_more(http, world, judged):
    await signed_in(http, world)
    device = http.cookies["xobito_device"]
    judged.clear()
    http.cookies.clear()
    http.cookies.set("xobito_device", device)
    await asyncio.gather(*(post(http, world.email, f"guess {n}") for n in range(20)))
    assert len(judged) == JUDGED


async def test_the_browser_of_one_account_is_a_stranger_to_another(http, world):
    mine = devices.issue(world.email)
    assert devices.read(mine, f" {world.email.upper()} ")
    other = await make_world()
    for cookie in (mine, mine.partition(".")[0], mine + "0", "", ".", "x."):
        assert devices.read(cookie, other.email) == ""
    assert devices.read("x" + mine, world.email) == ""


async def test_the_device_cookie_is_set_once_for_scripts_to_never_see(http, world):
    form = {"email": world.email, "password": PASSWORD}
    first = await http.post("/auth/login", data=form, headers=OWN)
    (cookie,) = [c for c in first.headers.get_list("set-cookie") if "xobito_device" in c]
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    again = await http.post("/auth/login", data=form, headers=OWN)
    assert not [c for c in again.headers.get_list("set-cookie") if "xobito_device" in c]


async def test_wrong_passwords_of_the_signed_in_are_counted_and_slow_down(http, world):
    token = await signed_in(http, world)
    http.cookies.clear()
    viewer = await viewer_of(token)
    for wrong in ("one", "two", "three"):
        with pytest.raises(Invalid):
            await security.end_second_factor(viewer, password=wrong)
    for wrong in ("four", "five"):
        with pytest.raises(Invalid):
            await security.change_password(viewer, current=wrong, wanted="a fine new phrase")
    with pytest.raises(TooMany):
        await security.change_password(viewer, current=PASSWORD, wanted="a fine new phrase")
    with pytest.raises(TooMany):
        await security.end_second_factor(viewer, password=PASSWORD)
    assert (await post(http, world.email, PASSWORD)).status_code == 429


async def test_guesses_of_the_signed_in_at_once_are_judged_no_more_often(http, world, judged):
    viewer = await viewer_of(await signed_in(http, world))
    judged.clear()
    guesses = (
        security.change_password(viewer, current=f"guess {n}", wanted="a fine new phrase")
        for n in range(20)
    )
    await asyncio.gather(*guesses, return_exceptions=True)
    assert len(judged) == JUDGED


async def test_strangers_do_not_keep_the_signed_in_from_their_password(http, world):
    viewer = await viewer_of(await signed_in(http, world))
    for _ in range(JUDGED):
        async with unit_of_work() as uow:
            await tries.claim(uow.session, (f"account:{world.email}",))
    await security.change_password(viewer, current=PASSWORD, wanted="a fine new phrase")


async def test_a_weak_new_password_is_no_try(http, world):
    viewer = await viewer_of(await signed_in(http, world))
    for _ in range(JUDGED + 1):
        with pytest.raises(Invalid) as refused:
            await security.change_password(viewer, current="wrong", wanted="short")
        assert list(refused.value.fields) == ["password"]


async def test_a_pause_ends_on_time(world):
    subjects = (f"account:{world.email}",)

    async def at(moment):
        clock.use(lambda: moment)
        async with unit_of_work() as uow:
            await tries.claim(uow.session, subjects)

    begun = clock.now()
    try:
        for _ in range(JUDGED):
            await at(begun)
        pause = rules.pause_after(JUDGED)
        with pytest.raises(TooMany):
            await at(begun + pause * 0.99)
        await at(begun + pause)
        with pytest.raises(TooMany, match="4 seconds"):
            await at(begun + pause)
    finally:
        clock.use(None)


@pytest.mark.parametrize("password", ["", "x", "p" * 256, "p" * 257, "p" * 60_000, "\ud800"])
def test_every_password_costs_the_same_whoever_it_is_for(password, monkeypatch):
    real, verified = passwords.crypt_context.verify, []

    def verify(secret, hashed):
        verified.append((len(secret), hashed[:30]))
        return real(secret, hashed)

    hashed = passwords.hash_password(PASSWORD)
    monkeypatch.setattr(passwords.crypt_context, "verify", verify)
    assert not passwords.verify_password(password, hashed)
    assert not passwords.verify_password(password, "")
    # One comparison each, of hashes with the same cost, and of no endless text.
    assert len(verified) == 2
    assert verified[0] == verified[1]
    assert verified[0][0] <= 4 * (passwords.MAX_LENGTH + 1)


def test_the_longest_password_fits_and_a_longer_one_with_the_same_beginning_does_not():
    longest = "long " * 51 + "x"
    assert len(longest) == passwords.MAX_LENGTH
    hashed = passwords.hash_password(longest)
    assert passwords.verify_password(longest, hashed)
    assert not passwords.verify_password(longest + "y", hashed)
    assert not passwords.verify_password("", "")


@pytest.mark.parametrize("password", ["a wrong phrase", "x" * 20_000, ""])
async def test_known_and_unknown_addresses_cost_one_comparison_each(
    http, world, password, monkeypatch
):
    compared, real = [], passwords.crypt_context.verify
    monkeypatch.setattr(
        passwords.crypt_context, "verify", lambda *pair: compared.append(pair) or real(*pair)
    )
    for email in (world.email, f"nobody-{world.email}"):
        assert (await post(http, email, password)).status_code == 401
    costs = [hashed.split("$")[:4] for _, hashed in compared]
    assert len(costs) == 2
    assert costs[0] == costs[1]
