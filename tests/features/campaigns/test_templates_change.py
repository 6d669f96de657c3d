"""What Meta does to a template, and what becomes of the campaigns that send it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from xobito_app.core.events import TemplateChanged, publish
from xobito_app.models.campaigns import CampaignStatus
from xobito_app.persistence.unit_of_work import unit_of_work

SENDING, PAUSED = CampaignStatus.SENDING, CampaignStatus.PAUSED


async def told(run, template_id, **changed) -> None:
    same = {"status": "APPROVED", "category": "UTILITY"}
    event = TemplateChanged(
        workspace_id=run.line.workspace_id,
        template_id=template_id,
        previous_status="APPROVED",
        previous_category="UTILITY",
        quality="GREEN",
        **(same | changed),
    )
    async with unit_of_work(run.line.workspace_id) as uow:
        await publish(uow.session, event)


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({}, SENDING, ""),
        ({"category": "MARKETING"}, PAUSED, "marketing"),
        ({"status": "PAUSED"}, PAUSED, "any more"),
        ({"status": "DISABLED"}, PAUSED, "any more"),
        ({"status": "GONE"}, PAUSED, "any more"),
    ],
)
async def test_a_template_that_changes_pauses_its_campaigns(launch, changed, status, says):
    run = await launch(2)
    template = await run.line.template()
    await run.change(template_id=template.id)
    await told(run, template.id, **changed)
    campaign = await run.campaign()
    assert campaign.status == status
    assert says in campaign.reason


async def test_another_template_s_change_pauses_nothing(launch):
    run = await launch(2)
    template = await run.line.template()
    await run.change(template_id=template.id)
    await told(run, uuid4(), status="PAUSED")
    assert (await run.campaign()).status == SENDING
