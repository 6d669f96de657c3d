"""The link to WhatsApp as people see it: overview, primary number, sync, disconnecting."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import AppError, Forbidden, Invalid
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.views import taken_from
from xobito_app.features.activity import service as activity
from xobito_app.features.connection import numbers, rules, usage
from xobito_app.features.connection.accounts import (
    choose_number as choose_number,
    connection_of as connection_of,
    find_active as find_active,
    forget_trouble as forget_trouble,
    get_account as get_account,
    has_trouble as has_trouble,
    line_of as line_of,
    lines_of as lines_of,
    list_connected as list_connected,
    lock_connected as lock_connected,
    note_trouble as note_trouble,
)
from xobito_app.features.connection.credentials import (
    client_for as client_for,
    credentials_of as credentials_of,
)
from xobito_app.features.connection.examine import read_expiry
from xobito_app.features.connection.news import (
    note_inbound as note_inbound,
    numbers_for as numbers_for,
    take_account_event as take_account_event,
)
from xobito_app.features.connection.probing import (
    find_probed_account as find_probed_account,
    load_stamps as load_stamps,
    probe_account as probe_account,
)
from xobito_app.features.connection.repository import (
    ConnectionRepository,
    NumberRepository,
    find_webhook_secret,
    list_routed_workspaces,
    list_routes_of,
    list_webhook_secrets as list_webhook_secrets,
)
from xobito_app.features.connection.rules import (
    NEEDED_SCOPES as NEEDED_SCOPES,
    messages_a_second as messages_a_second,
    missing_scopes as missing_scopes,
)
from xobito_app.features.connection.schemas import ConnectionView, NumberView, Overview, TierUse
from xobito_app.features.connection.signers import (
    find_app_secret as find_app_secret,
    home_of as home_of,
)
from xobito_app.models.connection import Connection, ConnectionState, Number
from xobito_app.persistence.unit_of_work import announce, unit_of_work
from xobito_app.persistence.vault import vault
from xobito_app.settings import get_settings
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.client import Credentials
from xobito_app.whatsapp.errors import GraphError, RetryPolicy

log = logging.getLogger(__name__)

SYNC_FAILED = "Meta refused the last sync:"
_REASON_LIMIT = 1000


async def require_simulator() -> None:
    """Let pass when the simulator may be used.

    Raises:
        Forbidden: It is switched off, or a real number is connected in this installation.
    """
    if refusal := await simulator_refusal():
        raise Forbidden(refusal)


async def simulator_refusal() -> str:
    """Return why the simulator may not be used, or nothing when it may."""
    switch = get_settings().simulator
    return rules.may_simulate(switch, has_real_number=switch == "" and await has_real_connection())


async def has_real_connection() -> bool:
    """Tell whether any workspace of this installation is connected to Meta itself."""
    async with unit_of_work() as uow:
        for workspace_id in await list_routed_workspaces(uow.session):
            await uow.enter(workspace_id)
            connected = await ConnectionRepository(uow.session, workspace_id).list_connected()
            if any(not connection.is_simulated for connection in connected):
                return True
    return False


async def read_overview(session: AsyncSession, actor: Actor) -> Overview:
    """Return the accounts, numbers and tier of the actor's workspace.

    Raises:
        Forbidden: The actor may not see the connection.
    """
    require(actor, Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE)
    connections = await ConnectionRepository(session, actor.workspace_id).list_all()
    listed = await NumberRepository(session, actor.workspace_id).list_all()
    live = {c.id for c in connections if c.state == ConnectionState.CONNECTED}
    tiers = [n.messaging_limit for n in listed if n.connection_id in live and n.messaging_limit]
    return Overview(
        connections=tuple(view_of(connection) for connection in connections),
        numbers=tuple(number_view(number, number.connection_id in live) for number in listed),
        tier=await usage.load_tier_use(session, actor.workspace_id, tiers),
        simulator_refusal="",
    )


async def load_tier(session: AsyncSession, workspace_id: UUID) -> TierUse:
    """Return the portfolio's limit of people a day, and how many the inbox wrote to first."""
    connected = {c.id for c in await ConnectionRepository(session, workspace_id).list_connected()}
    listed = await NumberRepository(session, workspace_id).list_all()
    tiers = [n.messaging_limit for n in listed if n.connection_id in connected]
    return await usage.load_tier_use(session, workspace_id, [tier for tier in tiers if tier])


