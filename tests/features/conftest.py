import pytest

from tests.features.connection.meta import running
from tests.fixtures import make_empty_world
from xobito_app.features.connection.credentials import close_clients
from xobito_app.settings import get_settings


@pytest.fixture(scope="session")
async def _meta(_migrated):
    # The settings' own data directory: there the application looks for the control token.
    async with running(get_settings().data_path) as meta:
        yield meta
        await close_clients()


@pytest.fixture
def setting(monkeypatch):
    """Change variables for one test."""

    def change(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()

    yield change
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
async def meta(_meta, setting):
    """The simulator playing Meta, with the settings pointing at it."""
    setting(**_meta.environment)
    return _meta


@pytest.fixture
async def empty(_migrated):
    """A fresh workspace that is connected to nothing."""
    return await make_empty_world()
