"""The canvas: each kind of node of the engine has a card with each of its fields."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xobito_app.features.flows.engine.kinds import kinds
from xobito_app.ui.flow_canvas import kinds as drawn

CARDS = Path(drawn.__file__).parent / "cards"


def test_every_kind_of_node_has_a_card_and_no_card_is_of_none():
    assert set(drawn.cards_by_kind()) == set(kinds()) == set(drawn.rules())


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_field_of_a_kind_is_in_its_panel(kind: str):
    source = (CARDS / f"{kind}.py").read_text()
    said = set(re.findall(r"\"(\w+)\"", source)) | {"title"}
    assert set(kinds()[kind].model_fields) <= said


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_new_node_is_one_the_engine_reads_with_the_ways_out_the_canvas_draws(kind: str):
    rule = drawn.rules()[kind]
    node = kinds()[kind].model_validate(rule["fresh"])
    rows = [port for port in node.ports if port not in (*rule["fixed"], *rule["otherwise"])]
    assert set(node.ports) <= {*rows, *rule["fixed"], *rule["otherwise"]}
    assert bool(rows) <= bool(rule["rows"])
    unnamed = {*rule["fixed"], *rule["otherwise"]} - set(rule["names"])
    assert unnamed == set()
