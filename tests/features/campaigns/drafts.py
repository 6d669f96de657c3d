"""Drafts ready to be launched, and the contacts they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from tests.features.campaigns.runs import Run, raw_template
from tests.lines import Line
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.schemas import Audience, CampaignDraft, CampaignView, Value
from xobito_app.features.contacts.schemas import ContactFilter
from xobito_app.models.connection import Connection, Number
from xobito_app.models.contacts import Contact, ContactGroup, ContactGroupMember
from xobito_app.models.templates import Template
from xobito_app.persistence.unit_of_work import unit_of_work

EVERYBODY = Audience(contact_filter=ContactFilter(search="Person"))
NAMES: Mapping[str, Value] = {"body.1": Value(field="contact.first_name", fallback="there")}


async def store_template(line: Line, name: str = "bienvenida", **changes: Any) -> UUID:
    """Take one of the simulator's templates over, as a sync does."""
    raw = raw_template(name)
    async with unit_of_work(line.workspace_id) as uow:
        account = (await uow.session.exec(select(Connection))).one()
        found = (await uow.session.exec(select(Template).where(col(Template.name) == name))).first()
        row = found or Template(
            workspace_id=line.workspace_id, connection_id=account.id, name=name, language="x"
        )
        facts = {
            "meta_id": raw["id"],
            "language": raw["language"],
            "category": raw["category"],
            "status": "APPROVED",
            "components": raw["components"],
            "parameter_format": raw.get("parameter_format", "POSITIONAL"),
            **changes,
        }
        for key, value in facts.items():
            setattr(row, key, value)
        uow.session.add(row)
    return row.id


async def store_people(line: Line, count: int, *, group: str = "", **facts: Any) -> list[UUID]:
    """Make so many contacts, `Person 0` and so on, with numbers of their own."""
    people = [
        Contact(
            workspace_id=line.workspace_id,
            **{"first_name": "Person", "last_name": str(n), "phone": f"+1650555{n:04}", **facts},
        )
        for n in range(count)
    ]
    async with unit_of_work(line.workspace_id) as uow:
        uow.session.add_all(people)
        if group:
            row = ContactGroup(workspace_id=line.workspace_id, name=group)
            uow.session.add(row)
            await uow.session.flush()
            uow.session.add_all(
                ContactGroupMember(
                    workspace_id=line.workspace_id, group_id=row.id, contact_id=one.id
                )
                for one in people
            )
    return [one.id for one in people]


async def draft(line: Line, **given: Any) -> CampaignView:
    """Make a whole draft to everybody called Person."""
    facts: dict[str, Any] = {
        "name": "Spring",
        "number_id": line.world.number_id,
        "audience": EVERYBODY,
        "variables": NAMES,
        **given,
    }
    if "template_id" not in facts:
        facts["template_id"] = await store_template(line)
    return await line.do(campaigns.create_campaign, draft=CampaignDraft(**facts))


async def launched(line: Line, **given: Any) -> Run:
    """Launch a whole draft."""
    view = await draft(line, **given)
    await line.do(campaigns.launch_campaign, campaign_id=view.id)
    return Run(line, view.id)


async def set_tier(line: Line, tier: str) -> None:
    """Let Meta report another messaging limit of the number."""
    async with unit_of_work(line.workspace_id) as uow:
        number = (await uow.session.exec(select(Number))).one()
        number.messaging_limit = tier
        uow.session.add(number)
