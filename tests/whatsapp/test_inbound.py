import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.whatsapp.bodies import (
    NUMBER_ID,
    SENDER,
    USER,
    bare,
    body,
    change,
    contact,
    message,
    status,
)
from xobito_app.whatsapp import inbound
from xobito_app.whatsapp.inbound import UnknownChange, UnreadablePart, parse
from xobito_app.whatsapp.inbound_events import (
    AccountEvent,
    CallEvent,
    ContactSync,
    Handover,
    HistoryProgress,
    PreferenceChange,
    TemplateEvent,
    UserIdChange,
)
from xobito_app.whatsapp.inbound_model import AccountError, Message, Origin, Status

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def only(*changes, **entry):
    parts = parse(body(*changes, **entry), NOW).parts
    assert len(parts) == 1
    return parts[0]


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


TEMPLATE = {
    "message_template_id": 1234567890123456,
    "message_template_name": "sale",
    "message_template_language": "en-US",
}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (
            "message_template_status_update",
            {
                "event": "REJECTED",
                "reason": "INVALID_FORMAT",
                "rejection_info": {"reason": "Bad", "recommendation": "Fix it"},
            },
            {"event": "REJECTED", "reason": "INVALID_FORMAT Bad Fix it"},
        ),
        (
            "message_template_status_update",
            {"event": "APPROVED", "reason": "NONE"},
            {"event": "APPROVED", "reason": None},
        ),
        (
            "message_template_quality_update",
            {"previous_quality_score": "GREEN", "new_quality_score": "RED"},
            {"previous": "GREEN", "current": "RED"},
        ),
        ("message_template_components_update", {"message_template_element": "Hi"}, {"event": None}),
        (
            "template_category_update",
            {"new_category": "UTILITY", "correct_category": "MARKETING"},
            {"current": "UTILITY", "upcoming_category": "MARKETING"},
        ),
        (
            "template_correct_category_detection",
            {"new_category": "utility"},
            {"current": "UTILITY"},
        ),
    ],
)
def test_template_events(field, value, expected):
    found = only(bare(field, **TEMPLATE, **value), time=1739321024)
    assert isinstance(found, TemplateEvent)
    assert (found.template_id, found.name, found.language) == ("1234567890123456", "sale", "en_US")
    assert {name: getattr(found, name) for name in expected} == expected


def test_the_same_template_event_later_is_another_one():
    approved = bare("message_template_status_update", **TEMPLATE, event="APPROVED")
    first, again, later = (
        only(approved, time=t).dedup_key for t in (1739321024, 1739321024, 1739999999)
    )
    assert first == again != later


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (
            "phone_number_quality_update",
            {"display_phone_number": "1555", "event": "ONBOARDING", "current_limit": "TIER_250"},
            {"event": "ONBOARDING", "messaging_limit": "TIER_250", "display_phone_number": "1555"},
        ),
        (
            "phone_number_name_update",
            {"decision": "REJECTED", "requested_verified_name": "Acme", "rejection_reason": "X"},
            {"event": "REJECTED", "verified_name": "Acme", "reason": "X"},
        ),
        (
            "account_update",
            {"event": "PARTNER_ADDED", "waba_info": {"waba_id": 77}},
            {"event": "PARTNER_ADDED", "waba_id": "77"},
        ),
        (
            "account_update",
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
            {"ban_state": "DISABLE"},
        ),
        (
            "account_update",
            {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}},
            {"reason": "ADULT"},
        ),
        (
            "account_update",
            {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "R"}]},
            {"restrictions": ("R",)},
        ),
        ("account_review_update", {"decision": "APPROVED"}, {"event": "APPROVED"}),
        (
            "account_alerts",
            {
                "alert_info": {
                    "alert_type": "OBA",
                    "alert_severity": "info",
                    "alert_description": "D",
                }
            },
            {"event": "OBA", "severity": "INFO", "details": "D"},
        ),
        ("account_alerts", {"alert_type": "OBA", "alert_severity": "INFO"}, {"severity": "INFO"}),
        (
            "business_capability_update",
            {"max_daily_conversations_per_business": 2000},
            {"messaging_limit": "2000"},
        ),
        (
            "business_capability_update",
            {"max_daily_conversation_per_phone": -1},
            {"messaging_limit": "-1"},
        ),
        ("security", {"event": "PIN_CHANGED"}, {"event": "PIN_CHANGED"}),
        ("flows", {"event": "FLOW_STATUS_CHANGE", "message": "M"}, {"details": "M"}),
    ],
)
def test_account_events(field, value, expected):
    found = only(bare(field, **value), time=1739321024)
    assert isinstance(found, AccountEvent)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(("word", "stopped"), [("stop", True), ("resume", False), ("pause", None)])
def test_preferences(word, stopped):
    found = only(
        change(
            "user_preferences",
            contacts=[contact()],
            user_preferences=[
                {
                    "wa_id": SENDER,
                    "detail": "d",
                    "category": "marketing_messages",
                    "value": word,
                    "timestamp": 1750030073,
                }
            ],
        )
    )
    assert isinstance(found, PreferenceChange)
    assert (found.stopped, found.phone, found.user_id) == (stopped, "+16505551234", USER)
    assert found.at == datetime.fromtimestamp(1750030073, UTC)


