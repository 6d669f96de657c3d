"""People and their one-time links, for features that bring people into workspaces."""

from __future__ import annotations

import asyncio
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, crypto, passwords
from xobito_app.core.errors import Findings, Invalid, NotFound
from xobito_app.core.events import Topic
from xobito_app.features.accounts import rules
from xobito_app.features.accounts.repository import AccountRepository
from xobito_app.models.accounts import LinkKind, OneTimeLink, User
from xobito_app.persistence.unit_of_work import announce

DEAD_LINK = "This link was used before or is too old. Ask for a new one."
_NOT_OWN = (
    "Somebody else may know your password. Sign in and choose one of your own, then open this link"
    " again."
)


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
    is_own: bool = True,
) -> User:
    """Make a person who can sign in; `is_own` tells whether they chose the password themselves.

    Raises:
        Invalid: A field breaks its rule; `name_field` is how the form calls the name.
    """
    found = Findings()
    address = found.read(rules.read_email, email)
    full_name = found.read(rules.read_name, name, field=name_field)
    zone = found.read(rules.read_time_zone, time_zone)
    found.read(passwords.check_strength, password)
    found.check()
    user = User(
        name=full_name,
        email=address,
        password_hash=await asyncio.to_thread(passwords.hash_password, password),
        password_is_own=is_own,
        time_zone=zone,
    )
    await AccountRepository(session).add(user)
    return user


async def prove(user: User, password: str) -> None:
    """Let a person pass who knows their password, and nobody else does.

    Raises:
        Invalid: It is not theirs, or an admin may know it.
    """
    if not await asyncio.to_thread(passwords.verify_password, password, user.password_hash):
        raise Invalid.field("password", "You already have an account: use its password.")
    if not user.password_is_own:
        raise Invalid(_NOT_OWN)


async def end_all_sessions(
    session: AsyncSession, user_id: UUID, *, keep: UUID | None = None
) -> None:
    """Sign a person out everywhere, but for one browser; open pages of theirs hear of it."""
    accounts = AccountRepository(session)
    await accounts.revoke_sessions(user_id, keep=keep)
    for workspace_id in await accounts.list_places(user_id):
        announce(session, workspace_id, Topic.ACCESS, user_id)


async def begin_anew(session: AsyncSession, user_id: UUID) -> None:
    """Let nothing from before a person joined a workspace open it: no session, no reset link."""
    await end_all_sessions(session, user_id)
    await AccountRepository(session).void_resets(user_id)


async def void_what_is_left(session: AsyncSession, user_id: UUID, *, workspace_id: UUID) -> None:
    """Make useless the links a person who leaves a workspace holds, and made for others there."""
    accounts = AccountRepository(session)
    user = await accounts.find_user(user_id)
    await accounts.void_resets(user_id)
    await accounts.void_invites(workspace_id, email=user.email if user else "")
    await accounts.void_links_made_by(workspace_id, user_id)


async def end_sessions(session: AsyncSession, user_id: UUID, *, workspace_id: UUID) -> None:
    """Sign a person out of one workspace everywhere."""
    await AccountRepository(session).revoke_sessions(user_id, workspace_id=workspace_id)


async def count_workspaces(session: AsyncSession, user_id: UUID) -> int:
    """Return to how many workspaces a person belongs, active there or not."""
    return len(await AccountRepository(session).list_places(user_id))


async def make_invite(
    session: AsyncSession,
    *,
    workspace_id: UUID,
    role_id: UUID,
    email: str,
    made_by: UUID | None,
) -> tuple[UUID, str]:
    """Make an invitation and return its id and the token for its link."""
    token = crypto.new_token()
    link = OneTimeLink(
        kind=LinkKind.INVITE,
        token_hash=crypto.hash_token(token),
        workspace_id=workspace_id,
        role_id=role_id,
        email=email,
        made_by=made_by,
    )
    await AccountRepository(session).add(link)
    return link.id, token


async def find_invite(session: AsyncSession, token: str) -> OneTimeLink | None:
    """Return an invitation that was neither used nor withdrawn and is young enough."""
    link = await AccountRepository(session).find_link(token, LinkKind.INVITE)
    if link is None or link.workspace_id is None:
        return None
    return link if rules.is_invite_fresh(link.created_at, clock.now()) else None


async def void_invites(session: AsyncSession, *, workspace_id: UUID, email: str) -> None:
    """Make all invitations of an e-mail address to a workspace useless."""
    await AccountRepository(session).void_invites(workspace_id, email=email)


async def get_user(session: AsyncSession, user_id: UUID) -> User:
    """Return a person's row for change.

    Raises:
        NotFound: There is no such person.
    """
    user = await AccountRepository(session).find_user(user_id)
    if user is None:
        raise NotFound("This account no longer exists.")
    return user


async def make_reset_link(
    session: AsyncSession,
    user_id: UUID,
    *,
    workspace_id: UUID | None = None,
    made_by: UUID | None = None,
) -> str:
    """Return a token that lets its holder set a new password once, within two hours.

    Args:
        session: Where it is kept.
        user_id: Whose password it sets.
        workspace_id: The workspace of the admin who makes it; none when its owner asked for it.
        made_by: That admin.
    """
    token = crypto.new_token()
    await AccountRepository(session).add(
        OneTimeLink(
            kind=LinkKind.RESET,
            token_hash=crypto.hash_token(token),
            user_id=user_id,
            workspace_id=workspace_id,
            made_by=made_by,
        )
    )
    return token
