"""The recorded talks: one file a node kind or a habit, each with its graph and its talks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from xobito_app.features.flows.engine.graph import Graph
from xobito_app.features.flows.engine.scene import Library, Scene
from xobito_app.features.flows.engine.talks import Talk

FOLDER = Path(__file__).parent / "talks"
MAIN = "main"
CALLED = "called"
TEMPLATE = {
    "name": "order_ready",
    "language": "en",
    "category": "UTILITY",
    "status": "APPROVED",
    "components": [
        {
            "type": "BODY",
            "text": "Hello {{1}}, your order {{2}} is ready.",
            "example": {"body_text": [["Ana", "A-1"]]},
        }
    ],
}
HOURS = {day: ((time(9), time(17)),) for day in range(5)}


@dataclass(frozen=True)
class Recorded:
    """One talk as it was recorded.

    Attributes:
        ways: `node:port` of each step; an empty port where the talk stood still.
    """

    file: str
    graph: dict[str, Any]
    called: dict[str, Any] | None
    talk: Talk
    variables: dict[str, str]
    status: str
    ways: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}: {self.talk.name}"

    def scene(self) -> Scene:
        graphs = {MAIN: Graph.read(self.graph)}
        if self.called:
            graphs[CALLED] = Graph.read(self.called)
        return Scene(
            now=datetime(2026, 1, 1, tzinfo=UTC),
            zone=ZoneInfo("UTC"),
            library=Library(
                graphs,
                {CALLED: CALLED} if self.called else {},
                {(TEMPLATE["name"], TEMPLATE["language"]): TEMPLATE},
            ),
            hours=HOURS,
            country="DE",
        )


def recorded() -> Iterator[Recorded]:
    """Yield every talk of the folder."""
    for path in sorted(FOLDER.glob("*.json")):
        document = json.loads(path.read_text())
        for talk in document["talks"]:
            told = {
                name: value
                for name, value in talk.items()
                if name not in ("variables_after", "status_after", "ways")
            }
            yield Recorded(
                path.stem,
                document["graph"],
                document.get("called"),
                Talk.read(told),
                talk["variables_after"],
                talk["status_after"],
                tuple(talk["ways"]),
            )


TALKS = list(recorded())
