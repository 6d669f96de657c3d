"""Tables. Importing this package registers all of them."""

from xobito_app.models import (
    accounts,
    base,
    campaigns,
    connection,
    contact_work,
    contacts,
    flows,
    inbox,
    mail,
    templates,
    tokens,
    webhooks,
    workspaces,
)

TABLES_WITHOUT_ROW_SECURITY = frozenset(
    {
        # Asked before anyone knows which workspace it is about:
        "membership",
        "user_session",
        "one_time_link",
        "wa_route",
        "inbound_event",
        # See MessageSearch:
        "message_search",
    }
)
"""Tables that carry a workspace but are read across or ahead of it; each says why."""

__all__ = [
    "TABLES_WITHOUT_ROW_SECURITY",
    "accounts",
    "base",
    "campaigns",
    "connection",
    "contact_work",
    "contacts",
    "flows",
    "inbox",
    "mail",
    "templates",
    "tokens",
    "webhooks",
    "workspaces",
]
