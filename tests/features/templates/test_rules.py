from datetime import UTC, datetime, timedelta

import pytest

from xobito_app.features.templates import rules
from xobito_app.models.templates import Pause, Submission
from xobito_app.whatsapp.drafting.draft import Button, Draft, Header, Part

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)


def _ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@pytest.mark.parametrize(
    ("status", "source", "edits", "words"),
    [
        ("DRAFT", "", [], ""),
        ("APPROVED", "", [], ""),
        ("REJECTED", "", [_ago(hours=1)] * 20, ""),
        ("PAUSED", "", [_ago(hours=1)] * 20, ""),
        ("APPROVED", "", [_ago(hours=24)], ""),
        ("APPROVED", "", [_ago(hours=23.9)], "one edit of an approved template in 24 hours"),
        ("APPROVED", "", [_ago(days=d) for d in range(2, 11)], ""),
        ("APPROVED", "", [_ago(days=d) for d in range(2, 12)], "10 edits"),
        ("APPROVED", "", [_ago(days=30 + d) for d in range(10)], ""),
        ("PENDING", "", [], "deciding"),
        ("IN_APPEAL", "", [], "deciding"),
        ("DISABLED", "", [], "that is disabled. Duplicate it"),
        ("APPROVED", "AUTO_GENERATED", [], "Duplicate it"),
    ],
)
def test_when_meta_takes_another_version(status, source, edits, words):
    told = rules.why_not_edit(status, source, edits, NOW)
    assert (words in told) if words else told == ""


def test_the_next_edit_is_dated():
    told = rules.why_not_edit("APPROVED", "", [_ago(hours=10)], NOW)
    assert "04 May 2026, 02:00 UTC" in told


@pytest.mark.parametrize(
    ("submission", "submitted_at", "cut_off"),
    [
        (Submission.NONE, _ago(days=1), False),
        (Submission.UNKNOWN, NOW, True),
        (Submission.SENDING, _ago(minutes=4.9), False),
        (Submission.SENDING, _ago(minutes=5), True),
        (Submission.SENDING, None, True),
    ],
)
def test_when_nobody_works_on_a_submission(submission, submitted_at, cut_off):
    assert rules.is_cut_off(submission, submitted_at, NOW) is cut_off


@pytest.mark.parametrize(
    ("status", "title", "pause"),
    [
        ("PAUSED", "FIRST_PAUSE", Pause.QUALITY),
        ("PAUSED", "SECOND_PAUSE", Pause.QUALITY),
        ("PAUSED", "RATE_LIMITING_PAUSE", Pause.PACING),
        ("PAUSED", "", Pause.QUALITY),
        ("APPROVED", "RATE_LIMITING_PAUSE", Pause.NONE),
    ],
)
def test_why_a_template_is_paused(status, title, pause):
    assert rules.pause_of(status, title) is pause


@pytest.mark.parametrize(
    ("status", "source", "submission", "words"),
    [
        ("APPROVED", "", Submission.NONE, ""),
        ("DRAFT", "", Submission.NONE, ""),
        ("DRAFT", "", Submission.SENDING, "on its way"),
        ("APPROVED", "AUTO_GENERATED", Submission.NONE, "cannot be deleted"),
        ("PENDING_DELETION", "", Submission.NONE, "already"),
    ],
)
def test_what_may_be_deleted(status, source, submission, words):
    told = rules.why_not_delete(status, source, submission)
    assert (words in told) if words else told == ""


def test_two_versions_are_the_same_whatever_their_samples():
    one = Draft(part=Part(Header("IMAGE", sample="4::a"), "Hi {{1}}"), samples={"body.1": "Ana"})
    other = Draft(part=Part(Header("IMAGE", sample="https://x"), "Hi {{1}}"))
    assert rules.says_the_same(one, other)
    assert not rules.says_the_same(one, Draft(part=Part(Header("IMAGE"), "Hi {{2}}")))
    with_button = Draft(part=Part(Header("IMAGE"), "Hi {{1}}", (Button("QUICK_REPLY", "Ok"),)))
    assert not rules.says_the_same(one, with_button)
