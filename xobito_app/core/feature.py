"""A feature's manifest: all that the rest of the application has to know about it.

Each folder under `features/` that takes part has a `feature.py` with a `FEATURE`;
`xobito_app.registry` reads them, and every process is built from what it finds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from xobito_app.core.events import DomainEvent, Listener, Topic
from xobito_app.core.jobs import JobType
from xobito_app.core.permissions import Actor, Permission

PerWorkspace = Callable[[UUID], Coroutine[Any, Any, Any]]
"""Work on one workspace, in transactions of its own."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A listener and the kind of event it hears, inside the unit of work of whoever publishes."""

    kind: type[DomainEvent]
    listener: Listener


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker does when it is woken for a kind of job.

    Attributes:
        work: Called with what the wake-up carries, ids as `UUID`. It may run twice.
        sweep: Done in each workspace when the wake-up carries nothing: what lost wake-ups and dead
            workers left behind. Without one, `work` is called with no arguments.
        every: How often beat wakes it, with nothing.
        is_merged: The same wake-up while the work is going on means once more after it, however
            often it came. Otherwise each begins at once.
    """

    type: JobType
    work: Callable[..., Coroutine[Any, Any, Any]]
    sweep: PerWorkspace | None = None
    every: timedelta | None = None
    is_merged: bool = True


Take = Callable[[Any, UUID, UUID, UUID], Awaitable[dict[str, Any]]]
GiveBack = Callable[[Any, UUID, UUID, UUID, dict[str, Any]], Awaitable[None]]
TimelineSource = Callable[[Any, Actor, UUID], Awaitable[Sequence[Any]]]
Count = Callable[[Any, UUID, UUID], Awaitable[Mapping[str, int]]]


@dataclass(frozen=True, slots=True)
class MergeFollower:
    """What a feature keeps of contacts, and takes along when two of them become one.

    Attributes:
        name: Under which its notes for the way back are stored; it never changes.
        take: Gives what it has of (session, workspace, kept, dropped) to the kept contact and
            returns what the way back needs, as JSON.
        give_back: Undoes that, before the dropped contact is used again.
        count: Tells before a merge how much there is of (session, workspace, contact), by kind.
    """

    name: str
    take: Take
    give_back: GiveBack
    count: Count | None = None


@dataclass(frozen=True, slots=True)
class ThreadSource:
    """Messages a feature sends by itself, which stand in the threads of those who got them.

    They are read along with a thread and never stored in it: there is one row, and one truth of
    its ticks. Of each message, the sender is whatever the feature sent it for: a campaign.

    Attributes:
        topic: Of the notices that tell of changes; their subject is the sender.
        positions: Returns a SELECT of (at, id) for (workspace, a condition on `Conversation`,
            senders or None for all).
        load: Returns `inbox.schemas.SentEntry` for (session, workspace, ids), those of threads.
        find: Returns ids by (number, `wamid`) for (session, workspace, such pairs).
    """

    topic: Topic
    positions: Callable[[UUID, Any, Collection[UUID] | None], Any]
    load: Callable[[Any, UUID, Collection[UUID]], Awaitable[Sequence[Any]]]
    find: Callable[
        [Any, UUID, Collection[tuple[UUID, str]]], Awaitable[Mapping[tuple[UUID, str], UUID]]
    ]


@dataclass(frozen=True, slots=True)
class Answering:
    """A bot that could answer a message.

    Attributes:
        name: What people call it.
        trigger: What begins it, as `flows.engine.triggers.Trigger` has it.
        answer: Called with (session, the chat, what was heard) to answer, inside a transaction.
    """

    name: str
    trigger: Any
    answer: Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Responder:
    """A kind of bots that answers what no flow takes.

    Attributes:
        rank: Lower ones are asked first.
        has_any: Tells of (session, workspace) whether there is any bot of the kind.
        list_bots: Returns the bots of (session, workspace) that are switched on.
    """

    rank: int
    has_any: Callable[[Any, UUID], Awaitable[bool]]
    list_bots: Callable[[Any, UUID], Awaitable[Sequence[Answering]]]


@dataclass(frozen=True, slots=True)
class Asker:
    """Answers a kind of request that talks make, such as those to a language model.

    Attributes:
        ask: Takes (workspace, what is asked) and returns whether it worked, why not, and what
            it brought. It may raise an `AppError`, whose sentence is why not.
    """

    kind: str
    ask: Callable[[UUID, Mapping[str, Any]], Awaitable[tuple[bool, str, dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Feature:
    """What a feature brings.

    Attributes:
        listeners: What it does about events of other features, in this order.
        jobs: What it does in the background.
        retention: What deletes its old rows in a workspace.
        global_retention: What deletes those that belong to no workspace or are read across them.
        log_areas: The first word of its actions in the activity log, and how people call the area.
        log_words: An action of the log, and what its entry says after the name of who did it. The
            places are `{name}`, `{other}` and whatever else the entry keeps.
        abilities: What an API token may be allowed, and the permissions each stands for.
        merge_followers: What it keeps of contacts.
        timeline: Functions of (session, actor, contact) that return what it adds to the timeline
            of a contact, as `contacts.schemas.TimelineEntry`, within the actor's sight; few.
        thread_sources: What it sends that stands in threads.
        responders: The kinds of bots it brings beside flows.
        askers: The kinds of requests of talks it answers.
    """

    name: str
    listeners: tuple[Subscription, ...] = ()
    jobs: tuple[Job, ...] = ()
    retention: tuple[PerWorkspace, ...] = ()
    global_retention: tuple[Callable[[], Awaitable[Any]], ...] = ()
    log_areas: Mapping[str, str] = field(default_factory=dict[str, str])
    log_words: Mapping[str, str] = field(default_factory=dict[str, str])
    abilities: Mapping[str, tuple[Permission, ...]] = field(
        default_factory=dict[str, tuple[Permission, ...]]
    )
    merge_followers: tuple[MergeFollower, ...] = ()
    timeline: tuple[TimelineSource, ...] = ()
    thread_sources: tuple[ThreadSource, ...] = ()
    responders: tuple[Responder, ...] = ()
    askers: tuple[Asker, ...] = ()
