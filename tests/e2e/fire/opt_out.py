"""Opts a contact out by hand, as the owner does on their page; run inside an installation.

`python -m tests.e2e.fire.opt_out +16505550142` prints when that was committed, seconds since 1970.
"""

from __future__ import annotations

import asyncio
import sys
import time

from sqlmodel import select

from tests.e2e.people import _owner
from xobito_app.features.contacts.records import contacts
from xobito_app.models.contacts import Contact
from xobito_app.persistence.engine import dispose
from xobito_app.persistence.unit_of_work import unit_of_work


async def opt_out(phone: str) -> float:
    actor = await _owner()
    async with unit_of_work(actor.workspace_id) as uow:
        found = await uow.session.exec(select(Contact).where(Contact.phone == phone))
        contact_id = found.one().id
        await contacts.update_contact(
            uow.session, actor, contact_id=contact_id, draft={"opted_out": True}
        )
    at = time.time()
    await dispose()
    return at


if __name__ == "__main__":
    print(asyncio.run(opt_out(sys.argv[1])))
