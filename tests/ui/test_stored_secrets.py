"""What a tab leaves in Redis: nothing with which anybody could come in."""

import pytest
from pyotp.totp import TOTP
from redis.asyncio import Redis
from reflex.app import EventNamespace
from reflex.istate.manager.redis import StateManagerRedis

from tests.api.test_auth import JSON
from tests.fixtures import PASSWORD
from tests.receivers import receiving
from tests.ui.tabs import Tab, handler_name, revealed, running_server, sign_in
from xobito_app.core.crypto import hash_token
from xobito_app.features.accounts import cookies
from xobito_app.features.webhooks.rules import EVENTS
from xobito_app.settings import get_settings
from xobito_app.ui.pages.account.state import CODES, KEY, AccountState, SecondFactorState
from xobito_app.ui.pages.gate.state import LinkState
from xobito_app.ui.pages.team.member_states import LINK, InviteState, MembersState
from xobito_app.ui.pages.tokens.state import NEW_KEY, TokenFormState
from xobito_app.ui.pages.webhooks.state import SIGNING_KEY, WebhooksState
from xobito_app.ui.shell import ShellState
from xobito_app.ui.sockets import Events, kept_headers, without_fragment
from xobito_app.xobito_app import app


async def everything_in_redis() -> bytes:
    """Return the keys and values of all our databases."""
    found = []
    for number in range(3):
        async with Redis.from_url(get_settings().redis_database(number)) as client:
            async for name in client.scan_iter(count=1000):
                kind = await client.type(name)
                read = {
                    b"string": client.get,
                    b"list": lambda key: client.lrange(key, 0, -1),
                    b"hash": client.hgetall,
                    b"set": client.smembers,
                    b"zset": lambda key: client.zrange(key, 0, -1),
                    b"stream": client.xrange,
                }[kind]
                found.append(name + b" " + (value := await read(name), repr(value).encode())[1])
    return b"\n".join(found)


@pytest.fixture
async def stored(_migrated):
    """A web process whose states lie in Redis, as in production."""
    async with Redis.from_url(get_settings().redis_database(1)) as client:
        await client.flushdb()
        # Nothing is held back in the process, so that what is looked at is all there is.
        manager = StateManagerRedis(redis=client, oplock_hold_time_ms=0)
        async with running_server(manager) as server:
            yield server
        await manager.close()


async def make_secrets(tab: Tab) -> dict[str, str]:
    """Do everything on the screens that makes a secret, and return what the page was shown."""
    await tab.send(handler_name(ShellState.enter_page))
    form = {"name": "Shop", "contacts.read": "on", "rate_limit": "60", "lives": ""}
    await tab.send(handler_name(TokenFormState.write_new))
    await tab.send(handler_name(TokenFormState.save), form=form)
    await tab.send(handler_name(MembersState.load))
    role = next(key for key, name in tab.value("members_state", "roles") if name == "Agent")
    await tab.send(handler_name(InviteState.write_new))
    await tab.send(handler_name(InviteState.save), form={"email": "n@e.org", "role_id": role})
    async with receiving() as receiver:
        form = {"url": receiver.url, "is_on": "on", **dict.fromkeys(EVENTS, "on")}
        await tab.send(handler_name(WebhooksState.save), form=form)
    saved = revealed(tab, SIGNING_KEY)
    await tab.send(handler_name(WebhooksState.rotate))
    await tab.send(handler_name(SecondFactorState.begin))
    key = revealed(tab, KEY)
    code = TOTP(key.replace(" ", "")).now()
    await tab.send(handler_name(SecondFactorState.confirm), form={"code": code})
    await tab.send(
        handler_name(AccountState.change_password), form={"current": PASSWORD, "password": "x"}
    )
    return {
        "API token": revealed(tab, NEW_KEY),
        "invitation": revealed(tab, LINK).partition("#")[2],
        "first signing secret": saved,
        "signing secret": revealed(tab, SIGNING_KEY),
        "second factor": key,
        "second factor as typed": key.replace(" ", ""),
        "password": PASSWORD,
        **{f"recovery code {at}": code for at, code in enumerate(revealed(tab, CODES))},
    }


async def test_no_secret_lies_in_redis(stored, world, http, private_urls):
    await http.post("/auth/login", data={"email": world.email, "password": PASSWORD}, headers=JSON)
    session, device = http.cookies["xobito_session"], http.cookies["xobito_device"]
    tab = Tab(stored, "keeper", session)
    secrets = {"session": session, "device": device, **await make_secrets(tab)}
    guest = Tab(stored, "guest")
    guest.path = f"/join#{secrets['invitation']}"
    await guest.send(handler_name(LinkState.open_join))
    await guest.send(handler_name(LinkState.show_invitation), token=secrets["invitation"])
    assert guest.value("link_state", "stage") == "open"
    kept = await everything_in_redis()
    # The states are there: what identifies them is, and what was typed into them.
    assert hash_token(session).encode() in kept
    assert b"Invitation link" in kept
    assert all(len(secret) >= 10 for secret in secrets.values())
    assert [name for name, secret in secrets.items() if secret.encode() in kept] == []


async def test_the_hash_that_lies_there_signs_nobody_in(http, server, world):
    session = await sign_in(world.owner.user_id, world.workspace_id)
    stolen = hash_token(session)
    tab = Tab(server, "thief", stolen)
    await tab.send(handler_name(MembersState.load))
    assert "/sign-in" in tab.scripts
    http.cookies.set("xobito_session", stolen)
    assert (await http.get("/pictures/workspace")).status_code == 401
    header = f"{cookies.SEALED}={stolen}; xobito_session=; {cookies.SEALED}={stolen}"
    assert kept_headers({"cookie": header})["cookie"] == ""
    header = f"{cookies.SEALED}={stolen}; xobito_session=x"
    assert kept_headers({"cookie": header})["cookie"] == f"{cookies.SEALED}={hash_token('x')}"


def test_of_a_sockets_headers_only_harmless_ones_are_kept():
    raw = [
        (b"cookie", b"xobito_session=secret; other=private"),
        (b"authorization", b"Basic cHJveHk6c2VjcmV0"),
        (b"x-forwarded-access-token", b"private"),
        (b"host", b"localhost"),
        (b"origin", b"http://localhost"),
    ]
    events = Events("/_event", app)
    environ = {"asgi.scope": {"headers": raw, "client": ("192.0.2.1", 1)}}
    headers = events._build_static_router_data("a socket", environ)["headers"]
    assert headers == {
        "cookie": f"{cookies.SEALED}={hash_token('secret')}",
        "host": "localhost",
        "origin": "http://localhost",
        "asgi-scope-client": "192.0.2.1",
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/join#token", "/join"),
        ("/join?a=1#b#c", "/join?a=1"),
        ("/inbox", "/inbox"),
        (["/join#token"], "['/join"),
    ],
)
async def test_what_stands_behind_the_hash_of_an_address_is_not_kept(given, kept, monkeypatch):
    heard = []

    async def hear(_self, _sid, data):
        heard.append(data)

    monkeypatch.setattr(EventNamespace, "on_event", hear)
    event = {"name": "x", "router_data": {"pathname": "/join", "asPath": given}}
    await Events("/_event", app).on_event("a socket", event)
    assert [one["router_data"]["asPath"] for one in heard] == [kept]
    assert without_fragment({"name": "x"}) == {"name": "x"}
