"""The ids by which scripts find elements: written once, and each one worn by an element."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xobito_app.ui import dom_ids

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = sorted((ROOT / "assets").glob("*.js"))
PAGES = [path for path in (ROOT / "xobito_app" / "ui").rglob("*.py") if path.name != "dom_ids.py"]
OURS = {name: value for name, value in vars(dom_ids).items() if name.isupper()}
_QUOTED = r"""["'`]([a-z][a-z-]*)["'`]"""
ASKED = (
    # Looked up, or given to a function that looks it up.
    re.compile(rf"\b(?:byId|getElementById|click|focusOn)\({_QUOTED}"),
    re.compile(rf"\.id [!=]== {_QUOTED}"),
    # A selector.
    re.compile(r"""["'`\s,(]#([a-z][a-z-]*[a-z])(?=["'`\s,.)\[>])"""),
)


def ids_asked_for(source: str) -> set[str]:
    """Return the ids a script finds elements by, without those of elements it makes itself."""
    asked = {name for pattern in ASKED for name in pattern.findall(source)}
    return asked - set(re.findall(rf"\.id = {_QUOTED}", source))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_asks_only_for_ids_that_are_written_in_python(path: Path):
    assert ids_asked_for(path.read_text()) - set(OURS.values()) == set()


def test_the_ids_in_a_script_are_seen():
    source = """
      byId("a-form"); document.querySelectorAll("#rows .row, #b-list"); event.target.id !== "c";
      const note = make("p"); note.id = "own"; byId("own");
    """
    assert ids_asked_for(source) == {"a-form", "rows", "b-list", "c"}


def test_every_id_is_worn_by_an_element():
    pages = "\n".join(path.read_text() for path in PAGES)
    assert [name for name in OURS if not re.search(rf"\bdom_ids\.{name}\b", pages)] == []


def test_pages_write_these_ids_only_by_their_name():
    bare = [
        f"{path.relative_to(ROOT)}: {value}"
        for path in PAGES
        for value in re.findall(rf"(?:\bid=|getElementById\(){_QUOTED}", path.read_text())
        if value in OURS.values()
    ]
    assert bare == []
