import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from xobito_app.cli.embedded import EmbeddedPostgres
from xobito_app.core.errors import AppError, Invalid
from xobito_app.persistence import schema
from xobito_app.settings import get_settings


def test_two_migrations_at_once_are_one(database_url):
    with ThreadPoolExecutor(2) as pool:
        # Alembic keeps its context per process; the second waits for the lock of the first.
        list(pool.map(lambda _: schema.upgrade(), range(2)))
    assert asyncio.run(schema.read_revisions()) == schema.expected_revisions()


def test_a_role_that_could_bypass_the_walls_is_refused(database_url, monkeypatch):
    url = EmbeddedPostgres(get_settings().data_path).superuser_url
    if not url:
        pytest.skip("external server")
    monkeypatch.setenv("DATABASE_URL", url)
    get_settings.cache_clear()
    try:
        with pytest.raises(Invalid, match="'postgres' can bypass row-level security"):
            schema.upgrade()
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()


def test_a_database_of_a_newer_version_is_left_alone(database_url):
    schema.upgrade()
    with psycopg.connect(schema.owner_url(), autocommit=True) as connection:
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
        try:
            with pytest.raises(AppError, match=r"newer Xobito.*9999"):
                schema.upgrade()
        finally:
            connection.execute("DELETE FROM alembic_version WHERE version_num = '9999'")
