"""Search in 2,000,000 messages: rare, common and combined words, and people.

The floor is a bare primary-key read of 30 messages in the same run.
"""

from __future__ import annotations

from sqlmodel import col, select

from bench.measure import timed
from bench.seed import WORDS, make_inbox
from xobito_app.features.inbox.threads import search
from xobito_app.models.inbox import Message
from xobito_app.persistence.unit_of_work import unit_of_work

TARGET_P95_MS = 200


async def run(*, large: int = 100_000, messages: int = 2_000_000, repeats: int = 100) -> dict:
    """Return milliseconds for each kind of question, and the worst 95th percentile."""
    world = await make_inbox(large, messages)
    questions = {
        "rare_word": lambda i: "platypus",
        "common_word": lambda i: WORDS[i % len(WORDS)],
        "beginning_of_a_word": lambda i: WORDS[i % len(WORDS)][:3],
        "two_common_words": lambda i: f"{WORDS[i % 38]} {WORDS[(i * 7 + 3) % 38]}",
        "nothing_found": lambda i: f"zebra{i}",
        "person": lambda i: f"Person {i + 5000}",
        "phone": lambda i: f"+1650000{i + 1000}",
    }
    result: dict = {"threads": large, "messages": messages, "target_p95_ms": TARGET_P95_MS}
    worst = 0.0
    for name, question in questions.items():

        async def ask(index: int, question=question) -> None:  # noqa: ANN001
            async with unit_of_work(world.workspace_id) as uow:
                await search.search(uow.session, world.owner, typed=question(index))

        result[name] = await timed(ask, repeats)
        worst = max(worst, result[name]["p95_ms"])
    async with unit_of_work(world.workspace_id) as uow:
        some = (await uow.session.exec(select(Message.id).limit(30))).all()

    async def floor(_: int) -> None:
        async with unit_of_work(world.workspace_id) as uow:
            await uow.session.exec(select(Message).where(col(Message.id).in_(some)))

    result["floor"] = await timed(floor, repeats)
    ratio = round(worst / result["floor"]["p95_ms"], 1)
    return {**result, "worst_p95_ms": worst, "ratio": ratio, "ok": worst <= TARGET_P95_MS}
