"""Whose app secret it is: what a delivery's signature is proved by, long after it came."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import AppError
from xobito_app.features.connection.repository import find_webhook_secret, list_webhook_secrets
from xobito_app.models.connection import Route, WebhookSecret
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.vault import vault
from xobito_app.settings import get_settings


async def find_app_secret(session: AsyncSession, connection_id: UUID) -> str:
    """Return the app secret a connection's webhooks are judged by; empty when there is none.

    Raises:
        AppError: It was sealed with another `SECRET_KEY`.
    """
    found = await find_webhook_secret(session, connection_id)
    return vault().open(found.app_secret_sealed) if found and found.app_secret_sealed else ""


async def list_app_secrets(session: AsyncSession) -> dict[str, tuple[UUID, ...]]:
    """Return the app secrets of all connections, and whose each one is."""
    holders: dict[str, tuple[UUID, ...]] = {}
    for row in await list_webhook_secrets(session):
        if secret := _open(row.app_secret_sealed):
            holders[secret] = (*holders.get(secret, ()), row.connection_id)
    return holders


async def list_verify_tokens(session: AsyncSession) -> list[str]:
    """Return the tokens with which Meta may prove a subscription is ours."""
    rows = await list_webhook_secrets(session)
    return [token for row in rows if (token := _open(row.verify_token_sealed))]


def _open(sealed: str) -> str:
    try:
        return vault().open(sealed) if sealed else ""
    except AppError:
        # Sealed with another SECRET_KEY: it opens nothing, and must not stop the others.
        return ""


async def home_of(session: AsyncSession, connection_ids: Sequence[UUID]) -> UUID | None:
    """Return the one workspace whose own app these connections are of; None when it is shared.

    The app of Embedded Signup is the installation's: what it sends may be anybody's.
    """
    if not connection_ids:
        return None
    apps = await session.exec(
        select(WebhookSecret.app_id).where(any_of(col(WebhookSecret.connection_id), connection_ids))
    )
    shared = get_settings().facebook_app_id
    if shared and shared in apps.all():
        return None
    routed = select(Route.workspace_id).where(any_of(col(Route.connection_id), connection_ids))
    owners = (await session.exec(routed.distinct().limit(2))).all()
    return owners[0] if len(owners) == 1 else None
