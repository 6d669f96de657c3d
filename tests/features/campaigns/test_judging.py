"""Who gets a campaign and who does not: one reason each, in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests.features.campaigns.runs import raw_template
from xobito_app.features.campaigns.launching.allotting import (
    Allotment,
    Variants,
    headroom,
    later_days,
)
from xobito_app.features.campaigns.launching.judging import Brief, Candidate, fill, judge
from xobito_app.features.campaigns.schemas import Exclusion, Value
from xobito_app.whatsapp.templates import Template

WELCOME = Template.of(raw_template())
BRIEF = Brief((WELCOME,), {"body.1": Value(field="contact.first_name")})
ANA = Candidate(1, uuid4(), "+16505550142", texts={"contact.first_name": "Ana"})
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("candidate", "given", "reason"),
    [
        (ANA, {}, None),
        (replace(ANA, phone=""), {}, Exclusion.NO_NUMBER),
        (replace(ANA, phone="", user_id="US.1"), {}, None),
        (replace(ANA, phone="", problem="Too short."), {}, Exclusion.INVALID),
        (replace(ANA, is_enabled=False), {}, Exclusion.INVALID),
        (replace(ANA, texts={"contact.first_name": "x" * 1100}), {}, Exclusion.INVALID),
        (ANA, {"is_repeated": True}, Exclusion.DUPLICATE),
        (replace(ANA, is_opted_out=True), {}, Exclusion.OPTED_OUT),
        (ANA, {"was_contacted": True}, Exclusion.RECENTLY_CONTACTED),
        (replace(ANA, texts={}), {}, Exclusion.MISSING_VARIABLE),
        (replace(ANA, texts={"contact.first_name": " "}), {}, Exclusion.MISSING_VARIABLE),
        (
            replace(ANA, texts={}, is_opted_out=True),
            {"is_repeated": True, "was_contacted": True},
            Exclusion.DUPLICATE,
        ),
        (
            replace(ANA, texts={}, is_opted_out=True),
            {"was_contacted": True},
            Exclusion.OPTED_OUT,
        ),
    ],
)
def test_the_first_reason_that_holds_is_the_one(candidate, given, reason):
    facts = {"is_repeated": False, "was_contacted": False, **given}
    judged = judge(BRIEF, candidate, **facts)
    assert judged.exclusion is reason
    assert bool(judged.sentence) == (reason is not None)


def test_an_opt_out_forbids_marketing_alone():
    gone = replace(ANA, is_opted_out=True)
    utility = replace(BRIEF, is_marketing=False)
    judged = judge(utility, gone, is_repeated=False, was_contacted=False)
    assert judged.exclusion is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Value(value="10 %"), "10 %"),
        (Value(field="contact.first_name", fallback="there"), "Ana"),
        (Value(field="contact.city", fallback="town"), "town"),
        (Value(column="city", fallback=""), "Rome <reflex.Var>1</reflex.Var>"),
        (Value(column="gone", fallback="=1+1"), "=1+1"),
    ],
)
def test_a_blank_is_filled_from_what_was_chosen_on_one_line(value, text):
    person = replace(ANA, columns={"city": "Rome\n\t <reflex.Var>1</reflex.Var> "})
    assert fill(Brief((WELCOME,), {"body.1": value}), person) == {"body.1": text}


def test_both_templates_of_a_test_have_to_fit():
    other = Template.of(
        {**raw_template(), "components": [{"type": "BODY", "text": "{{1}} of {{2}}"}]}
    )
    judged = judge(
        replace(BRIEF, templates=(WELCOME, other)), ANA, is_repeated=False, was_contacted=False
    )
    assert judged.exclusion is Exclusion.MISSING_VARIABLE


def test_one_person_is_known_however_the_number_is_written():
    assert replace(ANA, phone="+5511987654321").key == replace(ANA, phone="+551187654321").key
    assert replace(ANA, phone="", user_id="US.1").key != replace(ANA, phone="", user_id="US.2").key


def test_who_is_over_the_limit_gets_no_moment_or_a_later_one():
    once = Allotment({NOW: 2})
    assert [once.take() for _ in range(3)] == [NOW, NOW, None]
    first, second, *_ = later_days(NOW, 2, 1.0)
    assert second - first == timedelta(hours=24, seconds=2)
    split = Allotment({first: 1, second: 2})
    assert [split.take() for _ in range(4)] == [first, second, second, None]
    assert [share.people for share in split.shares()] == [1, 2]
    assert split.seconds(1.0) == 86402 + 2
    assert Allotment({NOW: None}).take() == NOW


@pytest.mark.parametrize(("limit", "used", "free"), [(None, 5, None), (10, 3, 7), (10, 12, 0)])
def test_what_is_left_of_the_limit(limit, used, free):
    assert headroom(limit, used).free == free


def test_two_templates_are_shared_out_evenly_and_by_lot():
    lots = Variants(UUID(int=7), 2)
    drawn = [lots.take() for _ in range(1001)]
    assert abs(drawn.count(0) - drawn.count(1)) == 1
    assert len({tuple(drawn[n : n + 2]) for n in range(0, 1000, 2)}) == 2
    assert [Variants(UUID(int=7), 2).take() for _ in range(1)] == drawn[:1]
    assert {Variants(UUID(int=7), 1).take() for _ in range(5)} == {0}
