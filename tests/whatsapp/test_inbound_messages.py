import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.whatsapp.bodies import SENDER, USER, body, change, contact, message
from xobito_app.whatsapp.inbound import parse
from xobito_app.whatsapp.inbound_model import MessageKind, Origin, ReplyKind

NOW = datetime(2026, 11, 1, tzinfo=UTC)
AT = datetime.fromtimestamp(1750030073, UTC)


def read(item, contacts=None):
    value = {"messages": [item]}
    if contacts is not False:
        value["contacts"] = contacts or [contact()]
    delivery = parse(body(change(**value)), NOW)
    assert len(delivery.parts) == 1
    return delivery.messages[0]


def test_a_text_message_with_everything_known_about_its_sender():
    found = read(message("text", {"body": "Hello\0 there"}))
    assert (found.kind, found.text, found.at) == (MessageKind.TEXT, "Hello there", AT)
    assert (found.phone, found.user_id) == ("+16505551234", USER)
    assert (found.profile_name, found.username) == ("Sheena Nelson", "sheena.n")
    assert (found.wamid, found.dedup_key) == ("wamid.text", "message:wamid.text")
    assert (found.origin, found.outgoing) == (Origin.INBOUND, False)
    assert found.source.phone_number_id == "106540352242922"
    assert found.source.waba_id == "102290129340398"


@pytest.mark.parametrize("kind", ["image", "video", "document", "audio", "sticker"])
def test_files(kind):
    content = {
        "id": 4490709327384033,
        "mime_type": "a/b",
        "sha256": "c2hh",
        "url": "https://lookaside.fbsbx.com/x",
    }
    extra = {
        "image": {"caption": "Look"},
        "video": {"caption": "Look"},
        "document": {"caption": "Look", "filename": "a.pdf"},
        "audio": {"voice": True},
        "sticker": {"animated": True},
    }[kind]
    found = read(message(kind, {**content, **extra}))
    assert found.media.media_id == "4490709327384033"
    assert (found.media.mime_type, found.media.sha256) == ("a/b", "c2hh")
    assert found.media.url == "https://lookaside.fbsbx.com/x"
    assert found.media.voice is (kind == "audio")
    assert found.media.animated is (kind == "sticker")
    assert found.media.filename == extra.get("filename")
    assert found.text == extra.get("caption")


def test_location():
    found = read(message("location", {"latitude": "37.5", "longitude": -122.1, "name": "HQ"}))
    assert (found.location.latitude, found.location.longitude) == (37.5, -122.1)
    assert found.location.name == "HQ"


def test_contact_cards():
    card = {
        "name": {"first_name": "Ann", "last_name": "Lee"},
        "phones": [{"phone": "+1 650", "wa_id": "1650", "type": "WORK"}, {"type": "HOME"}],
        "emails": [{"email": "a@example.org"}],
        "org": {"company": "Acme"},
        "origin": "contact_request",
    }
    found = read(message("contacts", [card, "odd"]))
    assert len(found.cards) == 1
    assert found.cards[0].formatted_name == "Ann Lee"
    assert [p.phone for p in found.cards[0].phones] == ["+1 650"]
    assert (found.cards[0].company, found.cards[0].origin) == ("Acme", "contact_request")


@pytest.mark.parametrize(
    ("item", "kind", "reply_id", "title"),
    [
        (
            message(
                "interactive", {"type": "button_reply", "button_reply": {"id": "y", "title": "Yes"}}
            ),
            ReplyKind.BUTTON,
            "y",
            "Yes",
        ),
        (
            message("interactive", {"type": "list_reply", "list_reply": {"id": 7, "title": "Row"}}),
            ReplyKind.LIST,
            "7",
            "Row",
        ),
        (
            message("button", {"payload": "P1", "text": "Stop"}),
            ReplyKind.TEMPLATE_BUTTON,
            "P1",
            "Stop",
        ),
        (
            message(
                "interactive",
                {
                    "type": "nfm_reply",
                    "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"a":1}'},
                },
            ),
            ReplyKind.FORM,
            "flow",
            "Sent",
        ),
        (
            message("interactive", {"type": "payment_method", "payment_method": {}}),
            ReplyKind.PAYMENT,
            None,
            None,
        ),
    ],
)
def test_presses(item, kind, reply_id, title):
    found = read(item)
    assert (found.reply.kind, found.reply.reply_id, found.reply.title) == (kind, reply_id, title)
    assert found.text == title
    if kind is ReplyKind.FORM:
        assert found.reply.fields == {"a": 1}


