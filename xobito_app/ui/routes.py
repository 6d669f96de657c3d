"""The table of pages: where they are, who may see them, how they stand in the rail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from xobito_app.core.permissions import Permission


class NavSection(StrEnum):
    """Where a page has its entry."""

    MAIN = "main"
    FOOT = "foot"
    PALETTE = "palette"


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One page behind the sign-in.

    Attributes:
        permissions: One of these is needed; none means any signed-in person.
        key: The letter after G that leads here, or empty.
        on_phone: Whether the phone's bottom bar has it: four pages do, the palette has the rest.
        parent: The page whose entry is marked while this one is open, when it has none itself.
    """

    name: str
    path: str
    title: str
    icon: str
    permissions: tuple[Permission, ...] = ()
    section: NavSection = NavSection.MAIN
    key: str = ""
    on_phone: bool = False
    parent: str = ""

    def is_open_to(self, permissions: frozenset[Permission]) -> bool:
        """Tell whether somebody with these permissions may see the page."""
        return not self.permissions or not permissions.isdisjoint(self.permissions)


INBOX = PageRoute(
    "inbox",
    "/inbox",
    "Inbox",
    "inbox",
    (
        Permission.INBOX_VIEW_ASSIGNED,
        Permission.INBOX_VIEW_UNASSIGNED,
        Permission.INBOX_VIEW_TEAM,
        Permission.INBOX_VIEW_ALL,
    ),
    key="i",
    on_phone=True,
)
TEAM = PageRoute(
    "team",
    "/team",
    "Team",
    "users",
    (Permission.STAFF_VIEW, Permission.ROLES_VIEW),
    NavSection.FOOT,
    key="m",
)
SETTINGS = PageRoute(
    "settings",
    "/settings",
    "Settings",
    "settings",
    (Permission.SETTINGS_VIEW,),
    NavSection.FOOT,
    key="s",
    on_phone=True,
)
ACTIVITY = PageRoute(
    "activity",
    "/activity",
    "Activity log",
    "history",
    (Permission.ACTIVITY_LOG_VIEW,),
    NavSection.PALETTE,
    key="l",
    parent="settings",
)
ACCOUNT = PageRoute(
    "account", "/account", "Your account", "circle-user-round", (), NavSection.PALETTE, "u"
)

SIMULATOR = PageRoute(
    "simulator",
    "/simulator",
    "Simulator",
    "smartphone",
    (Permission.SIMULATOR_USE,),
    NavSection.FOOT,
    key="p",
)

_CONNECTION = (Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE)
TEMPLATES = PageRoute(
    "templates",
    "/templates",
    "Templates",
    "layout-template",
    (Permission.TEMPLATES_VIEW,),
    key="t",
    on_phone=True,
)
CAMPAIGNS = PageRoute(
    "campaigns",
    "/campaigns",
    "Campaigns",
    "megaphone",
    (Permission.CAMPAIGNS_VIEW,),
    key="b",
)
NUMBERS = PageRoute("numbers", "/numbers", "Numbers", "plug", _CONNECTION, NavSection.FOOT, key="n")
CONNECT = PageRoute(
    "connect",
    "/connect",
    "Connect WhatsApp",
    "plug",
    (Permission.CONNECTION_MANAGE,),
    NavSection.PALETTE,
    parent="numbers",
)
DOCTOR = PageRoute(
    "doctor",
    "/doctor",
    "Doctor",
    "stethoscope",
    _CONNECTION,
    NavSection.PALETTE,
    key="d",
    parent="numbers",
)
JOURNAL = PageRoute(
    "journal",
    "/journal",
    "Event journal",
    "scroll-text",
    _CONNECTION,
    NavSection.PALETTE,
    key="j",
    parent="numbers",
)

CONTACTS = PageRoute(
    "contacts",
    "/contacts",
    "Contacts",
    "contact",
    (Permission.CONTACTS_VIEW,),
    key="c",
    on_phone=True,
)
CONTACT_IMPORT = PageRoute(
    "contact_import",
    "/contacts/import",
    "Import contacts",
    "upload",
    (Permission.CONTACTS_IMPORT,),
    NavSection.PALETTE,
    parent="contacts",
)
DUPLICATES = PageRoute(
    "duplicates",
    "/contacts/duplicates",
    "Duplicates",
    "copy",
    (Permission.CONTACTS_VIEW,),
    NavSection.PALETTE,
    parent="contacts",
)
CONTACT_LABELS = PageRoute(
    "contact_labels",
    "/contacts/labels",
    "Statuses, sources, groups, fields",
    "tags",
    (
        Permission.CONTACTS_VIEW,
        Permission.STATUSES_MANAGE,
        Permission.SOURCES_MANAGE,
        Permission.GROUPS_MANAGE,
        Permission.CUSTOM_FIELDS_MANAGE,
    ),
    NavSection.PALETTE,
    parent="contacts",
)

CANNED = PageRoute(
    "canned",
    "/canned-replies",
    "Canned replies",
    "zap",
    (Permission.CANNED_REPLIES_VIEW,),
    NavSection.FOOT,
)

WEBHOOKS = PageRoute(
    "webhooks",
    "/settings/webhooks",
    "Webhooks",
    "webhook",
    (Permission.WEBHOOKS_MANAGE,),
    NavSection.PALETTE,
    parent="settings",
)

TOKENS = PageRoute(
    "tokens",
    "/settings/api-tokens",
    "API tokens",
    "key-round",
    (Permission.API_TOKENS_MANAGE,),
    NavSection.PALETTE,
    parent="settings",
)

RATES = PageRoute(
    "rates",
    "/settings/rates",
    "Rates",
    "coins",
    (Permission.BILLING_VIEW, Permission.CAMPAIGNS_VIEW),
    NavSection.PALETTE,
    parent="settings",
)

FLOWS = PageRoute(
    "flows",
    "/flows",
    "Flows",
    "workflow",
    (Permission.FLOWS_VIEW,),
    key="f",
)

ROUTES: tuple[PageRoute, ...] = (
    INBOX,
    CONTACTS,
    TEMPLATES,
    FLOWS,
    CAMPAIGNS,
    CANNED,
    SIMULATOR,
    NUMBERS,
    TEAM,
    SETTINGS,
    WEBHOOKS,
    TOKENS,
    RATES,
    CONNECT,
    DOCTOR,
    JOURNAL,
    ACTIVITY,
    ACCOUNT,
    CONTACT_LABELS,
    CONTACT_IMPORT,
    DUPLICATES,
)
"""Every page behind the sign-in, in the order of the rail."""

NOWHERE = PageRoute("nowhere", "/404", "Nothing here", "compass", section=NavSection.PALETTE)
"""What stands at addresses that lead nowhere; no entry leads there."""

GATES = frozenset(
    {"/", "/sign-in", "/set-up", "/join", "/forgot", "/reset", "/choose-password", "/404"}
)
"""The pages for people who are not signed in."""


def find_route(path: str) -> PageRoute | None:
    """Return the page an address belongs to: the one whose path is its longest beginning."""
    plain = path.rstrip("/") or "/"
    fitting = [
        route for route in ROUTES if plain == route.path or plain.startswith(f"{route.path}/")
    ]
    return max(fitting, key=lambda route: len(route.path), default=None)
