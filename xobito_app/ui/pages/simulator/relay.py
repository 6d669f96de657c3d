"""The phone follows the simulator live."""

from __future__ import annotations

import asyncio

from xobito_app.core.errors import AppError
from xobito_app.features.connection import phone
from xobito_app.ui.live import Change, Tab, relay
from xobito_app.ui.pages.simulator.state import KEY, PhoneState, Watched

GATHER_SECONDS = 0.08


async def follow() -> None:
    """Listen to the simulator for as long as the process lives. A lifespan task."""
    queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def fill() -> None:
        async for notice in phone.listen():
            queue.put_nowait(notice)

    filling = asyncio.create_task(fill())
    try:
        while True:
            changed = {await queue.get()}
            await asyncio.sleep(GATHER_SECONDS)
            while not queue.empty():
                changed.add(queue.get_nowait())
            for tab in relay.connected(None):
                shown = tab.shows.get(KEY)
                if isinstance(shown, Watched) and _concerns(shown, changed):
                    await _refresh(tab, shown)
    finally:
        filling.cancel()


def _concerns(shown: Watched, changed: set[tuple[str, str]]) -> bool:
    return any(account in ("", shown.account) for account, _ in changed)


async def _refresh(tab: Tab, shown: Watched) -> None:
    """Read first, then take the lock of the tab's state and assign."""
    actor = tab.viewer.actor
    try:
        people = await phone.list_customers(actor)
        chat = (
            await phone.read_chat(actor, customer_id=shown.customer_id)
            if shown.customer_id
            else None
        )
    except AppError:
        return

    def show(state: PhoneState) -> None:
        if state.customer_id == shown.customer_id:
            state._show_people(people)
            if chat is not None:
                state._show_chat(chat, tab.viewer.time_zone)

    await relay.patch(tab, Change(PhoneState, show))
