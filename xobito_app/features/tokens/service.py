"""Making, listing and revoking API tokens, and finding out who calls with one."""

from __future__ import annotations

import secrets
import string
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app import registry
from xobito_app.core import clock
from xobito_app.core.crypto import hash_token
from xobito_app.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from xobito_app.core.events import Topic
from xobito_app.core.permissions import ALL, Actor, Permission, require
from xobito_app.core.text import one_line
from xobito_app.features.accounts import service as accounts
from xobito_app.features.activity import service as activity
from xobito_app.features.tokens import rules
from xobito_app.features.tokens.schemas import Caller, TokenView
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.tokens import ApiToken
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.unit_of_work import UnitOfWork, announce

NAME_LIMIT = 60
MOST_TOKENS = 200
USE_NOTED_EVERY = timedelta(minutes=1)
MISSING = "API token is required"
WRONG = "Invalid API token"
ORPHANED = "Whoever made this token is no longer active in the workspace"
_LETTERS = string.ascii_letters + string.digits


class TokenRepository(Repository[ApiToken]):
    """API tokens of one workspace."""

    missing = "This token no longer exists."


async def create_token(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    abilities: Collection[str],
    rate_limit: int = rules.STANDARD_RATE,
    expires_at: datetime | None = None,
) -> tuple[TokenView, str]:
    """Make a token and return it with its text, which is never told again.

    It may do what its maker may, at most, now and whenever it is used. One that is made on the
    command line, by nobody who has a role, is bounded by its abilities alone.

    Args:
        session: Where it is made.
        actor: Who makes it.
        name: What it is for, at most 60 characters.
        abilities: Some of `registry.abilities`.
        rate_limit: Requests a minute; 0 is unlimited.
        expires_at: When it stops working by itself.

    Raises:
        Forbidden: The actor may not manage tokens, or not all that the token should do.
        Invalid: A field breaks its rule.
    """
    require(actor, Permission.API_TOKENS_MANAGE)
    title = one_line(name)
    wanted = [ability for ability in registry.abilities() if ability in abilities]
    _check(title, abilities, rate_limit, expires_at)
    _check_bounds(actor, wanted)
    tokens = TokenRepository(session, actor.workspace_id)
    if len(await tokens.all(tokens.scoped().limit(MOST_TOKENS))) >= MOST_TOKENS:
        raise Invalid(f"A workspace has at most {MOST_TOKENS} tokens. Delete some first.")
    text = rules.PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(rules.SECRET_LENGTH))
    row = await tokens.add(
        ApiToken(
            workspace_id=actor.workspace_id,
            name=title,
            token_hash=hash_token(text),
            prefix=text[: rules.SHOWN_LENGTH],
            abilities=wanted,
            rate_limit=rate_limit,
            expires_at=expires_at,
            created_by=actor.user_id,
            by_operator=actor.user_id is None,
        )
    )
    activity.record(
        session,
        actor,
        "api_token.created",
        about="api_token",
        object_id=row.id,
        name=title,
        abilities=wanted,
    )
    announce(session, actor.workspace_id, Topic.SETTINGS, actor.workspace_id)
    return TokenView.of(row), text


def _check(
    name: str, abilities: Collection[str], rate_limit: int, expires_at: datetime | None
) -> None:
    wrong: dict[str, list[str]] = {}
    if not name or len(name) > NAME_LIMIT:
        wrong["name"] = [f"Give the token a name of 1 to {NAME_LIMIT} characters."]
    if unknown := sorted(set(abilities) - set(registry.abilities())):
        wrong["abilities"] = [
            f"There is no ability {unknown[0]}. There are: {', '.join(registry.abilities())}."
        ]
    elif not abilities:
        wrong["abilities"] = ["Choose at least one ability."]
    if not 0 <= rate_limit <= rules.MOST_RATE:
        wrong["rate_limit"] = [f"Use 0 (unlimited) to {rules.MOST_RATE} requests a minute."]
    if expires_at is not None and expires_at <= clock.now():
        wrong["expires_at"] = ["Choose a time that is still to come."]
    if wrong:
        raise Invalid(next(iter(wrong.values()))[0], wrong)


def _check_bounds(actor: Actor, abilities: list[str]) -> None:
    allowed = offered(actor)
    beyond = next((ability for ability in abilities if ability not in allowed), None)
    if beyond:
        missing = min(p for p in rules.permissions_of([beyond]) if not actor.can(p))
        raise Forbidden(f"You cannot give {beyond} because your own role lacks {missing}.")


def offered(actor: Actor) -> list[str]:
    """Return the abilities somebody may give a token."""
    return rules.within(registry.abilities(), ALL if actor.is_owner else actor.permissions)