def test_echoes_name_the_customer_and_are_outgoing():
    echo = {
        "from": "15550783881",
        "to": SENDER,
        "to_user_id": USER,
        "id": "wamid.E",
        "timestamp": "1750030073",
        "type": "text",
        "text": {"body": "From my phone"},
    }
    found = only(change("smb_message_echoes", message_echoes=[echo]))
    assert isinstance(found, Message)
    assert (found.origin, found.outgoing, found.text) == (Origin.ECHO, True, "From my phone")
    assert (found.phone, found.user_id) == ("+16505551234", USER)
    revoke = {**echo, "type": "revoke", "revoke": {"original_message_id": "wamid.A"}}
    assert only(change("smb_message_echoes", message_echoes=[revoke])).revoked_wamid == "wamid.A"


def test_the_phone_s_address_book():
    sync = {
        "type": "contact",
        "contact": {"full_name": "Ann Lee", "first_name": "Ann", "phone_number": SENDER},
        "action": "remove",
        "metadata": {"timestamp": "1750030073"},
    }
    found = only(change("smb_app_state_sync", state_sync=[sync]))
    assert isinstance(found, ContactSync)
    assert (found.removed, found.phone, found.full_name) == (True, "+16505551234", "Ann Lee")


def test_history_tells_both_sides_and_progress():
    theirs = message("text", {"body": "in"}, id="h1", history_context={"status": "READ"})
    ours = {**message("text", {"body": "out"}, id="h2"), "from": "15550783881"}
    chunk = {
        "metadata": {"phase": 1, "chunk_order": 2, "progress": 55},
        "threads": [{"id": SENDER, "messages": [theirs, 5, ours]}],
    }
    parts = parse(body(change("history", history=[chunk])), NOW).parts
    progress, first, odd, second = parts
    assert isinstance(progress, HistoryProgress)
    assert (progress.phase, progress.chunk, progress.progress) == (1, 2, 55)
    assert isinstance(odd, UnreadablePart)
    assert (first.outgoing, first.history_status, first.phone) == (False, "READ", "+16505551234")
    assert (second.outgoing, second.phone, second.origin) == (True, "+16505551234", Origin.HISTORY)


def test_a_history_file_that_follows_is_not_a_repetition():
    named = message("image", {"caption": "x"}, id="h1")
    filed = message("image", {"id": "5"}, id="h1")
    keys = {
        parse(body(change("history", messages=[item])), NOW).messages[0].dedup_key
        for item in (named, filed)
    }
    assert len(keys) == 2


def test_declined_history():
    found = only(change("history", history=[{"errors": [{"code": 2593109}]}]))
    assert (type(found), found.errors[0].code) == (HistoryProgress, 2593109)


def test_calls_and_their_statuses():
    call = {"id": "wacid.1", "from": SENDER, "to": "1555", "event": "terminate", "duration": 42}
    ringing = {"id": "wacid.1", "status": "RINGING", "recipient_id": SENDER}
    parts = parse(body(change("calls", calls=[call], statuses=[ringing])), NOW).parts
    assert [type(part) for part in parts] == [CallEvent, CallEvent]
    assert [part.event for part in parts] == ["terminate", "ringing"]
    assert (parts[0].duration, parts[0].phone) == (42, "+16505551234")


def test_standby_copies_have_keys_of_their_own():
    item = message("text", {"body": "x"}, id="w")
    live = only(change(messages=[item], contacts=[contact()]))
    copy = only(
        change("standby", contacts=[contact()], standby={"messages": [item], "statuses": []})
    )
    assert (live.source.standby, copy.source.standby) == (False, True)
    assert (live.dedup_key, copy.dedup_key) == ("message:w", "standby:message:w")
    assert copy.profile_name == "Sheena Nelson"
    late = only(change("standby", standby={"statuses": [status("sent")]}))
    assert late.dedup_key.startswith("standby:status:")


def test_handover():
    found = only(
        change(
            "messaging_handovers",
            sender={"phone_number": SENDER},
            type="control_passed",
            control_passed={"previous_owner_role": "ai", "new_owner_role": "app"},
        )
    )
    assert isinstance(found, Handover)
    assert (found.previous_owner, found.new_owner) == ("ai", "app")


def test_the_withdrawn_user_id_update():
    ids = {"previous": "US.1", "current": "US.2"}
    found = only(change("user_id_update", user_id_update=[{"wa_id": SENDER, "user_id": ids}]))
    assert isinstance(found, UserIdChange)
    assert (found.previous_user_id, found.user_id) == ("US.1", "US.2")


@pytest.mark.parametrize(
    "field",
    [
        "account_settings_update",
        "automatic_events",
        "payment_configuration_update",
        "partner_solutions",
        "tracking_events",
        "business_status_update",
        "group_lifecycle_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "business_username_updates",
        "of_the_future",
    ],
)
def test_other_fields_are_kept_whole(field):
    raw = bare(field, anything=[1])
    found = only(raw, time=1739321024)
    assert isinstance(found, UnknownChange)
    assert (found.raw, found.source.field) == (raw, field)


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
    (part,) = parse(body(change(messages=[deep])), NOW).parts
    assert "deeply" in part.reason


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
