"""One template of each mix: Meta's create body, values of its blanks, Meta's send components."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Golden:
    """One file of the folder `golden`."""

    name: str
    create: dict[str, Any]
    values: dict[str, str]
    send: list[dict[str, Any]]


GOLDEN = [
    Golden(path.stem, **json.loads(path.read_text()))
    for path in sorted((_FOLDER / "golden").glob("*.json"))
]
each_golden = pytest.mark.parametrize("golden", GOLDEN, ids=[golden.name for golden in GOLDEN])


def schema(name: str) -> dict[str, Any]:
    """Return one of the schemas of `template_schemas`."""
    return json.loads((_FOLDER / "template_schemas" / f"{name}.json").read_text())
