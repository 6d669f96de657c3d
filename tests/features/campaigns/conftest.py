"""A campaign that was launched, and what is needed to see it run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.features.campaigns.runs import Run
from tests.lines import Line
from xobito_app import registry

registry.register_listeners()


@pytest.fixture
def launch(line: Line) -> Callable[..., Awaitable[Run]]:
    """Launch a campaign to so many people."""

    async def launched(count: int, **given: Any) -> Run:
        return await Run.launch(line, count, **given)

    return launched
