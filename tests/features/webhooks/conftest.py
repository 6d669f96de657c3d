from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures import make_empty_world
from tests.receivers import Receiver, receiving
from xobito_app import registry
from xobito_app.core import clock
from xobito_app.core.events import ChangeType, RecordChange, RecordsChanged, RecordType, publish
from xobito_app.features.webhooks import rules, service
from xobito_app.features.webhooks.deliver import deliver
from xobito_app.models.contacts import Contact, ContactSource, ContactStatus
from xobito_app.persistence.unit_of_work import unit_of_work


@dataclass
class Shop:
    """A workspace whose events go to a receiver."""

    world: Any
    receiver: Receiver
    secret: str = ""

    @property
    def workspace_id(self):
        return self.world.workspace_id

    @property
    def owner(self):
        return self.world.owner

    async def configure(self, **given):
        chosen = {"url": self.receiver.url, "events": rules.EVENTS, **given}
        done = await service.configure(self.owner, **chosen)
        self.secret = done.secret or self.secret
        return done

    async def do(self, work, *args, **given):
        async with unit_of_work(self.workspace_id) as uow:
            return await work(uow.session, self.owner, *args, **given)

    async def add(self, row):
        async with unit_of_work(self.workspace_id) as uow:
            uow.session.add(row)
        return row

    async def contact(self, name: str = "Ana"):
        return await self.add(Contact(workspace_id=self.workspace_id, first_name=name))

    async def status(self, name: str = "Warm"):
        return await self.add(ContactStatus(workspace_id=self.workspace_id, name=name))

    async def source(self, name: str = "Fair"):
        return await self.add(ContactSource(workspace_id=self.workspace_id, name=name))

    async def tell(
        self,
        row,
        change_type: ChangeType = ChangeType.CREATED,
        record: RecordType = RecordType.CONTACT,
        **old,
    ):
        await self.tell_all([row], change_type, record, **old)

    async def tell_all(
        self, rows, change_type=ChangeType.CREATED, record=RecordType.CONTACT, **old
    ):
        changes = tuple(RecordChange(row.id, old) for row in rows)
        async with unit_of_work(self.workspace_id) as uow:
            await publish(
                uow.session, RecordsChanged(self.workspace_id, record, change_type, changes)
            )

    async def deliver(self) -> int:
        return await deliver(self.workspace_id)

    async def log(self, **given):
        page = await self.do(service.list_deliveries, **given)
        return list(page.rows)


@pytest.fixture
async def shop(_migrated, setting):
    setting(XOBITO_ALLOW_PRIVATE_URLS="1")
    registry.register_listeners()
    async with receiving() as receiver:
        opened = Shop(await make_empty_world(), receiver)
        await opened.configure()
        yield opened


@pytest.fixture
def time():
    """Move the clock."""

    class Time:
        def __init__(self) -> None:
            self.ahead = timedelta()

        def advance(self, **by: float) -> None:
            self.ahead += timedelta(**by)

    moved = Time()
    clock.use(lambda: clock.system_now() + moved.ahead)
    yield moved
    clock.use(None)
