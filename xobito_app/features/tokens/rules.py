"""What API tokens may be allowed, and which rights of a role each ability stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from xobito_app.core.permissions import Permission

PREFIX = "apitk_"
SECRET_LENGTH = 64
SHOWN_LENGTH = 12
"""Characters of a token that lists show, so that people tell tokens apart."""
_TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9]{{{SECRET_LENGTH}}}")

STANDARD_RATE = 60
"""Requests a minute."""
MOST_RATE = 100_000

_CONTACTS_VIEW = (Permission.CONTACTS_VIEW,)
# Custom fields, segments and bulk actions belong to contacts: they have no abilities of their own.
# Each endpoint asks for the ability too, so a right that two abilities share opens nothing more.
_THREADS = (Permission.INBOX_VIEW_ALL,)
_SENDING = (
    Permission.INBOX_REPLY,
    Permission.INBOX_VIEW_ALL,
    Permission.CONTACTS_VIEW,
    Permission.CONTACTS_CREATE,
    Permission.TEMPLATES_VIEW,
)

ABILITIES: dict[str, tuple[Permission, ...]] = {
    "contacts.create": (
        Permission.CONTACTS_CREATE,
        Permission.CONTACTS_IMPORT,
        Permission.CONTACTS_VIEW,
    ),
    "contacts.read": (Permission.CONTACTS_VIEW, Permission.CONTACTS_EXPORT),
    "contacts.update": (
        Permission.CONTACTS_EDIT,
        Permission.CUSTOM_FIELDS_MANAGE,
        Permission.CONTACTS_VIEW,
    ),
    "contacts.delete": (
        Permission.CONTACTS_DELETE,
        Permission.CUSTOM_FIELDS_MANAGE,
        Permission.CONTACTS_VIEW,
    ),
    **{
        f"{things}.{action}": (permission, Permission.CONTACTS_VIEW)
        if action != "read"
        else _CONTACTS_VIEW
        for things, permission in (
            ("statuses", Permission.STATUSES_MANAGE),
            ("sources", Permission.SOURCES_MANAGE),
            ("groups", Permission.GROUPS_MANAGE),
        )
        for action in ("create", "read", "update", "delete")
    },
    "templates.read": (Permission.TEMPLATES_VIEW,),
    "messagebots.create": (Permission.MESSAGE_BOTS_CREATE, Permission.MESSAGE_BOTS_VIEW),
    "messagebots.read": (Permission.MESSAGE_BOTS_VIEW,),
    "messagebots.delete": (Permission.MESSAGE_BOTS_DELETE, Permission.MESSAGE_BOTS_VIEW),
    "templatebots.create": (Permission.TEMPLATE_BOTS_CREATE, Permission.TEMPLATE_BOTS_VIEW),
    "templatebots.read": (Permission.TEMPLATE_BOTS_VIEW,),
    "templatebots.delete": (Permission.TEMPLATE_BOTS_DELETE, Permission.TEMPLATE_BOTS_VIEW),
    "messages.send": _SENDING,
    "messages.read": (*_THREADS, Permission.CONTACTS_VIEW),
    "campaigns.read": (Permission.CAMPAIGNS_VIEW,),
    "campaigns.create": (Permission.CAMPAIGNS_CREATE, Permission.CAMPAIGNS_VIEW),
    "campaigns.launch": (Permission.CAMPAIGNS_LAUNCH, Permission.CAMPAIGNS_VIEW),
    "tickets.read": (Permission.TICKETS_VIEW,),
    "tickets.create": (Permission.TICKETS_CREATE, Permission.TICKETS_VIEW),
    "tickets.reply": (Permission.TICKETS_REPLY, Permission.TICKETS_VIEW),
    "flows.read": (Permission.FLOWS_VIEW,),
    "flows.trigger": (Permission.FLOWS_VIEW, *_THREADS),
}
"""The closed list, and what each lets the token do inside the services."""


def is_token(text: str) -> bool:
    """Tell whether a text has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def permissions_of(abilities: Iterable[str]) -> frozenset[Permission]:
    """Return the rights behind some abilities; unknown ones, of a newer version, give none."""
    return frozenset(p for ability in abilities for p in ABILITIES.get(ability, ()))


def within(abilities: Iterable[str], held: frozenset[Permission]) -> list[str]:
    """Return those abilities that allow nothing beyond what somebody's role allows."""
    return [ability for ability in abilities if permissions_of([ability]) <= held]


def is_valid(revoked_at: datetime | None, expires_at: datetime | None, now: datetime) -> bool:
    """Tell whether a token still opens anything."""
    return revoked_at is None and (expires_at is None or now < expires_at)
