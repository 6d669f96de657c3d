"""What is judged around signing in: each limit just under, at and just over it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.accounts import rules

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (3, 0), (4, 0), (5, 2), (6, 4), (13, 512), (14, 900), (15, 900), (10_000, 900)],
)
def test_the_pause_after_so_many_failures(failures, seconds):
    assert rules.pause_after(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 second."),
        (2, "2 seconds."),
        (90, "90 seconds."),
        (91, "2 minutes."),
        (120, "2 minutes."),
        (121, "3 minutes."),
    ],
)
def test_a_wait_is_said_in_seconds_and_then_in_whole_minutes(seconds, said):
    assert rules.wait_sentence(seconds) == f"Too many tries. Try again in {said}"


def test_a_session_that_was_ended_is_ended_however_young():
    now = clock.now()
    assert rules.is_session_alive(now, now, None, now)
    assert not rules.is_session_alive(now, now, now, now)


@pytest.mark.parametrize(
    ("age", "unseen", "alive"),
    [
        (90 * DAY - MOMENT, MOMENT, True),
        (90 * DAY, MOMENT, False),
        (60 * DAY, 30 * DAY - MOMENT, True),
        (60 * DAY, 30 * DAY, False),
        (91 * DAY, 31 * DAY, False),
    ],
)
def test_a_session_ends_unseen_after_thirty_days_and_in_any_case_after_ninety(age, unseen, alive):
    now = clock.now()
    assert rules.is_session_alive(now - age, now - unseen, None, now) is alive


@pytest.mark.parametrize(
    ("is_fresh", "lifetime"),
    [(rules.is_invite_fresh, 7 * DAY), (rules.is_reset_fresh, timedelta(hours=2))],
)
def test_a_link_is_good_up_to_its_last_moment(is_fresh, lifetime):
    now = clock.now()
    assert is_fresh(now, now)
    assert is_fresh(now - lifetime + MOMENT, now)
    assert is_fresh(now - lifetime, now)
    assert not is_fresh(now - lifetime - MOMENT, now)


REPLY, NOTE = Permission.INBOX_REPLY, Permission.INBOX_NOTE


@pytest.mark.parametrize(
    ("held", "needed", "covers"),
    [
        (frozenset(), (), True),
        (frozenset({REPLY}), (), True),
        (frozenset({REPLY}), (REPLY,), True),
        (frozenset({REPLY, NOTE}), (REPLY,), True),
        (frozenset({REPLY, NOTE}), (REPLY, NOTE), True),
        (frozenset({REPLY}), (REPLY, NOTE), False),
        (frozenset({NOTE}), (REPLY,), False),
        (frozenset(), (REPLY,), False),
        (None, (REPLY,), False),
        (None, (), False),
    ],
)
def test_who_is_not_active_covers_nothing_and_others_all_or_not(held, needed, covers):
    assert rules.covers(held, *needed) is covers


@pytest.mark.parametrize(("length", "is_taken"), [(190, True), (191, True), (192, False)])
def test_how_long_an_email_may_be(length, is_taken):
    email = "a" * (length - len("@example.com")) + "@example.com"
    if is_taken:
        assert rules.read_email(email) == email
    else:
        with pytest.raises(Invalid) as refused:
            rules.read_email(email)
        assert list(refused.value.fields) == ["email"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (" Ana.Ruiz@Example.COM ", "ana.ruiz@example.com"),
        ("a@b.c", "a@b.c"),
        ("", None),
        ("ana", None),
        ("ana@", None),
        ("@example.com", None),
        ("ana@example", None),
        ("ana@example.", None),
        ("ana@.com", None),
        ("ana@two@example.com", None),
        ("ana ruiz@example.com", None),
        ("a@b.c, d@e.f", None),
        ("<a@b.c>", None),
    ],
)
def test_what_may_be_an_email(text, read):
    if read is not None:
        assert rules.read_email(text) == read
    else:
        with pytest.raises(Invalid, match="like ana@example"):
            rules.read_email(text)


@pytest.mark.parametrize(
    ("text", "limit", "read"),
    [
        ("A", 191, "A"),
        ("  Ana \n Ruiz ", 191, "Ana Ruiz"),
        ("a" * 190, 191, "a" * 190),
        ("a" * 191, 191, "a" * 191),
        ("a" * 192, 191, None),
        ("abc", 3, "abc"),
        ("abcd", 3, None),
        ("", 191, None),
        (" \t\n", 191, None),
    ],
)
def test_a_name_stands_on_one_line_and_has_its_length(text, limit, read):
    if read is not None:
        assert rules.read_name(text, limit=limit) == read
        return
    with pytest.raises(Invalid) as refused:
        rules.read_name(text, field="title", limit=limit)
    assert list(refused.value.fields) == ["title"]


def test_a_name_has_191_characters_at_most_unless_told():
    assert rules.read_name("a" * 191)
    with pytest.raises(Invalid):
        rules.read_name("a" * 192)


def test_a_time_zone_is_one_of_those_there_are():
    assert rules.read_time_zone("Europe/Madrid") == "Europe/Madrid"
    with pytest.raises(Invalid):
        rules.read_time_zone("Europe/Atlantis")


def test_the_numbers_people_are_promised():
    assert timedelta(hours=1) == rules.FORGIVEN_AFTER
    assert rules.RECOVERY_CODES == 10
