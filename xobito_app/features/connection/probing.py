"""Probing a connected account: its token, its webhooks, the clock, the way back to here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from uuid import UUID

import httpx
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import AppError
from xobito_app.features.connection import rules, subscription, usage
from xobito_app.features.connection.credentials import client_for, credentials_of
from xobito_app.features.connection.examine import read_expiry
from xobito_app.features.connection.repository import (
    ConnectionRepository,
    NumberRepository,
    find_webhook_secret,
)
from xobito_app.features.connection.schemas import Probe, Stamps
from xobito_app.models.connection import Connection
from xobito_app.persistence.vault import vault
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.client import Client, Credentials
from xobito_app.whatsapp.errors import NETWORK_ERRORS, GraphError

_CALLBACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ProbedAccount:
    """A connected account with what it is probed with."""

    connection: Connection
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)


async def find_probed_account(session: AsyncSession, workspace_id: UUID) -> ProbedAccount | None:
    """Return the connected account of a workspace with what it is probed with."""
    connection = await ConnectionRepository(session, workspace_id).find_active()
    if connection is None:
        return None
    secret = await find_webhook_secret(session, connection.id)
    return ProbedAccount(
        connection,
        _open(secret.app_secret_sealed if secret else ""),
        _open(secret.verify_token_sealed if secret else ""),
    )


def _open(sealed: str) -> str:
    try:
        return vault().open(sealed) if sealed else ""
    except AppError:
        return ""


async def load_stamps(
    session: AsyncSession, workspace_id: UUID, account: ProbedAccount | None
) -> Stamps | None:
    """Return what the database remembers of an account."""
    if account is None:
        return None
    numbers = await NumberRepository(session, workspace_id).list_all()
    tiers = [
        number.messaging_limit
        for number in numbers
        if number.connection_id == account.connection.id and number.messaging_limit
    ]
    return Stamps(
        templates_synced_at=account.connection.templates_synced_at,
        last_inbound_at=account.connection.last_inbound_at,
        tier=await usage.load_tier_use(session, workspace_id, tiers),
    )


async def probe_account(account: ProbedAccount) -> Probe:
    """Ask Meta, and the way from outside to here, how an account does; a few seconds."""
    connection = account.connection
    url = subscription.callback_url(is_simulated=connection.is_simulated)
    probe = Probe(callback_url=url, callback_problem=await _try_callback(url, account.verify_token))
    try:
        client = await client_for(connection)
        credentials = credentials_of(connection)
        probe = replace(probe, drift_seconds=await _measure_drift(client))
        probe = await _try_token(client, credentials, account, probe)
        return await _try_subscription(client, credentials, account, probe)
    except GraphError as error:
        words = rules.metas_words(error, account.app_secret)
        return replace(probe, problem=f"{error.message} {words}")
    except AppError as error:
        return replace(probe, problem=error.message)


async def _try_token(
    client: Client, credentials: Credentials, account: ProbedAccount, probe: Probe
) -> Probe:
    app = Credentials.of_app(account.connection.app_id, account.app_secret)
    try:
        token = await client.debug_token(app, credentials.access_token)
    except GraphError as error:
        if not rules.is_about_credentials(error):
            raise
        words = rules.metas_words(error, account.app_secret, credentials.access_token)
        return replace(probe, secret_problem=words)
    said = coerce.text(coerce.mapping(token.get("error")).get("message")) or ""
    return replace(
        probe,
        is_token_valid=bool(token.get("is_valid")),
        token_problem=f"Meta says: “{said}”" if said else "",
        expires_at=read_expiry(token),
        scopes=tuple(str(scope) for scope in token.get("scopes") or ()),
    )


async def _try_subscription(
    client: Client, credentials: Credentials, account: ProbedAccount, probe: Probe
) -> Probe:
    if probe.secret_problem or not probe.is_token_valid:
        return probe
    connection = account.connection
    rows = await client.subscribed_apps(credentials, connection.waba_id)
    ours = next((row for row in rows if _app_of(row) == connection.app_id), None)
    app = await subscription.read_app_subscription(client, connection.app_id, account.app_secret)
    override = coerce.text((ours or {}).get("override_callback_uri"))
    return replace(
        probe,
        is_subscribed=ours is not None and (override or app.callback_url) == probe.callback_url,
        missing_fields=tuple(app.missing_fields()),
    )


def _app_of(row: dict[str, object]) -> str:
    return coerce.identifier(coerce.mapping(row.get("whatsapp_business_api_data")).get("id")) or ""


async def _measure_drift(client: Client) -> float | None:
    """Return how far our clock is ahead of the `Date` Meta puts on its answers, in seconds."""
    try:
        response = await client.http.get(str(client.base_url), timeout=_CALLBACK_SECONDS)
        theirs = parsedate_to_datetime(response.headers.get("date", ""))
    except (*NETWORK_ERRORS, ValueError):
        return None
    return (clock.now() - theirs).total_seconds()


async def _try_callback(url: str, verify_token: str) -> str:
    """Do Meta's handshake ourselves; return what went wrong."""
    challenge = str(secrets.randbelow(10**10))
    params = {
        "hub.mode": "subscribe",
        "hub.verify_token": verify_token,
        "hub.challenge": challenge,
    }
    try:
        async with httpx.AsyncClient(timeout=_CALLBACK_SECONDS, trust_env=False) as http:
            response = await http.get(url, params=params)
    except httpx.ConnectError:
        return "nothing answers there."
    except httpx.HTTPError as error:
        return f"{type(error).__name__}."
    if response.status_code != 200:
        return f"it answered HTTP {response.status_code}."
    return "" if response.text == challenge else "something else answered in its place."