def test_an_interactive_message_without_its_body_keeps_its_errors():
    found = read(message("interactive", errors=[{"code": 131060, "title": "Gone"}]))
    assert found.reply is None
    assert found.errors[0].code == 131060


@pytest.mark.parametrize(
    ("content", "emoji"), [({"emoji": "👍"}, "👍"), ({"emoji": ""}, None), ({}, None)]
)
def test_reactions_and_their_removal(content, emoji):
    found = read(message("reaction", {"message_id": "wamid.A", **content}))
    assert (found.reaction.target_wamid, found.reaction.emoji) == ("wamid.A", emoji)
    assert found.wamid == "wamid.reaction"


def test_edit_of_a_text_and_of_a_caption():
    new = {"type": "text", "text": {"body": "Better"}}
    found = read(message("edit", {"original_message_id": "wamid.A", "message": new}))
    assert (found.edit.target_wamid, found.edit.text, found.text) == ("wamid.A", "Better", "Better")
    new = {"type": "image", "image": {"id": "5", "caption": "New"}}
    found = read(message("edit", {"original_message_id": "wamid.A", "message": new}))
    assert (found.edit.kind, found.edit.text, found.edit.media.media_id) == ("image", "New", "5")


def test_an_edit_of_an_edit_ends():
    inner = {"type": "edit", "edit": {"message": {"type": "edit"}}}
    assert read(message("edit", {"message": inner})).edit.text is None


def test_revoke():
    assert read(message("revoke", {"original_message_id": "wamid.A"})).revoked_wamid == "wamid.A"


def test_order():
    items = [{"product_retailer_id": "sku", "quantity": "2", "item_price": 9.5, "currency": "EUR"}]
    found = read(message("order", {"catalog_id": 12, "text": "Please", "product_items": items}))
    assert (found.order.catalog_id, found.text) == ("12", "Please")
    line = found.order.items[0]
    assert (line.product_id, line.quantity, line.price, line.currency) == ("sku", 2, 9.5, "EUR")


def test_a_changed_number_takes_nobody_else_s_name():
    content = {
        "type": "user_changed_number",
        "body": "changed",
        "wa_id": "16505550000",
        "user_id": "US.2",
        "previous_user_id": USER,
    }
    found = read(message("system", content, from_user_id=None), [contact("4912345678", "DE.9")])
    assert found.system.new_phone == "+16505550000"
    assert (found.system.user_id, found.system.previous_user_id) == ("US.2", USER)
    assert (found.phone, found.profile_name) == ("+16505551234", None)


@pytest.mark.parametrize("content", [None, {"type": "poll_creation"}])
def test_unsupported(content):
    found = read(message("unsupported", content, errors=[{"code": 131051, "title": "Unknown"}]))
    assert found.kind is MessageKind.UNSUPPORTED
    assert found.unsupported_type == (content or {}).get("type")
    assert found.errors[0].code == 131051


def test_unknown_types_are_kept_whole():
    found = read(message("hologram", {"deep": [1]}))
    assert (found.kind, found.type_name) == (MessageKind.UNKNOWN, "hologram")
    assert found.raw["hologram"] == {"deep": [1]}


def test_errors_on_a_known_type():
    fault = {"code": 131052, "title": "T", "error_data": {"details": "Over 100 MB"}, "href": "h"}
    found = read(message("video", errors=[fault]))
    assert (found.kind, found.media) == (MessageKind.VIDEO, None)
    assert (found.errors[0].code, found.errors[0].details) == (131052, "Over 100 MB")


