"""Every recorded talk is played again; each port of each node kind is in one of them."""

from __future__ import annotations

import pytest

from tests.features.flows.recorded import MAIN, TALKS, Recorded
from xobito_app.features.flows.engine.graph import Graph
from xobito_app.features.flows.engine.kinds import kinds
from xobito_app.features.flows.engine.playing import play
from xobito_app.features.flows.engine.talks import Talk, first_difference


@pytest.mark.parametrize("recorded", TALKS, ids=str)
def test_the_panel_says_what_was_recorded(recorded: Recorded):
    played = play(MAIN, recorded.scene(), recorded.talk)
    assert first_difference(played.turns, recorded.talk, {}) == ""
    assert (played.variables, played.status) == (recorded.variables, recorded.status)
    assert tuple(f"{step['node']}:{step['port']}" for step in played.steps) == recorded.ways


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_each_port_of_a_kind_is_taken_in_a_talk(kind: str):
    ports: set[str] = set()
    taken: set[str] = set()
    for recorded in TALKS:
        for node in Graph.read(recorded.graph).nodes:
            if node.kind == kind:
                ports |= set(node.data.ports)
                ways = (way.partition(":") for way in recorded.ways)
                taken |= {port for node_id, _, port in ways if node_id == node.id}
    assert ports <= taken, f"no talk takes {ports - taken}"


def test_a_difference_is_told_with_turn_and_node():
    recorded = next(one for one in TALKS if one.talk.name == "first button")
    raw = recorded.talk.model_dump(mode="json", by_alias=True)
    raw["turns"][1]["out"] = [{"send": {"type": "text", "text": "Something else."}}]
    played = play(MAIN, recorded.scene(), recorded.talk)
    told = first_difference(played.turns, Talk.read(raw), {"t0": "Ask for the size"})
    assert told.startswith("Turn 2, at node “Ask for the size”: expected")


def test_a_button_nobody_was_shown_cannot_be_pressed():
    recorded = next(one for one in TALKS if one.talk.name == "first button")
    talk = Talk.read({"turns": [{"in": {"text": "hi"}}, {"in": {"kind": "choice", "title": "No"}}]})
    with pytest.raises(Exception, match="No button “No” was shown"):
        play(MAIN, recorded.scene(), talk)
