"""Breaks the lines that matter, one at a time, and tells which breaks no test notices.

    python tools/mutants.py [--each 12] [--only core/,rules] [--seed 1] [--jobs 2]

Each target is a file with the tests that mirror it. Every comparison at a boundary, every
condition of a guard, every number with a meaning, every filter of a query and every refusal in it
is a place to break. The work happens in a copy of the tree; the servers are started once for each
job. `mutants.json` names the targets, and the survivors that change nothing a test could see, with
the reason.
"""

import argparse
import ast
import compileall
import contextlib
import copy
import importlib
import importlib.metadata
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parent.parent
TARGETS = json.loads((ROOT / "tools" / "mutants.json").read_text())
PATIENCE_SECONDS = 180
_FOREIGN = (
    "pytest",
    "reflex",
    "sqlmodel.ext.asyncio.session",
    "alembic.command",
    "psycopg",
    "redis.asyncio",
    "celery",
    "httpx",
    "fastapi.testclient",
    "alembic.autogenerate",
    "phonenumbers",
    "cryptography.fernet",
    "argon2",
)

_FLIPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Mutant:
    """One broken line.

    Attributes:
        place: The function, class or constant it is in, which outlives edits above it.
        line: Where it is, in the file as it stands.
        what: The code before and after, numbered where a place has the same break again.
        source: The whole file with the break.
    """

    path: str
    place: str
    line: int
    what: str
    source: str

    @property
    def name(self) -> str:
        """Say which break it is, as the list of equivalents does."""
        return " ".join(filter(None, (self.path, self.place, self.what)))

    @property
    def spot(self) -> str:
        """Say which break it is and on which line, as the report does."""
        return f"{self.name}  (line {self.line})"


def mutants_of(path: str) -> Iterator[Mutant]:
    """Yield every way of breaking a file, a line at a time."""
    tree = ast.parse((ROOT / path).read_text())
    decorations = _decorations(tree)
    places = dict(_places(tree))
    spots = [
        (number, change, places.get(node, ""))
        for number, node in enumerate(ast.walk(tree))
        if node not in decorations
        for change in range(len(list(_changes(node))))
    ]
    seen = set()
    same: Counter[tuple[str, str]] = Counter()
    for number, change, place in spots:
        broken = copy.deepcopy(tree)
        node = list(ast.walk(broken))[number]
        before = ast.unparse(node)
        list(_changes(node))[change]()
        source = ast.unparse(ast.fix_missing_locations(broken))
        if source in seen:
            continue
        seen.add(source)
        what = f"{_short(before)}  →  {_short(ast.unparse(node))}"
        same[place, what] += 1
        if (count := same[place, what]) > 1:
            what = f"{what}  #{count}"
        yield Mutant(path, place, getattr(node, "lineno", 0), what, source)


