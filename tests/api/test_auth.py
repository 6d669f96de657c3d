import re

import pytest
from pyotp.totp import TOTP

from tests.conftest import CALLER_ADDRESS
from tests.fixtures import PASSWORD
from xobito_app.core import clock
from xobito_app.features.accounts import people, security, service as accounts
from xobito_app.features.workspaces import invitations, team
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.settings import get_settings

OWN = {"Origin": f"http://localhost:{get_settings().port}"}
JSON = {**OWN, "Accept": "application/json"}


@pytest.fixture(autouse=True)
async def _forgive_address(_migrated):
    """Every test comes from the same address; one's failures must not slow down the next."""
    from xobito_app.features.accounts.repository import AccountRepository

    async with unit_of_work() as uow:
        await AccountRepository(uow.session).forget_failures(f"address:{CALLER_ADDRESS}")


async def viewer_of(token: str):
    async with unit_of_work() as uow:
        return await accounts.identify(uow, token)


async def signed_in(http, world) -> str:
    await http.post("/auth/login", data={"email": world.email, "password": PASSWORD}, headers=OWN)
    return http.cookies["xobito_session"]


async def test_login_sets_a_cookie_no_script_can_read(http, world):
    answer = await http.post(
        "/auth/login",
        data={"email": world.email.upper(), "password": PASSWORD, "next": "/team?tab=roles"},
        headers=OWN,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/team?tab=roles")
    cookie = answer.headers["set-cookie"]
    assert re.search(r"(?i)httponly", cookie)
    assert re.search(r"(?i)samesite=lax", cookie)
    assert re.search(r"(?i)path=/(;|$)", cookie)
    assert not re.search(r"(?i)secure", cookie)
    assert (await viewer_of(http.cookies["xobito_session"])).email == world.email


async def test_under_https_the_cookie_is_secure(http, world, monkeypatch):
    monkeypatch.setitem(vars(get_settings()), "public_url_given", "https://chat.example.com")
    answer = await http.post(
        "/auth/login",
        data={"email": world.email, "password": PASSWORD},
        headers={"Origin": "https://chat.example.com"},
    )
    cookies = answer.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "__Host-xobito_session",
        "__Host-xobito_device",
    }
    for cookie in cookies:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= parts
        assert not any(part.startswith("domain") for part in parts)


async def test_under_https_only_the_cookie_of_this_very_host_counts(http, world, monkeypatch):
    token = await signed_in(http, world)
    http.cookies.clear()
    monkeypatch.setitem(vars(get_settings()), "public_url_given", "https://chat.example.com")
    for name, status in (("xobito_session", 401), ("__Host-xobito_session", 404)):
        answer = await http.get("/pictures/workspace", headers={"Cookie": f"{name}={token}"})
        assert answer.status_code == status, name
    headers = {
        "Origin": "https://chat.example.com",
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"__Host-xobito_session={token}",
    }
    answer = await http.post("/auth/logout", headers=headers)
    assert answer.headers["location"] == "/sign-in"
    dropped = answer.headers["set-cookie"].lower()
    assert dropped.startswith("__host-xobito_session=")
    assert "secure" in dropped
    assert await viewer_of(token) is None


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "inbox",
        "evil.example",
        "https://evil.example",
        "https:evil.example",
        "HTTPS:/evil.example",
        "javascript:alert(1)",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/a\nb",
        "/a b",
        "/a\x7fb",
        "/a\x85b",
        "/a\u2028b",
        "/a\\b",
        "\\\\evil.example",
    ],
)
async def test_nobody_is_sent_elsewhere_after_the_sign_in(http, world, wanted):
    form = {"email": world.email, "password": PASSWORD, "next": wanted}
    answer = await http.post("/auth/login", data=form, headers=OWN)
    assert answer.headers["location"] == "/inbox"


@pytest.mark.parametrize("wanted", ["/inbox", "/team?tab=roles&a=//b", "/contacts/Å", "/"])
async def test_the_sign_in_leads_back_to_pages_of_ours(http, world, wanted):
    form = {"email": world.email, "password": PASSWORD, "next": wanted}
    answer = await http.post("/auth/login", data=form, headers=JSON)
    assert answer.json()["location"] == wanted


