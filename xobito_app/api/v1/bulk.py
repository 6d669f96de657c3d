"""`/contacts/bulk` and `/contacts/export`: many contacts at once."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Literal
from uuid import UUID

from pydantic import Field

from xobito_app.api import exports
from xobito_app.api.v1.declare import Call, CsvFile, endpoint, needing
from xobito_app.api.v1.selection import FilterQuery, Selection, narrow
from xobito_app.api.v1.shapes import Line, Moment, Out
from xobito_app.features.contacts.bulk import bulk
from xobito_app.features.contacts.bulk.bulk import JobView
from xobito_app.features.contacts.lists import exporting
from xobito_app.features.contacts.schemas import ContactFilter, JobKind

_TAG, _THING = "Many contacts at once", "Bulk action"


class BulkJob(Out):
    """How far a bulk action is."""

    id: UUID
    action: str = Field(validation_alias="kind")
    state: str = Field(description="waiting, running, done, stopped or failed.")
    percent: int
    total: int = Field(description="How many contacts were meant when it began.")
    done: int = Field(description="How many were looked at.")
    changed: int = Field(description="How many it changed; the others were so already.")
    failed: int
    error: str
    actor_name: str
    created_at: Moment
    finished_at: Moment | None

    @classmethod
    def of(cls, view: JobView) -> BulkJob:
        """Take a bulk action over."""
        return cls.model_validate(view, from_attributes=True)


class BulkOrder(Selection):
    """One action, and the contacts it is done to."""

    action: Literal[
        "add_group",
        "remove_group",
        "set_status",
        "set_source",
        "assign",
        "opt_out",
        "opt_in",
        "delete",
    ]
    target_id: UUID | None = Field(
        default=None,
        description="The group, status, source or person; with `assign` none means nobody.",
    )
    reason: Line = Field(default="", description="Of an opt-out.")


@endpoint(
    "POST",
    "/contacts/bulk",
    tag=_TAG,
    ability="contacts.update",
    message="Bulk action begun",
    status=202,
    example={"action": "opt_in", "filter": {"search": "ruiz"}},
)
async def start_bulk(call: Call, *, body: BulkOrder) -> BulkJob:
    """Do something to many contacts.

    It is done in the background to all contacts meant at this moment; the answer names the action,
    to be asked how far it is. `delete` takes the ability `contacts.delete` as well.
    """
    contact_filter = await body.contact_filter(call)
    is_delete = body.action == JobKind.DELETE
    with needing("contacts.delete") if is_delete else nullcontext():
        view = await bulk.start_job(
            call.session,
            call.actor,
            kind=body.action,
            contact_filter=contact_filter,
            target_id=body.target_id,
            reason=body.reason,
        )
    return BulkJob.of(view)


@endpoint("GET", "/contacts/bulk/{job_id}", tag=_TAG, thing=_THING, ability="contacts.read")
async def get_bulk(call: Call) -> BulkJob:
    """Tell how far a bulk action is."""
    return BulkJob.of(await bulk.get_job(call.session, call.actor, job_id=call.id("job_id")))


@endpoint(
    "POST",
    "/contacts/bulk/{job_id}/stop",
    tag=_TAG,
    thing=_THING,
    ability="contacts.update",
    message="Bulk action stopped",
)
async def stop_bulk(call: Call) -> BulkJob:
    """Stop a bulk action.

    What it did so far stays done; one that has ended already stays as it is.
    """
    return BulkJob.of(await bulk.stop_job(call.session, call.actor, job_id=call.id("job_id")))


@endpoint("GET", "/contacts/export", tag=_TAG, ability="contacts.read")
async def export_contacts(call: Call, *, query: FilterQuery) -> CsvFile:
    """Export contacts as CSV.

    Newest first, with all facts and custom fields; several filters must all fit. UTF-8 with a byte
    order mark; cells that spreadsheets would take for formulas begin with an apostrophe.
    """
    contact_filter = await narrow(call, query)
    columns, chosen = await exporting.begin_export(
        call.session, call.actor, contact_filter=contact_filter or ContactFilter(ids=())
    )
    return CsvFile(exports.dated("contacts"), exports.contact_lines(call.actor, columns, chosen))
