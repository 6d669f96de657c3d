"""One template to many people."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.core.events import (
    MessageReceived,
    RecordsChanged,
    StatusesReceived,
    TemplateChanged,
)
from xobito_app.core.feature import Feature, Job, MergeFollower, Subscription
from xobito_app.core.permissions import Permission
from xobito_app.features.campaigns.answers import (
    count_recipients,
    give_recipients_back,
    hear_answer,
    hear_opt_out,
    take_recipients,
    tell_timeline,
)
from xobito_app.features.campaigns.guarding.guard import guard
from xobito_app.features.campaigns.guarding.listeners import hear_of_stops, hear_of_template
from xobito_app.features.campaigns.job_types import (
    CAMPAIGNS_DISPATCH,
    CAMPAIGNS_GUARD,
    CAMPAIGNS_SCHEDULE,
)
from xobito_app.features.campaigns.launching.launch import begin_due
from xobito_app.features.campaigns.sending.dispatch import dispatch, sweep
from xobito_app.features.campaigns.sending.statuses import take_statuses
from xobito_app.features.campaigns.thread_entries import SOURCE

_VIEW = Permission.CAMPAIGNS_VIEW

FEATURE = Feature(
    "campaigns",
    listeners=(
        Subscription(StatusesReceived, take_statuses),
        Subscription(StatusesReceived, hear_of_stops),
        Subscription(TemplateChanged, hear_of_template),
        Subscription(MessageReceived, hear_answer),
        Subscription(RecordsChanged, hear_opt_out),
    ),
    jobs=(
        Job(CAMPAIGNS_DISPATCH, dispatch, sweep=sweep, every=timedelta(seconds=5), is_merged=False),
        Job(CAMPAIGNS_SCHEDULE, begin_due, sweep=begin_due, every=timedelta(seconds=5)),
        Job(CAMPAIGNS_GUARD, guard, sweep=guard, every=timedelta(seconds=2)),
    ),
    merge_followers=(
        MergeFollower("campaigns", take_recipients, give_recipients_back, count_recipients),
    ),
    timeline=(tell_timeline,),
    thread_sources=(SOURCE,),
    log_areas={"campaign": "Campaigns"},
    log_words={
        "campaign.created": "made the campaign {name}",
        "campaign.updated": "changed the campaign {name}",
        "campaign.deleted": "deleted the campaign {name}",
        "campaign.launched": "launched the campaign {name} to {people} people",
        "campaign.launch_undone": "took back the launch of the campaign {name}",
        "campaign.begun": "began the scheduled campaign {name}",
        "campaign.stopped": "stopped the campaign {name}: {reason}",
        "campaign.paused": "paused the campaign {name}",
        "campaign.resumed": "resumed the campaign {name}",
        "campaign.cancelled": "cancelled the campaign {name}",
        "campaign.exported": "exported the recipients of the campaign {name}",
        "campaign.excluded_exported": "exported who is left out of the campaign {name}",
        "campaign.retried": "tried {people} people of the campaign {name} again",
        "campaign.rate_saved": "set what messages cost: {name}",
        "campaign.rate_deleted": "deleted what messages cost: {name}",
    },
    abilities={
        "campaigns.read": (_VIEW, Permission.CONTACTS_EXPORT),
        "campaigns.create": (
            Permission.CAMPAIGNS_CREATE,
            Permission.CAMPAIGNS_EDIT,
            Permission.CAMPAIGNS_DELETE,
            Permission.CONTACTS_VIEW,
            _VIEW,
        ),
        "campaigns.launch": (Permission.CAMPAIGNS_LAUNCH, _VIEW),
    },
)
