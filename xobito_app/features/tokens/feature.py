"""API tokens and what they may be allowed."""

from __future__ import annotations

from xobito_app.core.feature import Feature
from xobito_app.core.permissions import Permission
from xobito_app.features.tokens.repeats import drop_old

FEATURE = Feature(
    "tokens",
    retention=(drop_old,),
    log_areas={"api_token": "API tokens"},
    log_words={
        "api_token.created": "created the API token {name}",
        "api_token.revoked": "revoked the API token {name}",
        "api_token.deleted": "deleted the API token {name}",
    },
    # Part of the published list; each moves to its feature with the endpoints behind it.
    abilities={
        "messagebots.create": (Permission.MESSAGE_BOTS_CREATE, Permission.MESSAGE_BOTS_VIEW),
        "messagebots.read": (Permission.MESSAGE_BOTS_VIEW,),
        "messagebots.delete": (Permission.MESSAGE_BOTS_DELETE, Permission.MESSAGE_BOTS_VIEW),
        "templatebots.create": (Permission.TEMPLATE_BOTS_CREATE, Permission.TEMPLATE_BOTS_VIEW),
        "templatebots.read": (Permission.TEMPLATE_BOTS_VIEW,),
        "templatebots.delete": (Permission.TEMPLATE_BOTS_DELETE, Permission.TEMPLATE_BOTS_VIEW),
        "tickets.read": (Permission.TICKETS_VIEW,),
        "tickets.create": (Permission.TICKETS_CREATE, Permission.TICKETS_VIEW),
        "tickets.reply": (Permission.TICKETS_REPLY, Permission.TICKETS_VIEW),
        "flows.read": (Permission.FLOWS_VIEW,),
        "flows.trigger": (Permission.FLOWS_VIEW, Permission.INBOX_VIEW_ALL),
    },
)
