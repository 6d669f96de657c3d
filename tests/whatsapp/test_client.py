import asyncio
import base64
import hashlib
import io
import json
import logging
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import unquote

import httpx
import pytest

from xobito_app.core.errors import TooLarge, Unavailable
from xobito_app.whatsapp import payloads
from xobito_app.whatsapp.client import Client, Credentials
from xobito_app.whatsapp.errors import (
    DamagedMedia,
    GraphError,
    NotSent,
    OutcomeUnknown,
    RetryPolicy,
    UntrustedUrl,
)

TOKEN = "EAAsecrettoken"
CREDENTIALS = Credentials(TOKEN)
HELLO = payloads.text(payloads.Recipient("+16505551234"), "Hello")
GRAPH = "https://graph.example"


@asynccontextmanager
async def client_of(answer):
    """A client whose requests go to a function, and the requests it made."""
    seen = []

    def handle(request):
        seen.append(request)
        found = answer(request) if callable(answer) else answer
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    async with Client(GRAPH, "v26.0", transport=httpx.MockTransport(handle)) as client:
        yield client, seen


@asynccontextmanager
async def server(behave):
    """A real socket that reads one request's head and then behaves oddly."""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await behave(writer)
        writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}"
    finally:
        running.close()


async def test_send_posts_the_body_and_returns_the_receipt():
    reply = {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+16505551234", "wa_id": "16505551235", "user_id": "US.1"}],
        "messages": [{"id": "wamid.A", "message_status": "accepted"}],
    }
    async with client_of(reply) as (client, seen):
        receipt = await client.send(CREDENTIALS, "55", HELLO)
    assert (receipt.wamid, receipt.message_status) == ("wamid.A", "accepted")
    assert (receipt.phone, receipt.user_id) == ("+16505551235", "US.1")
    assert str(seen[0].url) == f"{GRAPH}/v26.0/55/messages"
    assert seen[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(seen[0].content) == HELLO


async def test_an_app_secret_adds_its_proof():
    async with client_of({"id": "1"}) as (client, seen):
        await client.waba(Credentials("t", "s"), "1")
    assert len(seen[0].url.params["appsecret_proof"]) == 64


async def test_refusals_carry_policy_and_meta_s_words():
    error = {"error": {"code": 131047, "message": "(#131047) Re-engagement"}}
    async with client_of(httpx.Response(400, json=error)) as (client, _):
        with pytest.raises(GraphError) as caught:
            await client.send(CREDENTIALS, "55", HELLO)
    assert (caught.value.code, caught.value.policy) == (131047, RetryPolicy.PERMANENT)


async def test_a_server_error_without_json_is_retried():
    async with client_of(httpx.Response(503, text="<html>")) as (client, _):
        with pytest.raises(GraphError) as caught:
            await client.send(CREDENTIALS, "55", HELLO)
    assert caught.value.policy is RetryPolicy.RETRY


@pytest.mark.parametrize(
    "reply",
    [httpx.Response(504, text="x"), httpx.Response(200, text="x"), {"messages": []}, {"ok": True}],
)
async def test_an_answer_that_tells_nothing_leaves_the_outcome_unknown(reply):
    async with client_of(reply) as (client, seen):
        with pytest.raises(OutcomeUnknown):
            await client.send(CREDENTIALS, "55", HELLO)
    assert len(seen) == 1


async def test_a_time_out_after_the_request_left_is_unknown():
    slow = server(lambda writer: asyncio.sleep(1))
    async with slow as url, Client(url, "v26.0", answer_seconds=0.1) as client:
        with pytest.raises(OutcomeUnknown):
            await client.send(CREDENTIALS, "55", HELLO)


async def test_a_server_that_hangs_up_after_the_request_is_unknown():
    async def hang_up(writer):
        writer.transport.abort()

    async def close(writer):
        writer.close()

    async def half(writer):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{")
        await writer.drain()

    async def rubbish(writer):
        writer.write(b"hello\r\n\r\n")
        await writer.drain()

    for behave in (hang_up, close, half, rubbish):
        async with server(behave) as url, Client(url, "v26.0", answer_seconds=2) as client:
            with pytest.raises(OutcomeUnknown):
                await client.send(CREDENTIALS, "55", HELLO)


async def test_a_refused_connection_or_unknown_host_was_surely_not_sent():
    async with server(lambda writer: asyncio.sleep(0)) as url:
        pass
    for address in (url, "http://nowhere.invalid"):
        async with Client(address, "v26.0") as client:
            with pytest.raises(NotSent):
                await client.send(CREDENTIALS, "55", HELLO)


async def test_the_token_shows_nowhere(caplog):
    caplog.set_level(logging.DEBUG)
    async with client_of({"data": {"is_valid": True}}) as (client, _):
        assert await client.debug_token(Credentials.of_app("1", "appsecret"), TOKEN)
        await client.exchange_code("1", "appsecret", "code77")
    assert TOKEN not in caplog.text
    assert "appsecret" not in caplog.text
    assert TOKEN not in repr(CREDENTIALS)
    assert "s3" not in repr(Credentials("t", "s3"))


async def test_read_receipts():
    async with client_of({"success": True}) as (client, seen):
        await client.mark_read(CREDENTIALS, "55", "wamid.A", typing=True)
    assert json.loads(seen[0].content)["typing_indicator"] == {"type": "text"}


@pytest.mark.parametrize("content", [b"PNGDATA", io.BytesIO(b"PNGDATA")])
async def test_upload_is_multipart_with_meta_s_fields(content):
    async def answer(request):
        body = await request.aread()
        assert b'name="messaging_product"\r\n\r\nwhatsapp' in body
        assert b'name="type"\r\n\r\nimage/png' in body
        assert b'filename="a.png"\r\nContent-Type: image/png\r\n\r\nPNGDATA' in body
        return httpx.Response(200, json={"id": 77})

    transport = httpx.MockTransport(answer)
    async with Client(GRAPH, "v26.0", transport=transport) as client:
        assert await client.upload_media(CREDENTIALS, "55", content, "image/png", "a.png") == "77"


def media_server(content=b"bytes", url="https://lookaside.fbsbx.com/f", failures=0, **info):
    state = {"failures": failures}

    def answer(request):
        if request.url.path.endswith("/9"):
            return {"url": url, "mime_type": "image/png", "file_size": "5", "id": "9", **info}
        if state["failures"]:
            state["failures"] -= 1
            return httpx.Response(404)
        return httpx.Response(200, content=content)

    return answer


HEX = hashlib.sha256(b"bytes").hexdigest()
BASE64 = base64.b64encode(hashlib.sha256(b"bytes").digest()).decode()


@pytest.mark.parametrize("announced", [HEX, HEX.upper(), BASE64, BASE64.rstrip("="), None, "?"])
async def test_a_file_is_fetched_and_its_checksum_verified(announced):
    into = io.BytesIO()
    async with client_of(media_server(sha256=announced)) as (client, seen):
        fetched = await client.download_media(CREDENTIALS, "9", into, phone_number_id="55")
    assert into.getvalue() == b"bytes"
    assert (fetched.size, fetched.sha256, fetched.mime_type) == (5, HEX, "image/png")
    assert seen[0].url.params["phone_number_id"] == "55"
    assert seen[1].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("wrong", ["0" * 64, base64.b64encode(bytes(32)).decode()])
async def test_a_wrong_checksum_is_damage(wrong):
    async with client_of(media_server()) as (client, _):
        with pytest.raises(DamagedMedia):
            await client.download_media(CREDENTIALS, "9", io.BytesIO(), sha256=wrong)


async def test_a_stale_address_is_asked_for_afresh_once():
    async with client_of(media_server(failures=1)) as (client, seen):
        await client.download_media(CREDENTIALS, "9", io.BytesIO())
    assert len(seen) == 4
    async with client_of(media_server(failures=2)) as (client, seen):
        with pytest.raises(GraphError):
            await client.download_media(CREDENTIALS, "9", io.BytesIO())
    assert len(seen) == 4


@pytest.mark.parametrize("size", ["5", None])
async def test_a_file_over_the_limit_is_not_taken(size):
    async with client_of(media_server(b"x" * 50, file_size=size)) as (client, _):
        with pytest.raises(TooLarge):
            await client.download_media(CREDENTIALS, "9", io.BytesIO(), max_bytes=49)
    async with client_of(media_server(b"x", file_size=50)) as (client, seen):
        with pytest.raises(TooLarge):
            await client.download_media(CREDENTIALS, "9", io.BytesIO(), max_bytes=49)
    assert len(seen) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/f",
        "https://fbsbx.com.evil.example/f",
        "https://evilfbsbx.com/f",
        "http://lookaside.fbsbx.com/f",
        "https://lookaside.fbsbx.com:8443/f",
        "https://a@lookaside.fbsbx.com/f",
        "https://graph.example:444/f",
        "http://graph.example/f",
        "file:///etc/passwd",
        "//lookaside.fbsbx.com/f",
        "",
        None,
    ],
)
async def test_the_token_goes_to_no_other_host(url):
    async with client_of(media_server(url=url)) as (client, seen):
        with pytest.raises(UntrustedUrl):
            await client.download_media(CREDENTIALS, "9", io.BytesIO())
    assert len(seen) == 1


