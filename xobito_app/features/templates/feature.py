"""Message templates: written here, approved and owned by Meta."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.core.events import AccountConnected
from xobito_app.core.feature import Feature, Job, Subscription
from xobito_app.core.permissions import Permission
from xobito_app.features.templates.insights import fetch_insights
from xobito_app.features.templates.job_types import (
    TEMPLATES_INSIGHTS,
    TEMPLATES_SETTLE,
    TEMPLATES_SYNC,
)
from xobito_app.features.templates.samples import drop_unused
from xobito_app.features.templates.sync import on_connected, sync_templates
from xobito_app.features.templates.writing.settling import settle

FEATURE = Feature(
    "templates",
    listeners=(Subscription(AccountConnected, on_connected),),
    jobs=(
        Job(TEMPLATES_SYNC, sync_templates, sweep=sync_templates, every=timedelta(hours=1)),
        Job(
            TEMPLATES_INSIGHTS,
            fetch_insights,
            sweep=fetch_insights,
            every=timedelta(hours=1),
        ),
        Job(TEMPLATES_SETTLE, settle, sweep=settle, every=timedelta(minutes=2)),
    ),
    retention=(drop_unused,),
    log_areas={"templates": "Templates"},
    log_words={
        "templates.synced": "synced {count} templates with Meta",
        "templates.drafted": "began to write the template {name}",
        "templates.draft_discarded": "threw away the draft of the template {name}",
        "templates.submitted": "submitted the template {name} ({language}) to Meta",
        "templates.deleted": "deleted the template {name} ({language})",
        "templates.unpaused": "let the template {name} go out again",
        "templates.insights_switched_on": "had Meta count clicks for the account {name}",
        "templates.recategorised": "moved the template {name} from {before} to {after}",
    },
    abilities={
        "templates.read": (Permission.TEMPLATES_VIEW,),
        "templates.create": (
            Permission.TEMPLATES_CREATE,
            Permission.TEMPLATES_EDIT,
            Permission.TEMPLATES_SYNC,
            Permission.TEMPLATES_VIEW,
        ),
        "templates.delete": (Permission.TEMPLATES_DELETE, Permission.TEMPLATES_VIEW),
    },
)
