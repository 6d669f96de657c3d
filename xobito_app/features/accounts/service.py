"""Signing in and out, and the sessions that come of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from pyotp.totp import TOTP
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, crypto, passwords
from xobito_app.core.errors import Findings, Invalid, NotFound
from xobito_app.core.events import Topic
from xobito_app.core.ids import UserId, WorkspaceId
from xobito_app.core.permissions import Actor
from xobito_app.core.views import taken_from
from xobito_app.features.accounts import rights, rules, tries
from xobito_app.features.accounts.people import (
    DEAD_LINK as DEAD_LINK,
    anybody_exists as anybody_exists,
    begin_anew as begin_anew,
    count_workspaces as count_workspaces,
    create_person as create_person,
    end_sessions as end_sessions,
    find_by_email as find_by_email,
    find_invite as find_invite,
    get_name as get_name,
    get_user as get_user,
    make_invite as make_invite,
    make_reset_link as make_reset_link,
    prove as prove,
    void_invites as void_invites,
    void_what_is_left as void_what_is_left,
)
from xobito_app.features.accounts.repository import AccountRepository, FoundSession
from xobito_app.features.accounts.rights import find_rights as find_rights
from xobito_app.features.accounts.rules import (
    INVITE_LIFETIME as INVITE_LIFETIME,
    covers as covers,
    read_email as read_email,
    read_name as read_name,
    read_time_zone as read_time_zone,
)
from xobito_app.features.accounts.schemas import (
    ProfileView,
    SessionView,
    SignInOutcome,
    Viewer,
    WorkspaceChoice,
)
from xobito_app.features.activity import service as activity
from xobito_app.models.accounts import User, UserSession
from xobito_app.models.workspaces import Membership, Role
from xobito_app.persistence.unit_of_work import UnitOfWork, announce
from xobito_app.persistence.vault import vault

WRONG = "E-mail or password is wrong."
SEEN_EVERY = timedelta(minutes=5)


async def sign_in(
    session: AsyncSession,
    claimed: tries.Claim,
    *,
    email: str,
    password: str,
    code: str = "",
    address: str = "",
    browser: str = "",
) -> SignInOutcome:
    """Sign a person in, or say why not.

    The try was claimed and counted before: what is wrong needs no writing down. An unknown e-mail
    takes as long as a wrong password and reads the same.
    """
    accounts = AccountRepository(session)
    user = await accounts.find_user_by_email(email.strip().lower()[:191])
    password_hash = user.password_hash if user else ""
    fits = await asyncio.to_thread(passwords.verify_password, password, password_hash)
    if user is None or not fits:
        return SignInOutcome(problem=WRONG)
    memberships = await accounts.list_memberships(user.id)
    if not memberships:
        return SignInOutcome(problem="This account is not active in any workspace.")
    if user.totp_confirmed_at is not None:
        if not code.strip():
            await tries.give_back(session, claimed)
            return SignInOutcome(needs_code=True)
        if not await _use_second_factor(accounts, user, code):
            return SignInOutcome(problem="This code is wrong or was used before.")
    await tries.succeed(session, claimed)
    token = await open_session(
        session,
        user.id,
        memberships[0][1].id,
        address=address,
        browser=browser,
        is_held=not user.password_is_own,
    )
    return SignInOutcome(token=token, is_held=not user.password_is_own)


async def open_session_without_code(
    session: AsyncSession,
    user_id: UUID,
    *,
    workspace_id: UUID | None = None,
    address: str = "",
    browser: str = "",
) -> str:
    """Sign in a person who has just proved themselves with a one-time link.

    Return an empty text when they have a second factor, which a link does not stand in for, or
    no workspace: then they sign in the ordinary way.
    """
    user = await get_user(session, user_id)
    memberships = await AccountRepository(session).list_memberships(user_id)
    ids = [workspace.id for _, workspace in memberships]
    if user.totp_confirmed_at is not None or not ids:
        return ""
    chosen = workspace_id if workspace_id and workspace_id in ids else ids[0]
    return await open_session(session, user_id, chosen, address=address, browser=browser)


async def _use_second_factor(accounts: AccountRepository, user: User, code: str) -> bool:
    """Use up a time-based code (each step once) or a recovery code.

    PostgreSQL decides who was first, however many bring the same code at the same moment.
    """
    typed = code.strip().replace(" ", "").replace("-", "").lower()
    now = clock.now()
    totp = TOTP(vault().open(user.totp_secret_sealed))
    for drift in (-1, 0, 1):
        step = int(now.timestamp()) // totp.interval + drift
        if crypto.same(totp.at(step * totp.interval), typed):
            return await accounts.use_step(user.id, step)
    return await accounts.use_recovery_code(user.id, crypto.hash_token(typed))


async def open_session(
    session: AsyncSession,
    user_id: UUID,
    workspace_id: UUID,
    *,
    address: str = "",
    browser: str = "",
    is_held: bool = False,
) -> str:
    """Sign a browser in and return the token for its cookie; only a hash of it is kept.

    A held session opens nothing until a password of one's own is chosen in it.
    """
    token = crypto.new_token()
    await AccountRepository(session).add(
        UserSession(
            user_id=user_id,
            workspace_id=workspace_id,
            token_hash=crypto.hash_token(token),
            address=address[:64],
            browser=browser[:255],
            is_held=is_held,
        )
    )
    return token


async def identify(
    uow: UnitOfWork, token: str, *, address: str = "", even_held: bool = False
) -> Viewer | None:
    """Return who a session cookie belongs to, or None when it signs nobody in.

    On success the unit of work has entered the session's workspace.

    Args:
        uow: Where it is looked up.
        token: What stands in the cookie.
        address: Where the request comes from.
        even_held: Also tell of somebody who has yet to choose a password of their own.
    """
    if not token:
        return None
    return await identify_hash(uow, crypto.hash_token(token), address=address, even_held=even_held)


async def identify_hash(
    uow: UnitOfWork, token_hash: str, *, address: str = "", even_held: bool = False
) -> Viewer | None:
    """Do the same for the hash of a cookie, which is all a tab keeps of it."""
    session = uow.session
    found = await AccountRepository(session).find_session(token_hash)
    if found is None:
        return None
    signed_in, _, membership, workspace = found
    now = clock.now()
    if membership is None or not _may_enter(signed_in, membership, now):
        return None
    if signed_in.is_held and not even_held:
        return None
    await uow.enter(workspace.id)
    if now - signed_in.last_seen_at > SEEN_EVERY:
        signed_in.last_seen_at = now
        session.add(signed_in)
    role = await session.get(Role, membership.role_id) if membership.role_id else None
    return _viewer(found, membership, role, address)


async def identify_again(uow: UnitOfWork, session_ids: Collection[UUID]) -> dict[UUID, Viewer]:
    """Return who stands behind sessions now; those that sign nobody in any more are left out.

    An open tab alone does not keep a session alive, so none counts as seen by this.
    """
    now = clock.now()
    by_workspace: dict[UUID, list[FoundSession]] = defaultdict(list)
    for found in await AccountRepository(uow.session).find_sessions(session_ids):
        by_workspace[found[3].id].append(found)
    viewers: dict[UUID, Viewer] = {}
    for workspace_id, theirs in by_workspace.items():
        await uow.enter(workspace_id)
        for found in theirs:
            signed_in, _, membership, _ = found
            if membership is None or not _may_enter(signed_in, membership, now):
                continue
            if signed_in.is_held:
                continue
            role_id = membership.role_id
            role = await uow.session.get(Role, role_id) if role_id else None
            viewers[signed_in.id] = _viewer(found, membership, role, "")
    return viewers


def _viewer(found: FoundSession, membership: Membership, role: Role | None, address: str) -> Viewer:
    signed_in, user, _, workspace = found
    return Viewer(
        actor=Actor(
            workspace_id=WorkspaceId(workspace.id),
            user_id=UserId(user.id),
            name=user.name,
            permissions=rights.granted(membership, role),
            is_owner=membership.is_owner,
            address=address or signed_in.address,
        ),
        session_id=signed_in.id,
        user_id=user.id,
        name=user.name,
        email=user.email,
        role="Owner" if membership.is_owner else role.name if role else "No role",
        workspace_name=workspace.name,
        time_zone=user.time_zone,
        language=user.language,
        joined_at=membership.joined_at,
        preferences=dict(user.preferences),
        has_second_factor=user.totp_confirmed_at is not None,
        picture=user.picture,
        workspace_logo=workspace.logo,
    )


def _may_enter(signed_in: UserSession, membership: Membership, now: datetime) -> bool:
    is_alive = rules.is_session_alive(
        signed_in.created_at, signed_in.last_seen_at, signed_in.revoked_at, now
    )
    return is_alive and membership.is_active and membership.removed_at is None


async def sign_out(session: AsyncSession, token: str) -> None:
    """End the session of a cookie; an unknown one is fine."""
    found = await AccountRepository(session).find_session(crypto.hash_token(token))
    if found:
        found[0].revoked_at = clock.now()
        session.add(found[0])
        announce(session, found[3].id, Topic.ACCESS, found[1].id)


async def list_sessions(session: AsyncSession, viewer: Viewer) -> list[SessionView]:
    """Return where the person is signed in."""
    now = clock.now()
    return [
        taken_from(row, SessionView, is_current=row.id == viewer.session_id)
        for row in await AccountRepository(session).list_sessions(viewer.user_id)
        if rules.is_session_alive(row.created_at, row.last_seen_at, row.revoked_at, now)
    ]


async def revoke_session(session: AsyncSession, viewer: Viewer, *, session_id: UUID) -> None:
    """Sign one of the person's own browsers out."""
    await AccountRepository(session).revoke_sessions(viewer.user_id, only=session_id)
    activity.record(session, viewer.actor, "session.ended", about="session", object_id=session_id)
    announce(session, viewer.actor.workspace_id, Topic.ACCESS, viewer.user_id)


