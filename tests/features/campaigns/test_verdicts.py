"""When a campaign stops by itself: a table of cases."""

from __future__ import annotations

import pytest

from xobito_app.features.campaigns.guarding.verdicts import (
    Outcome,
    Qualities,
    Thresholds,
    find_reason,
    is_canary_known,
)

GOOD = Outcome(False)
BAD = Outcome(True, 131026, "Not on WhatsApp.")
OTHER = Outcome(True, 131049, "Held back.")
GONE = Outcome(False, has_opted_out=True)


@pytest.mark.parametrize(
    ("outcomes", "qualities", "words"),
    [
        ([], Qualities(), ""),
        ([GOOD] * 200, Qualities(), ""),
        ([BAD, *[GOOD] * 4] * 9, Qualities(), ""),  # 45 outcomes say nothing yet
        ([BAD, *[GOOD] * 4] * 10, Qualities(), "10 of the last 50 messages failed"),
        ([BAD, *[GOOD] * 9] * 20, Qualities(), ""),  # 10 % is not over 10 %
        ([*[GOOD] * 200, *[BAD] * 100], Qualities(), ""),  # what lies further back counts no more
        ([GONE, *[GOOD] * 99] * 2, Qualities(), ""),
        ([GONE, *[GOOD] * 49] * 4, Qualities(), "4 of the last 200 people opted out"),
        ([BAD] * 20, Qualities(), "same reason: Not on WhatsApp"),
        ([BAD] * 19, Qualities(), ""),
        ([*[BAD] * 10, *[OTHER] * 10], Qualities(), ""),
        ([GOOD, *[BAD] * 20], Qualities(), ""),
        ([], Qualities(template="RED"), "template's quality"),
        ([], Qualities(template="YELLOW"), ""),
        ([], Qualities(number="YELLOW", number_before="GREEN"), "fell from GREEN to YELLOW"),
        ([], Qualities(number="GREEN", number_before="YELLOW"), ""),
        ([], Qualities(number="RED", number_before="UNKNOWN"), ""),
    ],
)
def test_what_pauses_a_campaign(outcomes, qualities, words):
    reason = find_reason(outcomes, qualities, Thresholds())
    assert bool(reason) == bool(words)
    assert words in reason


def test_a_workspace_may_want_it_stricter():
    outcomes = [BAD, *[GOOD] * 19] * 3
    assert not find_reason(outcomes, Qualities(), Thresholds())
    assert find_reason(outcomes, Qualities(), Thresholds(failures=0.01))


@pytest.mark.parametrize(
    ("open_ones", "known", "seconds", "is_known"),
    [(1, 10, 999.0, False), (0, 8, 1.0, True), (0, 7, 1.0, False), (0, 0, 600.0, True)],
)
def test_when_the_first_ones_may_be_judged(open_ones, known, seconds, is_known):
    assert is_canary_known(10, open_ones, known, seconds) is is_known
