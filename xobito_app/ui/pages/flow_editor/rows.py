"""What the canvas is told of a flow beside its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xobito_app.features.flows.schemas import Change, Counts, Problem
from xobito_app.features.flows.service import Choices, node_nouns

_OURS = (("now", "Now"), ("today", "Today"), ("time", "Time"), ("weekday", "Day of the week"))
_LOOKED_AT = (*_OURS, ("window", "Reply window"), ("business_hours", "Business hours"))


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One thing that is wrong, with the node it is in."""

    key: str
    node: str
    title: str
    message: str
    tone: str

    @classmethod
    def of(cls, problem: Problem, graph: Mapping[str, Any]) -> ProblemRow:
        """Word a problem."""
        node = next((one for one in graph["nodes"] if one["id"] == problem.node), None)
        title = "The flow"
        if node is not None:
            title = node["data"].get("title") or node_nouns()[node["kind"]]
        return cls(
            key=f"{problem.node} {problem.code} {problem.field} {problem.message}",
            node=problem.node,
            title=title,
            message=problem.message,
            tone="danger" if problem.is_fatal else "warning",
        )


def feed_of(feed: Sequence[Change]) -> list[dict[str, Any]]:
    """Return changes as the browser follows them."""
    return [{"rev": one.rev, "id": one.id, "operations": list(one.operations)} for one in feed]


def counts_of(counts: Mapping[str, Counts]) -> dict[str, Any]:
    """Return how often each node was left, and how many talks stand in it."""
    return {
        node: {
            "left": {port: f"{count:,}" for port, count in told.left.items() if port},
            "standing": f"{told.standing:,}" if told.standing else "",
        }
        for node, told in counts.items()
    }


def overlay_of(problems: Sequence[Problem], counts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is painted over the nodes: it is no part of the document."""
    nodes: dict[str, dict[str, Any]] = {node: dict(told) for node, told in counts.items()}
    for problem in problems:
        if problem.node:
            told = nodes.setdefault(problem.node, {})
            told.setdefault("problems", []).append(
                {
                    "message": problem.message,
                    "field": problem.field,
                    "is_fatal": problem.is_fatal,
                }
            )
    return {"nodes": nodes, "counts": dict(counts)}


def choices_of(choices: Choices, graph: Mapping[str, Any]) -> dict[str, Any]:
    """Return what fields of the panel offer."""
    own = sorted(
        {str(variable["name"]) for variable in graph.get("variables", ())}
        | {
            str(node["data"]["save_as"])
            for node in graph.get("nodes", ())
            if node["data"].get("save_as")
        }
        | {
            str(one["name"])
            for node in graph.get("nodes", ())
            for one in node["data"].get("assignments", ())
            if one.get("name")
        }
    )
    fields = [[f"contact.{name}", label] for name, label in choices.contact_fields]
    variables = [*([name, name] for name in own), *fields, *map(list, _OURS)]
    names = sorted({name for name, _ in choices.templates})
    languages = sorted({language for _, language in choices.templates})
    return {
        "variables": variables,
        "names": [*([name, name] for name in own), *fields, *map(list, _LOOKED_AT)],
        "contact_fields": [list(one) for one in choices.contact_fields],
        "groups": [list(one) for one in choices.groups],
        "statuses": [["", "Leave as it is"], *(list(one) for one in choices.statuses)],
        "sources": [["", "Leave as it is"], *(list(one) for one in choices.sources)],
        "assignees": [list(one) for one in choices.assignees],
        "flows": [list(one) for one in choices.flows],
        "template_names": [[name, name] for name in names],
        "template_languages": [[language, language] for language in languages],
        "blanks": {key: [list(one) for one in told] for key, told in choices.blanks.items()},
    }
