"""`/contacts/bulk` and `/contacts/export`: many contacts at once."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from xobito_app.api import exports
from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, needing, needs, not_found
from xobito_app.api.rest.shapes import Line, Moment, Out
from xobito_app.api.tables import CsvFile
from xobito_app.api.v1.selection import FilterQuery, Selection, narrow
from xobito_app.features.contacts.bulk import bulk
from xobito_app.features.contacts.lists import exporting
from xobito_app.features.contacts.schemas import ContactFilter

router = APIRouter(tags=["Many contacts at once"], route_class=RestRoute)
_THING = "Bulk action"


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


@router.post("/contacts/bulk", status_code=202, response_description="Bulk action begun")
async def start_bulk(
    call: Annotated[Call, needs("contacts.update")],
    body: Annotated[BulkOrder, json_body({"action": "opt_in", "filter": {"search": "ruiz"}})],
) -> BulkJob:
    """Do something to many contacts.

    It is done in the background to all contacts meant at this moment; the answer names the action,
    to be asked how far it is. `delete` takes the ability `contacts.delete` as well.
    """
    contact_filter = await body.contact_filter(call)
    is_delete = body.action == "delete"
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


@router.get("/contacts/bulk/{job_id}", responses=not_found(_THING))
async def get_bulk(call: Annotated[Call, needs("contacts.read")], job_id: UUID) -> BulkJob:
    """Tell how far a bulk action is."""
    return BulkJob.of(await bulk.get_job(call.session, call.actor, job_id=job_id))


@router.post(
    "/contacts/bulk/{job_id}/stop",
    response_description="Bulk action stopped",
    responses=not_found(_THING),
)
async def stop_bulk(call: Annotated[Call, needs("contacts.update")], job_id: UUID) -> BulkJob:
    """Stop a bulk action.

    What it did so far stays done; one that has ended already stays as it is.
    """
    return BulkJob.of(await bulk.stop_job(call.session, call.actor, job_id=job_id))


@router.get("/contacts/export", response_class=CsvFile)
async def export_contacts(
    call: Annotated[Call, needs("contacts.read")], query: Annotated[FilterQuery, Query()]
) -> CsvFile:
    """Export contacts as CSV.

    Newest first, with all facts and custom fields; several filters must all fit. UTF-8 with a byte
    order mark; cells that spreadsheets would take for formulas begin with an apostrophe.
    """
    contact_filter = await narrow(call, query)
    columns, chosen = await exporting.begin_export(
        call.session, call.actor, contact_filter=contact_filter or ContactFilter(ids=())
    )
    return CsvFile(exports.dated("contacts"), exports.contact_lines(call.actor, columns, chosen))
