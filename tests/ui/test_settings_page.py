"""When campaigns pause by themselves, as a workspace sets it."""

import pytest

from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.features.workspaces.service import load_settings
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.settings.state import SettingsState

PAGE = "settings_state"
GOOD = {
    "campaign_failures_percent": "25",
    "campaign_opt_outs_percent": "0,5",
    "campaign_failures_in_a_row": "50",
}


async def open_page(server, actor) -> Tab:
    tab = Tab(server, f"{actor.user_id}", await sign_in(actor.user_id, actor.workspace_id))
    tab.path = "/settings"
    await tab.send(handler_name(SettingsState.load))
    return tab


async def kept(world):
    async with unit_of_work(world.workspace_id) as uow:
        settings = await load_settings(uow.session, world.workspace_id)
    return tuple(getattr(settings, name) for name in GOOD)


async def test_thresholds_are_shown_and_kept(server, world):
    tab = await open_page(server, world.owner)
    shown = tab.value(PAGE, "settings")
    assert [getattr(shown, name) for name in GOOD] == ["10", "1", "20"]
    await tab.send(handler_name(SettingsState.save_campaigns), form=GOOD)
    assert tab.value(PAGE, "errors") == {}
    assert await kept(world) == (25, 0.5, 50)
    await tab.send(handler_name(SettingsState.load))
    shown = tab.value(PAGE, "settings")
    assert [getattr(shown, name) for name in GOOD] == ["25", "0.5", "50"]


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("campaign_failures_percent", "0", "at least 0.5"),
        ("campaign_failures_percent", "", "Use a number."),
        ("campaign_opt_outs_percent", "101", "at most 100"),
        ("campaign_failures_in_a_row", "4", "at least 5"),
        ("campaign_failures_in_a_row", "2.5", "Use a whole number."),
    ],
)
async def test_what_is_out_of_its_limits_is_told_at_its_field(server, world, field, text, words):
    tab = await open_page(server, world.owner)
    await tab.send(handler_name(SettingsState.save_campaigns), form={**GOOD, field: text})
    errors = tab.value(PAGE, "errors")
    assert list(errors) == [field]
    assert words in errors[field]
    assert await kept(world) == (10, 1, 20)


async def test_who_may_only_look_sets_nothing(server, world):
    tab = await open_page(server, await make_member(world, "Viewer"))
    await tab.send(handler_name(SettingsState.save_campaigns), form=GOOD)
    assert await kept(world) == (10, 1, 20)
