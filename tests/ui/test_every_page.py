"""Every page can be drawn: what would end the build is found without one."""

from __future__ import annotations

import pytest

from xobito_app.ui.screens import GateScreen, all_screens
from xobito_app.ui.shell import page


@pytest.mark.parametrize("screen", all_screens(), ids=lambda screen: screen.path)
def test_a_page_is_drawn(screen):
    drawn = (
        screen.content()
        if isinstance(screen, GateScreen)
        else page(screen.content(), route=screen.route)
    )
    assert drawn.render()
