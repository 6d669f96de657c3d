import pytest

from tests.features.templates.desk import Desk
from xobito_app import registry


@pytest.fixture(autouse=True)
def _listeners():
    registry.register_listeners()


@pytest.fixture
async def desk(line):
    """Somebody who writes templates for an account the simulator plays."""
    desk = Desk(line)
    await desk.sync()
    return desk
