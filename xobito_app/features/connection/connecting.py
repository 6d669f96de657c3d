"""Connecting a WhatsApp Business Account: ask Meta first, then store; nothing stays half done."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import AppError, Conflict, Invalid
from xobito_app.core.events import AccountConnected, Topic, publish
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.connection import numbers, rules, service, simulator, subscription
from xobito_app.features.connection.credentials import client_for
from xobito_app.features.connection.examine import Findings, Progress, examine, silent
from xobito_app.features.connection.repository import (
    ConnectionRepository,
    NumberRepository,
    find_webhook_secret,
)
from xobito_app.features.connection.schemas import ConnectionView, GivenCredentials, Step
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.connection import Connection, ConnectionState, WebhookSecret
from xobito_app.persistence.unit_of_work import announce, unit_of_work
from xobito_app.persistence.vault import vault
from xobito_app.settings import get_settings
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.client import Client, Credentials
from xobito_app.whatsapp.errors import GraphError

log = logging.getLogger(__name__)

UNFINISHED = "Connecting was not finished."


@dataclass(frozen=True, slots=True)
class _Held:
    """A webhook secret put in place for Meta's handshake, and what stood there before."""

    connection_id: UUID
    is_new: bool
    was_connected: bool
    app_id: str = ""
    app_secret_sealed: str = ""
    verify_token_sealed: str = ""


async def connect(
    actor: Actor, given: GivenCredentials, *, progress: Progress = silent
) -> ConnectionView:
    """Connect an account of Meta's to the actor's workspace and sync it.

    Raises:
        Forbidden: The actor may not manage the connection.
        Invalid: A credential is wrong; `fields` names it, in Meta's words and ours.
        Conflict: Another workspace holds the account or one of its numbers.
        Unavailable: Meta cannot be asked right now.
    """
    require(actor, Permission.CONNECTION_MANAGE)
    view = await _connect(actor, given, is_simulated=False, progress=progress)
    if get_settings().simulator != "1":
        await _retire_simulated(actor)
    return view


async def connect_with_code(
    actor: Actor,
    *,
    code: str,
    waba_id: str = "",
    phone_number_id: str = "",
    progress: Progress = silent,
) -> ConnectionView:
    """Connect what a person chose in Embedded Signup; its code lives about 30 seconds.

    Args:
        code: What Facebook's dialog handed over.
        waba_id: From the dialog's session info; asked of the token when missing.
        phone_number_id: Likewise; the account's only number when missing.

    Raises:
        Invalid: Embedded Signup is not set up, the code is no good, or as for `connect`.
    """
    require(actor, Permission.CONNECTION_MANAGE)
    settings = get_settings()
    app_id, secret = settings.facebook_app_id, settings.facebook_app_secret
    if not app_id or not secret:
        raise Invalid("Set FACEBOOK_APP_ID and FACEBOOK_APP_SECRET to use Login with Facebook.")
    draft = Connection(workspace_id=actor.workspace_id, waba_id="")
    client = await client_for(draft)
    await progress(Step.TOKEN)
    try:
        token = await client.exchange_code(app_id, secret, code.strip())
        if not waba_id or not phone_number_id:
            waba_id, phone_number_id = await _ask_token(client, token, waba_id)
    except GraphError as error:
        words = rules.metas_words(error, code, secret)
        if not rules.is_about_credentials(error):
            raise AppError(f"Meta cannot answer right now. {words}") from None
        raise Invalid(f"Meta did not take the sign-up code: start again. {words}") from None
    given = GivenCredentials.read(
        waba_id=waba_id,
        phone_number_id=phone_number_id,
        access_token=token.access_token,
        app_id=app_id,
        app_secret=secret,
    )
    return await connect(actor, given, progress=progress)


async def start_simulator(actor: Actor, *, progress: Progress = silent) -> ConnectionView:
    """Make an account in the simulator and connect it exactly as a real one.

    A workspace that is on the simulator already keeps its account.

    Raises:
        Forbidden: The simulator is switched off, or a real number is connected.
        Unavailable: The simulator does not run.
    """
    require(actor, Permission.CONNECTION_MANAGE)
    await service.require_simulator()
    async with unit_of_work(actor.workspace_id) as uow:
        repository = ConnectionRepository(uow.session, actor.workspace_id)
        for connection in await repository.list_connected():
            if connection.is_simulated:
                return service.view_of(connection)
        workspace = await workspaces.get_workspace(uow.session, actor.workspace_id)
        name = workspace.name
    given = await simulator.create_account(name)
    try:
        return await _connect(actor, given, is_simulated=True, progress=progress)
    except BaseException:
        await asyncio.shield(simulator.drop_account(given.waba_id))
        raise


async def _ask_token(client: Client, token: Credentials, waba_id: str) -> tuple[str, str]:
    """Read from a business token which account, and which number, it was made for."""
    settings = get_settings()
    app = Credentials.of_app(settings.facebook_app_id, settings.facebook_app_secret)
    seen = await client.debug_token(app, token.access_token)
    for granted in coerce.mappings(seen.get("granular_scopes")):
        targets = granted.get("target_ids")
        if granted.get("scope") == "whatsapp_business_management" and targets and not waba_id:
            waba_id = coerce.identifier(targets[0]) or ""
    listed = await client.list_phone_numbers(token, waba_id) if waba_id else []
    return waba_id, coerce.identifier(listed[0].get("id")) or "" if listed else ""


