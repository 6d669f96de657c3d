"""The first window of the inbox list and its counts: does it stay as quick when the inbox grows?

The floor is the same service on an inbox of 1,000 threads in the same database and run.
"""

from __future__ import annotations

from bench.measure import timed
from bench.seed import make_inbox
from tests.fixtures import World, make_member
from xobito_app.core.permissions import Actor
from xobito_app.features.inbox.schemas import ListView, ThreadFilter
from xobito_app.features.inbox.threads import threads
from xobito_app.persistence.unit_of_work import unit_of_work

TARGET = 1.3


async def run(*, large: int = 100_000, messages: int = 2_000_000, repeats: int = 200) -> dict:
    """Return milliseconds at both sizes and the worst ratio of medians."""
    small_world, large_world = await make_inbox(1_000, 20_000), await make_inbox(large, messages)
    result: dict = {"threads": large, "messages": messages, "target_ratio": TARGET}
    worst = 0.0
    for name, person in (("owner", None), ("agent", "Agent")):
        for view in ListView:
            floor = await _measure(small_world, person, view, repeats)
            ours = await _measure(large_world, person, view, repeats)
            ratio = round(ours["median_ms"] / floor["median_ms"], 2)
            worst = max(worst, ratio)
            result[f"{name}_{view.value}"] = {"floor": floor, "ours": ours, "ratio": ratio}
    floor, ours = await _counts(small_world, repeats), await _counts(large_world, repeats)
    result["counts"] = {
        "floor": floor,
        "ours": ours,
        "ratio": round(ours["median_ms"] / floor["median_ms"], 2),
    }
    return {**result, "worst_list_ratio": worst, "ok": worst <= TARGET}


async def _measure(world: World, role: str | None, view: ListView, repeats: int) -> dict:
    actor: Actor = await make_member(world, role) if role else world.owner

    async def read(_: int) -> None:
        async with unit_of_work(world.workspace_id) as uow:
            await threads.list_threads(uow.session, actor, ThreadFilter(view=view))

    return await timed(read, repeats)


async def _counts(world: World, repeats: int) -> dict:
    async def read(_: int) -> None:
        async with unit_of_work(world.workspace_id) as uow:
            await threads.count_threads(uow.session, world.owner)

    return await timed(read, repeats)
