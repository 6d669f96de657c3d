"""The pages of `docs/` and the README name tests, files and modules that exist."""

import importlib
import re
from functools import cache
from pathlib import Path
from textwrap import indent

import pytest

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`((?:tests|ui|api|core|cli|features|persistence)/[\w/]+\.py)(?:::(\w+))?`")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
PATH = re.compile(r"\b(?:xobito_app|tests|tools|alembic|docs)/[\w./-]*\w")
DOTTED = re.compile(r"\bxobito_app(?:\.(?!py\b)\w+)+")
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_what_a_page_names_is_there(page):
    missing = []
    for path, test in NAMED.findall(page.read_text()):
        file = ROOT / path if path.startswith("tests/") else ROOT / "xobito_app" / path
        if not file.exists() or (test and f"def {test}(" not in file.read_text()):
            missing.append(f"{path}::{test}")
    assert missing == []


@every_page
def test_every_link_leads_to_a_file(page):
    links = LINK.findall(page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@every_page
def test_every_path_and_module_is_there(page):
    text = page.read_text()
    missing = [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    assert missing + [name for name in DOTTED.findall(text) if not _is_there(name)] == []


@every_page
def test_every_example_is_a_piece_of_the_source(page):
    """So it works: it is part of the application, or of an example some test runs."""
    examples = EXAMPLE.findall(page.read_text())
    made_up = [
        example
        for example in examples
        if not any(example in text or indent(example, "    ") in text for text in _sources())
    ]
    assert made_up == []


def test_every_page_can_be_reached_from_the_readme():
    linked = {(ROOT / link).resolve() for link in LINK.findall(PAGES[0].read_text())}
    assert set(PAGES[1:]) <= linked


@cache
def _sources() -> list[str]:
    folders = (ROOT / name for name in ("xobito_app", "tests", "alembic"))
    return [path.read_text() for folder in folders for path in folder.rglob("*.py")]


def _is_there(name: str) -> bool:
    """Tell whether a dotted name is a module of ours, or something a module has."""
    if (ROOT / name.replace(".", "/")).is_dir() or _file_of(name).exists():
        return True
    module, _, attribute = name.rpartition(".")
    return _file_of(module).exists() and hasattr(importlib.import_module(module), attribute)


def _file_of(module: str) -> Path:
    return (ROOT / module.replace(".", "/")).with_suffix(".py")
