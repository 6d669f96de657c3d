"""What stands before every page, socket and endpoint: headers, own names, limits of sockets."""

import base64
import hashlib

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from xobito_app.api.headers import SecurityHeaders, content_policy, script_hashes
from xobito_app.api.hosts import AllowedHosts
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


async def answered(parts, headers, middleware=SecurityHeaders):
    """What comes out when an application sends a page in parts."""
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for part in parts:
            more = part is not parts[-1]
            await send({"type": "http.response.body", "body": part, "more_body": more})

    async def send(message):
        sent.append(message)

    await middleware(app)({"type": "http", "headers": []}, None, send)
    return sent


HTML = (b"content-type", b"text/html; charset=utf-8")


async def test_what_else_is_said_before_a_page_does_not_begin_it():
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [HTML]})
        await send({"type": "http.response.push", "path": "/a.js", "headers": []})
        await send({"type": "http.response.body", "body": PAGE.encode()})

    async def send(message):
        sent.append(message)

    await SecurityHeaders(app)({"type": "http", "headers": []}, None, send)
    kinds = [message["type"].removeprefix("http.response.") for message in sent]
    assert kinds == ["push", "start", "body"]
    assert b"sha256-" in dict(sent[1]["headers"])[b"content-security-policy"]


async def test_a_file_that_is_no_page_is_not_even_read():
    sent = []

    async def from_file(scope, receive, send):
        headers = [(b"content-type", b"video/mp4")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.pathsend", "path": "/nowhere/film.mp4"})

    async def send(message):
        sent.append(message["type"])

    await SecurityHeaders(from_file)({"type": "http", "headers": []}, None, send)
    assert sent == ["http.response.start", "http.response.pathsend"]


async def test_a_page_that_comes_in_parts_is_hashed_whole_and_sent_whole():
    start, *bodies = await answered([b"<script>on", b"e</script>", b"<p>"], [HTML])
    policy = dict(start["headers"])[b"content-security-policy"].decode()
    assert script_hashes(b"<script>one</script>")[0] in policy
    assert b"".join(body["body"] for body in bodies) == b"<script>one</script><p>"
    assert not bodies[-1].get("more_body")


@pytest.mark.parametrize(
    ("headers", "is_hashed"),
    [
        ([HTML], True),
        ([HTML, (b"content-length", b"1048576")], True),
        ([HTML, (b"content-length", b"1048577")], False),
        ([HTML, (b"content-encoding", b"gzip")], False),
        ([HTML, (b"content-security-policy", b"sandbox")], False),
        ([(b"content-type", b"text/plain")], False),
        ([(b"content-type", b"application/xhtml+text/html")], False),
        ([], False),
    ],
)
async def test_only_a_plain_page_of_some_size_is_held_to_have_its_scripts_hashed(
    headers, is_hashed
):
    start, *bodies = await answered([PAGE.encode(), b"<p>"], headers)
    policy = dict(start["headers"])[b"content-security-policy"]
    assert (b"sha256-" in policy) is is_hashed
    assert len(bodies) == (1 if is_hashed else 2)
    assert b"".join(body["body"] for body in bodies) == PAGE.encode() + b"<p>"


@pytest.mark.parametrize(
    ("page", "count"),
    [
        (b"<script></script>", 0),
        (b"<script src='/a.js'>ignored</script>", 0),
        (b"<script>a</script><script type='module'>b</script>", 2),
        (b"<script>a</script><script>a</script>", 1),
    ],
)
def test_which_scripts_of_a_page_are_hashed(page, count):
    assert len(script_hashes(page)) == count


@pytest.mark.parametrize("app_id", ["", "4711"])
def test_facebook_is_let_in_only_where_its_sign_in_is_used(monkeypatch, app_id):
    monkeypatch.setenv("FACEBOOK_APP_ID", app_id)
    get_settings.cache_clear()
    content_policy.cache_clear()
    policy = content_policy(())
    monkeypatch.undo()
    get_settings.cache_clear()
    content_policy.cache_clear()
    assert ("connect.facebook.net" in policy) is bool(app_id)
    assert ("frame-src 'none'" in policy) is not bool(app_id)


@pytest.mark.parametrize("middleware", [SecurityHeaders, AllowedHosts])
async def test_what_is_no_request_passes_untouched(middleware):
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, receive, send))

    scope = {"type": "lifespan"}
    await middleware(app)(scope, "receive", "send")
    assert seen == [(scope, "receive", "send")]


@pytest.mark.parametrize(
    ("host", "closed"), [(b"localhost:3000", []), (b"evil.example.com", [1008])]
)
async def test_a_socket_for_a_foreign_name_is_closed(host, closed):
    passed, sent = [], []

    async def app(scope, receive, send):
        passed.append(scope)

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": "/_event/", "headers": [(b"host", host)]}
    await AllowedHosts(app)(scope, None, send)
    assert [message["code"] for message in sent] == closed
    assert bool(passed) is not bool(closed)


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
        ("http://[2001:db8::1]", "[2001:db8::1]:80", 200),
        ("http://[2001:db8::1]", "[2001:db8::1]", 200),
        ("http://inbox.example.com", "inbox.example.com:80", 200),
        ("http://inbox.example.com", "inbox.example.com", 200),
        ("http://inbox.example.com", "inbox.example.com:443", 421),
        ("https://inbox.example.com", "inbox.example.com:80", 421),
        ("https://inbox.example.com", "localhost", 200),
        ("https://inbox.example.com", "localhost:http", 421),
        ("https://inbox.example.com", ":3000", 421),
        ("https://inbox.example.com", "", 421),
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
