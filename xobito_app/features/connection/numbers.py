"""Taking over the numbers Meta lists: new ones, changed ones, gone ones, and the ways to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Conflict
from xobito_app.features.connection.repository import NumberRepository
from xobito_app.models.connection import Connection, Number, Route, RouteKind
from xobito_app.persistence.arrays import any_of
from xobito_app.whatsapp import coerce

REMOVED = "REMOVED"
"""Our word for a number Meta no longer lists."""


async def refuse_foreign(
    session: AsyncSession, connection: Connection, phone_number_ids: Sequence[str]
) -> None:
    """Refuse an account or number that another workspace of this installation holds.

    Raises:
        Conflict: One of them is taken; whose it is stays unsaid.
    """
    wanted = {(RouteKind.WABA, connection.waba_id)}
    wanted |= {(RouteKind.NUMBER, number_id) for number_id in phone_number_ids}
    names = [external_id for _, external_id in wanted]
    rows = await session.exec(select(Route).where(any_of(col(Route.external_id), names)))
    for route in rows:
        if route.workspace_id != connection.workspace_id and (
            (RouteKind(route.kind), route.external_id) in wanted
        ):
            what = "account" if route.kind == RouteKind.WABA else "number"
            raise Conflict(
                f"The {what} {route.external_id} is connected to another workspace here. "
                "Disconnect it there first."
            )


async def take_numbers(
    session: AsyncSession, connection: Connection, listed: Sequence[dict[str, Any]]
) -> list[Number]:
    """Write what Meta lists of a connection's numbers; those no longer listed lose their route."""
    numbers = NumberRepository(session, connection.workspace_id)
    by_id = {coerce.identifier(raw.get("id")) or "": raw for raw in listed}
    by_id.pop("", None)
    known = await numbers.by_phone_number_id(list(by_id))
    taken: list[Number] = []
    for place, (phone_number_id, raw) in enumerate(by_id.items()):
        number = known.get(phone_number_id) or Number(
            workspace_id=connection.workspace_id,
            connection_id=connection.id,
            phone_number_id=phone_number_id,
            color=place % 8,
        )
        number.connection_id = connection.id
        _fill(number, raw)
        session.add(number)
        taken.append(number)
    for number in await numbers.list_all():
        if number.connection_id == connection.id and number.phone_number_id not in by_id:
            number.status = REMOVED
            number.is_primary = False
            session.add(number)
    connection.numbers_synced_at = clock.now()
    session.add(connection)
    await session.flush()
    await _lead(session, connection, taken)
    return taken


def _fill(number: Number, raw: dict[str, Any]) -> None:
    number.display_phone = (coerce.text(raw.get("display_phone_number")) or "")[:40]
    number.verified_name = (coerce.text(raw.get("verified_name")) or "")[:255]
    number.quality = (coerce.text(raw.get("quality_rating")) or "UNKNOWN")[:32]
    number.status = (coerce.text(raw.get("status")) or "")[:40]
    number.name_status = (coerce.text(raw.get("name_status")) or "")[:40]
    level = coerce.text(coerce.mapping(raw.get("throughput")).get("level"))
    number.throughput_level = (level or "")[:32]
    limit = raw.get("whatsapp_business_manager_messaging_limit") or raw.get("messaging_limit_tier")
    number.messaging_limit = (coerce.text(limit) or number.messaging_limit)[:32]
    number.is_on_biz_app = bool(raw.get("is_on_biz_app"))
    number.raw = coerce.mapping(coerce.storable(raw))
    number.updated_at = clock.now()


async def _lead(session: AsyncSession, connection: Connection, numbers: Sequence[Number]) -> None:
    """Let webhooks of the account and its numbers find the workspace, and of no gone number."""
    rows = await session.exec(select(Route).where(col(Route.connection_id) == connection.id))
    there = {(RouteKind(route.kind), route.external_id): route for route in rows}
    wanted = {(RouteKind.NUMBER, number.phone_number_id): number.id for number in numbers}
    for key, route in there.items():
        if key[0] is RouteKind.NUMBER and key not in wanted:
            await session.delete(route)
    if (RouteKind.WABA, connection.waba_id) not in there:
        session.add(_route(connection, RouteKind.WABA, connection.waba_id))
    for (kind, external_id), number_id in wanted.items():
        if (kind, external_id) not in there:
            route = _route(connection, kind, external_id)
            route.number_id = number_id
            session.add(route)
    await session.flush()


def _route(connection: Connection, kind: RouteKind, external_id: str) -> Route:
    return Route(
        kind=kind,
        external_id=external_id,
        workspace_id=connection.workspace_id,
        connection_id=connection.id,
    )


def choose_primary(numbers: Sequence[Number], chosen: Number) -> None:
    """Make one number the primary one of its workspace."""
    for number in numbers:
        number.is_primary = number.id == chosen.id
