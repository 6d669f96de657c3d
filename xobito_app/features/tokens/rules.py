"""What API tokens may be allowed, and which rights of a role each ability stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from xobito_app import registry
from xobito_app.core.permissions import Permission

PREFIX = "apitk_"
SECRET_LENGTH = 64
SHOWN_LENGTH = 12
"""Characters of a token that lists show, so that people tell tokens apart."""
_TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9]{{{SECRET_LENGTH}}}")

STANDARD_RATE = 60
"""Requests a minute."""
MOST_RATE = 100_000


def is_token(text: str) -> bool:
    """Tell whether a text has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def permissions_of(abilities: Iterable[str]) -> frozenset[Permission]:
    """Return the rights behind some abilities; unknown ones, of a newer version, give none."""
    known = registry.abilities()
    return frozenset(p for ability in abilities for p in known.get(ability, ()))


def within(abilities: Iterable[str], held: frozenset[Permission]) -> list[str]:
    """Return those abilities that allow nothing beyond what somebody's role allows."""
    return [ability for ability in abilities if permissions_of([ability]) <= held]


def is_valid(revoked_at: datetime | None, expires_at: datetime | None, now: datetime) -> bool:
    """Tell whether a token still opens anything."""
    return revoked_at is None and (expires_at is None or now < expires_at)
