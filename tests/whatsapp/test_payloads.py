import pytest

from xobito_app.core.errors import Invalid
from xobito_app.whatsapp import payloads, payloads_interactive as interactive
from xobito_app.whatsapp.cards import CardPhone, ContactCard
from xobito_app.whatsapp.payloads import MediaKind, Recipient
from xobito_app.whatsapp.payloads_interactive import Button, Header, Row, Section

TO = Recipient(phone="+16505551234")
COMMON = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": "+16505551234",
}

CASES = [
    (
        payloads.text(TO, "Hello", preview_url=True),
        {"type": "text", "text": {"preview_url": True, "body": "Hello"}},
    ),
    (
        payloads.text(TO, "Yes", reply_to="wamid.A", opaque="row-7"),
        {
            "type": "text",
            "text": {"preview_url": False, "body": "Yes"},
            "context": {"message_id": "wamid.A"},
            "biz_opaque_callback_data": "row-7",
        },
    ),
    (
        payloads.media(TO, MediaKind.IMAGE, "55", caption="A cat"),
        {"type": "image", "image": {"id": "55", "caption": "A cat"}},
    ),
    (
        payloads.media(TO, MediaKind.DOCUMENT, "55", filename="bill.pdf"),
        {"type": "document", "document": {"id": "55", "filename": "bill.pdf"}},
    ),
    (
        payloads.media(TO, MediaKind.AUDIO, "55", voice=True),
        {"type": "audio", "audio": {"id": "55", "voice": True}},
    ),
    (
        payloads.location(TO, 37.48, -0.000002, name="HQ", address="1 Way"),
        {
            "type": "location",
            "location": {
                "latitude": "37.48",
                "longitude": "-0.000002",
                "name": "HQ",
                "address": "1 Way",
            },
        },
    ),
    (
        payloads.contacts(
            TO, [ContactCard("Ann Lee", phones=(CardPhone("+1650", "WORK", "1650"),))]
        ),
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formatted_name": "Ann Lee", "first_name": "Ann Lee"},
                    "phones": [{"phone": "+1650", "type": "WORK", "wa_id": "1650"}],
                }
            ],
        },
    ),
    (
        payloads.reaction(TO, "wamid.A", "👍"),
        {"type": "reaction", "reaction": {"message_id": "wamid.A", "emoji": "👍"}},
    ),
    (
        payloads.reaction(TO, "wamid.A", None),
        {"type": "reaction", "reaction": {"message_id": "wamid.A", "emoji": ""}},
    ),
    (
        interactive.buttons(
            TO, "Sure?", [Button("y", "Yes"), Button("n", "No")], header=Header("Hi"), footer="Bye"
        ),
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "header": {"type": "text", "text": "Hi"},
                "body": {"text": "Sure?"},
                "footer": {"text": "Bye"},
                "action": {
                    "buttons": [
                        {"type": "reply", "reply": {"id": "y", "title": "Yes"}},
                        {"type": "reply", "reply": {"id": "n", "title": "No"}},
                    ]
                },
            },
        },
    ),
    (
        interactive.buttons(
            TO,
            "See",
            [Button("y", "Yes")],
            header=Header(media_kind=MediaKind.DOCUMENT, media_id="9", filename="a.pdf"),
        ),
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "header": {"type": "document", "document": {"id": "9", "filename": "a.pdf"}},
                "body": {"text": "See"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]},
            },
        },
    ),
    (
        interactive.choice_list(
            TO, "Pick", "Open", [Section([Row("1", "One", "First"), Row("2", "Two")], "Numbers")]
        ),
        {
            "type": "interactive",
            "interactive": {
                "type": "list",
                "body": {"text": "Pick"},
                "action": {
                    "button": "Open",
                    "sections": [
                        {
                            "title": "Numbers",
                            "rows": [
                                {"id": "1", "title": "One", "description": "First"},
                                {"id": "2", "title": "Two"},
                            ],
                        }
                    ],
                },
            },
        },
    ),
    (
        interactive.link_button(TO, "Look", "Open", "https://example.org/a"),
        {
            "type": "interactive",
            "interactive": {
                "type": "cta_url",
                "body": {"text": "Look"},
                "action": {
                    "name": "cta_url",
                    "parameters": {"display_text": "Open", "url": "https://example.org/a"},
                },
            },
        },
    ),
    (
        interactive.location_request(TO, "Where?"),
        {
            "type": "interactive",
            "interactive": {
                "type": "location_request_message",
                "body": {"text": "Where?"},
                "action": {"name": "send_location"},
            },
        },
    ),
    (
        interactive.contact_request(TO, "Your number?"),
        {
            "type": "interactive",
            "interactive": {
                "type": "request_contact_info",
                "body": {"text": "Your number?"},
                "action": {"name": "request_contact_info"},
            },
        },
    ),
]


@pytest.mark.parametrize(("built", "expected"), CASES)
def test_bodies_are_what_meta_documents(built, expected):
    assert built == {**COMMON, **expected}


def test_a_person_without_a_number_is_addressed_by_user_id():
    built = payloads.text(Recipient(user_id="US.13491208655302741918"), "Hi")
    assert built["recipient"] == "US.13491208655302741918"
    assert "to" not in built


