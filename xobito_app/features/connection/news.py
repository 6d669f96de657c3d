"""What Meta tells about accounts and numbers, taken over into ours."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.core.text import shorten
from xobito_app.features.connection.numbers import REMOVED
from xobito_app.features.connection.repository import ConnectionRepository, NumberRepository
from xobito_app.models.connection import Number, Route, RouteKind
from xobito_app.persistence.unit_of_work import announce
from xobito_app.whatsapp.inbound_events import AccountEvent
from xobito_app.whatsapp.inbound_model import AccountError, Source

_CLOSING_EVENTS = {"ACCOUNT_DELETED", "PARTNER_REMOVED", "ACCOUNT_OFFBOARDED"}


async def numbers_for(
    session: AsyncSession, workspace_id: UUID, sources: Sequence[Source]
) -> dict[Source, UUID]:
    """Return our id of the number each source speaks of, made when Meta was quicker than our sync.

    A source that names none means the only one of its account; with several nobody can tell.
    """
    named = {s.phone_number_id: s for s in sources if s.phone_number_id}
    numbers = NumberRepository(session, workspace_id)
    found = await numbers.by_phone_number_id(list(named))
    for key, source in named.items():
        if key not in found and (number := await _make_number(session, workspace_id, source)):
            found[key] = number
    only = {
        waba_id: await _only_number(session, workspace_id, waba_id)
        for waba_id in {s.waba_id for s in sources if not s.phone_number_id and s.waba_id}
    }
    by_source = {
        s: found.get(s.phone_number_id or "") or only.get(s.waba_id or "") for s in sources
    }
    return {source: number.id for source, number in by_source.items() if number}


async def _make_number(session: AsyncSession, workspace_id: UUID, source: Source) -> Number | None:
    connection = await ConnectionRepository(session, workspace_id).find_by_waba(
        source.waba_id or ""
    )
    if connection is None or not source.phone_number_id:
        return None
    number = await NumberRepository(session, workspace_id).add(
        Number(
            workspace_id=workspace_id,
            connection_id=connection.id,
            phone_number_id=source.phone_number_id,
            display_phone=(source.display_phone_number or "")[:40],
        )
    )
    session.add(
        Route(
            kind=RouteKind.NUMBER,
            external_id=source.phone_number_id,
            workspace_id=workspace_id,
            connection_id=connection.id,
            number_id=number.id,
        )
    )
    return number


async def _only_number(session: AsyncSession, workspace_id: UUID, waba_id: str) -> Number | None:
    connection = await ConnectionRepository(session, workspace_id).find_by_waba(waba_id)
    if connection is None:
        return None
    numbers = NumberRepository(session, workspace_id)
    rows = await numbers.all(
        numbers.scoped()
        .where(col(Number.connection_id) == connection.id, col(Number.status) != REMOVED)
        .limit(2)
    )
    return rows[0] if len(rows) == 1 else None


async def note_inbound(session: AsyncSession, workspace_id: UUID) -> None:
    """Remember that Meta reached us just now, for the doctor."""
    connection = await ConnectionRepository(session, workspace_id).find_active()
    if connection:
        connection.last_inbound_at = clock.now()
        session.add(connection)


async def take_account_event(
    session: AsyncSession, workspace_id: UUID, event: AccountEvent | AccountError
) -> str:
    """Take over quality, limits, names and bans; return the word for the journal."""
    announce(session, workspace_id, Topic.CONNECTION, workspace_id)
    if isinstance(event, AccountError):
        return "account error"
    connection = await ConnectionRepository(session, workspace_id).find_by_waba(
        event.waba_id or event.source.waba_id or ""
    )
    if connection is None:
        return ""
    if event.messaging_limit:
        connection.messaging_limit = event.messaging_limit[:32]
    if event.event in _CLOSING_EVENTS or event.ban_state == "DISABLE":
        # It stands at the top of every page, whatever Meta, or somebody in its name, writes.
        connection.reason = f"Meta reports {shorten(event.ban_state or event.event or '', 80)}."
    session.add(connection)
    if event.display_phone_number:
        await _change_number(session, workspace_id, event)
    return "account event"


async def _change_number(session: AsyncSession, workspace_id: UUID, event: AccountEvent) -> None:
    digits = "".join(c for c in event.display_phone_number or "" if c.isdigit())
    rows = await session.exec(select(Number).where(col(Number.workspace_id) == workspace_id))
    for number in rows:
        if "".join(c for c in number.display_phone if c.isdigit()) != digits:
            continue
        if event.event in {"FLAGGED", "UNFLAGGED"}:
            number.status = "FLAGGED" if event.event == "FLAGGED" else "CONNECTED"
        if event.event == "THROUGHPUT_UPGRADE":
            number.throughput_level = "HIGH"
        if event.messaging_limit:
            number.messaging_limit = event.messaging_limit[:32]
        if event.verified_name:
            number.verified_name = event.verified_name[:255]
        session.add(number)
