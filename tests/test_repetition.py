"""What stands in one place is changed in one place: no twelve lines are written twice."""

from __future__ import annotations

import ast
import io
import keyword
import tokenize
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
FOLDERS = ("xobito_app", "bench", "tests")
ALLOWED_LINES = 11
_SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


class Line(NamedTuple):
    """One line of code: where it stands, and its shape without names and values."""

    path: str
    number: int
    shape: str


def lines_of(path: str, source: str) -> list[Line]:
    """Return the lines of a file that do something, in order."""
    silent = _silent_lines(ast.parse(source))
    tokens = (
        token
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in _SILENT
    )
    found = (
        Line(path, number, " ".join(map(_shape, on_line)))
        for number, on_line in groupby(tokens, key=lambda token: token.start[0])
        if number not in silent
    )
    # A bracket alone on its line is layout, a value alone an entry of a list.
    return [line for line in found if line.shape.replace("value", "").strip("()[]{}, ")]


def _silent_lines(tree: ast.Module) -> set[int]:
    """Return the lines of imports, docstrings, tables of cases, and what stands outside functions.

    Modules and classes declare there: fields, members, tables. A list of declarations has one
    shape whatever it says.
    """
    silent: set[int] = set()

    def pass_over(node: ast.stmt | ast.expr) -> None:
        silent.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))

    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                pass_over(decorator)
            if isinstance(node, ast.ClassDef):
                silent.add(node.lineno)
        elif isinstance(node, ast.Import | ast.ImportFrom) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            pass_over(node)
        if isinstance(node, ast.Module | ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.Assign | ast.AnnAssign):
                    pass_over(inner)
    return silent


def _shape(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME:
        return token.string if keyword.iskeyword(token.string) else "name"
    return "value" if token.type in {tokenize.STRING, tokenize.NUMBER} else token.string


def repetitions(files: list[list[Line]]) -> Iterator[tuple[Line, Line, int]]:
    """Yield where a run of lines begins for the first and for another time, and its length."""
    first: dict[tuple[str, ...], tuple[int, int]] = {}
    told: dict[int, int] = {}
    for here, lines in enumerate(files):
        told.clear()
        for at in range(len(lines) - ALLOWED_LINES):
            shape = tuple(line.shape for line in lines[at : at + ALLOWED_LINES + 1])
            before = first.setdefault(shape, (here, at))
            there, start = before
            if before == (here, at) or (there == here and at - start <= ALLOWED_LINES):
                continue
            other = files[there]
            # One run is told once, from where it begins.
            if at and start and lines[at - 1].shape == other[start - 1].shape:
                continue
            length = next(
                (
                    n
                    for n in range(ALLOWED_LINES + 1, len(lines) - at)
                    if start + n >= len(other) or lines[at + n].shape != other[start + n].shape
                ),
                len(lines) - at,
            )
            yield other[start], lines[at], length


def offences(files: list[list[Line]]) -> list[str]:
    """Return a sentence for each repetition."""
    return [
        f"{one.path}:{one.number} stands again at {other.path}:{other.number} ({length} lines)"
        for one, other, length in repetitions(files)
    ]


def test_no_twelve_lines_stand_twice():
    files = [
        lines_of(str(path.relative_to(ROOT)), path.read_text())
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    assert offences(files) == []


def test_the_same_lines_under_other_names_are_found():
    lines = [f"    {{0}} = {{1}} + work({{0}}, {number})" for number in range(ALLOWED_LINES)]
    sources = {
        "one.py": "def pay(sum, tax):\n" + "\n".join(lines).format("sum", "tax") + "\n",
        "two.py": "def weigh(box, lid):\n" + "\n".join(lines).format("box", "lid") + "\n",
    }
    files = [lines_of(path, source) for path, source in sources.items()]
    assert offences(files) == ["one.py:1 stands again at two.py:1 (12 lines)"]


def test_lists_of_declarations_are_no_repetition():
    table = "\n".join(f"    {number}: 'word'," for number in range(20))
    source = f"TABLE = {{\n{table}\n}}\nOTHER = {{\n{table}\n}}\n"
    assert offences([lines_of("table.py", source)]) == []