def test_the_number_wins_over_the_user_id():
    built = payloads.text(Recipient("+16505551234", "US.1"), "Hi")
    assert built["to"] == "+16505551234"
    assert "recipient" not in built


@pytest.mark.parametrize(
    "address", [{}, {"phone": "16505551234"}, {"phone": "+0"}, {"user_id": "x"}]
)
def test_an_address_meta_would_misread_is_refused(address):
    with pytest.raises(Invalid) as caught:
        Recipient(**address)
    assert "to" in caught.value.fields


def test_a_read_receipt_can_show_typing():
    assert payloads.read_receipt("wamid.A") == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.A",
    }
    assert payloads.read_receipt("wamid.A", typing=True)["typing_indicator"] == {"type": "text"}


LONGEST = [
    (lambda n: payloads.text(TO, "x" * n), 4096),
    (lambda n: payloads.text(TO, "x", opaque="x" * n), 512),
    (lambda n: payloads.media(TO, MediaKind.VIDEO, "1", caption="x" * n), 1024),
    (lambda n: interactive.buttons(TO, "x" * n, [Button("a", "A")]), 1024),
    (lambda n: interactive.buttons(TO, "x", [Button("a", "x" * n)]), 20),
    (lambda n: interactive.buttons(TO, "x", [Button("x" * n, "A")]), 256),
    (lambda n: interactive.buttons(TO, "x", [Button("a", "A")], footer="x" * n), 60),
    (lambda n: interactive.buttons(TO, "x", [Button("a", "A")], header=Header("x" * n)), 60),
    (
        lambda n: interactive.buttons(TO, "x", [Button(str(i), str(i)) for i in range(n)]),
        3,
    ),
    (lambda n: interactive.choice_list(TO, "x", "x" * n, [Section([Row("a", "A")])]), 20),
    (lambda n: interactive.choice_list(TO, "x", "b", [Section([Row("x" * n, "A")])]), 200),
    (lambda n: interactive.choice_list(TO, "x", "b", [Section([Row("a", "x" * n)])]), 24),
    (lambda n: interactive.choice_list(TO, "x", "b", [Section([Row("a", "A", "x" * n)])]), 72),
    (lambda n: interactive.choice_list(TO, "x", "b", [Section([Row("a", "A")], "x" * n)]), 24),
    (
        lambda n: interactive.choice_list(
            TO, "x", "b", [Section([Row(str(i), "A")], f"s{i}") for i in range(n)]
        ),
        10,
    ),
    (
        lambda n: interactive.choice_list(
            TO, "x", "b", [Section([Row(str(i), "A") for i in range(n)])]
        ),
        10,
    ),
    (lambda n: interactive.link_button(TO, "x", "x" * n, "https://a.example"), 20),
    (lambda n: interactive.link_button(TO, "x", "b", "https://a.example/".ljust(n, "x")), 2000),
    (lambda n: interactive.location_request(TO, "x" * n), 1024),
    (lambda n: interactive.contact_request(TO, "x" * n), 1024),
]


@pytest.mark.parametrize(("build", "limit"), LONGEST)
def test_exactly_the_limit_is_taken_and_one_more_refused(build, limit):
    build(limit)
    with pytest.raises(Invalid, match=str(limit)):
        build(limit + 1)


@pytest.mark.parametrize(
    "build",
    [
        lambda: payloads.text(TO, "  "),
        lambda: payloads.media(TO, MediaKind.AUDIO, "1", caption="no"),
        lambda: payloads.media(TO, MediaKind.IMAGE, "1", filename="a.jpg"),
        lambda: payloads.media(TO, MediaKind.VIDEO, "1", voice=True),
        lambda: payloads.media(TO, MediaKind.IMAGE, ""),
        lambda: payloads.location(TO, 91, 0),
        lambda: payloads.location(TO, 0, float("nan")),
        lambda: payloads.contacts(TO, []),
        lambda: payloads.contacts(TO, [ContactCard(" ")]),
        lambda: payloads.contacts(TO, [ContactCard("Ana")] * 6),
        lambda: interactive.buttons(TO, "x", []),
        lambda: interactive.buttons(TO, "x", [Button("a", "A"), Button("b", "A")]),
        lambda: interactive.buttons(TO, "x", [Button("a", "A"), Button("a", "B")]),
        lambda: interactive.buttons(
            TO, "x", [Button("a", "A")], header=Header(media_kind=MediaKind.AUDIO, media_id="1")
        ),
        lambda: interactive.choice_list(TO, "x", "b", []),
        lambda: interactive.choice_list(TO, "x", "b", [Section([], "Empty")]),
        lambda: interactive.choice_list(
            TO, "x", "b", [Section([Row("1", "A")]), Section([Row("2", "B")])]
        ),
        lambda: interactive.choice_list(TO, "x", "b", [Section([Row("1", "A"), Row("1", "B")])]),
        lambda: interactive.link_button(TO, "x", "b", "javascript:alert(1)"),
        lambda: interactive.link_button(TO, "x", "b", "https://[bad"),
    ],
)
def test_what_meta_would_refuse_is_refused_with_a_field(build):
    with pytest.raises(Invalid) as caught:
        build()
    assert caught.value.fields
