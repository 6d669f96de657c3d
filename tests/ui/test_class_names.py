"""Class names: every one a stylesheet has is worn by something, and every one worn has a rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
STYLESHEETS = sorted((ROOT / "assets").glob("*.css"))
SCRIPTS = [
    *sorted((ROOT / "assets").glob("*.js")),
    *sorted((ROOT / "xobito_app" / "ui").rglob("*.js*")),
]
PAGES = sorted((ROOT / "xobito_app").rglob("*.py"))
STYLES = ROOT / "xobito_app" / "ui" / "styles.py"
FORMATTED = {"bold", "italic", "strike"}
"""Marks of WhatsApp's own formatting: named by groups of a regular expression."""
LIBRARY = "react-flow"
"""What the canvas wears comes from its library."""
_NAME = r"-?[A-Za-z_][\w-]*"


def classes_of(stylesheet: str) -> set[str]:
    """Return the class names that stand in the selectors of a stylesheet."""
    bare = re.sub(r"/\*.*?\*/", "", stylesheet, flags=re.DOTALL)
    selectors = re.findall(r"[^{};]+(?=\{)", bare)
    quoted = re.compile(r"\"[^\"]*\"|'[^']*'")
    return {
        name
        for selector in selectors
        if not selector.lstrip().startswith("@")
        for name in re.findall(rf"\.({_NAME})", quoted.sub("", selector))
    }


def written_in(tree: ast.AST) -> Iterator[str]:
    """Yield the texts of a module that are no docstrings."""
    silent = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            yield node.value


def worn_in(tree: ast.AST) -> Iterator[str]:
    """Yield the texts a module gives to elements as their class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "class_name":
            yield from written_in(node.value)


def whole_names(texts: Iterator[str]) -> set[str]:
    """Return the class names in some texts; what ends in a dash is only the beginning of one."""
    words = set(chain.from_iterable(text.split() for text in texts))
    return {word for word in words if re.fullmatch(_NAME, word) and not word.endswith("-")}


def beginnings(texts: Iterator[str]) -> tuple[str, ...]:
    """Return the beginnings of class names whose ends a value gives."""
    words = set(chain.from_iterable(text.split() for text in texts))
    return tuple(sorted(word for word in words if re.fullmatch(rf"{_NAME}-", word)))


def _trees() -> list[ast.Module]:
    return [ast.parse(path.read_text()) for path in PAGES]


def _scripts() -> str:
    return "\n".join(path.read_text() for path in SCRIPTS)


def _ruled() -> set[str]:
    return set().union(*(classes_of(path.read_text()) for path in STYLESHEETS))


def test_no_stylesheet_has_a_class_nothing_wears():
    texts = [text for tree in _trees() for text in written_in(tree)]
    texts += re.findall(r"[\"'`]([^\"'`\n]*)[\"'`]", _scripts())
    named, begun = whole_names(iter(texts)), beginnings(iter(texts))
    unworn = _ruled() - named - FORMATTED
    begun = (*begun, LIBRARY)
    assert sorted(name for name in unworn if not name.startswith(begun)) == []


def test_every_class_an_element_wears_has_a_rule_or_a_script():
    worn = whole_names(text for tree in _trees() for text in worn_in(tree))
    worn |= whole_names(written_in(ast.parse(STYLES.read_text())))
    asked = set(re.findall(rf"\.({_NAME})", _scripts()))
    assert sorted(worn - _ruled() - asked) == []


def test_the_classes_of_a_stylesheet_are_seen():
    source = """
      /* .gone { } */ @import url("a.css"); .one, .two:hover > svg[title=".no"] { top: .5em }
      @media (max-width: 10.5px) { .three:not(.four) { content: ".five" } }
    """
    assert classes_of(source) == {"one", "two", "three", "four"}


def test_the_classes_of_a_module_are_seen():
    tree = ast.parse('def f():\n    "doc gone"\n    p(class_name=f"one two-{x}", title="three")')
    assert whole_names(worn_in(tree)) == {"one"}
    assert beginnings(worn_in(tree)) == ("two-",)
    assert whole_names(written_in(tree)) == {"one", "three"}
