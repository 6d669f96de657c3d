"""The features of the application; every process is built from their manifests.

A feature is one folder below `features/`, with a `feature.py`, and one name in `FEATURES`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from xobito_app.core.events import listen
from xobito_app.core.feature import (
    Asker,
    Feature,
    Job,
    MergeFollower,
    Responder,
    ThreadSource,
    TimelineSource,
)
from xobito_app.core.permissions import Permission

FEATURES = [
    "accounts",
    "workspaces",
    "connection",
    "ingest",
    "contacts",
    "templates",
    "inbox",
    "campaigns",
    "flows",
    "mail",
    "webhooks",
    "tokens",
]
"""In the order in which their listeners hear an event."""


def features() -> list[Feature]:
    """Return the manifests. They are read when first asked for: services need the registry too."""
    return [_read(name) for name in FEATURES]


@cache
def _read(name: str) -> Feature:
    return importlib.import_module(f"xobito_app.features.{name}.feature").FEATURE


def register_listeners() -> None:
    """Have every feature hear, in this process, what it wants to hear; twice is once."""
    for feature in features():
        for subscription in feature.listeners:
            listen(subscription.kind, subscription.listener)


def jobs() -> Iterator[Job]:
    """Yield what workers do for the features."""
    for feature in features():
        yield from feature.jobs


def merge_followers() -> list[MergeFollower]:
    """Return what follows when two contacts become one, in the order of their names."""
    found = (follower for feature in features() for follower in feature.merge_followers)
    return sorted(found, key=lambda follower: follower.name)


def timeline_sources() -> list[TimelineSource]:
    """Return what adds entries to the timeline of a contact."""
    return [source for feature in features() for source in feature.timeline]


def thread_sources() -> list[ThreadSource]:
    """Return what sends messages that stand in threads without being of the inbox."""
    return [source for feature in features() for source in feature.thread_sources]


def responders() -> list[Responder]:
    """Return the kinds of bots, in the order they are asked."""
    found = [responder for feature in features() for responder in feature.responders]
    return sorted(found, key=lambda responder: responder.rank)


def askers() -> list[Asker]:
    """Return who answers the requests of talks."""
    return [asker for feature in features() for asker in feature.askers]


def abilities() -> Mapping[str, tuple[Permission, ...]]:
    """Return what API tokens may be allowed, and the permissions each ability stands for."""
    return _gather("abilities", tuple(FEATURES))


def log_words() -> Mapping[str, str]:
    """Return what the activity log says of each action."""
    return _gather("log_words", tuple(FEATURES))


def log_areas() -> Mapping[str, str]:
    """Return the areas of the activity log: the first word of their actions, and their names."""
    return _gather("log_areas", tuple(FEATURES))


@cache
def _gather(declared: str, names: tuple[str, ...]) -> Mapping[str, Any]:
    """Return what all features declare of a kind; asked for with each request and each entry."""
    return {key: value for name in names for key, value in getattr(_read(name), declared).items()}


def forget() -> None:
    """Read the features anew the next time; for tests that add one."""
    _read.cache_clear()
    _gather.cache_clear()