async def _connect(
    actor: Actor, given: GivenCredentials, *, is_simulated: bool, progress: Progress
) -> ConnectionView:
    subscription.check_callback(is_simulated=is_simulated)
    draft = Connection(
        workspace_id=actor.workspace_id, waba_id=given.waba_id, is_simulated=is_simulated
    )
    async with unit_of_work(actor.workspace_id) as uow:
        await numbers.refuse_foreign(uow.session, draft, [given.phone_number_id])
    client = await client_for(draft)
    findings = await examine(client, given, progress)
    listed = [coerce.identifier(number.get("id")) or "" for number in findings.numbers]
    async with unit_of_work(actor.workspace_id) as uow:
        await numbers.refuse_foreign(uow.session, draft, listed)
        held = await _hold_secret(uow.session, draft, given)
    is_subscribed = False
    try:
        await progress(Step.WEBHOOK)
        await subscription.subscribe(client, given, is_simulated=is_simulated)
        is_subscribed = True
        await progress(Step.SAVING)
        async with unit_of_work(actor.workspace_id) as uow:
            return await _save(uow.session, actor, held, given, findings, is_simulated)
    except BaseException as error:
        await asyncio.shield(_undo(actor, held, client, given, unsubscribe=is_subscribed))
        if isinstance(error, IntegrityError):
            raise Conflict("Somebody else is connecting this account right now.") from None
        raise


async def _hold_secret(session: AsyncSession, draft: Connection, given: GivenCredentials) -> _Held:
    """Store what Meta's handshake and first webhooks are judged by, before they come."""
    repository = ConnectionRepository(session, draft.workspace_id)
    known = await repository.find_by_waba(given.waba_id)
    if known is None:
        draft.state, draft.reason = ConnectionState.DISCONNECTED, UNFINISHED
        draft.disconnected_at = clock.now()
        try:
            await repository.add(draft)
        except IntegrityError:
            raise Conflict("Somebody else is connecting this account right now.") from None
    connection = known or draft
    found = await find_webhook_secret(session, connection.id)
    held = _Held(
        connection_id=connection.id,
        is_new=known is None,
        was_connected=connection.state == ConnectionState.CONNECTED,
        app_id=found.app_id if found else "",
        app_secret_sealed=found.app_secret_sealed if found else "",
        verify_token_sealed=found.verify_token_sealed if found else "",
    )
    secret = found or WebhookSecret(connection_id=connection.id)
    secret.app_id = given.app_id
    secret.app_secret_sealed = vault().seal(given.app_secret)
    secret.verify_token_sealed = vault().seal(given.verify_token)
    session.add(secret)
    return held


async def _save(
    session: AsyncSession,
    actor: Actor,
    held: _Held,
    given: GivenCredentials,
    findings: Findings,
    is_simulated: bool,
) -> ConnectionView:
    repository = ConnectionRepository(session, actor.workspace_id)
    connection = await repository.get(held.connection_id, lock=True)
    connection.name = (coerce.text(findings.account.get("name")) or "")[:255]
    owner = coerce.mapping(findings.account.get("owner_business_info"))
    connection.business_id = (coerce.identifier(owner.get("id")) or "")[:64]
    connection.app_id = given.app_id
    connection.token_sealed = vault().seal(given.access_token)
    connection.token_expires_at = findings.expires_at
    connection.scopes = list(findings.scopes)
    connection.is_simulated = is_simulated
    connection.state, connection.reason = ConnectionState.CONNECTED, ""
    connection.connected_at = connection.updated_at = clock.now()
    connection.disconnected_at = None
    taken = await numbers.take_numbers(session, connection, findings.numbers)
    chosen = next(n for n in taken if n.phone_number_id == given.phone_number_id)
    numbers.choose_primary(await NumberRepository(session, actor.workspace_id).list_all(), chosen)
    connection.messaging_limit = chosen.messaging_limit
    await publish(
        session,
        AccountConnected(
            workspace_id=actor.workspace_id,
            connection_id=connection.id,
            meta_ids=(connection.waba_id, *(number.phone_number_id for number in taken)),
            templates=tuple(findings.templates),
        ),
    )
    activity.record(
        session,
        actor,
        "connection.connected",
        about="connection",
        object_id=connection.id,
        name=connection.name,
        waba_id=connection.waba_id,
        is_simulated=is_simulated,
        numbers=len(taken),
        templates=len(findings.templates),
    )
    announce(session, actor.workspace_id, Topic.CONNECTION, actor.workspace_id)
    await session.flush()
    return service.view_of(connection)


async def _undo(
    actor: Actor, held: _Held, client: Client, given: GivenCredentials, *, unsubscribe: bool
) -> None:
    """Put everything back as it was before; Meta's side as far as it can be reached."""
    if unsubscribe and not held.was_connected:
        try:
            await client.unsubscribe_app(Credentials(given.access_token), given.waba_id)
        except AppError as error:
            log.warning("connection.undo_failed", extra={"reason": type(error).__name__})
    async with unit_of_work(actor.workspace_id) as uow:
        secret = await find_webhook_secret(uow.session, held.connection_id)
        if secret and held.app_secret_sealed:
            secret.app_id = held.app_id
            secret.app_secret_sealed = held.app_secret_sealed
            secret.verify_token_sealed = held.verify_token_sealed
            uow.session.add(secret)
        elif secret:
            await uow.session.delete(secret)
            await uow.session.flush()
        if held.is_new:
            repository = ConnectionRepository(uow.session, actor.workspace_id)
            if draft := await repository.find(held.connection_id):
                await repository.delete(draft)


async def _retire_simulated(actor: Actor) -> None:
    async with unit_of_work(actor.workspace_id) as uow:
        repository = ConnectionRepository(uow.session, actor.workspace_id)
        simulated = [c.id for c in await repository.list_connected() if c.is_simulated]
    for connection_id in simulated:
        await service.disconnect(
            actor, connection_id=connection_id, reason="A real number was connected instead."
        )
