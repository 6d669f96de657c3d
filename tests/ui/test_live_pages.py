"""No page can get the order wrong: one way to become live, and everything is read inside it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from xobito_app.ui.live import relay
from xobito_app.ui.security import AppState

UI = Path(__file__).parents[2] / "xobito_app" / "ui"
BLOCK = UI / "blocks" / "page_state.py"
TREES = {path: ast.parse(path.read_text()) for path in sorted(UI.rglob("*.py"))}


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr == name)
            or (isinstance(node.func, ast.Name) and node.func.id == name)
        )
    ]


def _key_of(path: Path, key: ast.expr) -> str:
    """Return a page's key as a value, by the constant that names it."""
    namespace: dict[str, object] = {}
    module = ".".join(("xobito_app.ui", *path.relative_to(UI).with_suffix("").parts))
    exec(f"import {module} as page", namespace)
    return str(eval(f"page.{ast.unparse(key)}", namespace))


def _keys(name: str, place: int) -> set[str]:
    return {
        _key_of(path, call.args[place])
        for path, tree in TREES.items()
        for call in _calls(tree, name)
        if path.name != "live.py" and path != BLOCK
    }


def _live_keys() -> set[str]:
    """Return the keys of the states that are live through the building block."""
    return {key for state in AppState.get_substates() if (key := getattr(state, "live_key", ""))}


def _functions(tree: ast.AST) -> list[ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]


def _showing_blocks(function: ast.AsyncFunctionDef) -> list[ast.AsyncWith]:
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.AsyncWith)
        and any(_calls(item.context_expr, "showing") for item in node.items)
    ]


def test_only_the_base_registers_tabs():
    offences = [
        f"{path.name}:{call.lineno}"
        for path, tree in TREES.items()
        for call in [*_calls(tree, "_watch"), *_calls(tree, "Watch")]
        if path.name not in ("live.py", "tabs.py")
    ]
    assert offences == []
    (registering,) = _calls(TREES[UI / "live.py"], "_watch")
    shows = next(f for f in _functions(TREES[UI / "live.py"]) if f.name == "showing")
    assert shows.lineno < registering.lineno <= (shows.end_lineno or 0)


def test_every_page_that_hears_of_changes_becomes_live_through_the_base():
    heard, shown = _keys("handle", 1), _keys("showing", 1) | _live_keys()
    assert len(heard) >= 6
    assert heard == shown
    assert heard == {lane.key for lane in relay.lanes}


@pytest.mark.parametrize("path", [p for p, tree in TREES.items() if _calls(tree, "showing")])
def test_a_page_reads_nothing_before_it_is_live(path):
    """Whoever uses the base awaits nothing but another state of the tab before it."""
    if path.name == "live.py":
        return
    uses = 0
    for function in _functions(TREES[path]):
        blocks = _showing_blocks(function)
        if not blocks:
            continue
        uses += 1
        first = min(block.lineno for block in blocks)
        before = [
            node
            for node in ast.walk(function)
            if isinstance(node, ast.Await | ast.AsyncWith | ast.AsyncFor) and node.lineno < first
        ]
        assert [ast.unparse(n) for n in before if not _calls(n, "get_state")] == []
    assert uses


@pytest.mark.parametrize("path", [p for p, tree in TREES.items() if _calls(tree, "showing")])
def test_a_page_that_is_live_shows_nothing_it_has_read_elsewhere(path):
    """A list that the relay changes is only ever filled inside the base, or by what it calls."""
    if path.name == "live.py":
        return
    filled = {"rows", "entries", "customers", "card", "lines", "older"}
    for function in _functions(TREES[path]):
        reads = [*_calls(function, "unit_of_work"), *_calls(function, "_call")]
        fills = [
            target.attr
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Attribute) and target.attr in filled
        ]
        if reads and fills:
            assert _showing_blocks(function), f"{function.name} fills {fills} beside the base"
