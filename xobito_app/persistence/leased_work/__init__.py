"""Work that is a row: claimed under a lease, done outside any transaction, recorded by its holder.

A feature brings the table (`LeasedTable`), the statement that says what is due, the work and the
policy (`LeasedWork`); one long piece of work on one row takes `held_row`.
"""

from __future__ import annotations

from xobito_app.persistence.leased_work.outcomes import (
    Again,
    Done,
    Failed,
    LeaseLost,
    Outcome,
    Unknown,
    doubling,
)
from xobito_app.persistence.leased_work.table import Claimed, Lease, LeasedTable, held_row
from xobito_app.persistence.leased_work.worker import LeasedWork

__all__ = [
    "Again",
    "Claimed",
    "Done",
    "Failed",
    "Lease",
    "LeaseLost",
    "LeasedTable",
    "LeasedWork",
    "Outcome",
    "Unknown",
    "doubling",
    "held_row",
]