def test_context_of_replies_forwards_and_product_questions():
    found = read(message("text", {"body": "x"}, context={"from": "15550783881", "id": "wamid.B"}))
    assert (found.context.reply_to, found.context.forwarded) == ("wamid.B", False)
    found = read(message("text", {"body": "x"}, context={"frequently_forwarded": True}))
    assert found.context.forwarded
    assert found.context.frequently_forwarded
    product = {"catalog_id": "c", "product_retailer_id": "p"}
    found = read(message("text", {"body": "x"}, context={"id": "w", "referred_product": product}))
    assert (found.context.catalog_id, found.context.product_id) == ("c", "p")


def test_referral():
    referral = {
        "source_type": "ad",
        "source_id": 12,
        "headline": "Sale",
        "video_url": "https://v.example",
        "ctwa_clid": "clid",
        "welcome_message": {"text": "Hi"},
    }
    found = read(message("text", {"body": "x"}, referral=referral)).referral
    assert (found.source_type, found.source_id, found.headline) == ("ad", "12", "Sale")
    assert (found.media_url, found.click_id, found.welcome_text) == (
        "https://v.example",
        "clid",
        "Hi",
    )


def test_a_person_who_hides_the_number():
    item = message("text", {"body": "x"})
    del item["from"]
    found = read(item, [contact(wa_id=None)])
    assert (found.phone, found.user_id, found.username) == (None, USER, "sheena.n")


def test_without_contacts_the_message_still_names_its_sender():
    found = read(message("text", {"body": "x"}), False)
    assert (found.phone, found.user_id, found.profile_name) == ("+16505551234", USER, None)


def test_a_user_id_in_place_of_the_number_is_no_number():
    found = read(message("text", {"body": "x"}, **{"from": "US.777", "from_user_id": None}), False)
    assert (found.phone, found.user_id) == (None, "US.777")


def test_contacts_in_another_order_than_messages():
    first = message("text", {"body": "a"}, id="1")
    second = message(
        "text", {"body": "b"}, id="2", **{"from": "4912345678", "from_user_id": "DE.9"}
    )
    contacts = [contact("4912345678", "DE.9", "Hans"), contact()]
    found = parse(body(change(messages=[first, second], contacts=contacts)), NOW).messages
    assert [m.profile_name for m in found] == ["Sheena Nelson", "Hans"]


def test_a_contact_that_belongs_to_another_message_is_not_lent():
    first = message("text", {"body": "a"}, id="1")
    second = message(
        "text", {"body": "b"}, id="2", **{"from": "4912345678", "from_user_id": "DE.9"}
    )
    found = parse(body(change(messages=[first, second], contacts=[contact()])), NOW).messages
    assert [m.profile_name for m in found] == ["Sheena Nelson", None]
    assert found[1].user_id == "DE.9"


def test_a_contact_under_another_spelling_of_the_number_matches_by_place():
    item = message("text", {"body": "x"}, **{"from": "5511987654321", "from_user_id": None})
    found = read(item, [contact("551187654321", None, "Ana")])
    assert (found.phone, found.profile_name) == ("+5511987654321", "Ana")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1750030073", AT),
        (1750030073, AT),
        (1750030073000, AT),
        ("1750030073.0", AT),
        ("2025-06-15T23:27:53+00:00", AT),
        (None, NOW),
        ("soon", NOW),
        ("", NOW),
        (True, NOW),
        (-5, NOW),
        (0, NOW),
        ("9" * 400, NOW),
        (float("nan"), NOW),
        ({}, NOW),
        (str(int((NOW + timedelta(days=9)).timestamp())), NOW),
    ],
)
def test_timestamps(written, expected):
    assert read(message("text", {"body": "x"}, timestamp=written)).at == expected


def test_a_missing_type_is_told_by_the_content():
    item = message("text", {"body": "x"})
    del item["type"]
    assert read(item).text == "x"


def test_a_message_without_id_has_a_key_of_its_content():
    item = message("text", {"body": "x"}, id=None)
    again = json.loads(json.dumps(item))
    assert read(item).dedup_key == read(again).dedup_key
    assert read(item).dedup_key != read(message("text", {"body": "y"}, id=None)).dedup_key


def test_sender_of_a_business_number_s_own_key_is_text_even_when_a_number():
    assert read(message("text", {"body": "x"}, **{"from": int(SENDER)})).phone == "+16505551234"
