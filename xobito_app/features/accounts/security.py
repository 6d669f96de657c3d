"""Passwords, resets and the second factor."""

from __future__ import annotations

import asyncio
import secrets
from uuid import UUID

from pyotp import random_base32
from pyotp.totp import TOTP
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, crypto, passwords
from xobito_app.core.errors import Invalid, TooMany, Unauthenticated
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Permission
from xobito_app.features.accounts import people, rights, rules, tries
from xobito_app.features.accounts.people import DEAD_LINK, get_user
from xobito_app.features.accounts.repository import AccountRepository
from xobito_app.features.accounts.schemas import SecondFactorDraft, Viewer
from xobito_app.features.accounts.service import identify
from xobito_app.features.activity import service as activity
from xobito_app.features.mail import service as mail
from xobito_app.models.accounts import LinkKind, OneTimeLink, User
from xobito_app.persistence.unit_of_work import UnitOfWork, announce, unit_of_work
from xobito_app.persistence.vault import vault


async def _prove(viewer: Viewer, password: str, *, field: str, sentence: str) -> None:
    """Let a signed-in person pass who types their password once more.

    The try is claimed and committed before the password is looked at, so this opens units of
    work of its own. A wrong one counts on the account too, as on the sign-in page.

    Raises:
        Invalid: It is wrong.
        TooMany: Too many were.
    """
    async with unit_of_work() as uow:
        subjects = tries.subjects_of_session(viewer.session_id)
        claimed = await tries.claim(uow.session, subjects)
        password_hash = (await get_user(uow.session, viewer.user_id)).password_hash
    fits = await asyncio.to_thread(passwords.verify_password, password, password_hash)
    async with unit_of_work() as uow:
        if fits:
            await tries.succeed(uow.session, claimed)
        else:
            await tries.note_failure(uow.session, viewer.email)
    if not fits:
        raise Invalid.field(field, sentence)


async def change_password(viewer: Viewer, *, current: str, wanted: str) -> None:
    """Change the person's password and end every other session. Opens units of work of its own.

    Raises:
        Invalid: The current one is wrong, or the new one is too weak.
        TooMany: The current one was wrong too often.
    """
    passwords.check_strength(wanted)
    await _prove(viewer, current, field="current", sentence="This is not your current password.")
    async with unit_of_work(viewer.actor.workspace_id) as uow:
        await _set_own_password(uow.session, viewer, wanted)


async def choose_password(uow: UnitOfWork, token: str, *, wanted: str) -> None:
    """Set a password of one's own in a held session, which then opens everything.

    Raises:
        Unauthenticated: The session is none that waits for it.
        Invalid: The password is too weak, or the one somebody else may know.
    """
    viewer = await identify(uow, token, even_held=True)
    waiting = await AccountRepository(uow.session).find_session(crypto.hash_token(token))
    if viewer is None or waiting is None or not waiting[0].is_held:
        raise Unauthenticated("Sign in first.")
    passwords.check_strength(wanted)
    signed_in, user = waiting[0], waiting[1]
    if await asyncio.to_thread(passwords.verify_password, wanted, user.password_hash):
        raise Invalid.field("password", "Choose another one than you signed in with.")
    signed_in.is_held = False
    uow.session.add(signed_in)
    await _set_own_password(uow.session, viewer, wanted)


async def _set_own_password(session: AsyncSession, viewer: Viewer, wanted: str) -> None:
    user = await get_user(session, viewer.user_id)
    user.password_hash = await asyncio.to_thread(passwords.hash_password, wanted)
    user.password_is_own = True
    session.add(user)
    await people.end_all_sessions(session, user.id, keep=viewer.session_id)
    await AccountRepository(session).void_resets(user.id)
    activity.record(session, viewer.actor, "password.changed", about="account", name=user.name)


