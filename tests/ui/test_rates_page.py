import pytest

from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.ui.pages.rates.state import RateFormState, RatesState

LIST, FORM = "rates_state", "rate_form_state"
GOOD = {
    "country": "DE",
    "category": "MARKETING",
    "amount": "0,1131",
    "currency": "eur",
    "valid_from": "2026-01-01",
}


async def open_page(server, actor) -> Tab:
    tab = Tab(server, f"{actor.user_id}", await sign_in(actor.user_id, actor.workspace_id))
    tab.path = "/settings/rates"
    await tab.send(handler_name(RatesState.load))
    return tab


async def write(tab, **given) -> None:
    await tab.send(handler_name(RateFormState.write_new))
    await tab.send(handler_name(RateFormState.save), form={**GOOD, **given})
    await tab.send(handler_name(RatesState.load))


async def test_a_rate_is_kept_and_deleted(server, world):
    tab = await open_page(server, world.owner)
    await write(tab)
    row = tab.value(LIST, "rows")[0]
    assert (row.country, row.category, row.amount, row.since) == (
        "Germany",
        "Marketing",
        "0.1131 EUR",
        "2026-01-01",
    )
    ask = handler_name(RateFormState.ask)
    await tab.send(ask, question="delete", row_id=row.id, name=row.country)
    await tab.send(handler_name(RateFormState.delete))
    await tab.send(handler_name(RatesState.load))
    assert tab.value(LIST, "rows") == []


async def test_a_new_rate_begins_with_the_currency_of_the_others(server, world):
    tab = await open_page(server, world.owner)
    await write(tab)
    await tab.send(handler_name(RateFormState.write_new))
    assert tab.value(FORM, "values")["currency"] == "EUR"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("amount", "much"),
        ("amount", "NaN"),
        ("currency", "E1"),
        ("category", "SERVICE"),
        ("valid_from", "yesterday"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(server, world, field, text):
    tab = await open_page(server, world.owner)
    await write(tab, **{field: text})
    assert list(tab.value(FORM, "errors")) == [field]


async def test_who_may_change_neither_settings_nor_campaigns_keeps_no_rate(server, world):
    tab = await open_page(server, await make_member(world, "Viewer"))
    await write(tab)
    assert tab.value(LIST, "stage") == "empty"
