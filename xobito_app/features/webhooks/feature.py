"""Outbound webhooks: telling other systems about changed contacts."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.core.events import RecordsChanged
from xobito_app.core.feature import Feature, Job, Subscription
from xobito_app.features.webhooks.deliver import deliver, drop_old, sweep
from xobito_app.features.webhooks.job_types import WEBHOOKS_DELIVER
from xobito_app.features.webhooks.listeners import on_change

FEATURE = Feature(
    "webhooks",
    listeners=(Subscription(RecordsChanged, on_change),),
    jobs=(Job(WEBHOOKS_DELIVER, deliver, sweep=sweep, every=timedelta(seconds=10)),),
    retention=(drop_old,),
    log_areas={"webhook": "Webhooks"},
    log_words={
        "webhook.saved": "changed the webhook {name}",
        "webhook.switched_on": "switched on the webhook {name}",
        "webhook.switched_off": "switched off the webhook {name}",
        "webhook.secret_rotated": "made a new signing secret for the webhook {name}",
        "webhook.tested": "sent a test to the webhook {name}",
        "webhook.redelivered": "sent an event again to the webhook {name}",
        "webhook.disabled": "switched off the webhook {name} after {failures} failures in a row",
    },
)
