"""What an `SMTP_URL` says, and how long a stubborn mail server is left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xobito_app.core.errors import Invalid
from xobito_app.features.mail import rules


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [
        (1, 30),
        (2, 60),
        (3, 120),
        (7, 1920),
        (8, 3600),
        (9, 3600),
        (10_000, 3600),
    ],
)
def test_the_pause_doubles_from_half_a_minute_to_an_hour(attempts, seconds):
    assert rules.pause_after(attempts) == timedelta(seconds=seconds)


def test_a_day_of_tries_and_five_minutes_in_hand():
    assert timedelta(days=1) == rules.GIVE_UP_AFTER
    assert timedelta(minutes=5) == rules.LEASE


@pytest.mark.parametrize(
    ("url", "port", "is_wrapped"),
    [
        ("smtp://h", 25, False),
        ("smtp://u@h", 587, False),
        ("smtps://h", 465, True),
        ("smtps://u@h", 465, True),
        ("smtp://h:2525", 2525, False),
        ("smtps://u@h:2525", 2525, True),
    ],
)
def test_the_port_is_the_usual_one_unless_given(url, port, is_wrapped):
    server = rules.read_smtp_url(url, fallback_host="inbox.example")
    assert (server.port, server.is_wrapped) == (port, is_wrapped)


@pytest.mark.parametrize(
    ("url", "user", "password", "sender"),
    [
        ("smtp://h", "", "", "Xobito <xobito@inbox.example>"),
        ("smtp://bob@h", "bob", "", "Xobito <xobito@inbox.example>"),
        ("smtp://bob%40b.example:p%20w@h", "bob@b.example", "p w", "Xobito <bob@b.example>"),
        ("smtp://h?from=Bloom <a@b.example>", "", "", "Bloom <a@b.example>"),
        ("smtp://c%40d.example@h?from=a@b.example", "c@d.example", "", "Xobito <a@b.example>"),
    ],
)
def test_who_signs_in_and_from_whom_mail_comes(url, user, password, sender):
    server = rules.read_smtp_url(url, fallback_host="inbox.example")
    assert (server.user, server.password, server.sender) == (user, password, sender)
    assert not password or password not in repr(server)


@pytest.mark.parametrize(
    "url",
    ["", "h", "http://h", "smtp://", "smtps://", "smtp://h:port", "smtp://h:0x", "smtp://h?from=a"],
)
def test_what_is_no_such_address_is_refused_in_one_sentence(url):
    with pytest.raises(Invalid) as refused:
        rules.read_smtp_url(url, fallback_host="inbox.example")
    assert refused.value.message == rules.SHAPE
