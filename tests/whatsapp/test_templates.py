import pytest

from xobito_app.core.errors import Invalid
from xobito_app.whatsapp.payloads import Recipient
from xobito_app.whatsapp.payloads_template import filled_template, send_components
from xobito_app.whatsapp.templates import Template, VariableKind

POSITIONAL = {
    "id": 123,
    "name": "order_update",
    "language": "en-US",
    "status": "approved",
    "category": "UTILITY",
    "quality_score": {"score": "GREEN"},
    "components": [
        {
            "type": "HEADER",
            "format": "TEXT",
            "text": "Hi {{1}}",
            "example": {"header_text": ["Ann"]},
        },
        {
            "type": "BODY",
            "text": "Order {{1}} of {{2}}, again {{1}}.",
            "example": {"body_text": [["A1", "May 5"]]},
        },
        {"type": "FOOTER", "text": "Acme"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Thanks"},
                {
                    "type": "URL",
                    "text": "Track",
                    "url": "https://a.example/{{1}}",
                    "example": ["https://a.example/1"],
                },
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+1650"},
                {"type": "COPY_CODE", "text": "Copy", "example": "25OFF"},
            ],
        },
    ],
}
VALUES = {
    "header.1": "Bo",
    "body.1": "B2",
    "body.2": "June 1",
    "button.0": "P1",
    "button.1": "xyz",
    "button.3": "30OFF",
}
NAMED = {
    "name": "hello",
    "language": "en",
    "status": "APPROVED",
    "category": "MARKETING",
    "parameter_format": "NAMED",
    "components": [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://h.example"]}},
        {
            "type": "BODY",
            "text": "Dear {{first_name}}!",
            "example": {
                "body_text_named_params": [{"param_name": "first_name", "example": "Jessica"}]
            },
        },
    ],
}


def test_a_synced_template_is_read_whole():
    found = Template.of(POSITIONAL)
    assert (found.template_id, found.language, found.status) == ("123", "en_US", "APPROVED")
    assert (found.header_format, found.footer, found.quality) == ("TEXT", "Acme", "GREEN")
    assert found.is_sendable
    assert [button.type for button in found.buttons] == [
        "QUICK_REPLY",
        "URL",
        "PHONE_NUMBER",
        "COPY_CODE",
    ]
    assert [(v.key, v.example) for v in found.variables] == [
        ("header.1", "Ann"),
        ("body.1", "A1"),
        ("body.2", "May 5"),
        ("button.0", None),
        ("button.1", "https://a.example/1"),
        ("button.3", "25OFF"),
    ]


def test_positional_components_are_what_meta_documents():
    assert send_components(Template.of(POSITIONAL), VALUES) == [
        {"type": "header", "parameters": [{"type": "text", "text": "Bo"}]},
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "B2"}, {"type": "text", "text": "June 1"}],
        },
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "P1"}],
        },
        {
            "type": "button",
            "sub_type": "url",
            "index": "1",
            "parameters": [{"type": "text", "text": "xyz"}],
        },
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "3",
            "parameters": [{"type": "coupon_code", "coupon_code": "30OFF"}],
        },
    ]


def test_named_components_carry_their_names():
    found = Template.of(NAMED)
    assert found.header_example == "https://h.example"
    values = {"header.media": "55", "body.first_name": "Jo"}
    body = filled_template(Recipient("+16505551234"), found, values, opaque="r1")
    assert body["biz_opaque_callback_data"] == "r1"
    assert body["template"] == {
        "name": "hello",
        "language": {"policy": "deterministic", "code": "en"},
        "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"id": "55"}}]},
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "Jo", "parameter_name": "first_name"}],
            },
        ],
    }


def test_a_template_without_blanks_has_no_components():
    plain = Template.of(
        {"name": "p", "language": "en", "components": [{"type": "BODY", "text": "x"}]}
    )
    body = filled_template(Recipient("+16505551234"), plain, {})
    assert body["template"] == {"name": "p", "language": {"policy": "deterministic", "code": "en"}}


