"""Message templates, which Meta owns and approves."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.core.events import AccountConnected
from xobito_app.core.feature import Feature, Job, Subscription
from xobito_app.core.permissions import Permission
from xobito_app.features.templates.job_types import TEMPLATES_SYNC
from xobito_app.features.templates.sync import on_connected, sync_templates

FEATURE = Feature(
    "templates",
    listeners=(Subscription(AccountConnected, on_connected),),
    jobs=(Job(TEMPLATES_SYNC, sync_templates, sweep=sync_templates, every=timedelta(hours=1)),),
    log_areas={"templates": "Templates"},
    log_words={"templates.synced": "synced {count} templates with Meta"},
    abilities={"templates.read": (Permission.TEMPLATES_VIEW,)},
)
