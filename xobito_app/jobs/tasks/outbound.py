"""Sending messages and read receipts; waiting for Meta goes on beside the next job."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from xobito_app.core.job_names import OUTBOUND_SEND, OUTBOUND_SWEEP, READ_RECEIPT
from xobito_app.features.inbox.afterwards import TYPING
from xobito_app.features.inbox.dispatch import dispatch
from xobito_app.features.inbox.receipts import send_receipt
from xobito_app.features.inbox.sweep import sweep
from xobito_app.jobs import runtime
from xobito_app.jobs.celery_app import celery
from xobito_app.jobs.everywhere import for_each_workspace


@celery.task(name=OUTBOUND_SEND)
def send(workspace_id: str) -> None:
    """Send what is queued in a workspace."""
    runtime.start(partial(dispatch, UUID(workspace_id)))


@celery.task(name=OUTBOUND_SWEEP)
def sweep_all() -> None:
    """Settle what dead workers left, and queue what is due."""
    runtime.start(partial(for_each_workspace, sweep), name=OUTBOUND_SWEEP)


@celery.task(name=READ_RECEIPT)
def mark_read(workspace_id: str, conversation_id: str, also: str = "") -> None:
    """Tell a customer that their messages were read, or that somebody is typing."""
    runtime.start(
        partial(send_receipt, UUID(workspace_id), UUID(conversation_id), is_typing=also == TYPING)
    )
