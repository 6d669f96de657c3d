"""A row is locked as it is, not as it was when it was read before."""

from __future__ import annotations

from tests.fixtures import make_world
from xobito_app.features.contacts.repository import ContactRepository
from xobito_app.models.contacts import Contact
from xobito_app.persistence.unit_of_work import unit_of_work


async def test_a_row_is_read_anew_with_its_lock():
    workspace_id = (await make_world()).workspace_id
    async with unit_of_work(workspace_id) as uow:
        uow.session.add(person := Contact(workspace_id=workspace_id, first_name="Before"))
    async with unit_of_work(workspace_id) as uow:
        contacts = ContactRepository(uow.session, workspace_id)
        row = await contacts.get(person.id)
        assert row.first_name == "Before"
        async with unit_of_work(workspace_id) as other:
            changed = await ContactRepository(other.session, workspace_id).get(person.id)
            changed.first_name = "After"
            other.session.add(changed)
        assert (await contacts.get(person.id, lock=True)).first_name == "After"
        # What this transaction changed itself stays.
        row.last_name = "Mine"
        assert (await contacts.get(person.id, lock=True)).last_name == "Mine"
