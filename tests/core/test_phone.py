"""Numbers as people write them: what is read quickly is read the same as with all the rules."""

import random

import phonenumbers
import pytest

from xobito_app.core import phone
from xobito_app.core.errors import Invalid


def with_all_rules(text: str, country: str | None = None) -> str | None:
    try:
        return phone.parse_by_rules(text, country)
    except Invalid:
        return None


def written_numbers() -> set[str]:
    """Return numbers of all kinds and countries, right and wrong, and numbers nobody has."""
    found: set[str] = set()
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in range(11):
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            code, rest = f"+{example.country_code}", e164[1 + len(str(example.country_code)) :]
            found |= {e164, f"{e164}1", e164[:-1], e164[:-3], e164.replace(code, f"{code} ")}
            found |= {f"{code}{before}{rest}" for before in "0189"}
            found.add(
                phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
            )
    chance = random.Random(6)
    return found | {f"+{chance.randint(10**6, 10 ** chance.randint(7, 15))}" for _ in range(3000)}


def test_what_is_read_quickly_is_what_all_the_rules_say():
    quick = {text: phone.read_plain(text) for text in written_numbers()}
    read = {text: number for text, number in quick.items() if number is not None}
    assert len(read) > 2000
    wrong = {text: number for text, number in read.items() if number != with_all_rules(text, "DE")}
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+16505551234", None, "+16505551234"),
        ("+1 650-555.1234", None, "+16505551234"),
        ("+1 (650) 555-1234", None, "+16505551234"),
        ("(650) 555-1234", "US", "+16505551234"),
        ("+49 0 30 901820", "US", "+4930901820"),
        ("+39 06 6982", None, "+39066982"),
        ("+5215512345678", None, "+525512345678"),
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("+54 9 11 2345-6789", None, "+5491123456789"),
        ("0049 30 901820", "DE", "+4930901820"),
    ],
)
def test_a_number_is_read_as_people_write_it(text, country, number):
    assert phone.normalise(text, country) == number


@pytest.mark.parametrize(
    "text", ["", "+", "12", "+1", "+999123456789", "+1 650 555", "+0123456789"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(Invalid):
        phone.normalise(text)


def test_the_country_is_the_one_all_rules_say():
    judged = 0
    for number in written_numbers():
        try:
            whole = phonenumbers.parse(number, None)
        except phonenumbers.NumberParseException:
            continue
        if number[1:].isdigit():
            expected = phonenumbers.region_code_for_number(whole)
            assert phone.country_of(phone.E164(number)) == expected, number
            judged += 1
    assert judged > 5000
