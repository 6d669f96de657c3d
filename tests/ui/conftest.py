import pytest

from tests.ui.live import running_relay
from tests.ui.tabs import running_server


@pytest.fixture
async def server(_migrated):
    async with running_server() as running:
        yield running


@pytest.fixture
async def live(server, monkeypatch):
    async with running_relay(server, monkeypatch) as running:
        yield running
