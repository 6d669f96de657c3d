"""What the team page shows, ready to be placed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from xobito_app.core.permissions import Permission
from xobito_app.core.text import initials
from xobito_app.features.workspaces.pictures import photo_url
from xobito_app.features.workspaces.schemas import InviteView, MemberView, RoleView
from xobito_app.ui import formats
from xobito_app.ui.components import tone_of

RESOURCES: dict[str, list[Permission]] = {}
for _permission in Permission:
    RESOURCES.setdefault(_permission.value.split(".")[0], []).append(_permission)

_NAMES = {"ai_prompts": "AI prompts", "api_tokens": "API tokens"}


def resource_name(resource: str) -> str:
    """Return a resource as the role editor names it."""
    return _NAMES.get(resource, resource.replace("_", " ").capitalize())


def action_name(permission: Permission) -> str:
    """Return an action as the role editor names it."""
    return permission.value.split(".")[1].replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A staff member."""

    id: str
    name: str
    email: str
    initials: str
    tone: int
    photo: str
    role_id: str
    role: str
    status: str
    status_tone: str
    second_factor: str
    is_owner: bool
    is_active: bool
    is_self: bool
    can_change: bool

    @classmethod
    def of(cls, view: MemberView, own_id: object) -> MemberRow:
        """Format a member; nobody changes the owner or themselves here."""
        return cls(
            id=str(view.user_id),
            name=view.name,
            email=view.email,
            initials=initials(view.name),
            tone=tone_of(view.user_id),
            photo=photo_url(view.user_id, view.picture),
            role_id=str(view.role_id or ""),
            role=view.role,
            status="Active" if view.is_active else "Inactive",
            status_tone="success" if view.is_active else "neutral",
            second_factor="On" if view.has_second_factor else "Off",
            is_owner=view.is_owner,
            is_active=view.is_active,
            is_self=view.user_id == own_id,
            can_change=not view.is_owner and view.user_id != own_id,
        )


@dataclass(frozen=True, slots=True)
class InviteRow:
    """An invitation nobody has accepted yet."""

    id: str
    email: str
    role: str
    expires: str
    tone: str

    @classmethod
    def of(cls, view: InviteView, zone: str) -> InviteRow:
        """Format an invitation."""
        until = formats.full(view.expires_at, zone)
        return cls(
            id=str(view.id),
            email=view.email,
            role=view.role,
            expires=f"Expired {until}" if view.is_expired else f"Until {until}",
            tone="danger" if view.is_expired else "neutral",
        )


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role."""

    id: str
    name: str
    allows: str
    members: str
    is_seeded: bool
    is_used: bool

    @classmethod
    def of(cls, view: RoleView) -> RoleRow:
        """Format a role."""
        return cls(
            id=str(view.id),
            name=view.name,
            allows=_summary(view.permissions),
            members=f"{view.members} {'person' if view.members == 1 else 'people'}",
            is_seeded=view.is_seeded,
            is_used=view.members > 0,
        )


def _summary(permissions: Collection[str]) -> str:
    if len(permissions) >= len(Permission):
        return "Everything"
    if not permissions:
        return "Nothing yet"
    areas = [
        resource_name(resource)
        for resource, own in RESOURCES.items()
        if any(permission.value in permissions for permission in own)
    ]
    shown = ", ".join(areas[:6])
    return shown + (f" and {len(areas) - 6} more" if len(areas) > 6 else "")
