"""The closed list of permissions and the actor that carries them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from xobito_app.core.errors import Forbidden
from xobito_app.core.ids import UserId, WorkspaceId


class Permission(StrEnum):
    """Everything a role may allow, as `resource.action`."""

    CONTACTS_VIEW = "contacts.view"
    CONTACTS_CREATE = "contacts.create"
    CONTACTS_EDIT = "contacts.edit"
    CONTACTS_DELETE = "contacts.delete"
    CONTACTS_IMPORT = "contacts.import"
    CONTACTS_EXPORT = "contacts.export"
    GROUPS_MANAGE = "groups.manage"
    STATUSES_MANAGE = "statuses.manage"
    SOURCES_MANAGE = "sources.manage"
    CUSTOM_FIELDS_MANAGE = "custom_fields.manage"
    INBOX_VIEW_ASSIGNED = "inbox.view_assigned"
    INBOX_VIEW_UNASSIGNED = "inbox.view_unassigned"
    INBOX_VIEW_TEAM = "inbox.view_team"
    INBOX_VIEW_ALL = "inbox.view_all"
    INBOX_REPLY = "inbox.reply"
    INBOX_ASSIGN = "inbox.assign"
    INBOX_NOTE = "inbox.note"
    INBOX_DELETE = "inbox.delete"
    TEMPLATES_VIEW = "templates.view"
    TEMPLATES_CREATE = "templates.create"
    TEMPLATES_EDIT = "templates.edit"
    TEMPLATES_DELETE = "templates.delete"
    TEMPLATES_SYNC = "templates.sync"
    CAMPAIGNS_VIEW = "campaigns.view"
    CAMPAIGNS_CREATE = "campaigns.create"
    CAMPAIGNS_EDIT = "campaigns.edit"
    CAMPAIGNS_DELETE = "campaigns.delete"
    CAMPAIGNS_LAUNCH = "campaigns.launch"
    FLOWS_VIEW = "flows.view"
    FLOWS_CREATE = "flows.create"
    FLOWS_EDIT = "flows.edit"
    FLOWS_DELETE = "flows.delete"
    FLOWS_PUBLISH = "flows.publish"
    MESSAGE_BOTS_VIEW = "message_bots.view"
    MESSAGE_BOTS_CREATE = "message_bots.create"
    MESSAGE_BOTS_EDIT = "message_bots.edit"
    MESSAGE_BOTS_DELETE = "message_bots.delete"
    MESSAGE_BOTS_PUBLISH = "message_bots.publish"
    TEMPLATE_BOTS_VIEW = "template_bots.view"
    TEMPLATE_BOTS_CREATE = "template_bots.create"
    TEMPLATE_BOTS_EDIT = "template_bots.edit"
    TEMPLATE_BOTS_DELETE = "template_bots.delete"
    TEMPLATE_BOTS_PUBLISH = "template_bots.publish"
    CANNED_REPLIES_VIEW = "canned_replies.view"
    CANNED_REPLIES_MANAGE = "canned_replies.manage"
    AI_PROMPTS_VIEW = "ai_prompts.view"
    AI_PROMPTS_MANAGE = "ai_prompts.manage"
    TICKETS_VIEW = "tickets.view"
    TICKETS_CREATE = "tickets.create"
    TICKETS_REPLY = "tickets.reply"
    TICKETS_ASSIGN = "tickets.assign"
    TICKETS_CLOSE = "tickets.close"
    STAFF_VIEW = "staff.view"
    STAFF_CREATE = "staff.create"
    STAFF_EDIT = "staff.edit"
    STAFF_DELETE = "staff.delete"
    ROLES_VIEW = "roles.view"
    ROLES_CREATE = "roles.create"
    ROLES_EDIT = "roles.edit"
    ROLES_DELETE = "roles.delete"
    ACTIVITY_LOG_VIEW = "activity_log.view"
    ACTIVITY_LOG_DELETE = "activity_log.delete"
    CONNECTION_VIEW = "connection.view"
    CONNECTION_MANAGE = "connection.manage"
    SETTINGS_VIEW = "settings.view"
    SETTINGS_EDIT = "settings.edit"
    WEBHOOKS_MANAGE = "webhooks.manage"
    API_TOKENS_MANAGE = "api_tokens.manage"
    BILLING_VIEW = "billing.view"
    SIMULATOR_USE = "simulator.use"


ALL: frozenset[Permission] = frozenset(Permission)
"""What an owner holds."""

_VIEWS = frozenset(p for p in Permission if p.value.endswith(".view"))
_AGENT = frozenset(
    {
        Permission.CONTACTS_VIEW,
        Permission.CONTACTS_CREATE,
        Permission.CONTACTS_EDIT,
        Permission.INBOX_VIEW_ASSIGNED,
        Permission.INBOX_VIEW_UNASSIGNED,
        Permission.INBOX_REPLY,
        Permission.INBOX_ASSIGN,
        Permission.INBOX_NOTE,
        Permission.TEMPLATES_VIEW,
        Permission.CANNED_REPLIES_VIEW,
        Permission.AI_PROMPTS_VIEW,
        Permission.TICKETS_VIEW,
        Permission.TICKETS_CREATE,
        Permission.TICKETS_REPLY,
        Permission.SIMULATOR_USE,
    }
)
_ADMINISTRATION = frozenset(
    p
    for p in Permission
    if p.value.split(".")[0]
    in {"staff", "roles", "activity_log", "connection", "settings", "webhooks", "api_tokens"}
)

SEEDED_ROLES: dict[str, frozenset[Permission]] = {
    "Admin": ALL,
    "Manager": (ALL - _ADMINISTRATION)
    | {Permission.STAFF_VIEW, Permission.CONNECTION_VIEW, Permission.ACTIVITY_LOG_VIEW},
    "Agent": _AGENT,
    "Viewer": _VIEWS | {Permission.INBOX_VIEW_ALL},
}
"""The roles every new workspace starts with."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which workspace, with which rights; made by entrypoints, asked by services.

    Attributes:
        user_id: The staff member, or None for the system itself (ingest, jobs, REST tokens).
        name: How the actor is named in logs and threads.
        permissions: Everything the role allows; an owner holds all.
        address: Where the request came from, for the activity log; empty for jobs.
    """

    workspace_id: WorkspaceId
    user_id: UserId | None
    name: str
    permissions: frozenset[Permission] = field(default=frozenset())
    is_owner: bool = False
    address: str = ""

    def can(self, permission: Permission) -> bool:
        """Tell whether the actor holds a permission."""
        return self.is_owner or permission in self.permissions


def system_actor(workspace_id: WorkspaceId, name: str = "Xobito") -> Actor:
    """Return the actor of background work: every right, no person."""
    return Actor(workspace_id=workspace_id, user_id=None, name=name, permissions=ALL)


def require(actor: Actor, *permissions: Permission) -> None:
    """Let the actor pass when it holds at least one of the permissions.

    Raises:
        Forbidden: It holds none of them.
    """
    if not any(actor.can(permission) for permission in permissions):
        raise Forbidden("Your role does not allow this. Ask an admin of the workspace.")
