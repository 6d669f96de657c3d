"""Lists of contacts at 100,000: first page, filters, sorts and searches through the service.

The floor is the same page of bare rows read by one prepared statement over the same connection
pool, without filter or view: what reaching the database and 50 rows cost at all.
"""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import text

from bench.measure import timed
from tests.fixtures import EmptyWorld, make_empty_world
from xobito_app.features.contacts.labels import custom_fields, groups, statuses
from xobito_app.features.contacts.lists import listing
from xobito_app.features.contacts.schemas import ContactFilter, CustomRule, Sort, SortBy
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.settings import get_settings

TARGET_MS = 150.0
TARGET_REST_MS = 60.0
GIVEN = "Ana Bob Carla Dmitri Eva Farid Gita Hugo Ines Jan".split()


async def run(*, contacts: int = 100_000, repeats: int = 30) -> dict:
    """Return milliseconds of each kind of list, and of the bare floor."""
    world = await make_book(contacts)
    floor = await timed(lambda _: _bare(world), repeats)
    async with unit_of_work(world.workspace_id) as uow:
        lost = (await statuses.list_statuses(uow.session, world.owner))[-1].id
        group_id = (await groups.list_groups(uow.session, world.owner))[0].id
    gold = CustomRule(slug="tier", op="is", value="gold")
    platinum = CustomRule(slug="tier", op="is", value="platinum")
    cases: dict[str, tuple[ContactFilter, Sort]] = {
        "first_page": (ContactFilter(), Sort()),
        "sort_name": (ContactFilter(), Sort(SortBy.NAME, False)),
        "sort_updated": (ContactFilter(), Sort(SortBy.UPDATED)),
        "sort_email": (ContactFilter(), Sort(SortBy.EMAIL, False)),
        "sort_company": (ContactFilter(), Sort(SortBy.COMPANY, False)),
        "filter_status": (ContactFilter(status_ids=(lost,)), Sort(SortBy.NAME, False)),
        "filter_group": (ContactFilter(group_ids=(group_id,)), Sort(SortBy.NAME, False)),
        "filter_country_none": (ContactFilter(country="DE"), Sort()),
        "filter_custom": (ContactFilter(custom=(gold,)), Sort()),
        "filter_custom_none": (ContactFilter(custom=(platinum,)), Sort()),
        "search_common": (ContactFilter(search="ana"), Sort(SortBy.NAME, False)),
        "search_rare": (ContactFilter(search="p77777@"), Sort(SortBy.NAME, False)),
        "search_nobody": (ContactFilter(search="qqqq zzzz"), Sort()),
        "search_phone": (ContactFilter(search="650 0012345"), Sort()),
    }
    result: dict[str, Any] = {"contacts": contacts, "floor": floor, "target_ms": TARGET_MS}
    worst = 0.0
    for name, (contact_filter, sort) in cases.items():
        ours = await timed(lambda _, n=contact_filter, s=sort: _list(world, n, s), repeats)
        worst = max(worst, ours["p95_ms"])
        result[name] = {**ours, "ratio": round(ours["median_ms"] / floor["median_ms"], 2)}
    rest = await timed(lambda _: _page(world), repeats)
    result["page_of_100_with_total"] = {
        **rest,
        "ratio": round(rest["median_ms"] / floor["median_ms"], 2),
        "target_ms": TARGET_REST_MS,
    }
    ok = worst <= TARGET_MS and rest["p95_ms"] <= TARGET_REST_MS
    return {**result, "worst_p95_ms": worst, "ok": ok}


async def _list(world: EmptyWorld, contact_filter: ContactFilter, sort: Sort) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        await listing.list_contacts(
            uow.session, world.owner, contact_filter=contact_filter, sort=sort
        )


async def _page(world: EmptyWorld) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        await listing.page_contacts(uow.session, world.owner, page=7, per_page=100)


async def _bare(world: EmptyWorld) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        found = await (await uow.session.connection()).execute(
            text(
                "SELECT * FROM contact WHERE workspace_id = :workspace "
                "ORDER BY created_at DESC, id DESC LIMIT 51"
            ),
            {"workspace": world.workspace_id},
        )
        found.all()


async def make_book(contacts: int) -> EmptyWorld:
    """Make a workspace with so many contacts, a twentieth of them in a group."""
    world = await make_empty_world()
    async with unit_of_work(world.workspace_id) as uow:
        await custom_fields.create_field(uow.session, world.owner, draft={"label": "Tier"})
    url = get_settings().database_url.replace("+psycopg", "")
    values = {
        "workspace": world.workspace_id,
        "count": contacts,
        "given": GIVEN,
        "owner": world.owner.user_id,
    }
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT set_config('xobito.workspace_id', %s, false)", [str(world.workspace_id)]
        )
        connection.execute(_CONTACTS, values)
        connection.execute(
            "INSERT INTO contact_group (id, workspace_id, name, created_at, updated_at) "
            "VALUES (gen_random_uuid(), %(workspace)s, 'VIP', now(), now())",
            values,
        )
        connection.execute(
            "INSERT INTO contact_group_member (workspace_id, group_id, contact_id) "
            "SELECT %(workspace)s, g.id, c.id FROM contact c, contact_group g "
            "WHERE right(c.phone, 1) = '7' AND right(c.phone, 2) > '50'",
            values,
        )
        for table in ("contact", "contact_group_member"):
            connection.execute(f"VACUUM ANALYZE {table}")
    return world


_CONTACTS = """
    INSERT INTO contact (id, workspace_id, first_name, last_name, profile_name, username, phone,
        email, company, website, country, city, state, zip, address, type, status_id, source_id,
        assignee_id, language, is_enabled, opt_out_reason, custom, created_at, updated_at)
    SELECT gen_random_uuid(), %(workspace)s, (%(given)s::text[])[1 + n %% 10], md5(n::text), '', '',
        '+1650' || lpad(n::text, 7, '0'), 'p' || n || '@example.com', 'Company ' || n %% 500, '',
        'US', 'City', '', '', '', 'lead',
        (SELECT id FROM contact_status ORDER BY position LIMIT 1 OFFSET n %% 4),
        (SELECT id FROM contact_source WHERE is_default), CASE WHEN n %% 3 = 0 THEN %(owner)s END,
        'en', true, '', jsonb_build_object('tier', (ARRAY['gold', 'silver'])[1 + n %% 2]),
        now() - (n || ' seconds')::interval,
        now() - (n::bigint * 7919 %% 100000 || ' seconds')::interval
    FROM generate_series(1, %(count)s) n
"""