async def test_a_wrong_password_says_so_without_a_cookie(http, world):
    form = {"email": world.email, "password": "not this one"}
    answer = await http.post("/auth/login", data=form, headers=OWN)
    assert answer.headers["location"] == "/sign-in?problem=wrong"
    assert "set-cookie" not in answer.headers
    answer = await http.post("/auth/login", data=form, headers=JSON)
    assert (answer.status_code, answer.json()["problem"]) == (401, accounts.WRONG)


async def test_after_five_wrong_passwords_the_right_one_must_wait(http, world):
    for _ in range(5):
        await http.post(
            "/auth/login", data={"email": world.email, "password": "wrong"}, headers=JSON
        )
    right = {"email": world.email, "password": PASSWORD}
    answer = await http.post("/auth/login", data=right, headers=JSON)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 2
    assert "Try again in" in answer.json()["problem"]


def code_of(totp: TOTP, *, steps: int) -> str:
    return totp.at(int(clock.now().timestamp()) + steps * totp.interval)


async def second_factor(http, world) -> tuple[TOTP, list[str]]:
    viewer = await viewer_of(await signed_in(http, world))
    async with unit_of_work(world.workspace_id) as uow:
        draft = await security.begin_second_factor(uow.session, viewer)
    totp = TOTP(draft.secret)
    async with unit_of_work(world.workspace_id) as uow:
        codes = await security.confirm_second_factor(
            uow.session, viewer, code=code_of(totp, steps=-1)
        )
    http.cookies.clear()
    return totp, codes


async def test_the_second_factor_is_asked_for_and_each_code_counts_once(http, world):
    totp, codes = await second_factor(http, world)
    form = {"email": world.email, "password": PASSWORD}
    answer = await http.post("/auth/login", data=form, headers=JSON)
    assert answer.json()["needs_code"] is True
    assert "set-cookie" not in answer.headers
    code = code_of(totp, steps=1)
    first = await http.post("/auth/login", data={**form, "code": code}, headers=JSON)
    again = await http.post("/auth/login", data={**form, "code": code}, headers=JSON)
    assert (first.status_code, again.status_code) == (200, 401)
    recovered = await http.post("/auth/login", data={**form, "code": codes[0]}, headers=JSON)
    spent = await http.post("/auth/login", data={**form, "code": codes[0]}, headers=JSON)
    assert (recovered.status_code, spent.status_code) == (200, 401)


async def test_logout_ends_the_session_on_the_server_too(http, world):
    token = await signed_in(http, world)
    answer = await http.post("/auth/logout", headers=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "xobito_session" not in http.cookies
    assert await viewer_of(token) is None


FORM = {**OWN, "Content-Type": "application/x-www-form-urlencoded"}


DOORS = ("login", "logout", "set-up", "join", "reset", "workspace")
FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Referer": "https://evil.example/page"},
    {**OWN, "Sec-Fetch-Site": "cross-site"},
)


async def test_foreign_pages_post_nothing(http, world):
    token = await signed_in(http, world)
    form = {"email": world.email, "password": PASSWORD}
    for door in DOORS:
        for headers in FOREIGN:
            answer = await http.post(f"/auth/{door}", data=form, headers=headers)
            assert answer.status_code == 403, (door, headers)
            assert "set-cookie" not in answer.headers
    assert await viewer_of(token) is not None


async def test_a_form_that_is_too_long_is_not_read(http):
    answer = await http.post("/auth/login", data={"email": "x" * 70_000}, headers=JSON)
    assert answer.status_code == 413


async def test_set_up_is_closed_once_somebody_exists(http, world):
    form = {
        "workspace_name": "Acme",
        "owner_name": "Mallory",
        "email": "mallory@example.com",
        "password": "a fine password",
    }
    answer = await http.post("/auth/set-up", data=form, headers=JSON)
    assert answer.status_code == 409
    assert "set-cookie" not in answer.headers


