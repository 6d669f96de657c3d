"""The lock of a tab's state in Redis: a handler that is cancelled leaves it free, at any moment.

Reflex cancels handlers all the time: a newer one supersedes them, a page is left. In Reflex 0.10
one that is cancelled just as Redis grants it the lock, or while it gives it back, keeps it, and the
tab stands still until the lock expires after ten seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import StateToken


class CancellableStateManager(StateManagerRedis):
    """Reflex's states in Redis, whose locks outlive nobody who asked for them."""

    _returning: set[asyncio.Task[None]]

    @contextlib.asynccontextmanager
    async def _lock(
        self, token: StateToken[Any], event_name: str | None = None
    ) -> AsyncIterator[bytes]:
        lock_id = b""
        try:
            async with super()._lock(token, event_name=event_name) as lock_id:
                yield lock_id
        except asyncio.CancelledError:
            self._return_later(self._lock_key(token), lock_id)
            raise

    async def _try_get_lock(self, lock_key: bytes, lock_id: bytes) -> bool | None:
        taking = asyncio.ensure_future(super()._try_get_lock(lock_key, lock_id))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            self._return_later(lock_key, lock_id, taking)
            raise

    def _return_later(
        self, lock_key: bytes, lock_id: bytes, taking: asyncio.Future[bool | None] | None = None
    ) -> None:
        # By itself: whoever is cancelled may be so again.
        returning = asyncio.create_task(self._return_lock(lock_key, lock_id, taking))
        self._returning.add(returning)
        returning.add_done_callback(self._returning.discard)

    async def _return_lock(
        self, lock_key: bytes, lock_id: bytes, taking: asyncio.Future[bool | None] | None
    ) -> None:
        if taking is not None:
            await taking
        if lock_id and await self.redis.get(lock_key) == lock_id:
            await self.redis.delete(lock_key)
        self._notify_next_waiter(lock_key)


def free_locks_of_the_cancelled(app: rx.App) -> None:
    """Have the application keep its states in this way; before it serves anybody."""
    manager = app.state_manager
    if isinstance(manager, StateManagerRedis):
        app._state_manager = with_free_locks(manager)


def with_free_locks(manager: StateManagerRedis) -> CancellableStateManager:
    """Return a manager for the same states, which gives back what the cancelled took."""
    made = CancellableStateManager(
        redis=manager.redis,
        token_expiration=manager.token_expiration,
        lock_expiration=manager.lock_expiration,
        lock_warning_threshold=manager.lock_warning_threshold,
    )
    made._returning = set()
    return made
