"""What a bubble shows of the odder kinds of messages."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from xobito_app.features.inbox.schemas import EntryView
from xobito_app.ui.pages.inbox.entries import entry_row

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def row(**given):
    entry = {
        "id": uuid4(),
        "conversation_id": uuid4(),
        "direction": "in",
        "kind": "text",
        "body": "",
        "content": {},
        "status": "received",
        "at": AT,
        "author_id": None,
        "author_name": "",
        "origin": "inbox",
        "wamid": "wamid.1",
        "due_at": None,
        "error_code": None,
        "error_text": "",
        "can_resend": False,
        "is_edited": False,
        "is_revoked": False,
        **given,
    }
    return entry_row(EntryView(**entry), zone="UTC", now=AT, contact="Ana")


@pytest.mark.parametrize(
    ("reply", "chosen", "note"),
    [
        ({"kind": "button", "title": "Yes"}, "Pressed a button", ""),
        ({"kind": "list", "description": "from 2 kg"}, "Chose from the list", "from 2 kg"),
        (
            {"kind": "form", "fields": {"flow_token": "t", "size": "L", "color": "red"}},
            "Filled in a form",
            "size: L\ncolor: red",
        ),
    ],
)
def test_what_a_customer_chose(reply, chosen, note):
    shown = row(kind="interactive", content={"reply": reply})
    assert (shown.chosen, shown.note) == (chosen, note)


def test_an_order_names_each_item():
    items = [
        {"product_id": "oak-1", "quantity": 2, "price": 10.5, "currency": "EUR"},
        {"product_id": None, "quantity": None, "price": None, "currency": None},
    ]
    assert row(kind="order", content={"order": {"items": items}}).note == (
        "2 × oak-1, 10.5 EUR\n1 × item"
    )


@pytest.mark.parametrize(
    ("given", "can"),
    [
        ({}, True),
        ({"direction": "out"}, True),
        ({"direction": "note"}, False),
        ({"wamid": ""}, False),
        ({"wamid": "unnamed:1"}, False),
        ({"is_revoked": True}, False),
    ],
)
def test_only_what_whatsapp_knows_can_be_answered(given, can):
    assert row(**given).can_react is can


def test_a_called_colleague_is_marked_and_nobody_else():
    shown = row(
        direction="note", body="@Ana Ruiz and @Bo, *now*", content={"mentions": ["Ana Ruiz"]}
    )
    assert [(piece.text, piece.style) for piece in shown.pieces] == [
        ("@Ana Ruiz", "mention"),
        (" and @Bo, ", ""),
        ("now", "bold"),
    ]


def test_a_link_in_a_location_or_ad_is_never_a_script():
    shown = row(content={"referral": {"source_url": "javascript:alert(1)", "headline": "Ad"}})
    assert (shown.referral, shown.referral_url) == ("Ad", "")
