"""`xobito migrate`: bring the database to this version's schema."""

from __future__ import annotations

from typing import Annotated

import typer


def migrate(
    wait: Annotated[bool, typer.Option(help="Wait up to two minutes for the database.")] = False,
) -> None:
    """Bring the database to this version's schema. Safe to run at any time, also twice at once."""
    import psycopg

    from xobito_app.cli.waiting import wait_for_database
    from xobito_app.core.errors import Unavailable
    from xobito_app.persistence import schema

    wait_for_database(120 if wait else 0)
    try:
        schema.upgrade()
    except psycopg.OperationalError:
        raise Unavailable("The database went away while its schema was being changed.") from None