async def test_the_configured_host_and_meta_s_may_serve_files():
    async with client_of({}) as (client, _):
        for url in (
            f"{GRAPH}/f",
            "https://lookaside.fbsbx.com/f",
            "https://scontent.whatsapp.net/f",
        ):
            assert client.is_trusted(url)


async def test_a_redirect_is_not_followed():
    def answer(request):
        if request.url.path.endswith("/9"):
            return {"url": "https://lookaside.fbsbx.com/f"}
        return httpx.Response(302, headers={"location": "https://evil.example"})

    async with client_of(answer) as (client, seen):
        with pytest.raises(GraphError):
            await client.download_media(CREDENTIALS, "9", io.BytesIO())
    assert {request.url.host for request in seen} == {"graph.example", "lookaside.fbsbx.com"}


async def test_a_cursor_that_does_not_move_is_no_end_of_the_list():
    page = {"data": [{"id": "1"}], "paging": {"cursors": {"after": "A"}, "next": "x"}}
    async with client_of(page) as (client, seen):
        with pytest.raises(Unavailable, match="no end"):
            await client.list_phone_numbers(CREDENTIALS, "1")
    assert len(seen) == 2


WHEN = {"start": datetime(2026, 1, 1, tzinfo=UTC), "end": datetime(2026, 1, 2, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("call", "method", "path", "part"),
    [
        (lambda c: c.phone_number(CREDENTIALS, "5"), "GET", "/5", "quality_rating"),
        (lambda c: c.waba(CREDENTIALS, "1"), "GET", "/1", "account_review_status"),
        (lambda c: c.profile(CREDENTIALS, "5"), "GET", "/5/whatsapp_business_profile", "about"),
        (lambda c: c.subscribed_apps(CREDENTIALS, "1"), "GET", "/1/subscribed_apps", ""),
        (lambda c: c.subscribe_app(CREDENTIALS, "1"), "POST", "/1/subscribed_apps", ""),
        (
            lambda c: c.subscribe_app(
                CREDENTIALS, "1", callback_url="https://h.example", verify_token="v"
            ),
            "POST",
            "/1/subscribed_apps",
            '"override_callback_uri":"https://h.example"',
        ),
        (lambda c: c.unsubscribe_app(CREDENTIALS, "1"), "DELETE", "/1/subscribed_apps", ""),
        (lambda c: c.app_subscriptions(CREDENTIALS, "7"), "GET", "/7/subscriptions", ""),
        (
            lambda c: c.set_app_subscription(
                CREDENTIALS, "7", callback_url="u", verify_token="v", fields=["messages", "flows"]
            ),
            "POST",
            "/7/subscriptions",
            "fields=messages%2Cflows",
        ),
        (lambda c: c.debug_token(CREDENTIALS, "t"), "GET", "/debug_token", "input_token=t"),
        (lambda c: c.exchange_code("7", "s", "c"), "GET", "/oauth/access_token", "code=c"),
        (lambda c: c.revoke(CREDENTIALS), "DELETE", "/me/permissions", ""),
        (lambda c: c.delete_media(CREDENTIALS, "9"), "DELETE", "/9", ""),
        (
            lambda c: c.create_template(CREDENTIALS, "1", {"name": "n"}),
            "POST",
            "/1/message_templates",
            '"name":"n"',
        ),
        (lambda c: c.edit_template(CREDENTIALS, "3", {"category": "X"}), "POST", "/3", "category"),
        (
            lambda c: c.delete_template(CREDENTIALS, "1", "n", template_id="3"),
            "DELETE",
            "/1/message_templates",
            "name=n&hsm_id=3",
        ),
        (
            lambda c: c.pricing_analytics(CREDENTIALS, "1", **WHEN),
            "GET",
            "/1",
            "pricing_analytics.start(1767225600).end(1767312000).granularity(DAILY)",
        ),
        (lambda c: c.conversation_analytics(CREDENTIALS, "1", **WHEN), "GET", "/1", "DAILY"),
    ],
)
async def test_every_other_call_goes_where_meta_documents(call, method, path, part):
    async with client_of({"success": True, "data": []}) as (client, seen):
        await call(client)
    assert (seen[0].method, seen[0].url.path) == (method, f"/v26.0{path}")
    written = str(seen[0].url) + seen[0].content.decode()
    assert part in written or part in unquote(written)


async def test_usage_headers_are_kept_and_odd_ones_ignored():
    headers = {"X-App-Usage": '{"call_count":28}', "X-Business-Use-Case-Usage": "odd"}
    async with client_of(httpx.Response(200, json={}, headers=headers)) as (client, _):
        await client.waba(CREDENTIALS, "1")
    assert client.usage == {"x-app-usage": {"call_count": 28}}


async def test_a_client_that_is_not_open_says_so():
    client = Client(GRAPH, "v26.0")
    with pytest.raises(RuntimeError, match="not open"):
        await client.waba(CREDENTIALS, "1")
    await client.close()
