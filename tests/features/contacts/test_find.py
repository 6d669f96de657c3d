"""Contacts a person may pick: found by name, company and number, in one's own workspace only."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.fixtures import make_empty_world
from xobito_app.core.errors import Forbidden
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.records.find import find_contacts
from xobito_app.features.contacts.repository import ContactRepository, among, has_email
from xobito_app.models.contacts import Contact
from xobito_app.persistence.unit_of_work import unit_of_work


async def people(world) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        for first, last, company, phone in (
            ("Ana", "Ruiz", "Oak & Sons", "+16505550101"),
            ("Bo", "Li", "", "+4366412345678"),
            ("Per%", "Cent", "", "+16505550103"),
        ):
            uow.session.add(
                Contact(
                    workspace_id=world.workspace_id,
                    first_name=first,
                    last_name=last,
                    company=company,
                    phone=phone,
                )
            )


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("ana r", {"Ana Ruiz"}),
        ("OAK", {"Ana Ruiz"}),
        ("664 123", {"Bo Li"}),
        ("%", {"Per% Cent"}),
        ("nobody", set()),
        ("", {"Ana Ruiz", "Bo Li", "Per% Cent"}),
    ],
)
async def test_contacts_are_found_by_what_is_typed(world, typed, names):
    await people(world)
    async with unit_of_work(world.workspace_id) as uow:
        found = await find_contacts(uow.session, world.owner, typed=typed)
    assert {contact.name for contact in found} == names


async def test_nobody_finds_contacts_of_others_or_without_the_right(world):
    await people(world)
    other = await make_empty_world()
    async with unit_of_work(other.workspace_id) as uow:
        assert await find_contacts(uow.session, other.owner, typed="") == []
        blind = replace(
            other.owner,
            is_owner=False,
            permissions=other.owner.permissions - {Permission.CONTACTS_VIEW},
        )
        with pytest.raises(Forbidden):
            await find_contacts(uow.session, blind, typed="")


@pytest.mark.parametrize("wanted", ["ana@example.com", among(["ana@example.com", "bo@x.org"])])
async def test_whose_an_address_is_stands_in_an_index(world, wanted):
    """Row-level security lets no function look at a row before it: with one, every row is read."""
    async with unit_of_work(world.workspace_id) as uow:
        connection = await uow.session.connection()
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        statement = ContactRepository(uow.session, world.workspace_id).scoped()
        asked = statement.where(has_email(wanted)).compile(dialect=connection.dialect)
        plan = await connection.exec_driver_sql(f"EXPLAIN {asked}", asked.params)
        said = " ".join(row[0] for row in plan)
        assert re.search(r"Index Cond: \(\(workspace_id = .*\(email\)::text = ", said), said
