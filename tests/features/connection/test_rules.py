"""What is concluded from Meta's answers: limits, whose an error is, who may simulate."""

from __future__ import annotations

import pytest

from xobito_app.features.connection import rules
from xobito_app.whatsapp.errors import GraphError


@pytest.mark.parametrize(
    ("tier", "limit"),
    [
        ("TIER_50", 50),
        ("TIER_250", 250),
        ("TIER_1K", 1000),
        ("tier_2k", 2000),
        ("TIER_100K", 100_000),
        ("TIER_UNLIMITED", None),
        ("TIER_NOT_SET", None),
        ("", None),
    ],
)
def test_the_recipients_a_day_of_a_tier(tier, limit):
    assert rules.tier_limit(tier) == limit


@pytest.mark.parametrize(
    ("level", "on_app", "rate"),
    [
        ("STANDARD", False, 80),
        ("HIGH", False, 1000),
        ("high", False, 1000),
        ("NOT_APPLICABLE", False, 80),
        ("", False, 80),
        ("HIGH", True, 20),
        ("STANDARD", True, 20),
    ],
)
def test_how_fast_a_number_may_send(level, on_app, rate):
    assert rules.messages_a_second(level, is_on_biz_app=on_app) == rate


def test_the_permissions_a_token_lacks_are_named():
    sending, managing = "whatsapp_business_messaging", "whatsapp_business_management"
    assert rules.missing_scopes([]) == [sending, managing]
    assert rules.missing_scopes([managing, "email"]) == [sending]
    assert rules.missing_scopes([sending]) == [managing]
    assert rules.missing_scopes([managing, sending]) == []


@pytest.mark.parametrize(
    ("code", "http_status", "is_theirs"),
    [
        (0, 401, True),
        (1, 400, True),
        (2, 500, False),
        (4, 400, False),
        (100, 400, True),
        (101, 400, True),
        (190, 401, True),
        (131049, 400, True),
        (130429, 429, False),
        (131042, 400, True),
        (None, 503, False),
    ],
)
def test_whose_an_error_is(code, http_status, is_theirs):
    error = GraphError(code=code, http_status=http_status)
    assert rules.is_about_credentials(error) is is_theirs


@pytest.mark.parametrize(
    ("code", "is_theirs"),
    [
        (1, True),
        (2, False),
        (99, False),
        (100, True),
        (101, True),
        (103, False),
        (189, False),
        (190, True),
        (191, False),
    ],
)
def test_some_codes_are_about_what_was_given_even_when_meta_calls_them_transient(code, is_theirs):
    error = GraphError(code=code, http_status=503, is_transient=True)
    assert rules.is_about_credentials(error) is is_theirs


@pytest.mark.parametrize(
    ("message", "details", "secrets", "said"),
    [
        ("Bad token EAA1", None, ("EAA1",), "Meta says: “Bad token …”"),
        ("Bad EAA1", "EAA1 and s3", ("EAA1", "s3"), "Meta says: “Bad … … and …”"),
        ("Bad token", None, ("",), "Meta says: “Bad token”"),
        (None, "Only details", (), "Meta says: “Only details”"),
        (None, None, ("x",), "Meta answered with HTTP 418 and said nothing."),
        ("a" * 400, None, (), f"Meta says: “{'a' * 400}”"),
        ("a" * 401, None, (), f"Meta says: “{'a' * 400}”"),
    ],
)
def test_meta_is_quoted_without_what_was_secret(message, details, secrets, said):
    error = GraphError(code=1, http_status=418, meta_message=message, details=details)
    assert rules.metas_words(error, *secrets) == said


@pytest.mark.parametrize(
    ("switch", "has_real_number", "refusal"),
    [
        ("", False, ""),
        ("", True, "A real number is connected"),
        ("1", False, ""),
        ("1", True, ""),
        ("0", False, "The simulator is switched off"),
        ("0", True, "The simulator is switched off"),
    ],
)
def test_when_the_simulator_is_refused(switch, has_real_number, refusal):
    said = rules.may_simulate(switch, has_real_number=has_real_number)
    assert said.startswith(refusal)
    assert bool(said) is bool(refusal)


def test_metas_limit_of_a_callbacks_length():
    assert rules.CALLBACK_LIMIT == 200
