"""Writes docs/reliability.md: which faults and hostile deliveries are met, how, and tried by what.

Made of the tests themselves, so it cannot promise what nothing tries: of every test marked with
`pytest.mark.reliability(topic)` and of the modules listed here. Run `python tools/reliability.py`
after adding one; a test compares the page.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"

TOPICS = {
    "hostile deliveries": """
A webhook is stored byte for byte before anything is read in it: the endpoint checks size (3 MB) and
its signature and writes one row. Text PostgreSQL cannot hold (NUL, half characters) is left out in
one place when the body is read; the raw body keeps it. Over-long ids keep their beginning and a
fingerprint of the whole, so two stay two.

Workers read in small transactions of one workspace each, messages first, then what stops others
from being sent, the workspaces in turn. An attempt is counted in a transaction of its own before
the work begins. A piece that fails is halved until its culprit is alone; the others are done. What
fails for a reason nobody foresaw is tried in three passes, then it is `failed`, with its reason in
the event journal, where it can be read again. What can never be done (it names nobody, it has no
shape) fails at once. A delivery whose reading was begun and never ended goes alone the next time,
and fails after the third.

Whether the database or the delivery is in trouble is told by SQLSTATE and by the state of the
connection. A database that is away is waited for and held against nobody; a deadlock is tried again
at once; everything else is the delivery's own.

No statement grows with its input: sets of keys travel as arrays, in bounded chunks.
""",
    "deliveries that are somebody else's": """
A delivery is given only to connections whose own app secret signed it. The signature is kept with
it: who connects later, or again, with the secret that made it can have it read again. What names a
number whose connection did not sign it is `refused` and stands in that workspace's journal.
""",
    "signs that something waits": """
When the oldest delivery has waited over 30 seconds to be read, `/health` answers `degraded` (still
200: the process itself is fit), and the doctor, the event journal and the line at the top of every
page say so in one sentence.
""",
    "sending": """
A message whose answer was lost is never sent again by itself: it is `unresolved` until Meta's
status, or a person, settles it. Only refusals that Meta's own table calls passing are tried again.
A hand that no longer holds a message can neither fail it nor give it up for lost.
""",
    "campaigns": """
A claim is committed before a byte leaves, and so is the word that a request begins: who was only
claimed by a worker that died is sent to by the next one, who had begun is `unresolved` and is not
sent to again by itself. Meta's status finds them by the attempt's id. A pause or an opt-out is
asked for in the very statement after which a request leaves. Refusals cost their recipient alone;
what would fail on everybody pauses the campaign and loses nobody.

While the database is away nothing leaves, and what Meta answered waits for it. When Redis loses the
count of a number, its campaigns pause for a moment; without Redis each worker goes slowly.
""",
    "work in the background": """
All work in the background is rows under a lease, and one engine for it: a row is claimed in a
transaction that ends before the work begins, its lease is renewed while the work goes on, and what
came of it is recorded only by whoever still holds it. A killed worker's row is taken up when its
lease ends; where it may have happened already, it waits for somebody who knows.
""",
    "processes that die": """
A row is the job and a message in the queue only a wake-up: whatever is killed, beat finds the row
within seconds. Locks and leases end with their transaction or by themselves.
""",
}
MODULES = {
    "tests/features/inbox/test_send_results.py": "sending",
    "tests/features/inbox/test_guards.py": "sending",
    "tests/e2e/test_survival.py": "processes that die",
    "tests/jobs/test_wake_ups.py": "processes that die",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A test that tries something of a topic."""

    topic: str
    path: str
    name: str
    says: str

    @property
    def sentence(self) -> str:
        """Return what it shows, and the first line of its docstring beside it."""
        plain = self.name.removeprefix("test_").replace("_s_", "'s ").replace("_", " ")
        return f"{plain}. {self.says}".strip() if self.says else f"{plain}."


def trials() -> list[Trial]:
    """Return all marked tests, by path and in the order they stand."""
    return [
        trial
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for trial in _trials_in(path.relative_to(ROOT).as_posix(), path.read_text())
    ]


def _trials_in(path: str, source: str) -> Iterator[Trial]:
    tree = ast.parse(source)
    of_module = MODULES.get(path, "") or _module_topic(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[:5] == "test_":
            topic = next(filter(None, map(_topic, node.decorator_list)), of_module)
            if topic:
                says = (ast.get_docstring(node) or "").split("\n\n", 1)[0].replace("\n", " ")
                yield Trial(topic, path, node.name, says)


def _module_topic(tree: ast.Module) -> str:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            marks = node.value.elts if isinstance(node.value, ast.List) else [node.value]
            return next(filter(None, map(_topic, marks)), "")
    return ""


def _topic(mark: ast.expr) -> str:
    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.reliability":
        return str(ast.literal_eval(mark.args[0]))
    return ""


def page() -> str:
    """Return the whole page."""
    found = trials()
    if unknown := {trial.topic for trial in found} - set(TOPICS):
        raise SystemExit(f"Say in tools/reliability.py what happens about: {', '.join(unknown)}.")
    lines = [
        "# Reliability",
        "",
        "What is met, how, and which test tries it. Made by `python tools/reliability.py`; do not "
        "edit it by hand.",
    ]
    for topic, words in TOPICS.items():
        lines += ["", f"## {topic[0].upper()}{topic[1:]}", "", words.strip(), ""]
        lines += ["| Tried | By |", "|---|---|"]
        lines += [
            f"| {trial.sentence[0].upper()}{trial.sentence[1:].replace('|', '¦')} "
            f"| `{trial.path}::{trial.name}` |"
            for trial in found
            if trial.topic == topic
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
