"""Tries of a secret: each is claimed before it is judged, so that many at once gain nothing.

The claim is committed by itself. Whatever happens to the try afterwards, it counts as a failure
until it is found right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import TooMany
from xobito_app.features.accounts import rules
from xobito_app.features.accounts.repository import AccountRepository


@dataclass(frozen=True, slots=True)
class Claim:
    """A try that was let through.

    Attributes:
        subjects: Whose failures it counts among; the first is forgiven them all by a success.
    """

    subjects: tuple[str, ...]


def subjects_of(email: str, *, address: str, device: str = "") -> tuple[str, ...]:
    """Return on whom the tries for an account are counted.

    A browser the account knows is judged by its own tries alone: what strangers try, from the
    same address or elsewhere, does not keep it out.
    """
    plain = email.strip().lower()[:191]
    if device:
        return (f"device:{device[:40]}:{plain}",)
    return (f"account:{plain}", f"address:{address}")


def subjects_of_session(session_id: UUID) -> tuple[str, ...]:
    """Return on whom the tries of somebody who is signed in are counted."""
    return (f"session:{session_id}",)


async def claim(session: AsyncSession, subjects: tuple[str, ...]) -> Claim:
    """Take a try; the caller commits before the secret is looked at.

    Raises:
        TooMany: Too many failed before; nothing is counted.
    """
    rows = await AccountRepository(session).lock_tries(subjects)
    # Read after the lock: who waited for it judges by what the one before left behind.
    now = clock.now()
    waits = [(row.last_at + rules.pause_after(row.failures) - now).total_seconds() for row in rows]
    wait = max(0, math.ceil(max(waits)))
    if wait:
        raise TooMany(rules.wait_sentence(wait), wait)
    for row in rows:
        # Without a failure for an hour, counting begins anew.
        row.failures = 1 if row.last_at < now - rules.FORGIVEN_AFTER else row.failures + 1
        row.last_at = now
    session.add_all(rows)
    return Claim(subjects)


async def succeed(session: AsyncSession, claimed: Claim) -> None:
    """Forgive the account or browser its failures; an address only gets this try back."""
    accounts = AccountRepository(session)
    first, *others = claimed.subjects
    await accounts.forget_failures(first)
    for subject in sorted(others):
        await accounts.take_failure_back(subject)


async def give_back(session: AsyncSession, claimed: Claim) -> None:
    """Uncount a try that was neither right nor wrong."""
    for subject in sorted(claimed.subjects):
        await AccountRepository(session).take_failure_back(subject)


async def note_failure(session: AsyncSession, email: str) -> None:
    """Count a failure of somebody who is signed in on their account as well."""
    await AccountRepository(session).count_failure(f"account:{email}")