@pytest.mark.parametrize(
    "button",
    [
        {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"},
        {"type": "URL", "text": "Copy", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}"},
    ],
)
def test_an_authentication_code_goes_into_text_and_button(button):
    found = Template.of(
        {
            "name": "code",
            "language": "en",
            "category": "AUTHENTICATION",
            "components": [
                {"type": "BODY", "add_security_recommendation": True},
                {"type": "BUTTONS", "buttons": [button]},
            ],
        }
    )
    assert [variable.key for variable in found.variables] == ["body.1"]
    code = [{"type": "text", "text": "4711"}]
    assert send_components(found, {"body.1": "4711"}) == [
        {"type": "body", "parameters": code},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": code},
    ]


def test_a_place_in_the_header():
    found = Template.of(
        {"name": "p", "language": "en", "components": [{"type": "HEADER", "format": "LOCATION"}]}
    )
    assert found.variables[0].kind is VariableKind.LOCATION
    (header,) = send_components(found, {"header.location": "37.5, -122.1, HQ, 1 Way, Town"})
    assert header["parameters"][0]["location"] == {
        "latitude": "37.5",
        "longitude": "-122.1",
        "name": "HQ",
        "address": "1 Way, Town",
    }
    for odd in ("here", "1", "91,0", "nan,0"):
        with pytest.raises(Invalid):
            send_components(found, {"header.location": odd})


def test_missing_blanks_are_named_and_reply_ids_may_stay_empty():
    found = Template.of(POSITIONAL)
    without = {**VALUES, "body.2": " ", "button.0": ""}
    assert [variable.key for variable in found.missing(without)] == ["body.2"]
    with pytest.raises(Invalid, match="Text: 2") as caught:
        send_components(found, without)
    assert list(caught.value.fields) == ["body.2"]


def test_preview_shows_what_the_person_will_read():
    found = Template.of(POSITIONAL)
    assert found.preview(VALUES) == "Order B2 of June 1, again B2."
    assert found.preview({"body.1": "B2"}) == "Order B2 of {{2}}, again B2."
    assert found.preview_header(VALUES) == "Hi Bo"
    assert found.preview_url(found.buttons[1], VALUES) == "https://a.example/xyz"
    assert found.preview({"body.1": "{{2}}", "body.2": "x"}).startswith("Order {{2}} of x")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("body.1", "two\nlines"),
        ("body.1", "tab\there"),
        ("body.1", "a     b"),
        ("body.1", "x" * 1100),
        ("header.1", "x" * 60),
        ("button.1", "x" * 2000),
        ("button.3", "x" * 16),
        ("button.0", "x" * 257),
    ],
)
def test_values_meta_refuses_are_refused(key, value):
    with pytest.raises(Invalid):
        send_components(Template.of(POSITIONAL), {**VALUES, key: value})


def test_four_spaces_are_still_fine():
    assert send_components(Template.of(POSITIONAL), {**VALUES, "body.1": "a    b"})


def test_carousels_are_shown_but_not_sent():
    found = Template.of({**POSITIONAL, "components": [{"type": "CAROUSEL", "cards": []}]})
    assert found.unsupported == ("CAROUSEL",)
    assert not found.is_sendable
    with pytest.raises(Invalid, match="carousel"):
        send_components(found, {})


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"components": None},
        {"components": [None, 5, {"type": None}]},
        {"components": [{"type": "BODY", "text": 5, "example": []}]},
        {"components": [{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": "x"}}]},
        {"components": [{"type": "BUTTONS", "buttons": [None, {"example": []}, {"url": 5}]}]},
        {"components": [{"type": "BODY", "text": "{{1}}", "example": {"body_text": [[None]]}}]},
        {"quality_score": "GREEN", "name": 5},
    ],
)
def test_odd_templates_are_read_anyway(odd):
    assert isinstance(Template.of(odd), Template)
