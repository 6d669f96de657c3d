"""People and their one-time links, for features that bring people into workspaces."""

from __future__ import annotations

import asyncio
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, crypto, passwords
from xobito_app.core.errors import Invalid
from xobito_app.features.accounts import rules
from xobito_app.features.accounts.repository import AccountRepository
from xobito_app.features.accounts.security import DEAD_LINK
from xobito_app.models.accounts import LinkKind, OneTimeLink, User


async def anybody_exists(session: AsyncSession) -> bool:
    """Tell whether this installation has its first person."""
    return await AccountRepository(session).count_users() > 0


async def find_by_email(session: AsyncSession, email: str) -> User | None:
    """Return the person with an e-mail address, whatever its case."""
    return await AccountRepository(session).find_user_by_email(email)


async def get_name(session: AsyncSession, user_id: UUID) -> str:
    """Return a person's name, or an empty text for an id nobody has."""
    user = await AccountRepository(session).find_user(user_id)
    return user.name if user else ""


async def create_person(
    session: AsyncSession,
    *,
    name: str,
    email: str,
    password: str,
    time_zone: str = "UTC",
    name_field: str = "name",
) -> User:
    """Make a person who can sign in.

    Raises:
        Invalid: A field breaks its rule; `name_field` is how the form calls the name.
    """
    address = rules.read_email(email)
    full_name = rules.read_name(name, field=name_field)
    passwords.check_strength(password)
    user = User(
        name=full_name,
        email=address,
        password_hash=await asyncio.to_thread(passwords.hash_password, password),
        time_zone=rules.read_time_zone(time_zone),
    )
    await AccountRepository(session).add(user)
    return user


async def prove(user: User, password: str) -> None:
    """Let a person pass who knows their password.

    Raises:
        Invalid: It is not theirs.
    """
    if not await asyncio.to_thread(passwords.verify_password, password, user.password_hash):
        raise Invalid.field("password", "You already have an account: use its password.")


async def end_sessions(session: AsyncSession, user_id: UUID, *, workspace_id: UUID) -> None:
    """Sign a person out of one workspace everywhere."""
    await AccountRepository(session).revoke_sessions(user_id, workspace_id=workspace_id)


async def count_workspaces(session: AsyncSession, user_id: UUID) -> int:
    """Return in how many workspaces a person is active."""
    return len(await AccountRepository(session).list_memberships(user_id))


async def make_invite(
    session: AsyncSession, *, workspace_id: UUID, role_id: UUID, email: str
) -> tuple[UUID, str]:
    """Make an invitation and return its id and the token for its link."""
    token = crypto.new_token()
    link = OneTimeLink(
        kind=LinkKind.INVITE,
        token_hash=crypto.hash_token(token),
        workspace_id=workspace_id,
        role_id=role_id,
        email=email,
    )
    await AccountRepository(session).add(link)
    return link.id, token


async def find_invite(session: AsyncSession, token: str) -> OneTimeLink | None:
    """Return an invitation that can still be accepted."""
    link = await AccountRepository(session).find_link(token, LinkKind.INVITE)
    if link is None or link.workspace_id is None:
        return None
    return link if clock.now() - link.created_at <= rules.INVITE_LIFETIME else None


async def take_invite(session: AsyncSession, token: str) -> OneTimeLink:
    """Return an invitation, used up with this unit of work.

    Raises:
        Invalid: It was used before, withdrawn, or is older than seven days.
    """
    link = await find_invite(session, token)
    if link is None:
        raise Invalid(DEAD_LINK)
    link.used_at = clock.now()
    session.add(link)
    return link