def view_of(connection: Connection) -> ConnectionView:
    """Return what may be shown of a connection: nothing of its credentials."""
    return taken_from(
        connection, ConnectionView, is_connected=connection.state == ConnectionState.CONNECTED
    )


def number_view(number: Number, is_connected: bool) -> NumberView:
    """Return a number as the Numbers page shows it."""
    return taken_from(
        number,
        NumberView,
        messages_a_second=rules.messages_a_second(
            number.throughput_level, is_on_biz_app=number.is_on_biz_app
        ),
        is_connected=is_connected,
    )


async def set_primary_number(session: AsyncSession, actor: Actor, *, number_id: UUID) -> None:
    """Make a number the one new conversations start from.

    Raises:
        Forbidden: The actor may not manage the connection.
        NotFound: The workspace has no such number.
        Invalid: The number's account is disconnected.
    """
    require(actor, Permission.CONNECTION_MANAGE)
    repository = NumberRepository(session, actor.workspace_id)
    chosen = await repository.get(number_id)
    connections = ConnectionRepository(session, actor.workspace_id)
    connection = await connections.get(chosen.connection_id)
    if connection.state != ConnectionState.CONNECTED or chosen.status == numbers.REMOVED:
        raise Invalid("This number is not connected.")
    numbers.choose_primary(await repository.list_all(), chosen)
    activity.record(
        session,
        actor,
        "number.made_primary",
        about="number",
        object_id=chosen.id,
        name=chosen.display_phone,
    )
    announce(session, actor.workspace_id, Topic.CONNECTION, actor.workspace_id)


@dataclass(frozen=True, slots=True)
class _News:
    """What Meta says about a connected account, fetched outside any transaction."""

    listed: Sequence[dict[str, Any]] = ()
    account: dict[str, Any] | None = None
    token: dict[str, Any] | None = None
    problem: str = ""


async def sync(workspace_id: UUID) -> None:
    """Take over numbers, quality, limits, throughput and the token's life from Meta.

    A refusal is kept as the connection's reason, and goes when a later sync works.

    Raises:
        Unavailable: Meta cannot be reached right now.
    """
    async with unit_of_work(workspace_id) as uow:
        connected = await ConnectionRepository(uow.session, workspace_id).list_connected()
        secrets = {c.id: await find_webhook_secret(uow.session, c.id) for c in connected}
    for connection in connected:
        secret = secrets[connection.id]
        sealed = secret.app_secret_sealed if secret else ""
        news = await _ask(connection, vault().open(sealed) if sealed else "")
        async with unit_of_work(workspace_id) as uow:
            await _take(uow.session, connection.id, workspace_id, news)


async def sync_now(actor: Actor) -> None:
    """Sync because a person asked for it.

    Raises:
        Forbidden: The actor may not manage the connection.
        Invalid: Nothing is connected.
    """
    require(actor, Permission.CONNECTION_MANAGE)
    async with unit_of_work(actor.workspace_id) as uow:
        if not await ConnectionRepository(uow.session, actor.workspace_id).list_connected():
            raise Invalid("Connect WhatsApp first.")
    await sync(actor.workspace_id)


