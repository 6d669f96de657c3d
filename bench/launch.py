"""Freezing the audience of a campaign: everybody judged, every message built, every row written."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import text

from tests.features.campaigns.runs import raw_template
from tests.fixtures import World, make_world
from xobito_app.core.memory import freeze_startup_objects
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.schemas import Audience, Value
from xobito_app.features.contacts.schemas import ContactFilter
from xobito_app.models.templates import Template
from xobito_app.persistence.unit_of_work import unit_of_work

TARGET_SECONDS = 10.0
TARGET_PAGE_MS = 200.0


async def run(*, people: int = 100_000) -> dict[str, Any]:
    """Return seconds of a dry run and a launch, and milliseconds of pages of the recipients."""
    world = await make_world()
    template_id = await _fill(world, people)
    # As our processes do once they have started.
    freeze_startup_objects()
    async with unit_of_work(world.workspace_id) as uow:
        view = await campaigns.create_campaign(
            uow.session,
            world.owner,
            draft={
                "name": "Bench",
                "number_id": world.number_id,
                "template_id": template_id,
                "audience": Audience(contact_filter=ContactFilter()),
                "variables": {"body.1": Value(field="contact.first_name", fallback="there")},
            },
        )
    begin = time.perf_counter()
    async with unit_of_work(world.workspace_id) as uow:
        told = await campaigns.dry_run(uow.session, world.owner, campaign_id=view.id)
    dry = time.perf_counter() - begin
    begin = time.perf_counter()
    async with unit_of_work(world.workspace_id) as uow:
        await campaigns.launch_campaign(
            uow.session, world.owner, campaign_id=view.id, confirm=told.will_send
        )
    seconds = time.perf_counter() - begin
    pages = await _pages(world, view.id)
    return {
        "people": told.will_send,
        "dry_run_seconds": round(dry, 1),
        "seconds": round(seconds, 1),
        "target_seconds": TARGET_SECONDS,
        "pages_ms": pages,
        "target_page_ms": TARGET_PAGE_MS,
        "ok": seconds <= TARGET_SECONDS and max(pages.values()) <= TARGET_PAGE_MS,
    }


async def _fill(world: World, people: int) -> Any:
    raw = raw_template()
    template = Template(
        workspace_id=world.workspace_id,
        connection_id=world.connection_id,
        name=raw["name"],
        language=raw["language"],
        category=raw["category"],
        status="APPROVED",
        components=raw["components"],
    )
    async with unit_of_work(world.workspace_id) as uow:
        uow.session.add(template)
        await (await uow.session.connection()).execute(
            text(
                "INSERT INTO contact (id, workspace_id, first_name, last_name, profile_name,"
                " username, phone, email, company, website, country, city, state, zip, address,"
                " type, language, is_enabled, opt_out_reason, created_at, updated_at)"
                " SELECT gen_random_uuid(), :workspace_id, 'Person', n, '', '',"
                " '+1650' || lpad((2000000 + n)::text, 7, '0'), '', '', '', '', '', '', '', '',"
                " 'lead', '', true, '', now(), now() FROM generate_series(1, :people) AS n"
            ),
            {"workspace_id": world.workspace_id, "people": people},
        )
    return template.id


async def _pages(world: World, campaign_id: Any) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, given in {
        "first": {},
        "by_state": {"state": "queued"},
        "by_name": {"search": "person 77777"},
        "by_number": {"search": "2077777"},
        "nobody": {"search": "nobody at all"},
    }.items():
        async with unit_of_work(world.workspace_id) as uow:
            begin = time.perf_counter()
            await campaigns.list_recipients(
                uow.session, world.owner, campaign_id=campaign_id, **given
            )
            found[name] = round((time.perf_counter() - begin) * 1000, 1)
    return found
