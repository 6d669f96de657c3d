"""Which account a workspace speaks through, for features that speak to Meta."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Invalid, NotFound
from xobito_app.core.events import Topic
from xobito_app.features.connection.repository import ConnectionRepository, NumberRepository
from xobito_app.models.connection import Connection, ConnectionState, Number
from xobito_app.persistence.unit_of_work import announce

TROUBLE = "Sending stopped: "


async def list_connected(session: AsyncSession, workspace_id: UUID) -> Sequence[Connection]:
    """Return the accounts Meta may be spoken to through, the newest first."""
    return await ConnectionRepository(session, workspace_id).list_connected()


async def find_active(session: AsyncSession, workspace_id: UUID) -> Connection | None:
    """Return the newest connected account."""
    return await ConnectionRepository(session, workspace_id).find_active()


async def get_account(session: AsyncSession, workspace_id: UUID, connection_id: UUID) -> Connection:
    """Return an account, connected or not.

    Raises:
        NotFound: The workspace has no such account.
    """
    return await ConnectionRepository(session, workspace_id).get(connection_id)


async def lock_connected(
    session: AsyncSession, workspace_id: UUID, connection_id: UUID
) -> Connection | None:
    """Return an account locked for change, unless it was disconnected meanwhile."""
    found = await ConnectionRepository(session, workspace_id).get(connection_id, lock=True)
    return found if found.state == ConnectionState.CONNECTED else None


async def list_numbers(session: AsyncSession, workspace_id: UUID) -> Sequence[Number]:
    """Return the numbers of a workspace, the primary one first."""
    numbers = NumberRepository(session, workspace_id)
    return await numbers.all(
        numbers.scoped().order_by(col(Number.is_primary).desc(), col(Number.display_phone))
    )


async def connection_of(session: AsyncSession, workspace_id: UUID, number_id: UUID) -> UUID:
    """Return the id of the account a number stands under.

    Raises:
        NotFound: The workspace has no such number.
    """
    return (await NumberRepository(session, workspace_id).get(number_id)).connection_id


async def lines_of(
    session: AsyncSession, workspace_id: UUID, number_ids: Collection[UUID]
) -> dict[UUID, tuple[Number, Connection]]:
    """Return numbers with the account each stands under; unknown ones are left out."""
    numbers = await NumberRepository(session, workspace_id).list_by_ids(list(set(number_ids)))
    connections = await ConnectionRepository(session, workspace_id).list_by_ids(
        list({number.connection_id for number in numbers.values()})
    )
    return {
        number_id: (number, connections[number.connection_id])
        for number_id, number in numbers.items()
        if number.connection_id in connections
    }


async def line_of(
    session: AsyncSession, workspace_id: UUID, number_id: UUID
) -> tuple[Number, Connection]:
    """Return a number with its account.

    Raises:
        NotFound: The workspace has no such number.
    """
    found = await lines_of(session, workspace_id, [number_id])
    if number_id not in found:
        raise NotFound(NumberRepository.missing)
    return found[number_id]


async def choose_number(
    session: AsyncSession, workspace_id: UUID, phone_number_id: str = ""
) -> Number:
    """Return the number to write from: the one with Meta's id, or the primary one.

    Raises:
        Invalid: It is not of this workspace, or there is none.
    """
    numbers = NumberRepository(session, workspace_id)
    if phone_number_id:
        found = await numbers.by_phone_number_id([phone_number_id])
        if phone_number_id not in found:
            raise Invalid.field("from_phone_number_id", NumberRepository.missing)
        return found[phone_number_id]
    rows = await numbers.list_all()
    if not rows:
        raise Invalid("This workspace has no WhatsApp number yet. Connect one first.")
    return rows[0]


async def note_trouble(
    session: AsyncSession, workspace_id: UUID, connection_id: UUID, reason: str
) -> None:
    """Let an account carry why nothing goes out over it, until it works again."""
    connection = await ConnectionRepository(session, workspace_id).get(connection_id, lock=True)
    connection.reason = f"{TROUBLE}{reason}"
    session.add(connection)
    announce(session, workspace_id, Topic.CONNECTION, workspace_id)


async def forget_trouble(session: AsyncSession, workspace_id: UUID, connection_id: UUID) -> None:
    """Take that reason off an account over which a message went out again."""
    connection = await ConnectionRepository(session, workspace_id).get(connection_id, lock=True)
    if has_trouble(connection):
        connection.reason = ""
        session.add(connection)
        announce(session, workspace_id, Topic.CONNECTION, workspace_id)


def has_trouble(connection: Connection) -> bool:
    """Tell whether an account carries a reason of `note_trouble`."""
    return connection.reason.startswith(TROUBLE)
