"""What Meta tells of the account: templates, numbers, people, history, calls."""

from datetime import UTC, datetime

import pytest

from tests.whatsapp.bodies import (
    NOW,
    SENDER,
    USER,
    bare,
    body,
    change,
    contact,
    message,
    only,
    status,
)
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
from xobito_app.whatsapp.inbound_model import Message, Origin

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
