"""How a contact is called, whatever is known of them."""

from __future__ import annotations

import pytest

from xobito_app.core.phone import E164
from xobito_app.features.contacts import rules
from xobito_app.models.contacts import Contact

PHONE = "+34600000001"
SHOWN = rules.phone_of(Contact(first_name="", phone=E164(PHONE)))


@pytest.mark.parametrize(
    ("first", "last", "profile", "username", "phone", "called"),
    [
        ("Ana", "Ruiz", "ana r.", "anar", PHONE, "Ana Ruiz"),
        ("Ana", "", "ana r.", "anar", PHONE, "Ana"),
        ("", "Ruiz", "ana r.", "anar", PHONE, "Ruiz"),
        ("", "", "ana r.", "anar", PHONE, "ana r."),
        ("", "", "", "anar", PHONE, "@anar"),
        ("", "", "", "", PHONE, SHOWN),
        ("", "", "", "", None, "Unknown"),
    ],
)
def test_a_contact_is_called_by_the_best_that_is_known(
    first, last, profile, username, phone, called
):
    contact = Contact(
        first_name=first, last_name=last, profile_name=profile, username=username, phone=phone
    )
    assert rules.name_of(contact) == called


def test_a_number_is_shown_in_groups_and_an_unknown_one_not_at_all():
    assert SHOWN.replace(" ", "") == PHONE
    assert SHOWN != PHONE
    assert rules.phone_of(Contact(first_name="Ana")) == ""


@pytest.mark.parametrize(
    ("first", "last", "profile", "greeted"),
    [
        ("Ana María", "", "", "Ana María"),
        ("Ana María", "Ruiz", "Ana María", "Ana María"),
        ("Ana María", "", "Ana María", "Ana"),
        ("Ana", "", "Annie R.", "Ana"),
        ("", "", "Annie R.", "Annie"),
        ("", "Ruiz", "Annie R.", "Annie R."),
        ("", "", "", ""),
    ],
)
def test_a_greeting_takes_the_first_word_of_a_name_that_came_from_whatsapp(
    first, last, profile, greeted
):
    contact = Contact(first_name=first, last_name=last, profile_name=profile)
    assert rules.greeting_name_of(contact) == greeted
