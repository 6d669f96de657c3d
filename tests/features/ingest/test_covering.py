"""What somebody without the conversations sees of a delivery: its shape and no people."""

from __future__ import annotations

import pytest

from xobito_app.features.ingest.covering import COVER, covered


@pytest.mark.parametrize(
    "body",
    [
        # Our own account and number: by them Meta's support finds a delivery.
        {"id": "102290129340398"},
        {"phone_number_id": "42", "waba_id": "7"},
        {"object": "whatsapp_business_account", "field": "messages"},
        {"status": "read", "billable": True, "code": 131026},
        {"type": ["text", "image"]},
        {"tomorrow": None},
        None,
    ],
)
def test_how_a_delivery_is_built_is_shown(body):
    assert covered(body) == body


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"display_phone_number": "1555"}, {"display_phone_number": COVER}),
        ({"type": "text", "text": {"body": "Hello"}}, {"type": "text", "text": {"body": COVER}}),
        ({"tomorrow": "a new word of Meta's"}, {"tomorrow": COVER}),
        ({"tomorrow": 7}, {"tomorrow": COVER}),
        ({"tags": ["a", "b"]}, {"tags": [COVER, COVER]}),
        ({"list": [[{"name": "Ana"}]]}, {"list": [[{"name": COVER}]]}),
        ("Hello", COVER),
    ],
)
def test_everything_else_is_covered(body, shown):
    assert covered(body) == shown


@pytest.mark.parametrize("list_name", ["messages", "statuses"])
def test_in_a_message_only_the_ids_of_messages_are_shown(list_name):
    """A file, a conversation and a chosen row have ids too, and people's words stand in some."""
    item = {
        "id": "wamid.A",
        "from": "wamid.B",
        "context": {"id": "wamid.C"},
        "image": {"id": "8812"},
        "interactive": {"list_reply": {"id": "2 kg, cash", "title": "2 kg"}},
    }
    assert covered({list_name: [item]}) == {
        list_name: [
            {
                "id": "wamid.A",
                "from": COVER,
                "context": {"id": "wamid.C"},
                "image": {"id": COVER},
                "interactive": {"list_reply": {"id": COVER, "title": COVER}},
            }
        ]
    }


def test_an_id_beside_the_messages_is_shown():
    value = {"messages": [{"id": "8812"}], "calls": [{"id": "8812"}]}
    assert covered({"value": value}) == {
        "value": {"messages": [{"id": COVER}], "calls": [{"id": "8812"}]}
    }
