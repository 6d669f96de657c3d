"""Behind a proxy: the caller's own address, and redirects that stay under the name asked for."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.fixtures import PASSWORD
from xobito_app.api.app import build_api
from xobito_app.api.protection import protect
from xobito_app.api.proxies import BehindProxies
from xobito_app.core import clock
from xobito_app.settings import get_settings

PROXY = "10.1.2.3"


@pytest.fixture(autouse=True)
def _proxies(monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8")
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


def client_of(app, peer: str = PROXY) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=(peer, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:3000")


@pytest.mark.parametrize(
    ("peer", "seen"), [(PROXY, "198.51.100.1"), ("203.0.113.9", "203.0.113.9")]
)
async def test_only_a_proxy_of_ours_says_where_a_request_comes_from(peer, seen):
    app = Starlette(routes=[Route("/", lambda r: PlainTextResponse(r.client.host))])
    headers = [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "198.51.100.1")]
    async with client_of(BehindProxies(app), peer) as client:
        assert (await client.get("/", headers=headers)).text == seen


async def test_one_callers_guesses_do_not_slow_down_the_others(world, monkeypatch):
    async def guess(address: str, email: str, password: str = "a guess") -> int:
        answer = await client.post(
            "/auth/login",
            data={"email": email, "password": password},
            headers={"Accept": "application/json", "X-Forwarded-For": address},
        )
        return answer.status_code

    mark, begun = world.waba_id, clock.now()
    monkeypatch.setattr(clock, "now", lambda: begun)
    async with client_of(protect(build_api())) as client:
        await asyncio.gather(*(guess("198.51.100.66", f"{n}@{mark}.example") for n in range(9)))
        assert await guess("198.51.100.66", world.email, PASSWORD) == 429
        assert await guess("198.51.100.67", world.email, PASSWORD) == 200
        # A second address in front, written by the caller, is nobody else.
        client.cookies.clear()
        assert await guess("192.0.2.8, 198.51.100.66", world.email, PASSWORD) == 429


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("/inbox", "/inbox"),
        ("http://localhost:3000/inbox/?a=1", "/inbox/?a=1"),
        ("http://localhost:3000//evil.example/", "/evil.example/"),
        ("http://localhost:3000/\\evil.example/", "/evil.example/"),
        ("https://graph.example/elsewhere", "https://graph.example/elsewhere"),
        ("http://localhost:30001/", "http://localhost:30001/"),
    ],
)
async def test_redirects_to_where_one_is_are_paths(location, told):
    async def lead(_request):
        answer = RedirectResponse("/")
        answer.headers["location"] = location
        return answer

    async with client_of(BehindProxies(Starlette(routes=[Route("/", lead)]))) as client:
        assert (await client.get("/")).headers["location"] == told


@pytest.mark.parametrize("host", ["evil.example", "localhost:3000"])
async def test_a_folder_asked_for_without_its_slash_leads_to_no_other_host(tmp_path, host):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "index.html").write_text("<p>inbox</p>")
    pages = Starlette(routes=[Mount("/", StaticFiles(directory=tmp_path, html=True))])
    async with client_of(BehindProxies(pages)) as client:
        answer = await client.get("/inbox", headers={"Host": host})
    assert (answer.status_code, answer.headers["location"]) == (307, "/inbox/")


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("TRUSTED_PROXIES", "10.0.0.1/8", "host bits"),
        ("PUBLIC_URL", "inbox.example.com", "write the whole address"),
        ("PUBLIC_URL", "ftp://inbox.example.com", "write the whole address"),
        ("PUBLIC_URL", "https://", "write the whole address"),
        ("GRAPH_API_URL", "graph.example.com", "write the whole address"),
    ],
)
def test_a_setting_that_cannot_be_read_is_said_in_one_line(
    monkeypatch, capsys, variable, value, sentence
):
    from xobito_app.cli.app import run_command

    monkeypatch.setenv(variable, value)
    get_settings.cache_clear()
    assert run_command(["doctor"]) != 0
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert variable in line
    assert sentence in line
