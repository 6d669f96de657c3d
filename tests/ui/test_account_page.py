import pytest
from pyotp.totp import TOTP

from tests.fixtures import PASSWORD
from tests.ui.tabs import Tab, handler_name, revealed, sign_in
from xobito_app.ui.pages.account.rows import name_browser
from xobito_app.ui.pages.account.state import CODES, KEY, PICTURE, AccountState, SecondFactorState


@pytest.fixture
async def tab(server, world):
    token = await sign_in(world.owner.user_id, world.workspace_id)
    opened = Tab(server, str(world.workspace_id), token)
    opened.path = "/account"
    await opened.send(handler_name(AccountState.load))
    await opened.send(handler_name(SecondFactorState.load))
    return opened


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5", "Unknown browser"),
    ],
)
def test_browsers_are_named_as_people_call_them(agent, name):
    assert name_browser(agent) == name


async def test_a_wrong_name_is_told_at_its_field(tab):
    await tab.send(handler_name(AccountState.save_profile), form={"name": " ", "time_zone": "UTC"})
    assert tab.value("account_state", "errors") == {"name": "Write a name."}


async def test_recovery_codes_stay_on_the_screen_until_they_are_kept(tab):
    await tab.send(handler_name(SecondFactorState.begin))
    assert revealed(tab, PICTURE).startswith("data:image/svg+xml")
    code = TOTP(revealed(tab, KEY).replace(" ", "")).now()
    await tab.send(handler_name(SecondFactorState.confirm), form={"code": code})
    assert len(revealed(tab, CODES)) == 10
    await tab.send(handler_name(SecondFactorState.load))
    assert tab.value("second_factor_state", "stage") == "codes"
    await tab.send(handler_name(SecondFactorState.finish))
    assert f'xobito.conceal("{PICTURE}", "{KEY}", "{CODES}")' in tab.scripts
    assert tab.value("second_factor_state", "stage") == "on"


@pytest.mark.parametrize("form", [None, "text", 5, {"name": ["x"], "time_zone": {}}, {}])
async def test_whatever_a_socket_sends_as_a_form_ends_in_a_sentence(tab, form):
    await tab.send(handler_name(AccountState.save_profile), form=form)
    if isinstance(form, dict):
        assert tab.value("account_state", "errors")
    else:
        assert "not possible" in tab.scripts


async def test_switches_nobody_knows_are_refused(tab):
    await tab.send(handler_name(AccountState.set_switch), name="is_owner", is_on=True)
    assert "no such setting" in tab.scripts
    await tab.send(handler_name(AccountState.set_switch), name="sound", is_on=False)
    assert tab.value("account_state", "switches")["sound"] is False


async def test_the_password_is_changed_with_the_current_one_alone(tab):
    form = {"current": "wrong", "password": "another long phrase"}
    await tab.send(handler_name(AccountState.change_password), form=form)
    assert "current" in tab.value("account_state", "errors")
    await tab.send(handler_name(AccountState.change_password), form={**form, "current": PASSWORD})
    assert tab.value("account_state", "errors") == {}
