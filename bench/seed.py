"""Large inboxes for benchmarks, made inside PostgreSQL in seconds."""

from __future__ import annotations

from uuid import UUID

import psycopg

from tests.fixtures import World, make_world
from xobito_app.settings import get_settings

WORDS = (
    "order delivery tomorrow price stock blue large small invoice address thanks hello question "
    "appointment doctor morning evening refund parcel missing broken color size payment card "
    "transfer discount season shop open closed holiday monday friday water table chair lamp"
).split()


async def make_inbox(threads: int, messages: int) -> World:
    """Make a workspace with so many threads, and messages spread evenly over them.

    A third of the threads are assigned, a tenth are closed; every message is a dozen common words
    with one rare word in a thousand.
    """
    world = await make_world()
    url = get_settings().database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT set_config('xobito.workspace_id', %s, false)", [str(world.workspace_id)]
        )
        _fill(connection, world, threads, max(1, messages // threads))
        for table in ("contact", "conversation", "message", "message_search"):
            connection.execute(f"VACUUM ANALYZE {table}")
    return world


def _fill(connection: psycopg.Connection, world: World, threads: int, each: int) -> None:
    values = {
        "workspace": world.workspace_id,
        "number": world.number_id,
        "owner": UUID(str(world.owner.user_id)),
        "threads": threads,
        "each": each,
        "words": WORDS,
        "mark": f"w{world.workspace_id.hex}",
    }
    connection.execute(
        """
        CREATE TEMP TABLE made AS
        SELECT n, gen_random_uuid() AS contact_id, gen_random_uuid() AS thread_id,
               now() - (n || ' seconds')::interval AS at
        FROM generate_series(1, %(threads)s) n
        """,
        values,
    )
    connection.execute(
        """
        INSERT INTO contact (id, workspace_id, first_name, last_name, profile_name, username,
            phone, email, company, website, country, city, state, zip, address, type, language,
            is_enabled, opt_out_reason, created_at, updated_at)
        SELECT contact_id, %(workspace)s, 'Person', n::text, '', '',
            '+1650' || lpad(n::text, 7, '0'),
            '', '', '', '', '', '', '', '', 'lead', '', true, '', at, at FROM made
        """,
        values,
    )
    connection.execute(
        """
        INSERT INTO conversation (id, workspace_id, number_id, contact_id, status, assignee_id,
            created_at, last_message_at, last_msg_time, last_preview, last_kind, last_direction,
            last_status, inbound_count)
        SELECT thread_id, %(workspace)s, %(number)s, contact_id,
            CASE WHEN n %% 10 = 0 THEN 'closed' ELSE 'open' END,
            CASE WHEN n %% 3 = 0 THEN %(owner)s END,
            at, at, at, 'Is it in stock?', 'text', 'in', 'received', 3
        FROM made
        """,
        values,
    )
    connection.execute(
        """
        CREATE TEMP TABLE said AS
        SELECT gen_random_uuid() AS id, made.*, k,
            (SELECT string_agg((%(words)s::text[])[1 + (random() * 37)::int + 0 * (n + k + w)], ' ')
             FROM generate_series(1, 10) w)
            || CASE WHEN (n * 31 + k) %% 1000 = 0 THEN ' platypus' ELSE '' END AS body
        FROM made, generate_series(1, %(each)s) k
        """,
        values,
    )
    connection.execute(
        """
        INSERT INTO message (id, workspace_id, conversation_id, number_id, contact_id, direction,
            kind, body, status, wamid, author_name, origin, at, created_at, attempts, error_text)
        SELECT id, %(workspace)s, thread_id, %(number)s, contact_id,
            CASE WHEN k %% 2 = 0 THEN 'out' ELSE 'in' END, 'text', body,
            CASE WHEN k %% 2 = 0 THEN 'read' ELSE 'received' END, 'wamid.' || id, '', 'inbox',
            at - (k || ' minutes')::interval, at, 0, ''
        FROM said
        """,
        values,
    )
    connection.execute(
        """
        INSERT INTO message_search (message_id, workspace_id, at, words)
        SELECT id, %(workspace)s, at - (k || ' minutes')::interval,
            to_tsvector('simple', %(mark)s || ' ' || body)
        FROM said
        """,
        values,
    )
    connection.execute("DROP TABLE said, made")
