"""A campaign at work, in a workspace connected to the simulator."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from tests.lines import Line
from xobito_app.core import clock
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.features.campaigns.sending.dispatch import dispatch
from xobito_app.features.ingest.drain import drain
from xobito_app.models.campaigns import (
    Campaign,
    CampaignRecipient,
    CampaignStatus,
)
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.simulator import seeds


def raw_template(name: str = "bienvenida") -> dict[str, Any]:
    """Return one of the simulator's own templates as Meta lists it."""
    found = next(one for one in seeds.templates() if one["name"] == name)
    return {"id": "1", "status": "APPROVED", **found}


@dataclass
class Run:
    """A launched campaign and its recipients."""

    line: Line
    campaign_id: UUID

    @classmethod
    async def launch(cls, line: Line, count: int, **given: Any) -> Run:
        template = given.pop("template", raw_template())
        phones = given.pop("phones", [f"+1650555{n:04}" for n in range(count)])
        campaign = Campaign(
            workspace_id=line.workspace_id,
            name="Spring",
            number_id=line.world.number_id,
            status=CampaignStatus.SENDING,
            template=template,
            category=template["category"],
            begins_at=clock.now(),
            **given,
        )
        async with unit_of_work(line.workspace_id) as uow:
            uow.session.add(campaign)
            await uow.session.flush()
            uow.session.add_all(
                CampaignRecipient(
                    workspace_id=line.workspace_id,
                    campaign_id=campaign.id,
                    number_id=line.world.number_id,
                    phone=phone,
                    name=f"Person {n}",
                    values={"body.1": f"Person {n}"},
                    due_at=clock.now(),
                )
                for n, phone in enumerate(phones)
            )
        return cls(line, campaign.id)

    async def campaign(self) -> Campaign:
        async with unit_of_work(self.line.workspace_id) as uow:
            return await CampaignRepository(uow.session, self.line.workspace_id).get(
                self.campaign_id
            )

    async def counts(self) -> dict[str, int]:
        async with unit_of_work(self.line.workspace_id) as uow:
            campaigns = CampaignRepository(uow.session, self.line.workspace_id)
            return (await campaigns.counts_of([self.campaign_id]))[self.campaign_id]

    async def recipients(self) -> list[CampaignRecipient]:
        async with unit_of_work(self.line.workspace_id) as uow:
            found = await uow.session.exec(
                select(CampaignRecipient)
                .where(col(CampaignRecipient.campaign_id) == self.campaign_id)
                .order_by(col(CampaignRecipient.phone))
            )
            return list(found.all())

    async def states(self) -> Counter[str]:
        return Counter(str(row.state) for row in await self.recipients())

    async def dispatch(self) -> int:
        return await dispatch(self.line.workspace_id)

    async def change(self, **changes: Any) -> None:
        await self.line.change(await self.campaign(), **changes)

    async def until(self, **wanted: int) -> None:
        """Drain until so many recipients are in these states."""
        for _ in range(500):
            await drain()
            states = await self.states()
            if all(states[state] == count for state, count in wanted.items()):
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"They stayed {dict(await self.states())}.")
