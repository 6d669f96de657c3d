from datetime import timedelta

import pytest

from tests.fixtures import make_empty_world
from tests.persistence.work import Queue
from xobito_app.core import clock
from xobito_app.models.webhooks import WebhookEndpoint
from xobito_app.persistence.unit_of_work import unit_of_work


@pytest.fixture
async def queue(_migrated):
    world = await make_empty_world()
    endpoint = WebhookEndpoint(workspace_id=world.workspace_id, url="", secret_sealed="")
    async with unit_of_work(world.workspace_id) as uow:
        uow.session.add(endpoint)
    return Queue(world.workspace_id, endpoint.id)


@pytest.fixture
def time():
    """Move the clock."""

    class Time:
        ahead = timedelta()

        def pass_by(self, by: timedelta) -> None:
            self.ahead += by

    moved = Time()
    clock.use(lambda: clock.system_now() + moved.ahead)
    yield moved
    clock.use(None)
