"""Deliveries as a whole: order, statuses, errors, and whatever shape they come in."""

import json

import pytest
from hypothesis import given, settings, strategies as st

from tests.whatsapp.bodies import (
    NOW,
    NUMBER_ID,
    SENDER,
    USER,
    body,
    change,
    contact,
    message,
    only,
    status,
)
from xobito_app.whatsapp import inbound
from xobito_app.whatsapp.inbound import UnknownChange, UnreadablePart, parse
from xobito_app.whatsapp.inbound_model import AccountError, Status


def test_every_entry_change_message_and_status_is_read_in_order():
    text = {"body": "x"}
    delivery = {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "1",
                "changes": [
                    change(
                        messages=[message("text", text, id="a"), message("text", text, id="b")],
                        statuses=[status("sent", id="c")],
                    ),
                    change(statuses=[status("read", id="d")]),
                ],
            },
            {"id": "2", "changes": [change(messages=[message("text", text, id="e")])]},
        ],
    }
    found = parse(delivery, NOW)
    assert [part.wamid for part in found.parts] == ["a", "b", "c", "d", "e"]
    assert [part.source.waba_id for part in found.parts] == ["1", "1", "1", "1", "2"]
    assert (len(found.messages), len(found.statuses)) == (3, 2)


def test_a_status_with_everything():
    found = only(
        change(
            contacts=[contact()],
            statuses=[
                status(
                    "sent",
                    recipient_user_id=USER,
                    biz_opaque_callback_data="row-7",
                    conversation={
                        "id": "c",
                        "expiration_timestamp": 1750116480,
                        "origin": {"type": "marketing"},
                    },
                    pricing={
                        "billable": True,
                        "pricing_model": "PMP",
                        "type": "regular",
                        "category": "authentication-international",
                    },
                )
            ],
        )
    )
    assert isinstance(found, Status)
    assert (found.status, found.opaque) == ("sent", "row-7")
    assert (found.phone, found.user_id, found.username) == ("+16505551234", USER, "sheena.n")
    assert found.pricing.category == "authentication_international"
    assert (found.conversation.conversation_id, found.conversation.origin) == ("c", "marketing")
    assert found.dedup_key == f"status:wamid.OUT:sent:{SENDER}"


def test_a_failed_status_tells_why():
    fault = {"code": 131049, "title": "Held", "error_data": {"details": "Ecosystem"}}
    found = only(change(statuses=[status("failed", errors=[fault])]))
    assert (found.status, found.errors[0].code) == ("failed", 131049)


def test_group_statuses_differ_by_participant():
    group = {"recipient_type": "group", "recipient_id": "G1"}
    parts = parse(
        body(
            change(
                statuses=[
                    status("read", recipient_participant_id="4911111111", **group),
                    status("read", participant_recipient_id="4922222222", **group),
                ]
            )
        ),
        NOW,
    ).parts
    assert [part.phone for part in parts] == ["+4911111111", "+4922222222"]
    assert {part.group_id for part in parts} == {"G1"}
    assert len({part.dedup_key for part in parts}) == 2


def test_unknown_status_words_are_kept():
    found = only(change(statuses=[status("Warned")]))
    assert (found.status, found.rank) == ("warned", 0)


def test_a_status_for_a_hidden_number():
    raw = status("delivered", recipient_user_id=USER)
    del raw["recipient_id"]
    found = only(change(statuses=[raw]))
    assert (found.phone, found.user_id) == (None, USER)
    assert found.dedup_key.endswith(USER)


def test_account_errors():
    found = only(change(errors=[{"code": 130429, "title": "Rate limit", "message": "Rate limit"}]))
    assert isinstance(found, AccountError)
    assert found.fault.code == 130429


def test_a_messages_change_with_nothing_known_in_it_is_kept():
    assert isinstance(only(change(novelties=[{"id": 1}])), UnknownChange)


def test_odd_parts_do_not_harm_their_neighbours():
    good = message("text", {"body": "ok"})
    delivery = {
        "entry": [
            "entry?",
            {"id": "1"},
            {"id": "1", "changes": {}},
            {
                "id": "1",
                "changes": [
                    7,
                    {"field": "messages"},
                    change(messages="no", statuses=[None, status("sent")]),
                    change(messages=[[], good, message("text", "bare")], contacts={"a": 1}),
                ],
            },
        ]
    }
    found = parse(delivery, NOW)
    assert [m.text for m in found.messages] == ["ok", None]
    assert len(found.statuses) == 1
    odd = [part for part in found.parts if isinstance(part, UnreadablePart)]
    assert [part.path for part in odd] == [
        "entry[0]",
        "entry[1]",
        "entry[2].changes",
        "entry[3].changes[0]",
        "entry[3].changes[1]",
        "entry[3].changes[2].messages",
        "entry[3].changes[2].statuses[0]",
        "entry[3].changes[3].messages[0]",
    ]
    assert all(part.reason.endswith(".") for part in odd)


