"""Reading what Meta delivers."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.core.events import AccountConnected
from xobito_app.core.feature import Feature, Job, Subscription
from xobito_app.features.ingest.claims import on_connected
from xobito_app.features.ingest.drain import drain
from xobito_app.features.ingest.job_types import INBOUND_DRAIN
from xobito_app.features.ingest.retention import drop_old_deliveries

FEATURE = Feature(
    "ingest",
    listeners=(Subscription(AccountConnected, on_connected),),
    # What a lost wake-up left lying is taken up within a second.
    jobs=(Job(INBOUND_DRAIN, drain, every=timedelta(seconds=1)),),
    global_retention=(drop_old_deliveries,),
    log_areas={"delivery": "Event journal"},
    log_words={"delivery.replayed": "had a delivery from Meta read again"},
)
