"""Commands the supervisor starts: each becomes one embedded server."""

from __future__ import annotations

from xobito_app.settings import get_settings


def run_postgres() -> None:
    """Become the embedded PostgreSQL of the data directory."""
    from xobito_app.cli.embedded import EmbeddedPostgres

    EmbeddedPostgres(get_settings().data_path).run()


def run_valkey() -> None:
    """Become the embedded Valkey of the data directory."""
    from xobito_app.cli.embedded import EmbeddedValkey

    EmbeddedValkey(get_settings().data_path).run()
