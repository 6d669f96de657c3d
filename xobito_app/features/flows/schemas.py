"""What flows tell the entrypoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from xobito_app.features.flows.engine.playing import Played as Played
from xobito_app.features.flows.engine.problems import Problem as Problem


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A flow in the list.

    Attributes:
        version: The number of the version that answers; 0 while it is off.
        has_changes: Whether the draft says something else than what answers.
        keywords: What begins it, in words.
        talks: Talks begun in the last 30 days.
    """

    id: UUID
    name: str
    version: int
    has_changes: bool
    keywords: tuple[str, ...]
    talks: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a draft, as the server took it.

    Attributes:
        operations: What was really done: an edge that took the port of another came with its end.
    """

    rev: int
    id: str
    operations: Sequence[Mapping[str, Any]]
    author: str = ""


@dataclass(frozen=True, slots=True)
class FlowView:
    """A flow whole.

    Attributes:
        graph: The draft.
        feed: Its newest changes, oldest first.
    """

    id: UUID
    name: str
    graph: Mapping[str, Any]
    rev: int
    version: int
    has_changes: bool
    problems: tuple[Problem, ...]
    feed: tuple[Change, ...]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class VersionView:
    """A published graph.

    Attributes:
        changes: What was new in it, in words.
        is_live: Whether it is the one that answers.
    """

    id: UUID
    number: int
    changes: tuple[str, ...]
    author: str
    at: datetime
    is_live: bool


@dataclass(frozen=True, slots=True)
class TalkView:
    """A recorded talk of a flow."""

    id: UUID
    name: str
    talk: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A talk of somebody, in the list."""

    id: UUID
    flow_id: UUID
    flow: str
    contact_id: UUID
    contact: str
    conversation_id: UUID
    status: str
    node: str
    started_at: datetime
    ended_at: datetime | None
    ended_because: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One node that ran in a talk."""

    turn: int
    node: str
    title: str
    kind: str
    port: str
    why: str
    variables: Mapping[str, str]
    at: datetime


@dataclass(frozen=True, slots=True)
class SessionView:
    """A talk of somebody, whole."""

    line: SessionLine
    version: int
    variables: Mapping[str, str]
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How often a node was left through each of its ports, and how many talks stand in it."""

    left: Mapping[str, int] = field(default_factory=dict[str, int])
    standing: int = 0
