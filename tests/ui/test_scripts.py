"""The browser's scripts: each starts only what it has declared by then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from xobito_app.ui.pages.inbox.page import SCRIPTS
from xobito_app.ui.theme import HEAD_SCRIPTS

ASSETS = Path("assets")
_DECLARED = re.compile(r"^  (?:const|let|class) (\w+)|^  (?:async )?function (\w+)")
_VALUE = re.compile(r"^  (?:const|let|class) ")
_CALLED = re.compile(r"^  (\w+)\(")


def early_starts(script: str) -> Iterator[str]:
    """Yield the calls of a script's own functions that stand above one of its values.

    A function may be called before it is declared, a value not: what is started too early ends
    the whole script when the page is drawn before the script has come.
    """
    lines = script.splitlines()
    own = {name for line in lines if (found := _DECLARED.match(line)) for name in found.groups()}
    last = max((at for at, line in enumerate(lines) if _VALUE.match(line)), default=-1)
    for at, line in enumerate(lines):
        called = _CALLED.match(line)
        if called and called[1] in own and at < last:
            yield f"line {at + 1}: {line.strip()}"


@pytest.mark.parametrize("path", sorted(ASSETS.glob("*.js")), ids=lambda path: path.stem)
def test_a_script_starts_itself_below_all_it_declares(path):
    assert list(early_starts(path.read_text("utf-8"))) == []


def test_a_start_above_a_value_is_found_and_one_below_is_not():
    early = "(() => {\n  const see = () => count;\n  see();\n  let count = 0;\n})();"
    late = "(() => {\n  const see = () => count;\n  let count = 0;\n  see();\n})();"
    assert list(early_starts(early)) == ["line 3: see();"]
    assert list(early_starts(late)) == []


@pytest.mark.parametrize("name", [*HEAD_SCRIPTS, *SCRIPTS])
def test_a_named_script_exists(name):
    assert (ASSETS / f"{name}.js").is_file()
