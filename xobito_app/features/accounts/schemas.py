"""What the accounts feature tells the entrypoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from xobito_app.core.permissions import Actor


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person behind a browser: what screens need beside the actor."""

    actor: Actor
    session_id: UUID
    user_id: UUID
    name: str
    email: str
    role: str
    workspace_name: str
    time_zone: str
    language: str
    joined_at: datetime
    preferences: dict[str, Any] = field(default_factory=dict)
    has_second_factor: bool = False
    picture: str = ""
    workspace_logo: str = ""


@dataclass(frozen=True, slots=True)
class ProfileView:
    """What a person may change about themselves."""

    name: str
    email: str
    phone: str
    time_zone: str
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class SignInOutcome:
    """What a try to sign in came to; exactly one of `token`, `needs_code`, `problem` counts.

    A value and not an exception, because asking for the code gives the try back.

    Attributes:
        is_held: The session waits for a password of one's own.
    """

    token: str = field(default="", repr=False)
    is_held: bool = False
    needs_code: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SessionView:
    """A signed-in browser as its owner sees it."""

    id: UUID
    browser: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class WorkspaceChoice:
    """A workspace a person may switch to."""

    id: UUID
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class SecondFactorDraft:
    """A second factor about to be confirmed: the secret to type in and the URI for the code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
