from itertools import permutations

import pytest

from xobito_app.whatsapp.statuses import furthest, rank


@pytest.mark.parametrize(
    ("seen", "end"),
    [
        (["accepted", "sent", "delivered", "read"], "read"),
        (["sent", "delivered", "read", "played"], "played"),
        (["accepted", "held_for_quality_assessment", "sent"], "sent"),
        (["accepted", "held_for_quality_assessment", "failed"], "failed"),
        (["accepted", "sent", "failed"], "failed"),
        (["sent", "failed", "delivered"], "delivered"),
        (["failed", "read"], "read"),
        (["sent", "something_new"], "sent"),
    ],
)
def test_the_end_is_the_same_in_every_order(seen, end):
    for order in permutations(seen * 2 if len(seen) < 4 else seen):
        status = None
        for incoming in order:
            status = furthest(status, incoming)
        assert status == end


def test_unknown_words_are_kept_when_nothing_else_is_known():
    assert furthest(None, "Warned") == "warned"
    assert rank("warned") == 0
    assert rank(None) == 0


def test_words_of_the_history_mean_the_same_states():
    assert furthest("ERROR", "READ") == "read"
    assert furthest(None, "PENDING") == "accepted"
