"""The report of a campaign to 100,000 people: every figure, every list, and the file.

The audience is spread over all states, hours, reasons, countries, prices and both templates of an
A/B test; an earlier campaign of the same size lies beside it. The floor of a figure is one bare
statement that counts the campaign's rows by state, the floor of a list its next 50 rows by their
id, both over the same connection pool.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text

from bench.measure import in_a_process, peak_mb, timed
from tests.features.campaigns.runs import raw_template
from tests.fixtures import World, make_world
from xobito_app.core import ids
from xobito_app.core.ids import UserId, WorkspaceId
from xobito_app.core.permissions import ALL, Actor
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.campaigns.guarding import guard
from xobito_app.features.campaigns.reading import service as reading
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.models.campaigns import Campaign, CampaignStatus
from xobito_app.models.templates import Template
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.settings import get_settings

TARGET_MS = 200.0
TARGET_GROWTH_MB = 20


async def run(*, people: int = 100_000, repeats: int = 20) -> dict[str, Any]:
    """Return milliseconds of each figure and list with their ratio, and the memory of exports."""
    world = await make_world()
    few = await _make_campaign(world, people // 10)
    await _make_campaign(world, people)
    campaign_id = await _make_campaign(world, people)
    floors = {
        "figures": await timed(lambda _: _bare(world, campaign_id, _COUNTED), repeats),
        "lists": await timed(lambda _: _bare(world, campaign_id, _LISTED), repeats),
    }
    result: dict[str, Any] = {"people": people, "floors": floors, "target_ms": TARGET_MS}
    worst = 0.0
    for kind, cases in (
        ("figures", _figures(world, campaign_id)),
        ("lists", await _lists(world, campaign_id)),
    ):
        for name, work in cases.items():
            took = await timed(work, repeats)
            worst = max(worst, took["p95_ms"])
            ratio = round(took["median_ms"] / floors[kind]["median_ms"], 2)
            result[name] = {**took, "ratio": ratio}
    files = await _files(world, few, campaign_id)
    growth = files["many"]["peak_mb"] - files["few"]["peak_mb"]
    return {
        **result,
        **files,
        "worst_p95_ms": worst,
        "growth_mb": growth,
        "target_growth_mb": TARGET_GROWTH_MB,
        "ok": worst <= TARGET_MS
        and growth <= TARGET_GROWTH_MB
        and files["many"]["lines"] == people + 1,
    }


Work = Callable[[int], Awaitable[object]]


def _figures(world: World, campaign_id: UUID) -> dict[str, Work]:
    async def look(session: Any, _: Actor, *, campaign_id: UUID) -> object:
        row = await CampaignRepository(session, world.workspace_id).get(campaign_id)
        return await guard.load_outcomes(session, row)

    async def lines(session: Any, actor: Actor, *, campaign_id: UUID) -> object:
        return await reading.read_lines(session, actor, campaign_ids=[campaign_id])

    works = {
        "report": campaigns.read_report,
        "band": reading.read_band,
        "line": lines,
        "guard": look,
    }
    return {name: _call(world, work, campaign_id=campaign_id) for name, work in works.items()}


async def _lists(world: World, campaign_id: UUID) -> dict[str, Work]:
    return {
        f"list_{name}": _call(world, campaigns.list_recipients, campaign_id=campaign_id, **given)
        for name, given in {
            "first": {},
            "last": {"cursor": await _cursor_near_the_end(world, campaign_id)},
            "failed": {"state": "failed"},
            "read": {"state": "read"},
            "unresolved": {"state": "unresolved"},
            "replied": {"state": "replied"},
            "opted_out": {"state": "opted_out"},
            "by_name": {"search": "person 99999"},
            "by_number": {"search": "0099999"},
            "by_name_failed": {"search": "person 9", "state": "failed"},
            "nobody": {"search": "nobody at all"},
            "nobody_replied": {"search": "nobody at all", "state": "replied"},
        }.items()
    }


def _call(world: World, service: Any, **given: Any) -> Work:
    async def work(_: int) -> object:
        async with unit_of_work(world.workspace_id) as uow:
            return await service(uow.session, world.owner, **given)

    return work


async def _cursor_near_the_end(world: World, campaign_id: UUID) -> str:
    from xobito_app.core import paging

    async with unit_of_work(world.workspace_id) as uow:
        found = await (await uow.session.connection()).execute(
            text(
                "SELECT id FROM campaign_recipient WHERE campaign_id = :campaign"
                " ORDER BY id DESC LIMIT 1 OFFSET 30"
            ),
            {"campaign": campaign_id},
        )
        return paging.encode_words(str(found.scalar_one()))


_COUNTED = text(
    "SELECT state, count(*) FROM campaign_recipient WHERE campaign_id = :campaign GROUP BY 1"
)
_LISTED = text(
    "SELECT * FROM campaign_recipient WHERE campaign_id = :campaign ORDER BY id DESC LIMIT 51"
)


async def _bare(world: World, campaign_id: UUID, statement: Any) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        connection = await uow.session.connection()
        (await connection.execute(statement, {"campaign": campaign_id})).all()


async def _make_campaign(world: World, people: int) -> UUID:
    raw = raw_template()
    templates = [
        Template(
            workspace_id=world.workspace_id,
            connection_id=world.connection_id,
            name=f"{raw['name']}_{ids.new().hex[-12:]}",
            language=raw["language"],
            category=raw["category"],
            status="APPROVED",
            components=raw["components"],
        )
        for _ in range(2)
    ]
    campaign = Campaign(
        workspace_id=world.workspace_id,
        name="Bench",
        number_id=world.number_id,
        status=CampaignStatus.SENDING,
        template=raw,
        template_b=raw,
        template_id=templates[0].id,
        template_b_id=templates[1].id,
        category="MARKETING",
    )
    async with unit_of_work(world.workspace_id) as uow:
        uow.session.add_all(templates)
        await uow.session.flush()
        uow.session.add(campaign)
        await uow.session.flush()
        await uow.session.refresh(campaign)
        campaign_id = campaign.id
    await asyncio.to_thread(_fill, world, campaign_id, people)
    return campaign_id


def _fill(world: World, campaign_id: UUID, people: int) -> None:
    url = get_settings().database_url.replace("+psycopg", "")
    values = {
        "workspace": world.workspace_id,
        "number": world.number_id,
        "campaign": campaign_id,
        "people": people,
    }
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT set_config('xobito.workspace_id', %s, false)", [str(world.workspace_id)]
        )
        connection.execute(_RECIPIENTS, values)
        connection.execute("VACUUM ANALYZE campaign_recipient")


# Of a hundred people: 5 left out, 3 failed, one cancelled, 2 wait, the rest on its way to be read.
_RECIPIENTS = """
    INSERT INTO campaign_recipient (id, workspace_id, campaign_id, number_id, phone, name, country,
        values, variant, state, exclusion, reason, error_code, wamid, attempt_id, attempts, due_at,
        accepted_at, sent_at, delivered_at, read_at, failed_at, settled_at, replied_at,
        opted_out_at, pricing, history, updated_at)
    SELECT uuidv7(), %(workspace)s, %(campaign)s, %(number)s, '+1650' || lpad(n::text, 7, '0'),
        'Person ' || n, (ARRAY['US', 'ES', 'BR', 'IN', 'MX', 'DE', 'FR', 'ID'])[1 + n %% 8],
        jsonb_build_object('body.1', 'Person ' || n), n %% 2, state,
        CASE WHEN state = 'excluded' THEN 'opted_out' ELSE '' END,
        CASE WHEN state IN ('excluded', 'failed', 'cancelled', 'unresolved')
            THEN state || ' for reason ' || n %% 13 ELSE '' END,
        CASE WHEN state = 'failed' THEN 131000 + n %% 13 END,
        CASE WHEN was_taken THEN 'wamid.' || %(campaign)s || n END,
        CASE WHEN was_taken THEN gen_random_uuid() END, 1, now(),
        CASE WHEN was_taken THEN at END, CASE WHEN was_taken THEN at + interval '1 second' END,
        CASE WHEN state IN ('delivered', 'read') THEN at + later END,
        CASE WHEN state = 'read' THEN at + 2 * later END,
        CASE WHEN state = 'failed' THEN at + later END,
        CASE WHEN state IN ('delivered', 'read', 'failed') THEN at + later END,
        CASE WHEN state = 'read' AND n %% 9 = 0 THEN at + 3 * later END,
        CASE WHEN state = 'read' AND n %% 200 = 1 THEN at + 3 * later END,
        CASE WHEN was_taken THEN jsonb_build_object('billable', n %% 7 > 0, 'category',
            (ARRAY['marketing', 'utility'])[1 + n %% 2], 'model', 'PMP', 'type', 'regular')
            ELSE '{}' END, '[]', at
    FROM (
        SELECT n, state, state IN ('accepted', 'sent', 'delivered', 'read', 'failed') AS was_taken,
            now() - interval '1 day' + n * interval '300 ms' AS at,
            n::bigint * 7919 %% 40000 * interval '1 second' AS later
        FROM (SELECT n, CASE
            WHEN n %% 1000 = 7 THEN 'unresolved' WHEN n %% 100 < 5 THEN 'excluded'
            WHEN n %% 100 < 8 THEN 'failed' WHEN n %% 100 < 9 THEN 'cancelled'
            WHEN n %% 100 < 11 THEN 'queued' WHEN n %% 100 < 14 THEN 'accepted'
            WHEN n %% 100 < 20 THEN 'sent' WHEN n %% 100 < 50 THEN 'delivered' ELSE 'read' END
            AS state FROM generate_series(1, %(people)s) n) AS placed) AS told
"""


async def _files(world: World, few: UUID, many: UUID) -> dict[str, Any]:
    workspace_id = str(world.workspace_id)
    return {
        "few": await in_a_process("bench.report", workspace_id, str(few)),
        "many": await in_a_process("bench.report", workspace_id, str(many)),
    }


async def _be_exporter(workspace_id: UUID, campaign_id: UUID) -> dict[str, Any]:
    from unittest import mock

    from xobito_app.features.activity import service as activity

    actor = Actor(WorkspaceId(workspace_id), UserId(ids.new()), "Bench", ALL, is_owner=True)
    begin, lines = time.perf_counter(), 0
    # It is not noted: this person is in no table.
    with mock.patch.object(activity, "record"):
        async for piece in campaigns.export_recipients(actor, campaign_id=campaign_id):
            lines += piece.count("\r\n")
    seconds = round(time.perf_counter() - begin, 1)
    return {"lines": lines, "seconds": seconds, "peak_mb": peak_mb()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_be_exporter(UUID(sys.argv[1]), UUID(sys.argv[2])))))
