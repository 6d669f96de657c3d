"""What a report shows at any moment adds up: everybody of the audience is in exactly one state."""

from __future__ import annotations

import pytest

from tests.features.campaigns.crowds import watch

pytestmark = pytest.mark.reliability("campaigns")


async def test_counts_are_the_rows_and_the_audience_in_every_snapshot(world):
    """Three workers send, statuses come in, some are refused or lost; a benchmark takes more."""
    watched = await watch(world, people=400, least=100)
    assert watched.snapshots >= 100
    assert len(watched.seen) > 20
    last = {state for state, _ in max(watched.seen, key=len)}
    assert {"failed", "delivered", "read"} & last
