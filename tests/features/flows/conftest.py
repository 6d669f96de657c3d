"""A line with bots."""

from __future__ import annotations

import pytest

from tests.features.flows.live import Live
from tests.lines import Line
from xobito_app import registry

registry.register_listeners()


@pytest.fixture
def live(line: Line) -> Live:
    """A number connected to the simulator, with nothing that answers yet."""
    return Live(line)