def _places(node: ast.AST, place: tuple[str, ...] = ()) -> Iterator[tuple[ast.AST, str]]:
    """Yield what is inside the functions, classes and constants, each with its qualified name."""
    for child in ast.iter_child_nodes(node):
        inside = place
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                inside = (*place, child.name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if isinstance(node, ast.Module | ast.ClassDef):
                    inside = (*place, name)
        yield child, ".".join(inside)
        yield from _places(child, inside)


def _decorations(tree: ast.AST) -> set[ast.AST]:
    """Return what stands in decorators: how a class is made is no decision."""
    decorators = (one for node in ast.walk(tree) for one in getattr(node, "decorator_list", ()))
    return {inner for decorator in decorators for inner in ast.walk(decorator)}


def _short(code: str) -> str:
    line = " ".join(code.split())
    return line if len(line) <= 90 else f"{line[:87]}…"


def _changes(node: ast.AST) -> Iterator:
    """Yield functions that each break a node in one way."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _FLIPS:
            yield lambda: node.ops.__setitem__(0, _FLIPS[type(op)]())
        case ast.BoolOp(values=values):
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield lambda: setattr(node, "op", other)
            for index in range(len(values)):
                yield lambda index=index: node.values.pop(index)
        case ast.UnaryOp(op=ast.Not()):
            yield lambda: _become(node, node.operand)
        case ast.Constant(value=bool() as value):
            yield lambda: setattr(node, "value", not value)
        case ast.Constant(value=int() | float() as value):
            yield lambda: setattr(node, "value", value + 1)
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            yield lambda: setattr(node, "op", other)
        case ast.Call(func=ast.Attribute(attr="where" | "filter"), args=[_, *_]):
            for index in range(len(node.args)):
                yield lambda index=index: node.args.pop(index)
        case ast.If(body=[ast.Raise(), *_]) | ast.If(body=[ast.Return(), *_]):
            yield lambda: setattr(node, "test", ast.Constant(False))
        case ast.Expr(value=ast.Call(func=ast.Name(id="require"))):
            yield lambda: setattr(node, "value", ast.Constant(None))


def _become(node: ast.AST, other: ast.AST) -> None:
    node.__class__ = other.__class__
    node.__dict__ = dict(other.__dict__)


class Bench:
    """A copy of the tree, servers of its own for the tests that run in it, and a process to fork.

    The process has imported everything that is not ours, which spares each run its slowest part.
    Each run finds a database as it is after the migrations, so none is judged by what the one
    before left behind.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="xobito mutants ")
        self.root = Path(self._folder.name) / "tree"
        skipped = shutil.ignore_patterns(".git", ".venv", ".web", ".xobito*", "__pycache__")
        shutil.copytree(ROOT, self.root, ignore=skipped)
        data = Path(self._folder.name) / "data"
        environment = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            "XOBITO_DATA_DIR": str(data),
            # What the tests of a killed run leave behind goes with the rest.
            "TMPDIR": self._folder.name,
        }
        self._servers = [
            self._start(["-m", "xobito_app", command], environment)
            for command in ("embedded-postgres", "embedded-valkey")
        ]
        self._redis_url = _read_when_there(data / "run" / "valkey.url")
        environment |= {
            "DATABASE_URL": _read_when_there(data / "run" / "postgres.url"),
            "DATABASE_OWNER_URL": _read_when_there(data / "run" / "postgres.owner.url"),
            "REDIS_URL": self._redis_url,
        }
        self._superuser = (data / "run" / "postgres.superuser").read_text().strip()
        self._superuser = self._superuser.rpartition("/")[0] + "/postgres"
        compileall.compile_dir(self.root / "xobito_app", quiet=2)
        self._runner = self._start(["tools/mutants.py", "--bench"], environment)
        if not self.passes(["tests/core/test_buckets.py"], is_sound=True):
            raise SystemExit("No test passes as things stand.")
        self._execute("CREATE DATABASE migrated TEMPLATE xobito")

    def _start(self, arguments: list[str], environment: dict[str, str]) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if "--bench" in arguments else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def _execute(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(self._superuser, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def clean(self) -> None:
        """Make the servers as they are before any test."""
        import redis

        self._execute(
            "DROP DATABASE xobito WITH (FORCE)",
            "CREATE DATABASE xobito TEMPLATE migrated OWNER xobito_owner",
        )
        with redis.Redis.from_url(self._redis_url) as client:
            client.flushall()

    def passes(self, tests: list[str], *, is_sound: bool = False) -> bool:
        """Tell whether the tests pass on the tree as it is now."""
        self._runner.stdin.write(json.dumps([is_sound, *tests]) + "\n")
        self._runner.stdin.flush()
        return self._runner.stdout.readline().strip() == "0"

    def survives(self, mutant: Mutant, tests: list[str]) -> bool:
        """Tell whether the tests pass with a line broken."""
        file = self.root / mutant.path
        sound, times = file.read_text(), file.stat()
        file.write_text(mutant.source)
        try:
            self.clean()
            return self.passes(tests)
        finally:
            file.write_text(sound)
            # What was compiled of it stays good.
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    def close(self) -> None:
        """End the servers."""
        self._runner.stdin.close()
        self._runner.wait()
        for server in self._servers:
            server.send_signal(signal.SIGINT)
            server.wait()
        self._folder.cleanup()


def _serve() -> None:
    """Run tests in forks of this process: one line of JSON in, the exit code out."""
    for name in _FOREIGN:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for plugin in importlib.metadata.entry_points(group="pytest11"):
        plugin.load()
    is_first = True
    for line in sys.stdin:
        is_sound, *tests = json.loads(line)
        if not (child := os.fork()):
            os.setsid()
            if not is_first:
                os.environ["XOBITO_TESTS_MIGRATED"] = "1"
            # Only what is sound may be compiled for the others.
            sys.dont_write_bytecode = not is_sound
            said = os.open("../said", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
            for descriptor in range(3):
                os.dup2(said, descriptor)
            import pytest

            os._exit(int(pytest.main(["-x", "-p", "no:cacheprovider", *tests])))
        print(_code_of(child), flush=True)
        is_first = False


def _code_of(child: int) -> int:
    deadline = time.monotonic() + PATIENCE_SECONDS
    done = status = 0
    while not done and time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if not done:
        os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if done else -1


def _read_when_there(path: Path) -> str:
    for _ in range(600):
        if path.exists() and path.read_text().strip():
            return path.read_text().strip()
        time.sleep(0.1)
    raise SystemExit(f"{path.name} did not come up.")


def main() -> None:
    """Try the chosen mutants and print the survivors as JSON; exits with 1 below nine in ten."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=0, help="at most so many of each file")
    parser.add_argument("--only", default="", help="parts of paths, with commas between")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    chosen: list[tuple[Mutant, list[str]]] = []
    for path, tests in TARGETS["targets"].items():
        if any(part in path for part in given.only.split(",")):
            found = list(mutants_of(path))
            if given.each and len(found) > given.each:
                found = random.Random(f"{given.seed}{path}").sample(found, given.each)
            chosen += [(mutant, tests) for mutant in found]
    benches: Queue[Bench] = Queue()
    for _ in range(given.jobs):
        benches.put(Bench())

    def attempt(one: tuple[Mutant, list[str]]) -> Mutant | None:
        bench = benches.get()
        try:
            lives = bench.survives(*one)
        finally:
            benches.put(bench)
        print("survived" if lives else "killed  ", one[0].spot, file=sys.stderr, flush=True)
        return one[0] if lives else None

    try:
        with ThreadPoolExecutor(given.jobs) as pool:
            _check_sound(benches, pool, {tuple(tests) for _, tests in chosen})
            alive = [mutant for mutant in pool.map(attempt, chosen) if mutant]
    finally:
        while not benches.empty():
            benches.get().close()
    known = {m.name: why for m in alive if (why := TARGETS["equivalent"].get(m.name))}
    unknown = [mutant.spot for mutant in alive if mutant.name not in known]
    killed = 1 - len(unknown) / max(1, len(chosen) - len(known))
    report = {"tried": len(chosen), "killed": round(killed, 3), "survived": unknown}
    print(json.dumps({**report, "equivalent": known}, indent=1, ensure_ascii=False))
    sys.exit(killed < 0.9)


def _check_sound(
    benches: "Queue[Bench]", pool: ThreadPoolExecutor, suites: set[tuple[str, ...]]
) -> None:
    """Refuse to go on when a test fails without any break: it would kill everything."""

    def fails(suite: tuple[str, ...]) -> bool:
        bench = benches.get()
        try:
            bench.clean()
            return not bench.passes(list(suite), is_sound=True)
        finally:
            benches.put(bench)

    if failing := [
        suite for suite, fail in zip(suites, pool.map(fails, suites), strict=True) if fail
    ]:
        raise SystemExit(f"These fail as things stand: {failing}")


if __name__ == "__main__":
    _serve() if "--bench" in sys.argv else main()
