"""One template to many people."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.core.events import StatusesReceived
from xobito_app.core.feature import Feature, Job, Subscription
from xobito_app.features.campaigns.job_types import CAMPAIGNS_DISPATCH
from xobito_app.features.campaigns.sending.dispatch import dispatch, sweep
from xobito_app.features.campaigns.sending.statuses import take_statuses

FEATURE = Feature(
    "campaigns",
    listeners=(Subscription(StatusesReceived, take_statuses),),
    jobs=(
        Job(CAMPAIGNS_DISPATCH, dispatch, sweep=sweep, every=timedelta(seconds=5), is_merged=False),
    ),
    log_areas={"campaign": "Campaigns"},
)
