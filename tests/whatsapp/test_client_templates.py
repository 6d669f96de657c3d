import asyncio
import json

import httpx
import pytest

from tests.whatsapp.test_client import CREDENTIALS, TOKEN, client_of
from xobito_app.whatsapp.errors import GraphError, OutcomeUnknown


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """Note the pauses instead of waiting for them."""
    taken: list[float] = []

    async def note(seconds):
        taken.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    return taken


def _error(code: int, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "no"}})


def _page(request, pages: int = 3) -> dict:
    number = int(request.url.params.get("after") or 0)
    paging = {"cursors": {"after": str(number + 1)}}
    if number < pages - 1:
        paging["next"] = "https://evil.example/?access_token=x"
    return {"data": [{"name": f"t{number}"}, None], "paging": paging}


async def test_templates_are_listed_over_all_pages():
    async with client_of(_page) as (client, seen):
        listed = await client.list_templates(CREDENTIALS, "1", status="APPROVED")
    assert [template["name"] for template in listed] == ["t0", "t1", "t2"]
    assert {request.url.host for request in seen} == {"graph.example"}
    assert seen[2].url.params["status"] == "APPROVED"


@pytest.mark.parametrize(
    "fault",
    [_error(131059), _error(2, 503), _error(80007), httpx.Response(200, text="<html>")],
)
async def test_a_list_that_broke_off_is_read_anew_and_holds_nothing_twice(pauses, fault):
    left = [fault, fault]

    def answer(request):
        if request.url.params.get("after") == "2" and left:
            return left.pop()
        return _page(request)

    async with client_of(answer) as (client, seen):
        listed = await client.list_templates(CREDENTIALS, "1")
    assert [template["name"] for template in listed] == ["t0", "t1", "t2"]
    # After each fault it is begun without a cursor, after a growing pause.
    assert [request.url.params.get("after") for request in seen].count(None) == 3
    assert pauses == [0.5, 1.0]


async def test_a_list_that_never_comes_whole_is_no_list(pauses):
    def answer(request):
        return _error(131059) if request.url.params.get("after") else _page(request)

    async with client_of(answer) as (client, _):
        with pytest.raises(GraphError) as told:
            await client.list_templates(CREDENTIALS, "1")
    assert told.value.code == 131059
    assert len(pauses) == 4


async def test_a_refusal_is_not_asked_for_again(pauses):
    async with client_of(_error(190, 401)) as (client, seen):
        with pytest.raises(GraphError):
            await client.list_templates(CREDENTIALS, "1")
    assert (len(seen), pauses) == (1, [])


async def test_a_sample_goes_up_in_two_steps_with_the_other_scheme():
    def answer(request):
        if request.url.path.endswith("/uploads"):
            return {"id": "upload:MTph?sig=ARZq"}
        return {"h": "4::aW1h"}

    async with client_of(answer) as (client, seen):
        handle = await client.upload_sample(CREDENTIALS, "7", b"bytes", "image/png", "a.png")
    assert handle == "4::aW1h"
    about, bytes_sent = seen
    assert dict(about.url.params) == {
        "file_name": "a.png",
        "file_length": "5",
        "file_type": "image/png",
    }
    assert bytes_sent.url.path == "/v26.0/upload:MTph"
    assert bytes_sent.url.params["sig"] == "ARZq"
    assert bytes_sent.headers["authorization"] == f"OAuth {TOKEN}"
    assert bytes_sent.headers["file_offset"] == "0"
    assert bytes_sent.content == b"bytes"


async def test_a_sample_that_broke_off_goes_on_where_meta_has_it():
    sent: list[tuple[str, bytes]] = []

    def answer(request):
        if request.url.path.endswith("/uploads"):
            return {"id": "upload:x"}
        if request.method == "GET":
            return {"id": "upload:x", "file_offset": 3}
        sent.append((request.headers["file_offset"], request.content))
        return httpx.Response(200, text="") if len(sent) == 1 else {"h": "4::h"}

    async with client_of(answer) as (client, _):
        assert await client.upload_sample(CREDENTIALS, "7", b"bytes", "image/png", "a") == "4::h"
    assert sent == [("0", b"bytes"), ("3", b"es")]


async def test_a_sample_that_never_arrives_is_told():
    def answer(request):
        if request.url.path.endswith("/uploads"):
            return {"id": "upload:x"}
        if request.method == "GET":
            return {"file_offset": 0}
        return {"id": "upload:x"}

    async with client_of(answer) as (client, seen):
        with pytest.raises(OutcomeUnknown):
            await client.upload_sample(CREDENTIALS, "7", b"bytes", "image/png", "a")
    assert [request.method for request in seen].count("POST") == 4


@pytest.mark.parametrize(
    ("call", "method", "path", "body"),
    [
        (lambda c: c.template(CREDENTIALS, "9"), "GET", "/v26.0/9", None),
        (lambda c: c.unpause_template(CREDENTIALS, "9"), "POST", "/v26.0/9/unpause", {}),
    ],
)
async def test_calls_about_one_template(call, method, path, body):
    async with client_of({"id": "9"}) as (client, seen):
        await call(client)
    assert (seen[0].method, seen[0].url.path) == (method, path)
    assert (json.loads(seen[0].content) if seen[0].content else None) == body
    if method == "GET":
        assert {"source", "rejected_reason", "quality_score"} <= set(
            seen[0].url.params["fields"].split(",")
        )