async def list_tokens(session: AsyncSession, actor: Actor) -> list[TokenView]:
    """Return the workspace's tokens, newest first, revoked ones last.

    Raises:
        Forbidden: The actor may not manage tokens.
    """
    require(actor, Permission.API_TOKENS_MANAGE)
    tokens = TokenRepository(session, actor.workspace_id)
    rows = await tokens.all(
        tokens.scoped()
        .order_by(
            col(ApiToken.revoked_at).is_not(None),
            col(ApiToken.created_at).desc(),
            col(ApiToken.id).desc(),
        )
        .limit(MOST_TOKENS)
    )
    return [
        TokenView.of(row, is_orphaned=await _held_by_maker(session, row) is None) for row in rows
    ]


async def revoke_token(session: AsyncSession, actor: Actor, *, token_id: UUID) -> None:
    """Let a token open nothing any more, from the next request on.

    Raises:
        NotFound: The workspace has no such token.
    """
    require(actor, Permission.API_TOKENS_MANAGE)
    row = await TokenRepository(session, actor.workspace_id).get(token_id, lock=True)
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        session.add(row)
        _record(session, actor, "api_token.revoked", row)


async def delete_token(session: AsyncSession, actor: Actor, *, token_id: UUID) -> None:
    """Take a token that was revoked or has expired off the list.

    Raises:
        NotFound: The workspace has no such token.
        Invalid: It still works.
    """
    require(actor, Permission.API_TOKENS_MANAGE)
    tokens = TokenRepository(session, actor.workspace_id)
    row = await tokens.get(token_id, lock=True)
    if rules.is_valid(row.revoked_at, row.expires_at, clock.now()):
        raise Invalid("This token still works. Revoke it first.")
    await tokens.delete(row)
    _record(session, actor, "api_token.deleted", row)


def _record(session: AsyncSession, actor: Actor, action: str, row: ApiToken) -> None:
    activity.record(session, actor, action, about="api_token", object_id=row.id, name=row.name)
    announce(session, actor.workspace_id, Topic.SETTINGS, actor.workspace_id)


async def authenticate(uow: UnitOfWork, *, workspace: str, token: str, address: str) -> Caller:
    """Return who calls; the unit of work enters their workspace.

    A token of another workspace looks like one that never was, and so does any token in a
    workspace that does not exist.

    Raises:
        Unauthenticated: There is no token, or it does not open this workspace.
        Forbidden: Whoever made it is no longer active in the workspace.
    """
    if not token:
        raise Unauthenticated(MISSING)
    if not rules.is_token(token):
        raise Unauthenticated(WRONG)
    session = uow.session
    try:
        workspace_id = await workspaces.find_workspace_id(session, workspace)
    except NotFound:
        raise Unauthenticated(WRONG) from None
    await uow.enter(workspace_id)
    tokens = TokenRepository(session, workspace_id)
    row = await tokens.one_or_none(
        tokens.scoped().where(col(ApiToken.token_hash) == hash_token(token))
    )
    now = clock.now()
    if row is None or not rules.is_valid(row.revoked_at, row.expires_at, now):
        raise Unauthenticated(WRONG)
    abilities = await _abilities_now(session, row)
    if row.last_used_at is None or now - row.last_used_at >= USE_NOTED_EVERY:
        await _note_use(session, row, now)
    place = await workspaces.get_workspace(session, workspace_id)
    return Caller(
        token_id=row.id,
        actor=Actor(
            workspace_id=workspace_id,
            user_id=None,
            name=f"API: {row.name}",
            permissions=rules.permissions_of(abilities),
            address=address,
        ),
        abilities=frozenset(abilities),
        rate_limit=row.rate_limit,
        workspace=workspace,
        country=place.country,
    )


async def _abilities_now(session: AsyncSession, row: ApiToken) -> list[str]:
    held = await _held_by_maker(session, row)
    if held is None:
        raise Forbidden(ORPHANED)
    return rules.within(row.abilities, held)


async def _held_by_maker(session: AsyncSession, row: ApiToken) -> frozenset[Permission] | None:
    """Return what bounds a token now; None when whoever made it is not active any more."""
    if row.by_operator:
        return ALL
    return await accounts.find_rights(session, row.created_by, row.workspace_id)


async def _note_use(session: AsyncSession, row: ApiToken, now: datetime) -> None:
    # Written only if nobody else did it in this very minute.
    await (await session.connection()).execute(
        update(ApiToken)
        .where(col(ApiToken.id) == row.id, col(ApiToken.workspace_id) == row.workspace_id)
        .where(
            col(ApiToken.last_used_at).is_(None)
            | (col(ApiToken.last_used_at) <= now - USE_NOTED_EVERY)
        )
        .values(last_used_at=now)
    )
