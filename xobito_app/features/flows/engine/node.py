"""What every node kind is: its fields, its ports, what it does when a talk comes to it.

A kind is one file in `nodes/` with one class. It is found there by its `kind`; the editor, the
linter and the walker know kinds by nothing but what stands here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from xobito_app.features.flows.engine.inputs import Input
from xobito_app.features.flows.engine.session import Wait

if TYPE_CHECKING:
    from xobito_app.features.flows.engine.turn import Turn

LONGEST_TITLE = 80
NEXT = "next"
FAILED = "failed"
TIMEOUT = "timeout"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Go:
    """Leave through a port; without an edge there the flow ends."""

    port: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """Go into another flow; `version` is the one that is published now."""

    version: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    """End this flow: back to the one that called it, or the end of the talk."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Stand still until something happens."""

    wait: Wait
    why: str = ""


Outcome = Go | Call | Finish | Pause


@dataclass(frozen=True, slots=True)
class Known:
    """What a flow may speak of, for its check before it runs.

    Attributes:
        names: Variables, fields of contacts and built-in names.
        templates: Approved templates by name and language, each with the keys of its blanks.
        flows: Published flows by their ids, each with the variables it sets.
        groups: The names of the workspace's groups; None when they are not known here.
        secrets: The names of stored secrets.
        files: The ids of files flows may send; None when they are not known here.
    """

    names: Collection[str] = ()
    templates: Mapping[tuple[str, str], Collection[str]] = field(
        default_factory=dict[tuple[str, str], Collection[str]]
    )
    flows: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]])
    groups: Collection[str] | None = None
    secrets: Collection[str] = ()
    files: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong in one node.

    Attributes:
        code: A short name for programs.
        message: One sentence that says what to do.
        field: The field it is about.
        is_fatal: Whether the flow cannot run like this.
    """

    code: str
    message: str
    field: str = ""
    is_fatal: bool = True


class NodeKind(BaseModel):
    """The fields of a node, and what it does.

    Drafts may be unfinished: everything has a default, `flaws` says what is missing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    noun: ClassVar[str]
    """What people call it."""
    holds: ClassVar[Collection[str]] = ()
    """The ports that are left only after a person answered or time passed."""

    title: str = Field(default="", max_length=LONGEST_TITLE)

    @property
    def ports(self) -> tuple[str, ...]:
        """The ways out, in the order they are drawn."""
        return (NEXT,)

    def enter(self, turn: Turn) -> Outcome:
        """Do what the node does when the talk comes to it.

        Raises:
            Invalid: It cannot be done; the talk leaves through `failed`.
        """
        raise NotImplementedError

    def answer(self, turn: Turn, wait: Wait, given: Input) -> Outcome | None:
        """Take what came while the talk waited here; None when it is nothing to this node."""
        return None

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """Yield what keeps the node from working, but for variables nobody sets."""
        yield from ()

    def texts(self) -> Iterator[str]:
        """Yield the texts whose variables are filled in."""
        yield from ()

    def names_read(self) -> Iterator[str]:
        """Yield the names the node reads without braces."""
        yield from ()

    def names_set(self) -> Iterator[str]:
        """Yield the variables the node sets."""
        yield from ()

    @property
    def held_ports(self) -> frozenset[str]:
        """The ports a loop may go through without turning for ever."""
        return frozenset(self.holds)


class Row(BaseModel):
    """One line of a node that is a way out of its own: a button, a row, a choice, an arm."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")
    title: str = Field(default="", max_length=200)


def without_none(content: dict[str, Any]) -> dict[str, Any]:
    """Return what is said, without what is not."""
    return {name: value for name, value in content.items() if value not in (None, "", [], {})}