async def request_reset(session: AsyncSession, *, email: str, address: str) -> int:
    """Mail a reset link to whoever has this e-mail; say nothing of whether anybody does.

    Asking again and again slows down like a wrong password, per e-mail and per address.

    Returns:
        How many seconds to wait before asking; 0 when it was done.
    """
    email = email.strip().lower()[:191]
    accounts = AccountRepository(session)
    try:
        await tries.claim(session, (f"reset:{email}", f"reset-from:{address}"))
    except TooMany as error:
        return error.retry_after
    user = await accounts.find_user_by_email(email)
    if user is not None and await accounts.list_memberships(user.id):
        token = await people.make_reset_link(session, user.id)
        await mail.post(session, user.email, mail.password_reset_email(link=mail.reset_url(token)))
    return 0


async def find_reset_email(uow: UnitOfWork, *, token: str) -> str:
    """Return whose password a reset link sets, or an empty text when the link is dead."""
    found = await _find_reset(uow, token)
    return found[1].email if found else ""


async def _find_reset(uow: UnitOfWork, token: str) -> tuple[OneTimeLink, User] | None:
    """Return a reset link that may be used now, whatever was true when it was made."""
    accounts = AccountRepository(uow.session)
    link = await accounts.find_link(token, LinkKind.RESET)
    if link is None or link.user_id is None:
        return None
    if not rules.is_reset_fresh(link.created_at, clock.now()):
        return None
    user = await get_user(uow.session, link.user_id)
    if not await accounts.list_memberships(user.id):
        return None
    if link.workspace_id is not None and not await _may_still_reset(uow, link, user):
        return None
    return link, user


async def _may_still_reset(uow: UnitOfWork, link: OneTimeLink, user: User) -> bool:
    """Tell whether an admin's link still concerns a person of that workspace alone, below them."""
    if link.workspace_id is None:
        return False
    accounts = AccountRepository(uow.session)
    if list(await accounts.list_places(user.id)) != [link.workspace_id]:
        return False
    await uow.enter(link.workspace_id)
    held = await rights.find_rights(uow.session, link.made_by, link.workspace_id)
    membership = await accounts.find_membership(user.id, link.workspace_id)
    if membership is None or membership.is_owner:
        return False
    theirs = await rights.find_rights(uow.session, user.id, link.workspace_id)
    return rules.covers(held, Permission.STAFF_EDIT, *(theirs or ()))


async def reset_password(uow: UnitOfWork, *, token: str, wanted: str) -> UUID:
    """Set a new password with a reset link, end all sessions, and return whose it was.

    A password set with an admin's link may be one the admin chose, so it is not its owner's own.

    Raises:
        Invalid: The link is dead, or the password too weak.
    """
    found = await _find_reset(uow, token)
    if found is None:
        raise Invalid(DEAD_LINK)
    link, user = found
    passwords.check_strength(wanted)
    user.password_hash = await asyncio.to_thread(passwords.hash_password, wanted)
    user.password_is_own = link.workspace_id is None
    uow.session.add(user)
    accounts = AccountRepository(uow.session)
    await accounts.void_resets(user.id)
    await people.end_all_sessions(uow.session, user.id)
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
    await people.end_all_sessions(session, user.id, keep=viewer.session_id)
    activity.record(session, viewer.actor, "second_factor.on", about="account", name=user.name)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


async def end_second_factor(viewer: Viewer, *, password: str) -> None:
    """Switch the second factor off. Opens units of work of its own.

    Raises:
        Invalid: The password is wrong.
        TooMany: It was wrong too often.
    """
    await _prove(viewer, password, field="password", sentence="This is not your password.")
    async with unit_of_work(viewer.actor.workspace_id) as uow:
        await _drop_second_factor(uow.session, viewer)


async def _drop_second_factor(session: AsyncSession, viewer: Viewer) -> None:
    user = await get_user(session, viewer.user_id)
    user.totp_confirmed_at = None
    user.totp_secret_sealed = ""
    user.recovery_hashes = []
    session.add(user)
    activity.record(session, viewer.actor, "second_factor.off", about="account", name=user.name)
    announce(session, viewer.actor.workspace_id, Topic.ACCESS, user.id)
