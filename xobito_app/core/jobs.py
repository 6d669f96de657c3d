"""Kinds of background jobs: what is asked for, and which workers do it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Lane(StrEnum):
    """The two kinds of workers that never share a process.

    `live` is what a person waits for: inbound events, replies, flows. `bulk` is all the rest.
    """

    LIVE = "live"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class JobType:
    """A kind of job.

    Attributes:
        name: `area.verb`, unique in the application; Celery's name of the task.
    """

    name: str
    lane: Lane

    def __str__(self) -> str:
        return self.name
