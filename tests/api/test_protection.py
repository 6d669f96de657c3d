"""What stands before every page, socket and door: headers, own names, limits of sockets."""

import asyncio
import base64
import hashlib

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.ui.tabs import sign_in
from xobito_app.api import sockets
from xobito_app.api.callers import is_signed_in
from xobito_app.api.headers import SecurityHeaders
from xobito_app.api.hosts import AllowedHosts
from xobito_app.api.sockets import ANONYMOUS, SIGNED_IN, SocketLimits
from xobito_app.settings import get_settings

SCRIPT = "window.theme = 'dark'"
PAGE = f"<html><script>{SCRIPT}</script><script src='/a.js'></script></html>"


@pytest.fixture
def public_url(monkeypatch):
    def set_to(url):
        monkeypatch.setenv("PUBLIC_URL", url)
        get_settings.cache_clear()

    yield set_to
    monkeypatch.undo()
    get_settings.cache_clear()


def served(middleware):
    own = {"Content-Security-Policy": "sandbox"}
    app = Starlette(
        routes=[
            Route("/", lambda _: HTMLResponse(PAGE)),
            Route("/file", lambda _: HTMLResponse(PAGE, headers=own)),
            Route("/unchanged", lambda _: Response(status_code=304)),
            Route("/asked", lambda r: PlainTextResponse(r.headers.get("accept-encoding", ""))),
            Route("/health", lambda _: PlainTextResponse("ok")),
            Route("/webhooks/whatsapp", lambda _: PlainTextResponse("ok")),
            Route("/api/v1/acme/contacts", lambda _: PlainTextResponse("ok")),
        ]
    )
    transport = httpx.ASGITransport(app=middleware(app))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:3000")


@pytest.mark.parametrize("path", ["/", "/health", "/nowhere"])
async def test_every_answer_says_what_a_page_may_do(path):
    async with served(SecurityHeaders) as client:
        headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src ")[1].split(";")[0]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]


async def test_a_script_inside_a_page_counts_by_its_hash():
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    async with served(SecurityHeaders) as client:
        answer = await client.get("/")
    assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert answer.text == PAGE


async def test_a_page_the_server_sends_from_its_file_counts_too(tmp_path):
    page, sent = tmp_path / "page.html", []
    page.write_text(PAGE)

    async def from_file(scope, receive, send):
        headers = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.pathsend", "path": str(page)})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "headers": [(b"accept", b"text/html")]}
    await SecurityHeaders(from_file)(scope, None, send)
    assert [message["type"] for message in sent] == [
        "http.response.start",
        "http.response.pathsend",
    ]
    assert b"sha256-" in dict(sent[0]["headers"])[b"content-security-policy"]


async def test_what_an_answer_says_itself_stays():
    async with served(SecurityHeaders) as client:
        answer = await client.get("/file")
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_page_not_modified_leaves_the_policy_of_the_copy():
    async with served(SecurityHeaders) as client:
        headers = (await client.get("/unchanged")).headers
    assert "content-security-policy" not in headers
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_document_is_asked_for_uncompressed():
    async with served(SecurityHeaders) as client:
        document = await client.get("/asked", headers={"Accept": "text/html,*/*"})
        script = await client.get("/asked", headers={"Accept": "*/*"})
    assert (document.text, script.text) == ("", script.request.headers["accept-encoding"])


@pytest.mark.parametrize(
    ("url", "said"), [("http://localhost:3000", False), ("https://inbox.example.com", True)]
)
async def test_https_is_insisted_on_only_where_there_is_https(public_url, url, said):
    public_url(url)
    async with served(SecurityHeaders) as client:
        assert ("strict-transport-security" in (await client.get("/")).headers) is said


@pytest.mark.parametrize(
    ("public", "host", "status"),
    [
        ("https://inbox.example.com", "inbox.example.com", 200),
        ("https://inbox.example.com", "INBOX.example.com:443", 200),
        ("https://inbox.example.com", "inbox.example.com:8443", 421),
        ("https://inbox.example.com", "evil.example.com", 421),
        ("https://inbox.example.com", "inbox.example.com.evil.org", 421),
        ("https://inbox.example.com", "localhost:3000", 200),
        ("https://inbox.example.com:8443", "inbox.example.com:8443", 200),
        ("https://inbox.example.com:8443", "inbox.example.com", 421),
        ("http://localhost:3000", "127.0.0.1:3000", 200),
        ("http://localhost:3000", "[::1]:3000", 200),
        ("http://localhost:3000", "192.0.2.7:3000", 421),
        ("http://localhost:3000", "localhost.evil.org", 421),
        ("http://[2001:db8::1]:3000", "[2001:db8::1]:3000", 200),
    ],
)
async def test_only_own_names_are_answered(public_url, public, host, status):
    public_url(public)
    async with served(AllowedHosts) as client:
        answer = await client.get("/", headers={"Host": host})
    assert answer.status_code == status
    assert (public in answer.text) is (status == 421)