def test_a_defect_of_ours_costs_one_part(monkeypatch):
    real = inbound.read_message

    def fragile(source, raw, *rest, **options):
        if raw["id"] == "bad":
            raise KeyError("surprise")
        return real(source, raw, *rest, **options)

    monkeypatch.setattr(inbound, "read_message", fragile)
    items = [message("text", {"body": "x"}, id=name) for name in ("a", "bad", "b")]
    found = parse(body(change(messages=items)), NOW)
    assert [m.wamid for m in found.messages] == ["a", "b"]
    assert found.parts[1].reason == "KeyError: 'surprise'"
    assert found.parts[1].raw["id"] == "bad"


@pytest.mark.parametrize("odd", [None, [], "x", 5, {}, {"entry": None}, {"entry": {}}])
def test_a_body_of_any_shape_is_read(odd):
    assert all(isinstance(part, UnreadablePart) for part in parse(odd, NOW).parts)


def test_a_body_nested_without_end():
    deep = current = {}
    for _ in range(5000):
        current["a"] = current = {}
    good = message("text", {"body": "beside it"})
    odd, part = parse(body(change(messages=[deep, good])), NOW).parts
    assert part.text == "beside it"
    assert len(json.dumps(odd.raw)) < 1000


def test_what_postgresql_refuses_is_taken_out_of_raw():
    item = message("text", {"body": "a\0b\ud800", "n": float("nan")}, **{"k\0": 1})
    found = only(change(messages=[item]))
    written = json.dumps(found.raw, allow_nan=False, ensure_ascii=False)
    written.encode()
    assert "\0" not in written
    assert found.text == "ab?"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        *("type", "id", "from", "timestamp", "text", "image", "errors", "context", "contacts"),
        *("interactive", "button", "reaction", "order", "system", "edit", "revoke", "referral"),
        *("pricing", "conversation", "recipient_id", "status", "message", "body", "metadata"),
        *("threads", "messages", "event", "wa_id", "user_id", "profile", "name", "phones"),
    ]
)
WORDS = st.sampled_from(
    ["text", "image", "interactive", "edit", "contacts", "system", "order", "reaction", "button"]
)
SHAPED = st.recursive(
    JSON | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)
FIELDS = st.sampled_from(
    [
        *("messages", "standby", "history", "calls", "user_preferences", "smb_message_echoes"),
        *("smb_app_state_sync", "account_update", "message_template_status_update", "security"),
        *("messaging_handovers", "account_alerts", "user_id_update", "unheard_of"),
    ]
)
LISTS = st.sampled_from(
    [
        *("messages", "statuses", "errors", "contacts", "metadata", "message_echoes", "history"),
        *("state_sync", "calls", "user_preferences", "standby", "user_id_update"),
    ]
)


@given(JSON)
@settings(max_examples=60, deadline=None)
def test_any_json_is_read_without_raising(anything):
    parse(anything, NOW)
    parse({"entry": anything}, NOW)
    parse({"entry": [{"changes": anything}]}, NOW)


@given(FIELDS, st.dictionaries(LISTS, st.lists(SHAPED, max_size=3) | SHAPED, max_size=5))
@settings(max_examples=60, deadline=None)
def test_nearly_right_changes_are_read_without_a_defect(field, value):
    good = change(messages=[message("text", {"body": "neighbour"}, id="good")])
    found = parse(body({"field": field, "value": value}, good), NOW)
    assert found.messages[-1].text == "neighbour"
    assert len(found.parts) >= 2
    for part in found.parts:
        assert part.dedup_key
        # A reason with a class name would be a defect of a reader, caught by the safety net.
        assert not isinstance(part, UnreadablePart) or "Error" not in part.reason


def test_number_ids_are_text():
    found = only(
        {
            "field": "messages",
            "value": {
                "metadata": {"phone_number_id": int(NUMBER_ID)},
                "messages": [message("text")],
            },
        }
    )
    assert found.source.phone_number_id == NUMBER_ID
