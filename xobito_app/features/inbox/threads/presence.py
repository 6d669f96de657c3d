"""Who else looks at a thread or types in it; kept in Redis for seconds, lost without harm."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from redis.exceptions import RedisError
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor
from xobito_app.features.inbox.threads.threads import get_visible
from xobito_app.persistence.redis import redis_client
from xobito_app.persistence.unit_of_work import announce

LOOKS_SECONDS = 45
"""A person counts as looking for so long after the browser last said so."""
TYPES_SECONDS = 6


@dataclass(frozen=True, slots=True)
class Present:
    """A colleague who looks at the thread now."""

    user_id: str
    name: str
    is_typing: bool


def _key(workspace_id: UUID, conversation_id: UUID) -> str:
    return f"xobito:presence:{workspace_id}:{conversation_id}"


async def be_here(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID, typing: bool = False
) -> None:
    """Say that the actor looks at a thread, or types in it.

    Raises:
        NotFound: The thread is out of the actor's sight.
    """
    thread = await get_visible(session, actor, conversation_id)
    now = time.time()
    mark = {
        "name": actor.name,
        "until": now + LOOKS_SECONDS,
        "typing": now + TYPES_SECONDS if typing else 0,
    }
    try:
        client = redis_client()
        key = _key(actor.workspace_id, thread.id)
        await client.hset(key, str(actor.user_id), json.dumps(mark))  # pyright: ignore[reportGeneralTypeIssues]
        await client.expire(key, LOOKS_SECONDS * 2)
    except (RedisError, OSError):
        return
    announce(session, actor.workspace_id, Topic.PRESENCE, thread.id)


async def leave(session: AsyncSession, actor: Actor, *, conversation_id: UUID) -> None:
    """Say that the actor looks elsewhere now."""
    try:
        key = _key(actor.workspace_id, conversation_id)
        await redis_client().hdel(key, str(actor.user_id))  # pyright: ignore[reportGeneralTypeIssues]
    except (RedisError, OSError):
        return
    announce(session, actor.workspace_id, Topic.PRESENCE, conversation_id)


async def who_is_here(workspace_id: UUID, conversation_id: UUID) -> tuple[Present, ...]:
    """Return who looks at a thread now, by name."""
    try:
        marks = await redis_client().hgetall(_key(workspace_id, conversation_id))  # pyright: ignore[reportGeneralTypeIssues]
    except (RedisError, OSError):
        return ()
    now = time.time()
    found = []
    for user_id, raw in marks.items():
        mark = json.loads(raw)
        if mark["until"] > now:
            found.append(Present(user_id.decode(), mark["name"], mark["typing"] > now))
    return tuple(sorted(found, key=lambda present: present.name))


def sentence(present: Sequence[Present], user_id: UUID | None) -> str:
    """Say who else is here: empty for nobody, typing before looking."""
    others = [p for p in present if p.user_id != str(user_id)]
    typing = [p.name for p in others if p.is_typing]
    if typing:
        return f"{_names(typing)} {'is' if len(typing) == 1 else 'are'} typing…"
    looking = [p.name for p in others]
    if looking:
        return f"{_names(looking)} {'is' if len(looking) == 1 else 'are'} here too"
    return ""


def _names(names: Sequence[str]) -> str:
    if len(names) > 2:
        return f"{names[0]} and {len(names) - 1} others"
    return " and ".join(names)
