import pytest

from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, revealed, sign_in
from xobito_app import registry
from xobito_app.features.tokens.rules import is_token
from xobito_app.ui.pages.tokens.state import NEW_KEY, TokenFormState, TokensState

LIST, FORM = "tokens_state", "token_form_state"


async def open_page(server, actor) -> Tab:
    tab = Tab(server, f"{actor.user_id}", await sign_in(actor.user_id, actor.workspace_id))
    tab.path = "/settings/api-tokens"
    await tab.send(handler_name(TokensState.load))
    return tab


async def test_a_token_is_secret_shown_once_and_then_only_its_beginning(server, world):
    tab = await open_page(server, world.owner)
    form = {"name": "Web shop", "contacts.read": "on", "rate_limit": "120", "lives": "30"}
    await tab.send(handler_name(TokenFormState.write_new))
    await tab.send(handler_name(TokenFormState.save), form=form)
    token = revealed(tab, NEW_KEY)
    assert tab.value(FORM, "is_secret_shown") is True
    assert is_token(token)
    await tab.send(handler_name(TokensState.load))
    row = tab.value(LIST, "rows")[0]
    assert (row.name, row.abilities, row.rate) == ("Web shop", "contacts.read", "120 a minute")
    assert row.ends.startswith("Until ")
    assert token.startswith(row.prefix.rstrip("…"))
    assert len(row.prefix) < 20
    await tab.send(handler_name(TokenFormState.forget_secret), _is_open=False)
    assert tab.value(FORM, "is_secret_shown") is False
    assert f'xobito.conceal("{NEW_KEY}")' in tab.scripts


async def test_a_token_is_revoked_and_then_taken_off_the_list(server, world):
    tab = await open_page(server, world.owner)
    form = {
        "name": "Old",
        "lives": "",
        "rate_limit": "0",
        **dict.fromkeys(registry.abilities(), "on"),
    }
    await tab.send(handler_name(TokenFormState.write_new))
    await tab.send(handler_name(TokenFormState.save), form=form)
    await tab.send(handler_name(TokensState.load))
    row = tab.value(LIST, "rows")[0]
    assert (row.abilities, row.rate, row.is_live) == ("Everything", "Unlimited", True)
    ask = handler_name(TokenFormState.ask)
    await tab.send(ask, question="revoke", row_id=row.id, name=row.name)
    await tab.send(handler_name(TokenFormState.revoke))
    await tab.send(handler_name(TokensState.load))
    assert [(r.state, r.is_live) for r in tab.value(LIST, "rows")] == [("Revoked", False)]
    await tab.send(ask, question="delete", row_id=row.id, name=row.name)
    await tab.send(handler_name(TokenFormState.delete))
    await tab.send(handler_name(TokensState.load))
    assert tab.value(LIST, "rows") == []


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"contacts.read": "on"}, "name"),
        ({"name": "x"}, "abilities"),
        ({"name": "x", "contacts.read": "on", "rate_limit": "many"}, "rate_limit"),
        ({"name": "x", "contacts.read": "on", "rate_limit": "999999999"}, "rate_limit"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(server, world, form, field):
    tab = await open_page(server, world.owner)
    await tab.send(handler_name(TokenFormState.write_new))
    await tab.send(handler_name(TokenFormState.save), form=form)
    assert list(tab.value(FORM, "errors")) == [field]


async def test_without_the_permission_nothing_is_secret_shown_or_made(server, world):
    tab = await open_page(server, await make_member(world, "Manager"))
    await tab.send(handler_name(TokenFormState.write_new))
    await tab.send(handler_name(TokenFormState.save), form={"name": "x", "contacts.read": "on"})
    assert tab.deltas.get(f"{LIST}.stage") is None
    assert "xobito.reveal" not in tab.scripts
