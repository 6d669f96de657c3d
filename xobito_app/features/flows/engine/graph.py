"""The document of a flow: nodes, edges, triggers. Its JSON shape is a public contract."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)

from xobito_app.core.errors import Invalid
from xobito_app.features.flows.engine.formats import FORMAT, upgrade
from xobito_app.features.flows.engine.kinds import kinds
from xobito_app.features.flows.engine.node import NodeKind

MOST_NODES = 500
MOST_EDGES = 2_000
MOST_TRIGGERS = 20
MOST_KEYWORDS = 50
_Id = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Variable(_Part):
    """A variable that is set from outside, when the flow is started."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    type: Literal["text", "number", "date"] = "text"


class Trigger(_Part):
    """What begins the flow: words of a customer."""

    audience: Literal["any", "lead", "customer"] = "any"
    match: Literal["exact", "contains", "starts_with", "regex", "any", "first", "no_match"] = (
        "contains"
    )
    keywords: tuple[str, ...] = Field(default=(), max_length=MOST_KEYWORDS)

    @field_validator("keywords")
    @classmethod
    def _short(cls, keywords: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(word) > 500 for word in keywords):
            raise ValueError("a keyword has at most 500 characters")
        return keywords


class Node(_Part):
    """A node in its place."""

    id: str = _Id
    kind: str
    x: float = Field(default=0, ge=-1e6, le=1e6, allow_inf_nan=False)
    y: float = Field(default=0, ge=-1e6, le=1e6, allow_inf_nan=False)
    data: NodeKind = Field(default_factory=NodeKind)

    def to_json(self) -> dict[str, Any]:
        """Return it as the document holds it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "x": self.x,
            "y": self.y,
            "data": self.data.model_dump(mode="json", exclude_defaults=True),
        }


def _node_of(name: str, kind: type[NodeKind]) -> type[Node]:
    fields: dict[str, Any] = {
        "kind": (Literal[name], name),
        "data": (kind, Field(default_factory=kind)),
    }
    return create_model(f"{kind.__name__}Node", __base__=Node, **fields)


if TYPE_CHECKING:
    AnyNode = Node
else:
    AnyNode = Annotated[
        Union[tuple(_node_of(name, kind) for name, kind in kinds().items())],  # noqa: UP007
        Field(discriminator="kind"),
    ]


class Edge(_Part):
    """A way from a port of one node to another node."""

    id: str = _Id
    from_: str = Field(alias="from", max_length=40)
    port: str = Field(max_length=40)
    to: str = Field(max_length=40)


class Graph(_Part):
    """A whole flow.

    A draft may be unfinished: an edge may lead to nothing, a text may be missing. What it may
    not be is malformed.
    """

    format: Literal[1] = FORMAT
    start: str = Field(default="", max_length=40)
    variables: tuple[Variable, ...] = Field(default=(), max_length=100)
    triggers: tuple[Trigger, ...] = Field(default=(), max_length=MOST_TRIGGERS)
    nodes: tuple[AnyNode, ...] = Field(default=(), max_length=MOST_NODES)
    edges: tuple[Edge, ...] = Field(default=(), max_length=MOST_EDGES)

    @model_validator(mode="after")
    def _distinct(self) -> Graph:
        for parts, noun in ((self.nodes, "nodes"), (self.edges, "edges")):
            if len({part.id for part in parts}) < len(parts):
                raise ValueError(f"two {noun} have the same id")
        if len({(edge.from_, edge.port) for edge in self.edges}) < len(self.edges):
            raise ValueError("two edges leave the same port")
        return self

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """The nodes by their ids."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def ways(self) -> Mapping[str, Mapping[str, str]]:
        """Where the edges of each node lead, by port; those that lead to nothing left out."""
        found: dict[str, dict[str, str]] = {}
        for edge in self.edges:
            if edge.to in self.by_id:
                found.setdefault(edge.from_, {})[edge.port] = edge.to
        return found

    @cached_property
    def asks_of_contacts(self) -> bool:
        """Whether a talk on it may need to know the contact's fields or groups."""
        texts = (text for node in self.nodes for text in node.data.texts())
        return any("{contact." in text for text in texts) or any(
            node.kind in ("condition", "update_contact") for node in self.nodes
        )

    @classmethod
    def read(cls, raw: Any) -> Graph:
        """Read a document of any format there ever was.

        Raises:
            Invalid: It is no graph; `fields` names each place, in words.
        """
        try:
            return cls.model_validate(upgrade(raw))
        except ValidationError as error:
            raise Invalid(
                "This is not a flow Xobito can read.",
                fields={
                    ".".join(["graph", *(str(part) for part in one["loc"])]): [
                        _sentence(one["msg"])
                    ]
                    for one in error.errors(include_url=False, include_input=False)[:20]
                },
            ) from None

    def to_json(self) -> dict[str, Any]:
        """Return the document, with what is as it is by itself left out."""
        return {
            "format": self.format,
            "start": self.start,
            "variables": [variable.model_dump(mode="json") for variable in self.variables],
            "triggers": [trigger.model_dump(mode="json") for trigger in self.triggers],
            "nodes": [node.to_json() for node in self.nodes],
            "edges": [edge.model_dump(mode="json", by_alias=True) for edge in self.edges],
        }


def _sentence(told: str) -> str:
    plain = told.removeprefix("Value error, ")
    return plain[:1].upper() + plain[1:] + "."
