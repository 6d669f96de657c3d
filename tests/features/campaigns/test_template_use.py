"""What campaigns sent of a template, for its page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fixtures import make_member, make_world
from xobito_app.core import clock
from xobito_app.core.errors import Forbidden
from xobito_app.features.campaigns.reporting.template_use import read_template_use
from xobito_app.persistence.unit_of_work import unit_of_work

DAYS = timedelta(days=3)


async def used(actor, template_id, **given):
    given = {"since": clock.now() - timedelta(days=30), "replied_within": DAYS, **given}
    async with unit_of_work(actor.workspace_id) as uow:
        return await read_template_use(uow.session, actor, template_id=template_id, **given)


async def test_the_page_of_a_template_counts_what_campaigns_sent_of_it(launch):
    run = await launch(5)
    line, now = run.line, clock.now()
    first, second = await line.template(), await line.template(name="another")
    await run.change(template_id=first.id, template_b_id=second.id)
    read, failed, late, other, _ = await run.recipients()
    reached = {"accepted_at": now - timedelta(days=4)}
    await line.change(read, state="read", replied_at=now - timedelta(days=2), **reached)
    await line.change(failed, state="failed", failed_at=now)
    await line.change(late, state="sent", replied_at=now, taps={"Yes": "now"}, **reached)
    await line.change(other, state="delivered", variant=1, **reached)
    use = await used(line.world.owner, first.id)
    assert (use.sent, use.delivered, use.read, use.failed, use.replied) == (2, 1, 1, 1, 1)
    assert use.tapped == 1
    assert use.campaigns == ((run.campaign_id, "Spring"),)
    use = await used(line.world.owner, second.id)
    assert (use.sent, use.delivered, use.read, use.tapped) == (1, 1, 0, 0)
    assert (await used(line.world.owner, first.id, since=now - timedelta(days=3))).sent == 0
    agent = await make_member(line.world, "Agent")
    assert (await used(agent, first.id)).campaigns == ()
    stranger = (await make_world()).owner
    assert (await used(stranger, first.id)).sent == 0


async def test_who_may_not_see_templates_is_told_nothing(world):
    blind = replace(world.owner, is_owner=False, permissions=frozenset())
    with pytest.raises(Forbidden):
        await used(blind, world.number_id)
