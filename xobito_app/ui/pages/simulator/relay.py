"""The phone follows the simulator live."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from xobito_app.core.errors import AppError
from xobito_app.core.events import Notice, Topic
from xobito_app.core.permissions import Permission
from xobito_app.features.connection import simulated_customer
from xobito_app.ui.live import Look, relay
from xobito_app.ui.pages.simulator.state import KEY, READING, PhoneState

GATHER_SECONDS = 0.08


async def follow() -> None:
    """Listen to the simulator for as long as the process lives. A lifespan task."""
    async for account, _ in simulated_customer.listen():
        spaces = {tab.viewer.actor.workspace_id for tab in relay.connected(None)}
        relay.hear([Notice(str(space), Topic.SIMULATOR, account) for space in spaces])


async def carry(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Show what became of the chats that tabs have open."""
    changed = {notice.subject_id for notice in notices}
    read: dict[str, tuple[list[simulated_customer.Customer], simulated_customer.Chat | None]] = {}
    for look in looks:
        if look.shown is READING:
            # Once it is read, this is judged again.
            look.change(PhoneState, lambda state: None)
            continue
        # An empty account is a reconnection: something may have been missed.
        if not changed & {"", look.shown.account}:
            continue
        actor, customer_id = look.viewer.actor, look.shown.customer_id
        if not actor.can(Permission.SIMULATOR_USE):
            continue
        try:
            if customer_id not in read:
                people = await simulated_customer.list_customers(actor)
                chat = (
                    await simulated_customer.read_chat(actor, customer_id=customer_id)
                    if customer_id
                    else None
                )
                read[customer_id] = people, chat
        except AppError:
            continue
        look.change(PhoneState, _showing(*read[customer_id], look.viewer.time_zone))


def _showing(
    people: list[simulated_customer.Customer], chat: simulated_customer.Chat | None, zone: str
) -> Callable[[PhoneState], None]:
    def show(state: PhoneState) -> None:
        state._show_people(people)
        if chat is not None:
            state._show_chat(chat, zone)

    return show


def register() -> None:
    """Have the phone hear of the simulator."""
    relay.handle({Topic.SIMULATOR}, KEY, carry, delay=GATHER_SECONDS)
