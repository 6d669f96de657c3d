"""Work that is a row: claimed under a lease, done outside any transaction, recorded by its holder.

A feature brings the table (`LeasedTable`), the statement that says what is due, the work and the
policy (`LeasedWork`, or `LeasedRun` when many are recorded at once, with `GroupCommit`); one long
piece of work on one row takes `held_row`.
"""

from __future__ import annotations

from xobito_app.persistence.leased_work.grouping import GroupCommit
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
from xobito_app.persistence.leased_work.worker import LeasedRun, LeasedWork

__all__ = [
    "Again",
    "Claimed",
    "Done",
    "Failed",
    "GroupCommit",
    "Lease",
    "LeaseLost",
    "LeasedRun",
    "LeasedTable",
    "LeasedWork",
    "Outcome",
    "Unknown",
    "doubling",
    "held_row",
]