async def invited(world, email: str) -> str:
    async with unit_of_work(world.workspace_id) as uow:
        roles = await team.list_roles(uow.session, world.owner)
        agent = next(role for role in roles if role.name == "Agent")
        return await invitations.invite(uow.session, world.owner, email=email, role_id=agent.id)


async def test_an_invitation_signs_in_once(http, world):
    token = await invited(world, "new-" + world.email)
    form = {"token": token, "name": "Ana Agent", "password": "another long phrase"}
    weak = await http.post("/auth/join", data={**form, "password": "short"}, headers=JSON)
    assert weak.json()["errors"]["password"] == "Use at least 8 characters."
    joined = await http.post("/auth/join", data=form, headers=JSON)
    assert joined.json() == {"location": "/inbox"}
    viewer = await viewer_of(http.cookies["xobito_session"])
    assert (viewer.name, viewer.role) == ("Ana Agent", "Agent")
    again = await http.post("/auth/join", data=form, headers=JSON)
    assert again.status_code == 410


async def test_an_invitation_is_no_way_around_the_second_factor(http, world):
    from tests.fixtures import make_world

    await second_factor(http, world)
    token = await invited(await make_world(), world.email)
    joined = await http.post(
        "/auth/join", data={"token": token, "password": PASSWORD}, headers=JSON
    )
    assert joined.json() == {"location": "/sign-in?problem=joined"}
    assert "set-cookie" not in joined.headers


async def test_guessing_a_password_with_an_invitation_slows_down_too(http, world):
    from tests.fixtures import make_world

    token = await invited(await make_world(), world.email)
    for _ in range(5):
        await http.post("/auth/join", data={"token": token, "password": "guess"}, headers=JSON)
    answer = await http.post(
        "/auth/join", data={"token": token, "password": PASSWORD}, headers=JSON
    )
    assert answer.status_code == 429


async def test_a_reset_link_works_once_and_ends_other_sessions(http, world):
    before = await signed_in(http, world)
    http.cookies.clear()
    async with unit_of_work() as uow:
        token = await people.make_reset_link(uow.session, world.owner.user_id)
    form = {"token": token, "password": "a brand new phrase"}
    answer = await http.post("/auth/reset", data=form, headers=JSON)
    assert answer.json() == {"location": "/inbox"}
    assert await viewer_of(before) is None
    assert await viewer_of(http.cookies["xobito_session"]) is not None
    again = await http.post("/auth/reset", data=form, headers=JSON)
    assert again.json()["problem"] == security.DEAD_LINK


async def test_switching_to_a_foreign_workspace_is_not_found(http, world):
    from tests.fixtures import make_world

    other = await make_world()
    token = await signed_in(http, world)
    answer = await http.post(
        "/auth/workspace", data={"workspace_id": str(other.workspace_id)}, headers=JSON
    )
    assert answer.status_code == 404
    assert (await viewer_of(token)).actor.workspace_id == world.workspace_id


@pytest.mark.parametrize(
    ("public", "origin", "status"),
    [
        ("", f"http://localhost:{get_settings().port}", 303),
        ("", f"http://127.0.0.1:{get_settings().port}", 303),
        ("", "http://testserver", 403),
        ("", f"https://localhost:{get_settings().port}", 403),
        ("https://inbox.example.com", "https://inbox.example.com", 303),
        ("https://Inbox.Example.com:443", "https://inbox.example.com", 303),
        ("https://inbox.example.com:8443", "https://inbox.example.com:8443", 303),
        ("https://inbox.example.com", "http://inbox.example.com", 403),
        ("https://inbox.example.com", "https://inbox.example.com:8443", 403),
        ("https://inbox.example.com", "https://example.com", 403),
        ("https://inbox.example.com", f"http://localhost:{get_settings().port}", 403),
        ("https://inbox.example.com", "null", 403),
    ],
)
async def test_only_pages_of_the_public_address_post_forms(
    http, world, monkeypatch, public, origin, status
):
    monkeypatch.setitem(vars(get_settings()), "public_url_given", public)
    form = {"email": world.email, "password": PASSWORD}
    answer = await http.post("/auth/login", data=form, headers={"Origin": origin})
    assert answer.status_code == status
