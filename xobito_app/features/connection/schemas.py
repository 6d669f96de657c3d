"""What the connection feature tells the entrypoints, and what it is given to connect with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from xobito_app.core.crypto import new_token
from xobito_app.core.errors import Invalid

_META_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_SPACE = re.compile(r"\S+")
_SECRET_LIMIT = 2000
_VERIFY_TOKEN_LIMIT = 200


class Step(StrEnum):
    """What connecting is doing right now, in order."""

    TOKEN = "token"  # noqa: S105
    NUMBERS = "numbers"
    TEMPLATES = "templates"
    WEBHOOK = "webhook"
    SAVING = "saving"


@dataclass(frozen=True, slots=True)
class GivenCredentials:
    """Everything Meta's side shows for a WhatsApp Business Account; secrets stay out of reprs."""

    waba_id: str
    phone_number_id: str
    access_token: str = field(repr=False)
    app_id: str
    app_secret: str = field(repr=False)
    verify_token: str = field(default="", repr=False)

    @classmethod
    def read(
        cls,
        *,
        waba_id: str,
        phone_number_id: str,
        access_token: str,
        app_id: str,
        app_secret: str,
        verify_token: str = "",
    ) -> GivenCredentials:
        """Check the form of what a person pasted; an empty verify token is made up.

        Raises:
            Invalid: A field is empty or cannot be what it should be; all of them are named.
        """
        problems: dict[str, list[str]] = {}
        ids = {"waba_id": waba_id, "phone_number_id": phone_number_id, "app_id": app_id}
        for name, value in ids.items():
            if not value.strip():
                problems[name] = [f"Enter the {_LABELS[name]}."]
            elif not _META_ID.fullmatch(value.strip()):
                problems[name] = [f"The {_LABELS[name]} is the number Meta shows, digits only."]
        for name, value in {"access_token": access_token, "app_secret": app_secret}.items():
            if not value.strip():
                problems[name] = [f"Enter the {_LABELS[name]}."]
            elif not _NO_SPACE.fullmatch(value.strip()) or len(value.strip()) > _SECRET_LIMIT:
                problems[name] = [f"The {_LABELS[name]} was not copied whole: paste it again."]
        verify = verify_token.strip() or new_token(24)
        if not _NO_SPACE.fullmatch(verify) or len(verify) > _VERIFY_TOKEN_LIMIT:
            problems["verify_token"] = [
                f"Use a verify token without spaces, at most {_VERIFY_TOKEN_LIMIT} characters."
            ]
        if problems:
            raise Invalid(" ".join(line for lines in problems.values() for line in lines), problems)
        return cls(
            waba_id=waba_id.strip(),
            phone_number_id=phone_number_id.strip(),
            access_token=access_token.strip(),
            app_id=app_id.strip(),
            app_secret=app_secret.strip(),
            verify_token=verify,
        )


_LABELS = {
    "waba_id": "WhatsApp Business Account id",
    "phone_number_id": "phone number id",
    "app_id": "app id",
    "access_token": "system-user token",
    "app_secret": "app secret",
}


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """A connected, or once connected, WhatsApp Business Account."""

    id: UUID
    waba_id: str
    name: str
    app_id: str
    is_connected: bool
    is_simulated: bool
    reason: str
    messaging_limit: str
    token_expires_at: datetime | None
    connected_at: datetime
    disconnected_at: datetime | None
    numbers_synced_at: datetime | None
    templates_synced_at: datetime | None
    last_inbound_at: datetime | None


@dataclass(frozen=True, slots=True)
class NumberView:
    """A business number as the Numbers page shows it."""

    id: UUID
    connection_id: UUID
    phone_number_id: str
    display_phone: str
    verified_name: str
    quality: str
    status: str
    name_status: str
    throughput_level: str
    messages_a_second: int
    messaging_limit: str
    is_on_biz_app: bool
    is_primary: bool
    is_connected: bool


@dataclass(frozen=True, slots=True)
class TierUse:
    """How much of the messaging tier the last 24 hours took.

    Attributes:
        limit: Unique recipients a day; None when unlimited or unknown.
        used: Unique recipients of templates sent outside an open window.
    """

    tier: str
    limit: int | None
    used: int

    @property
    def headroom(self) -> int | None:
        """How many more people may be written to first; None when unlimited or unknown."""
        return None if self.limit is None else max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything about the link to WhatsApp at a glance."""

    connections: tuple[ConnectionView, ...]
    numbers: tuple[NumberView, ...]
    tier: TierUse
    simulator_refusal: str

    @property
    def active(self) -> ConnectionView | None:
        """The newest connected account."""
        return next((c for c in self.connections if c.is_connected), None)


@dataclass(frozen=True, slots=True)
class Probe:
    """What Meta, and the way from outside to here, answered.

    Attributes:
        problem: Why Meta could not be asked at all; then the rest says nothing.
        secret_problem: Why Meta does not take the app secret.
        callback_problem: Why the callback did not answer the challenge.
        drift_seconds: How far this machine's clock is ahead of Meta's.
    """

    problem: str = ""
    is_token_valid: bool = False
    token_problem: str = ""
    expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    secret_problem: str = ""
    is_subscribed: bool = False
    missing_fields: tuple[str, ...] = ()
    callback_url: str = ""
    callback_problem: str = ""
    drift_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Stamps:
    """What the database remembers of a connected account."""

    templates_synced_at: datetime | None
    last_inbound_at: datetime | None
    tier: TierUse
