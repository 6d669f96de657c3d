"""A campaign that reached the customer of the line."""

from __future__ import annotations

from typing import Any

from tests.features.campaigns.drafts import launched
from tests.features.campaigns.runs import Run
from tests.lines import CUSTOMER, Line
from xobito_app.core import clock
from xobito_app.features.campaigns.schemas import Audience

CUSTOMER_PHONE = f"+{CUSTOMER}"


async def sent_to_customer(line: Line, **given: Any) -> Run:
    """Send a campaign to who just wrote; they are called Ana in it."""
    contact_id = (await line.thread()).contact_id
    run = await launched(line, audience=Audience(contact_ids=(contact_id,)), **given)
    await run.change(begins_at=clock.now())
    (row,) = await run.recipients()
    await line.change(row, values={**row.values, "body.1": "Ana"}, due_at=clock.now())
    await run.dispatch()
    return run
