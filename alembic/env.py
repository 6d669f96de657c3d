"""Runs the migrations on the configured database."""

from __future__ import annotations

from sqlalchemy import create_engine, pool
from sqlmodel import SQLModel

import xobito_app.models  # noqa: F401  (registers the tables)
from alembic import context
from xobito_app.settings import get_settings


def run() -> None:
    engine = create_engine(get_settings().database_owner_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
