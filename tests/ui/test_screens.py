"""Every page can be drawn, and none has a control of the browser's where we have our own."""

import pytest

from xobito_app.ui.screens import all_screens


@pytest.mark.parametrize("screen", all_screens(), ids=lambda screen: screen.path)
def test_every_page_can_be_drawn(screen):
    assert screen.content().render()
