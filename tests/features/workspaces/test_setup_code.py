"""Who may set an installation up: whoever sits at it, or has read what it printed."""

import httpx
import pytest

from xobito_app.api.app import build_api
from xobito_app.core import crypto
from xobito_app.core.errors import Invalid
from xobito_app.features.workspaces import service as workspaces, setup_code
from xobito_app.settings import get_settings

FORM = {
    "workspace_name": "Acme",
    "owner_name": "Olga",
    "email": "first@example.com",
    "password": "short",
}


@pytest.mark.parametrize(
    ("address", "headers", "public", "needed"),
    [
        ("127.0.0.1", {"host": "localhost:3000"}, "", False),
        ("::1", {"host": "localhost:3000"}, "", False),
        ("127.8.9.1", {}, "http://127.0.0.1:3000", False),
        ("192.168.1.9", {"host": "localhost:3000"}, "", True),
        ("", {}, "", True),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, "", True),
        ("127.0.0.1", {"x-forwarded-proto": "https"}, "", True),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, "", True),
        ("127.0.0.1", {"via": "1.1 proxy"}, "", True),
        ("127.0.0.1", {"x-real-ip": "127.0.0.1"}, "", True),
        ("127.0.0.1", {}, "https://inbox.example.com", True),
        ("127.0.0.1", {}, "http://localhost.example.com:3000", True),
    ],
)
def test_only_a_browser_on_this_very_machine_needs_no_code(
    monkeypatch, address, headers, public, needed
):
    monkeypatch.setitem(vars(get_settings()), "public_url_given", public)
    assert setup_code.is_needed(address, headers) is needed


def test_the_code_is_taken_however_it_is_typed():
    code = setup_code.read_code()
    assert len(code.replace("-", "")) == 12
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        setup_code.check_code(typed)


@pytest.mark.parametrize("change", [lambda c: c[:-1], lambda c: c + "A", lambda _: ""])
def test_another_code_is_refused(change):
    with pytest.raises(Invalid) as refused:
        setup_code.check_code(change(setup_code.read_code()))
    assert "printed where" in refused.value.fields["code"][0]


def test_every_installation_has_its_own():
    codes = {crypto.derive_code(f"key {n}", "set-up code") for n in range(50)}
    assert len(codes | {crypto.derive_code("key 1", "another purpose")}) == 51


@pytest.mark.usefixtures("_migrated")
@pytest.mark.parametrize(
    ("address", "given", "field"),
    [
        ("198.51.100.7", {}, "code"),
        ("198.51.100.7", {"code": "AAAA-AAAA-AAAA"}, "code"),
        # The short password stops those who pass: nothing is made here.
        ("198.51.100.7", {"code": "its own"}, "password"),
        ("127.0.0.1", {}, "password"),
    ],
)
async def test_the_door_asks_for_it(monkeypatch, address, given, field):
    async def nobody_yet(session):
        return False

    monkeypatch.setattr(workspaces, "is_set_up", nobody_yet)
    if given.get("code") == "its own":
        given = {"code": setup_code.read_code()}
    transport = httpx.ASGITransport(app=build_api(), client=(address, 1))
    base_url = f"http://localhost:{get_settings().port}"
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        answer = await client.post(
            "/auth/set-up",
            data={**FORM, **given},
            headers={"Origin": base_url, "Accept": "application/json"},
        )
    assert answer.status_code == 422
    assert field in answer.json()["errors"]
