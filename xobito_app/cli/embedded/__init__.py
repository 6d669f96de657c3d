"""PostgreSQL and Valkey from Python wheels, for machines that have neither."""

from __future__ import annotations

from xobito_app.cli.embedded.postgres import EmbeddedPostgres
from xobito_app.cli.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedPostgres", "EmbeddedValkey"]
