"""What every endpoint gets by being one: a file of its own is all it takes."""

import sys
from textwrap import dedent

import httpx
import pytest

from tests.api.v1.conftest import make_token, open_api
from xobito_app.api import v1
from xobito_app.api.app import build_api
from xobito_app.api.rest import openapi
from xobito_app.features.contacts.lists import listing
from xobito_app.persistence.unit_of_work import unit_of_work

ANA = {"first_name": "Ana", "phone": "+16505551234"}

GREETINGS = '''
    """`/greetings`: a resource somebody adds."""

    from __future__ import annotations

    from typing import Annotated
    from uuid import UUID

    from fastapi import APIRouter

    from xobito_app.api.rest.requests import json_body
    from xobito_app.api.rest.route import Call, RestRoute, needs, not_found
    from xobito_app.api.rest.shapes import In, Numbered, Out, Page
    from xobito_app.features.contacts.records import contacts
    from xobito_app.features.contacts.schemas import ContactDraft

    router = APIRouter(prefix="/greetings", tags=["Greetings"], route_class=RestRoute)


    class Greeting(Out):
        """Words for somebody."""

        id: UUID
        words: str


    class GreetingNew(In):
        """Somebody to greet."""

        phone: str


    @router.get("")
    async def list_greetings(
        call: Annotated[Call, needs("contacts.read")], query: Numbered
    ) -> Page[Greeting]:
        """List greetings."""
        return Page[Greeting].part(call, [], query)


    @router.get("/{greeting_id}", responses=not_found("Greeting"))
    async def get_greeting(
        call: Annotated[Call, needs("contacts.read")], greeting_id: UUID
    ) -> Greeting:
        """Get a greeting."""
        view = await contacts.get_contact_view(
            call.session, call.actor, contact_id=greeting_id
        )
        return Greeting(id=view.id, words=f"Hello {view.phone}")


    @router.post("", status_code=201, response_description="Greeting made")
    async def make_greeting(
        call: Annotated[Call, needs("contacts.create")],
        body: Annotated[GreetingNew, json_body({"phone": "+16505550199"})],
    ) -> Greeting:
        """Make a greeting."""
        view = await contacts.create_contact(
            call.session, call.actor, draft=ContactDraft(phone=body.phone)
        )
        return Greeting(id=view.id, words="Hello")
'''


@pytest.fixture
def greetings(tmp_path, monkeypatch):
    """A resource in one file, beside those of the house."""
    (tmp_path / "greetings.py").write_text(dedent(GREETINGS))
    monkeypatch.setattr(v1, "__path__", [*v1.__path__, str(tmp_path)])
    openapi.whole_document.cache_clear()
    yield
    openapi.whole_document.cache_clear()
    sys.modules.pop("xobito_app.api.v1.greetings", None)


async def test_a_new_resource_is_one_file(greetings, client):
    api = await open_api(client)
    made = [await api.post("/greetings", {"phone": ANA["phone"]}, key="g1") for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json(), "done once"
    assert made[0].json()["message"] == "Greeting made"
    path = f"/greetings/{made[0].json()['data']['id']}"
    assert (await api.get(path)).json()["data"]["words"] == "Hello +16505551234"
    assert (await api.get("/greetings/7")).json()["message"] == "Greeting not found"
    assert (await api.get("/greetings")).json()["data"]["total"] == 0
    assert (await api.post("/greetings", {})).json()["errors"] == {
        "phone": ["This field is required."]
    }
    api.token = await make_token(api.world, "contacts.read")
    assert (await api.post("/greetings", {})).status_code == 403
    told = (await client.get("/api/v1/openapi.json")).json()
    operation = told["paths"]["/greetings/{greeting_id}"]["get"]
    assert operation["security"] == [{"token": ["contacts.read"]}]
    assert {"200", "401", "403", "404", "429"} <= set(operation["responses"])
    assert "make_greeting" in (await client.get("/api/docs")).text


async def test_what_is_answered_is_committed_already(api):
    app, totals = build_api(), []

    async def watching(scope, receive, send):
        async def watched(message):
            if message["type"] == "http.response.start":
                async with unit_of_work(api.world.workspace_id) as uow:
                    totals.append(await listing.count_contacts(uow.session, api.world.owner))
            await send(message)

        await app(scope, receive, watched)

    transport = httpx.ASGITransport(app=watching)
    async with httpx.AsyncClient(transport=transport, base_url="http://app.test") as api.client:
        assert (await api.post("/contacts", ANA)).status_code == 201
    assert totals == [1]


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("nonsense", {}, 401),
        ("", {"Content-Length": str(1 << 40)}, 413),
        ("", {"Content-Type": "text/plain"}, 415),
    ],
)
async def test_a_body_is_not_read_before_it_is_welcome(api, token, headers, status):
    pieces = []

    async def endless():
        for _ in range(100):
            pieces.append(1)
            yield b" " * 1000

    api.token = token or api.token
    sent = {"Content-Type": "application/json", **headers}
    answer = await api.call("POST", "/contacts", content=endless(), headers=sent)
    assert (answer.status_code, answer.json()["status"]) == (status, "error")
    assert pieces == []


async def test_a_body_without_an_end_is_refused_at_its_limit(api):
    pieces = []

    async def endless():
        while True:
            pieces.append(1)
            yield b" " * 100_000

    sent = {"Content-Type": "application/json"}
    answer = await api.call("POST", "/contacts", content=endless(), headers=sent)
    assert (answer.status_code, len(pieces)) == (413, 11)
    assert answer.json()["message"] == "The body is over 1024 KB."