@pytest.mark.parametrize("path", ["/health", "/webhooks/whatsapp", "/api/v1/acme/contacts"])
async def test_balancers_meta_and_api_clients_may_use_a_name_of_their_proxy(path):
    async with served(AllowedHosts) as client:
        assert (await client.get(path, headers={"Host": "web:8080"})).status_code == 200


# Sockets ----------------------------------------------------------------------------------


class Socket:
    """One websocket into `SocketLimits`, whose application reads whatever comes."""

    def __init__(self, limits, address="203.0.113.1", *, signed_in=False):
        self.sent, self.read = [], []
        self._incoming = asyncio.Queue()
        scope = {
            "type": "websocket",
            "path": "/_event/",
            "client": (address, 1),
            "known": signed_in,
        }
        self._incoming.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(limits(scope, self._incoming.get, self._send))

    async def _send(self, message):
        self.sent.append(message)

    async def say(self, text):
        self._incoming.put_nowait({"type": "websocket.receive", "text": text})
        await settle()

    async def leave(self):
        self._incoming.put_nowait({"type": "websocket.disconnect"})
        await self._task

    @property
    def code(self):
        return next((m["code"] for m in self.sent if m["type"] == "websocket.close"), None)


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def limits(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(sockets.time, "monotonic", lambda: now[0])

    async def reader(scope, receive, send):
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async def known(scope):
        return scope["known"]

    made = SocketLimits(reader, is_signed_in=known, address_of=lambda scope: scope["client"][0])
    made.now = now
    return made


@pytest.mark.parametrize(
    ("signed_in", "rules"), [(False, ANONYMOUS), (True, SIGNED_IN)], ids=["anonymous", "signed in"]
)
async def test_one_address_opens_so_many_sockets_and_no_more(limits, signed_in, rules):
    opened = [Socket(limits, signed_in=signed_in) for _ in range(rules.sockets)]
    await settle()
    assert [socket.code for socket in opened] == [None] * rules.sockets
    over = Socket(limits, signed_in=signed_in)
    elsewhere = Socket(limits, "203.0.113.2", signed_in=signed_in)
    await settle()
    assert (over.code, elsewhere.code) == (sockets.TOO_MANY, None)
    await opened[0].leave()
    again = Socket(limits, signed_in=signed_in)
    await settle()
    assert again.code is None


async def test_strangers_leave_room_for_those_who_are_signed_in(limits):
    for _ in range(ANONYMOUS.sockets):
        Socket(limits)
    await settle()
    member = Socket(limits, signed_in=True)
    await settle()
    assert member.code is None


@pytest.mark.parametrize(
    ("signed_in", "length", "code"),
    [
        (False, ANONYMOUS.frame, None),
        (False, ANONYMOUS.frame + 1, sockets.TOO_BIG),
        (True, ANONYMOUS.frame + 1, None),
        (True, SIGNED_IN.frame + 1, sockets.TOO_BIG),
    ],
)
async def test_a_message_has_a_largest_size(limits, signed_in, length, code):
    socket = Socket(limits, signed_in=signed_in)
    await socket.say("x" * length)
    assert socket.code == code


async def test_strangers_of_one_address_share_their_messages(limits):
    first, second = Socket(limits), Socket(limits)
    for _ in range(ANONYMOUS.burst):
        await first.say("2")
    assert first.code is None
    await second.say("2")
    assert second.code == sockets.TOO_MANY
    limits.now[0] += 1 / ANONYMOUS.per_second
    third = Socket(limits)
    await third.say("2")
    assert third.code is None


async def test_a_signed_in_socket_has_its_own_count(limits):
    flooding, calm = Socket(limits, signed_in=True), Socket(limits, signed_in=True)
    for _ in range(SIGNED_IN.burst + 1):
        await flooding.say("2")
    await calm.say("2")
    assert (flooding.code, calm.code) == (sockets.TOO_MANY, None)


async def test_a_cookie_counts_only_while_its_session_is_open(world):
    token = await sign_in(world.owner.user_id, world.workspace_id)

    def scope(value):
        cookie = f"xobito_session={value}".encode()
        return {"type": "websocket", "headers": [(b"cookie", cookie)]}

    assert await is_signed_in(scope(token))
    assert not await is_signed_in(scope("made-up"))
    assert not await is_signed_in({"type": "websocket", "headers": []})
