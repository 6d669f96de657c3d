"""Passwords, resets and the second factor."""

from __future__ import annotations

import asyncio
import secrets
from uuid import UUID

from pyotp import random_base32
from pyotp.totp import TOTP
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, crypto, passwords
from xobito_app.core.errors import Invalid
from xobito_app.core.events import Topic
from xobito_app.features.accounts import rules
from xobito_app.features.accounts.repository import AccountRepository
from xobito_app.features.accounts.schemas import SecondFactorDraft, Viewer
from xobito_app.features.accounts.service import get_user, seconds_to_wait
from xobito_app.features.activity import service as activity
from xobito_app.features.mail import letters, links
from xobito_app.features.mail import service as mail
from xobito_app.models.accounts import LinkKind, OneTimeLink
from xobito_app.persistence.unit_of_work import announce
from xobito_app.persistence.vault import vault

DEAD_LINK = "This link was used before or is too old. Ask for a new one."


async def change_password(
    session: AsyncSession, viewer: Viewer, *, current: str, wanted: str
) -> None:
    """Change the person's password and end every other session.

    Raises:
        Invalid: The current one is wrong, or the new one is too weak.
    """
    user = await get_user(session, viewer.user_id)
    if not await asyncio.to_thread(passwords.verify_password, current, user.password_hash):
        raise Invalid.field("current", "This is not your current password.")
    passwords.check_strength(wanted)
    user.password_hash = await asyncio.to_thread(passwords.hash_password, wanted)
    session.add(user)
    await AccountRepository(session).revoke_sessions(user.id, keep=viewer.session_id)
    activity.record(session, viewer.actor, "password.changed", about="account", name=user.name)
    announce(session, viewer.actor.workspace_id, Topic.ACCESS, user.id)


async def make_reset_link(session: AsyncSession, user_id: UUID) -> str:
    """Return a token that lets its holder set a new password once, within two hours."""
    token = crypto.new_token()
    await AccountRepository(session).add(
        OneTimeLink(kind=LinkKind.RESET, token_hash=crypto.hash_token(token), user_id=user_id)
    )
    return token


async def request_reset(session: AsyncSession, *, email: str, address: str) -> int:
    """Mail a reset link to whoever has this e-mail; say nothing of whether anybody does.

    Asking again and again slows down like a wrong password, per e-mail and per address.

    Returns:
        How many seconds to wait before asking; 0 when it was done.
    """
    email = email.strip().lower()[:191]
    accounts = AccountRepository(session)
    subjects = [f"reset:{email}", f"reset-from:{address}"]
    if wait := await seconds_to_wait(accounts, subjects):
        return wait
    for subject in sorted(subjects):
        await accounts.count_failure(subject)
    user = await accounts.find_user_by_email(email)
    if user is not None and await accounts.list_memberships(user.id):
        token = await make_reset_link(session, user.id)
        await mail.post(session, user.email, letters.password_reset(link=links.reset(token)))
    return 0


async def find_reset_email(session: AsyncSession, *, token: str) -> str:
    """Return whose password a reset link sets, or an empty text when the link is dead."""
    link = await AccountRepository(session).find_link(token, LinkKind.RESET)
    if link is None or link.user_id is None:
        return ""
    if clock.now() - link.created_at > rules.RESET_LIFETIME:
        return ""
    return (await get_user(session, link.user_id)).email


async def reset_password(session: AsyncSession, *, token: str, wanted: str) -> UUID:
    """Set a new password with a reset link, end all sessions, and return whose it was.

    Raises:
        Invalid: The link is dead, or the password too weak.
    """
    accounts = AccountRepository(session)
    link = await accounts.find_link(token, LinkKind.RESET)
    now = clock.now()
    if link is None or link.user_id is None or now - link.created_at > rules.RESET_LIFETIME:
        raise Invalid(DEAD_LINK)
    passwords.check_strength(wanted)
    user = await get_user(session, link.user_id)
    user.password_hash = await asyncio.to_thread(passwords.hash_password, wanted)
    link.used_at = now
    session.add_all([user, link])
    await accounts.revoke_sessions(user.id)
    await accounts.forget_failures(f"account:{user.email}")
    return user.id


async def begin_second_factor(session: AsyncSession, viewer: Viewer) -> SecondFactorDraft:
    """Make a new secret for the person's authenticator; it counts once it is confirmed.

    Raises:
        Invalid: A second factor is already on.
    """
    user = await get_user(session, viewer.user_id)
    if user.totp_confirmed_at is not None:
        raise Invalid("The second factor is already on. Switch it off first to change it.")
    secret = random_base32()
    user.totp_secret_sealed = vault().seal(secret)
    session.add(user)
    uri = TOTP(secret).provisioning_uri(name=user.email, issuer_name="Xobito")
    return SecondFactorDraft(secret=secret, uri=uri)


async def confirm_second_factor(session: AsyncSession, viewer: Viewer, *, code: str) -> list[str]:
    """Switch the second factor on and return the recovery codes, which are shown this once.

    Raises:
        Invalid: The code does not fit the secret.
    """
    user = await get_user(session, viewer.user_id)
    now = clock.now()
    totp = TOTP(vault().open(user.totp_secret_sealed)) if user.totp_secret_sealed else None
    if totp is None or not totp.verify(code.strip().replace(" ", ""), for_time=now, valid_window=1):
        raise Invalid.field("code", "This code does not fit. Check the time on your phone.")
    codes = [secrets.token_hex(5) for _ in range(rules.RECOVERY_CODES)]
    user.totp_confirmed_at = now
    user.totp_last_step = int(now.timestamp()) // totp.interval
    user.recovery_hashes = [crypto.hash_token(code) for code in codes]
    session.add(user)
    await AccountRepository(session).revoke_sessions(user.id, keep=viewer.session_id)
    activity.record(session, viewer.actor, "second_factor.on", about="account", name=user.name)
    announce(session, viewer.actor.workspace_id, Topic.ACCESS, user.id)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


async def end_second_factor(session: AsyncSession, viewer: Viewer, *, password: str) -> None:
    """Switch the second factor off.

    Raises:
        Invalid: The password is wrong.
    """
    user = await get_user(session, viewer.user_id)
    if not await asyncio.to_thread(passwords.verify_password, password, user.password_hash):
        raise Invalid.field("password", "This is not your password.")
    user.totp_confirmed_at = None
    user.totp_secret_sealed = ""
    user.recovery_hashes = []
    session.add(user)
    activity.record(session, viewer.actor, "second_factor.off", about="account", name=user.name)
    announce(session, viewer.actor.workspace_id, Topic.ACCESS, user.id)
