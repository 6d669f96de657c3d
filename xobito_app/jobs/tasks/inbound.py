"""Reading what Meta delivered, and fetching the files that came with it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from xobito_app.core.job_names import INBOUND_DRAIN, MEDIA_FETCH
from xobito_app.features.inbox.fetch import fetch_due
from xobito_app.features.ingest.drain import drain
from xobito_app.jobs import runtime
from xobito_app.jobs.celery_app import celery
from xobito_app.jobs.everywhere import for_each_workspace


@celery.task(name=INBOUND_DRAIN)
def drain_deliveries() -> None:
    """Read all stored deliveries; a burst of nudges is one run and one more after it."""
    runtime.start(drain, name=INBOUND_DRAIN)


@celery.task(name=MEDIA_FETCH)
def fetch_media(workspace_id: str = "") -> None:
    """Fetch the files that are due, of one workspace or, for the sweep, of all."""
    if workspace_id:
        runtime.start(partial(fetch_due, UUID(workspace_id)), name=f"{MEDIA_FETCH} {workspace_id}")
    else:
        runtime.start(partial(for_each_workspace, fetch_due), name=MEDIA_FETCH)
