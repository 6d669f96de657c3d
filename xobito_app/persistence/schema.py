"""The state of the database's schema: is it the one this version of the code expects?"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.sql import SQL, Identifier

from alembic import command
from xobito_app.core.errors import AppError, Invalid, Unavailable
from xobito_app.settings import get_settings

_ROOT = Path(__file__).parents[2]
_LOCK = int.from_bytes(hashlib.sha256(b"xobito migrations").digest()[:7])
_OLDEST_SERVER = 15
_HAS_MAINTAIN = 170_000


def plain_url() -> str:
    """Return the database URL as libpq reads it, without SQLAlchemy's driver name.

    Raises:
        Unavailable: None is given and no embedded server was prepared.
    """
    return _plain(get_settings().database_url)


def owner_url() -> str:
    """Return the URL of the role that owns the tables, as `plain_url` returns the other.

    Raises:
        Unavailable: None is given and no embedded server was prepared.
    """
    return _plain(get_settings().database_owner_url)


def _plain(url: str) -> str:
    if not url:
        raise Unavailable("No database: set DATABASE_URL, or start everything with `make run`.")
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _configuration() -> Config:
    return Config(str(_ROOT / "alembic.ini"))


@lru_cache(maxsize=1)
def expected_revisions() -> frozenset[str]:
    """Return the newest revisions this version of the code knows."""
    return frozenset(ScriptDirectory.from_config(_configuration()).get_heads())


async def read_revisions() -> frozenset[str]:
    """Return the revisions the database is at; empty when it has no schema yet.

    Raises:
        psycopg.Error: The database does not answer.
        Unavailable: There is no database to ask.
    """
    connection = await psycopg.AsyncConnection.connect(
        plain_url(), autocommit=True, connect_timeout=3
    )
    async with connection:
        found = await (
            await connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL")
        ).fetchone()
        if not found or not found[0]:
            return frozenset()
        rows = await (
            await connection.execute("SELECT version_num FROM alembic_version")
        ).fetchall()
    return frozenset(row[0] for row in rows)


def upgrade() -> None:
    """Bring the schema to the newest revision; two at once wait for one another.

    The owner's role does it, and then lets the application's role read and write rows, nothing
    else: it cannot alter a table, so it cannot switch its row-level security off.

    Raises:
        Invalid: The server is too old, or a role could bypass row-level security.
        AppError: The schema is of a newer version of Xobito.
        psycopg.Error: The database does not answer.
    """
    application = _role_of(plain_url())
    with psycopg.connect(owner_url(), autocommit=True, connect_timeout=10) as connection:
        _check_server(connection, application)
        # Session-level: held while Alembic works over its own connection, freed with ours.
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _check_not_newer(connection)
        command.upgrade(_configuration(), "head")
        if application != connection.info.user:
            _grant(connection, application)


def _role_of(url: str) -> str:
    return unquote(urlsplit(url).username or "")


def _grant(connection: psycopg.Connection, role: str) -> None:
    """Let a role work with the rows of all tables, and read at which revision they are."""
    name = Identifier(role)
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
    ):
        connection.execute(SQL(statement).format(role=name))
    if connection.info.server_version >= _HAS_MAINTAIN:
        # An import has the statistics of its tables taken while they grow. Older servers skip
        # that for whoever is not the owner, and say so in a warning.
        connection.execute(
            SQL("GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {role}").format(role=name)
        )


def _check_server(connection: psycopg.Connection, application: str) -> None:
    if connection.info.server_version // 10_000 < _OLDEST_SERVER:
        raise Invalid(
            f"PostgreSQL {_OLDEST_SERVER} or newer is needed; "
            f"this server is {connection.info.parameter_status('server_version')}."
        )
    row = connection.execute(
        "SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls)"
        " AND rolname IN (current_user, %s) ORDER BY rolname = current_user",
        [application],
    ).fetchone()
    if row:
        raise Invalid(
            f"The database role '{row[0]}' can bypass row-level security, which keeps workspaces "
            "apart: use a role made with NOSUPERUSER NOBYPASSRLS."
        )


def _check_not_newer(connection: psycopg.Connection) -> None:
    found = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    if not found or not found[0]:
        return
    rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    scripts = ScriptDirectory.from_config(_configuration()).walk_revisions()
    known = {script.revision for script in scripts}
    if unknown := {row[0] for row in rows} - known:
        raise AppError(
            f"The database was made by a newer Xobito (revision {', '.join(sorted(unknown))}): "
            "update this installation."
        )
