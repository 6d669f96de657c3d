"""No statement grows with its input: read from the source, and tried."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select

from tests import deliveries
from tests.features.ingest.hostile import statuses
from xobito_app.features.ingest import turns
from xobito_app.features.ingest.drain import drain
from xobito_app.models.inbox import Message
from xobito_app.persistence.arrays import CHUNK, any_of, any_pair, chunks, none_of
from xobito_app.persistence.engine import get_engine

APP = Path(__file__).parents[2] / "xobito_app"
READ = sorted([*(APP / "features").rglob("*.py"), *(APP / "persistence").rglob("*.py")])
MEMBERSHIP = {"in_", "not_in", "notin_"}
QUERIES = {"select", "sa_select", "scalar_subquery", "subquery"}

# Lists spread into a condition, each of a length the source itself fixes.
FIXED = {
    ("features/inbox/threads/search.py", "fits"): "the name and the number",
    ("features/inbox/threads/threads.py", "_branches"): "own, unassigned, others",
    ("features/inbox/threads/threads.py", "<generator>"): "the windows of those branches",
    ("features/inbox/threads/positions.py", "<generator>"): "the inbox and the features that send",
    ("features/campaigns/thread_entries.py", "<generator>"): "by contact and by number",
    ("features/contacts/lists/segments.py", "conditions"): "one for each part of a filter",
    ("features/contacts/lists/filter_sql.py", "<generator>"): "two ways to write a number",
}


def is_query(node: ast.AST, function: ast.AST) -> bool:
    """Tell whether an argument is a query: by itself, or by what the function assigned to it."""
    if isinstance(node, ast.Name):
        values = [
            assigned.value
            for assigned in ast.walk(function)
            if isinstance(assigned, ast.Assign | ast.AnnAssign)
            and assigned.value is not None
            and node.id
            in {
                target.id
                for target in (
                    assigned.targets if isinstance(assigned, ast.Assign) else [assigned.target]
                )
                if isinstance(target, ast.Name)
            }
        ]
        return bool(values) and any(is_query(value, function) for value in values)
    return any(
        isinstance(part, ast.Call) and name_of(part.func) in QUERIES for part in ast.walk(node)
    )


def is_constant(node: ast.AST) -> bool:
    """Tell whether a collection stands in the source: a literal of words, or a named constant."""
    if isinstance(node, ast.Name):
        return node.id.isupper()
    return isinstance(node, ast.List | ast.Tuple | ast.Set) and all(
        isinstance(item, ast.Attribute | ast.Constant) for item in node.elts
    )


def name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def functions(tree: ast.AST) -> Iterator[ast.AST]:
    yield from (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def growing(source: str, path: str = "") -> list[str]:
    """Return what grows with its input in a module."""
    found: dict[int, str] = {}
    for function in functions(ast.parse(source)):
        for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
            name = name_of(call.func)
            if name in MEMBERSHIP and isinstance(call.func, ast.Attribute):
                if not (is_query(call.args[0], function) or is_constant(call.args[0])):
                    found[call.lineno] = f"{name}({ast.unparse(call.args[0])})"
            elif name in {"or_", "and_", "union", "union_all"}:
                for spread in (a.value for a in call.args if isinstance(a, ast.Starred)):
                    what = name_of(spread.func if isinstance(spread, ast.Call) else spread)
                    if (path, what or "<generator>") not in FIXED:
                        found[call.lineno] = f"{name}(*{ast.unparse(spread)})"
            elif name == "values" and call.args:
                is_row = name_of(getattr(call.args[0], "func", call.args[0])) == "model_dump"
                if not (is_row or isinstance(call.args[0], ast.Dict)):
                    found[call.lineno] = f"values({ast.unparse(call.args[0])})"
            elif name == "text" and any(
                isinstance(part, ast.Call) and name_of(part.func) == "join"
                for argument in call.args
                for part in ast.walk(argument)
            ):
                found[call.lineno] = "text(… join …)"
    return [f"{path}:{line} {what}" for line, what in sorted(found.items())]


@pytest.mark.reliability("hostile deliveries")
def test_no_statement_in_the_house_grows_with_its_input():
    """Walks features and persistence: keys travel as arrays, in `persistence/arrays`."""
    offences = [
        offence
        for path in READ
        for offence in growing(path.read_text(), path.relative_to(APP).as_posix())
    ]
    assert offences == []


@pytest.mark.parametrize(
    "line",
    [
        "select(A).where(col(A.id).in_(ids))",
        "select(A).where(col(A.id).in_([x.id for x in rows]))",
        "select(A).where(col(A.id).in_(list(ids)))",
        "select(A).where(col(A.id).not_in(ids))",
        "select(A).where(tuple_(A.a, A.b).in_(pairs))",
        "select(A).where(or_(*conditions))",
        "insert(A).values(rows)",
        "insert(A).values([{'a': x} for x in rows])",
        "text('SELECT ' + ', '.join(names))",
    ],
)
def test_what_grows_is_found(line):
    assert growing(f"def f(ids, rows, pairs, conditions, names):\n    return {line}")


@pytest.mark.parametrize(
    "lines",
    [
        "return col(A.id).in_(select(B.id))",
        "some = select(B.id).where(B.x == 1)\n    return col(A.id).in_(some)",
        "return col(A.state).in_(_OPEN)",
        "return col(A.state).in_([State.A, State.B])",
        "return update(A).values({column: new})",
        "return update(A).values(state=1)",
    ],
)
def test_what_does_not_grow_is_left_alone(lines):
    assert growing(f"def f():\n    {lines}") == []


@pytest.mark.parametrize("count", [1, 5000])
def test_keys_are_one_parameter_however_many_there_are(count):
    ids = [uuid4() for _ in range(count)]
    statement = select(Message.id).where(
        any_of(col(Message.id), ids),
        none_of(col(Message.kind), ["text"] * count),
        any_pair(col(Message.number_id), col(Message.wamid), [(i, "w") for i in ids]),
    )
    written = statement.compile(dialect=postgresql.psycopg.dialect())  # type: ignore[attr-defined]
    assert len(written.params) == 4
    assert len(str(written)) < 500


def test_chunks_are_bounded_and_lose_nothing():
    keys = list(range(2 * CHUNK + 1))
    parts = list(chunks(keys))
    assert [len(part) for part in parts] == [CHUNK, CHUNK, 1]
    assert [key for part in parts for key in part] == keys
    assert list(chunks([])) == []


async def test_the_longest_statement_of_a_huge_delivery_is_no_longer_than_of_a_small_one(world):
    """What the driver is given, by length, over all of drain."""
    longest = 0

    def note(conn, cursor, statement, parameters, context, executemany):
        nonlocal longest
        # SQLAlchemy writes many rows with RETURNING as pages of a fixed size at most.
        if not (context and context.isinsert):
            longest = max(longest, len(statement))

    engine = get_engine().sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await deliveries.store(statuses(world, 3))
        await drain()
        small, longest = longest, 0
        await deliveries.store(statuses(world, 5 * turns.PIECE))
        await drain()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert longest <= small
