import pytest

from tests.ui.tabs import running_server


@pytest.fixture
async def server(_migrated):
    async with running_server() as running:
        yield running