async def list_workspaces(session: AsyncSession, user_id: UUID) -> list[WorkspaceChoice]:
    """Return the workspaces a person may switch to."""
    return [
        WorkspaceChoice(workspace.id, workspace.name, workspace.slug)
        for _, workspace in await AccountRepository(session).list_memberships(user_id)
    ]


async def switch_workspace(session: AsyncSession, token: str, *, workspace_id: UUID) -> None:
    """Let the session of a cookie show another of the person's workspaces.

    Raises:
        NotFound: The person does not belong there.
    """
    accounts = AccountRepository(session)
    found = await accounts.find_session(crypto.hash_token(token))
    if found is None or found[0].is_held:
        raise NotFound("Sign in again.")
    choices = await list_workspaces(session, found[1].id)
    if workspace_id not in {choice.id for choice in choices}:
        raise NotFound("You do not belong to this workspace.")
    found[0].workspace_id = workspace_id
    session.add(found[0])
    announce(session, workspace_id, Topic.ACCESS, found[1].id)


async def read_profile(session: AsyncSession, viewer: Viewer) -> ProfileView:
    """Return what the person may change about themselves."""
    user = await get_user(session, viewer.user_id)
    return taken_from(user, ProfileView, recovery_codes_left=len(user.recovery_hashes))


async def update_profile(
    session: AsyncSession, viewer: Viewer, *, name: str, phone: str, time_zone: str
) -> None:
    """Change the person's own name, phone and time zone."""
    user = await get_user(session, viewer.user_id)
    found = Findings()
    full_name, zone = found.read(rules.read_name, name), found.read(rules.read_time_zone, time_zone)
    found.check()
    user.name, user.phone, user.time_zone = full_name, phone.strip()[:32], zone
    session.add(user)
    activity.record(session, viewer.actor, "account.changed", about="account", name=user.name)
    announce(session, viewer.actor.workspace_id, Topic.ACCESS, viewer.user_id)


async def save_preference(session: AsyncSession, viewer: Viewer, *, name: str, value: bool) -> None:
    """Remember one of the person's switches, such as the notification sound.

    Raises:
        Invalid: There is no such switch.
    """
    if name not in PREFERENCES:
        raise Invalid("There is no such setting.")
    user = await get_user(session, viewer.user_id)
    user.preferences = {**user.preferences, name: bool(value)}
    session.add(user)
    announce(session, viewer.actor.workspace_id, Topic.ACCESS, viewer.user_id)


PREFERENCES = frozenset(
    {
        "sound",
        "browser_notifications",
        "notify_assigned",
        "notify_unassigned",
        "notify_mention",
        "notify_assignment",
        "enter_sends",
        "next_after_close",
        "rail_open",
    }
)