async def _ask(connection: Connection, app_secret: str) -> _News:
    client = await client_for(connection)
    credentials = credentials_of(connection)
    try:
        listed = await client.list_phone_numbers(credentials, connection.waba_id)
        account = await client.waba(credentials, connection.waba_id)
        token = None
        if app_secret:
            app = Credentials.of_app(connection.app_id, app_secret)
            token = await client.debug_token(app, credentials.access_token)
    except GraphError as error:
        if error.policy in {RetryPolicy.RETRY, RetryPolicy.WAIT}:
            raise
        words = rules.metas_words(error, credentials.access_token, app_secret)
        return _News(problem=f"{SYNC_FAILED} {error.message} {words}"[:_REASON_LIMIT])
    return _News(listed, account, token)


async def _take(
    session: AsyncSession, connection_id: UUID, workspace_id: UUID, news: _News
) -> None:
    repository = ConnectionRepository(session, workspace_id)
    connection = await repository.get(connection_id, lock=True)
    if connection.state != ConnectionState.CONNECTED:
        return
    announce(session, workspace_id, Topic.CONNECTION, workspace_id)
    session.add(connection)
    if news.problem:
        connection.reason = news.problem
        return
    if connection.reason.startswith(SYNC_FAILED):
        connection.reason = ""
    connection.name = (coerce.text((news.account or {}).get("name")) or connection.name)[:255]
    if news.token is not None:
        connection.token_expires_at = read_expiry(news.token)
        connection.scopes = [str(scope) for scope in news.token.get("scopes") or ()]
    await numbers.refuse_foreign(
        session, connection, [coerce.identifier(n.get("id")) or "" for n in news.listed]
    )
    taken = await numbers.take_numbers(session, connection, news.listed)
    if limit := next((n.messaging_limit for n in taken if n.messaging_limit), ""):
        connection.messaging_limit = limit


async def disconnect(actor: Actor, *, connection_id: UUID, reason: str = "") -> None:
    """Leave an account: Meta is told as far as it can be reached, then everything secret goes.

    Nothing of the workspace's data is deleted; what needs the account says why it rests.

    Raises:
        Forbidden: The actor may not manage the connection.
        NotFound: The workspace has no such connection.
    """
    require(actor, Permission.CONNECTION_MANAGE)
    async with unit_of_work(actor.workspace_id) as uow:
        repository = ConnectionRepository(uow.session, actor.workspace_id)
        connection = await repository.get(connection_id)
        others = [c for c in await repository.list_connected() if c.id != connection_id]
    if connection.state == ConnectionState.CONNECTED:
        await _take_leave(connection, others)
    async with unit_of_work(actor.workspace_id) as uow:
        repository = ConnectionRepository(uow.session, actor.workspace_id)
        connection = await repository.get(connection_id, lock=True)
        await _forget(uow.session, connection, reason or f"Disconnected by {actor.name}.")
        activity.record(
            uow.session,
            actor,
            "connection.disconnected",
            about="connection",
            object_id=connection.id,
            name=connection.name,
            waba_id=connection.waba_id,
        )
        announce(uow.session, actor.workspace_id, Topic.CONNECTION, actor.workspace_id)


async def _take_leave(connection: Connection, others: Sequence[Connection]) -> None:
    """Unsubscribe and revoke; a dead token or an absent Meta must not keep anyone connected."""
    try:
        credentials = credentials_of(connection)
        client = await client_for(connection)
        await client.unsubscribe_app(credentials, connection.waba_id)
        # The same token may carry a second account of this workspace.
        if all(credentials_of(c).access_token != credentials.access_token for c in others):
            await client.revoke(credentials)
    except AppError as error:
        log.warning("connection.leave_failed", extra={"reason": type(error).__name__})


async def _forget(session: AsyncSession, connection: Connection, reason: str) -> None:
    connection.token_sealed = ""
    connection.token_expires_at = None
    connection.state, connection.reason = ConnectionState.DISCONNECTED, reason[:_REASON_LIMIT]
    connection.disconnected_at = connection.updated_at = clock.now()
    session.add(connection)
    for route in await list_routes_of(session, connection.id):
        await session.delete(route)
    if secret := await find_webhook_secret(session, connection.id):
        await session.delete(secret)
    await session.flush()
