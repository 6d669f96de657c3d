"""What the workspaces feature tells the entrypoints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MemberView:
    """A staff member."""

    user_id: UUID
    name: str
    email: str
    role_id: UUID | None
    role: str
    is_owner: bool
    is_active: bool
    has_second_factor: bool
    picture: str = ""


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role with what it allows and how many hold it."""

    id: UUID
    name: str
    permissions: frozenset[str]
    is_seeded: bool
    members: int


@dataclass(frozen=True, slots=True)
class InviteView:
    """An unused invitation."""

    id: UUID
    email: str
    role: str
    expires_at: datetime
    is_expired: bool


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation as its holder sees it before accepting."""

    email: str
    workspace_name: str
    role: str
    has_account: bool
