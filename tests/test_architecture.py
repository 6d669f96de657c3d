"""The house rules of architecture.md, read from the source itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APP = ROOT / "xobito_app"
MODULES = sorted(APP.rglob("*.py"))

# What each part of the house may import of the others, lowest first.
MAY_USE = {
    "core": set(),
    "settings": {"core"},
    "logs": set(),
    "models": {"core"},
    "persistence": {"core", "models", "settings"},
    "whatsapp": {"core"},
    "registry": {"core"},
    "features": {
        "core",
        "models",
        "persistence",
        "whatsapp",
        "features",
        "settings",
        "registry",
    },
    "realtime": {"core", "persistence"},
    "simulator": {"core"},
}
# Packages that only some parts may know.
RESERVED = {
    "reflex": {"ui", "xobito_app"},
    "celery": {"jobs"},
    "kombu": {"jobs"},
    "starlette": {"api", "simulator"},
    "fastapi": {"api", "simulator"},
    "passlib": {"core"},
}
PURE_CORE = {"pydantic", "cryptography", "passlib", "phonenumbers", "filetype", "argon2", "re2"}


def part_of(path: Path) -> str:
    """Return which part of the house a file belongs to."""
    inside = path.relative_to(APP)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what a file imports, with the line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_parts_only_import_what_lies_below_them():
    offences = []
    for path in MODULES:
        part = part_of(path)
        allowed = MAY_USE.get(part)
        for line, name in imports_of(path):
            if allowed is None or not name.startswith("xobito_app."):
                continue
            other = name.split(".")[1]
            if other not in allowed | {part}:
                offences.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert offences == []


def test_entrypoints_know_neither_tables_nor_repositories():
    offences = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in MODULES
        if part_of(path) in {"ui", "api"}
        for line, name in imports_of(path)
        if name.startswith("xobito_app.models") or ".repository" in name
    ]
    assert offences == []


def test_reserved_packages_stay_where_they_belong():
    offences = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in MODULES
        for line, name in imports_of(path)
        if part_of(path) not in RESERVED.get(name.split(".")[0], {part_of(path)})
    ]
    assert offences == []


def test_core_imports_little():
    known = set(__import__("sys").stdlib_module_names) | PURE_CORE | {"xobito_app", "__future__"}
    offences = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in MODULES
        if part_of(path) == "core"
        for line, name in imports_of(path)
        if name.split(".")[0] not in known
    ]
    assert offences == []


def test_only_settings_reads_the_environment():
    reads = re.compile(r"os\.environ|os\.getenv|from os import (environ|getenv)")
    offences = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if path != APP / "settings.py" and reads.search(path.read_text())
    ]
    assert offences == []


def test_features_know_of_each_other_only_what_is_offered():
    """A feature offers `service` and `schemas`; all else in its folder is its own."""
    offences = []
    for path in MODULES:
        if part_of(path) != "features":
            continue
        own = path.relative_to(APP / "features").parts[0]
        for line, name in imports_of(path):
            match = re.match(r"xobito_app\.features\.(\w+)\.(\w+)", name)
            if match and match[1] != own and match[2] not in {"service", "schemas"}:
                offences.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert offences == []


def folder_imports() -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """Return which folder imports from which beside it, both named from the application down.

    A manifest does not count: it names its own feature's parts to the registry.
    """
    found: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for path in MODULES:
        if path.name == "feature.py":
            continue
        here = path.parent.relative_to(ROOT).parts
        for _, name in imports_of(path):
            there = tuple(name.split("."))
            while there and not (ROOT.joinpath(*there)).is_dir():
                there = there[:-1]
            depth = next(
                (i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), None
            )
            if there[:1] == ("xobito_app",) and depth is not None:
                found.setdefault(here[: depth + 1], set()).add(there[: depth + 1])
    return found


def test_folders_form_no_circle():
    graph = folder_imports()

    def reached(start: tuple[str, ...]) -> set[tuple[str, ...]]:
        seen: set[tuple[str, ...]] = set()
        waiting = [start]
        while waiting:
            for other in graph.get(waiting.pop(), set()) - seen:
                seen.add(other)
                waiting.append(other)
        return seen

    circles = sorted("/".join(folder) for folder in graph if folder in reached(folder))
    assert circles == []


def test_imports_form_no_circle():
    graph = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): {
            name for _, name in top_level_imports(path)
        }
        for path in MODULES
    }
    done: set[str] = set()
    path: list[str] = []

    def visit(module: str) -> None:
        if module in path:
            pytest.fail(" -> ".join([*path[path.index(module) :], module]))
        if module in done:
            return
        path.append(module)
        for name in graph.get(module, ()):
            if name in graph:
                visit(name)
        path.pop()
        done.add(module)

    for module in graph:
        visit(module)


def top_level_imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield imports that run when the module is loaded."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_the_reply_window_is_never_stored():
    """It is computed from the last incoming message; see product.md, four sentences."""
    from xobito_app.models.base import metadata

    forbidden = re.compile(r"window|session_expir|expires?_in|within")
    columns = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if table.name in {"conversation", "contact", "message"} and forbidden.search(column.name)
    ]
    assert columns == []


def test_every_table_of_a_workspace_has_an_rls_policy():
    import xobito_app.models  # noqa: F401
    from xobito_app.persistence.rls import fenced_tables

    migrations = "\n".join(p.read_text() for p in (ROOT / "alembic" / "versions").glob("*.py"))
    missing = [table for table in fenced_tables() if f'"{table}"' not in migrations]
    assert missing == []


def test_files_stay_readable_in_one_go():
    long = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in [*MODULES, *(ROOT / "tests").rglob("*.py")]
        if len(path.read_text().splitlines()) > 400
    }
    assert long == {}


def test_functions_stay_readable_in_one_look():
    long = {
        f"{path.relative_to(ROOT)} {node.name}": length
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > 60
    }
    assert long == {}


def test_no_test_judges_by_a_stopwatch():
    """A shared machine is slow at any moment; how fast something is, `bench/` says.

    A clock read for a deadline is a net. One that is subtracted from is a stopwatch.
    """
    clocks = re.compile(r"(time\.monotonic|perf_counter|loop\(\)\.time|loop\.time)(_ns)?\(\)$")
    offences = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
        if clocks.search(ast.unparse(node.left))
    ]
    assert offences == []


REFLEX_PRIVATES = {
    "_build_static_router_data",
    "_clean",
    "_get_resolved_delta",
    "_load_events",
    "_lock",
    "_root_context",
    "_state_manager",
    "_states_locks",
    "_tasks",
    "_unevaluated_pages",
}
"""What Reflex has no public way for; an upgrade may break the tests that look there."""
BACKEND_VARS = {"_owner"}
"""Vars of a state that never reach the browser begin with an underscore: Reflex wants it so."""


def privates_of_others(path: Path) -> Iterator[tuple[int, str]]:
    """Yield which names with an underscore a file imports, reads or replaces in something else."""
    is_private = re.compile(r"_[a-zA-Z]\w*$").fullmatch
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, a.name) for a in node.names if is_private(a.name))
        elif isinstance(node, ast.Attribute) and is_private(node.attr):
            if not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}):
                yield node.lineno, node.attr
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"setattr", "delattr"}
        ):
            for given in node.args:
                if isinstance(given, ast.Constant) and is_private(str(given.value)):
                    yield node.lineno, str(given.value)


def test_tests_leave_the_privates_of_other_modules_alone():
    offences = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for line, name in privates_of_others(path)
        if name not in REFLEX_PRIVATES | BACKEND_VARS
    ]
    assert offences == []


def test_every_setting_does_something():
    from xobito_app.settings import Settings

    own = APP / "settings.py"
    code = "".join(path.read_text("utf-8") for path in APP.rglob("*.py") if path != own)
    inside = own.read_text("utf-8")
    unread = [
        name
        for name in Settings.model_fields
        if f".{name}" not in code and f"self.{name}" not in inside
    ]
    assert unread == []
