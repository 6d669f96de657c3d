"""One recorded talk gives the same transcript in the panel, on the phone, and by raw webhooks."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.features.flows.live import Live
from tests.features.flows.recorded import MAIN, TALKS, Recorded
from tests.features.flows.three_ways import A_YEAR, hold
from xobito_app.features.flows.engine.playing import play

SLOW = {"a message while an HTTP call runs"}
"""Nothing can be said to a chat while a request runs in this process; test_running has it."""
HELD = [one for one in TALKS if one.talk.name not in SLOW]


def told(turns: Any) -> Any:
    """Return turns with what differs from chat to chat made alike: files, and parts of seconds."""
    text = re.sub(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "photo-1", json.dumps(turns, sort_keys=True)
    )
    return re.sub(r"in\d", "photo-1", re.sub(r"(T\d\d:\d\d):\d\d[.\d]*", r"\1", text))


@pytest.mark.parametrize("by_webhook", [False, True], ids=["phone", "webhook"])
@pytest.mark.parametrize("recorded", HELD, ids=str)
async def test_a_talk_is_the_same_three_times(live: Live, recorded: Recorded, by_webhook: bool):
    moved = recorded.talk.model_copy(update={"now": recorded.talk.now + A_YEAR})
    panel = play(MAIN, recorded.scene(), moved)
    turns, talk = await hold(live, recorded, by_webhook=by_webhook)
    assert told(turns) == told([turn["out"] for turn in panel.turns])
    assert talk.status == panel.status
    assert told(talk.state["variables"]) == told(panel.variables)
    steps = [f"{step.node}:{step.port}" for step in await live.steps()]
    assert tuple(steps) == recorded.ways
