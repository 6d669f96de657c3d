"""What the log says: names and values, never ids, lists or field names of ours."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from xobito_app.features.activity import words
from xobito_app.features.activity.schemas import ActivityView
from xobito_app.ui.pages.activity.rows import ActivityRow

SOMETHING = UUID("0199aa00-0000-7000-8000-000000000001")


def view(action: str, *, about="contact", name="Hannah Lindt", object_id=str(SOMETHING), **detail):
    return ActivityView(
        id=SOMETHING,
        at=datetime(2026, 5, 3, 12, tzinfo=UTC),
        user_id=None,
        actor_name="Ana",
        action=action,
        object_type=about,
        object_id=object_id,
        object_name=name,
        detail=detail,
        address="",
    )


def told(entry: ActivityView) -> str:
    return words.told(entry, lambda at: f"{at:%d.%m.}")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (view("contact.created"), "added the contact Hannah Lindt"),
        (view("contact.merged", other="H. L."), "merged H. L. into Hannah Lindt"),
        (
            view("conversation.assigned", to="Ben"),
            "assigned the conversation with Hannah Lindt to Ben",
        ),
        (
            view("conversation.assigned", to=""),
            "assigned the conversation with Hannah Lindt to nobody",
        ),
        (
            view("conversation.assigned", to=str(SOMETHING)),
            "assigned the conversation with Hannah Lindt to nobody",
        ),
        (view("conversation.closed", name=""), "closed the conversation with a customer"),
        (
            view("conversation.snoozed", until="2026-05-09T08:00:00+00:00"),
            "snoozed the conversation with Hannah Lindt until 09.05.",
        ),
        (
            view(
                "contact.updated",
                changes={"city": ["Rome", "Milan"], "groups": [["A"], ["A", "B"]]},
            ),
            "changed the contact Hannah Lindt; City: Rome → Milan; Groups: A → A, B",
        ),
        (
            view("settings.changed", about="workspace", changes={"is_open": [None, True]}),
            "changed the settings; Is open: empty → yes",
        ),
        (view("future.done_it"), "future: done it Hannah Lindt"),
        (view("contact.deleted", name=""), "deleted several contacts"),
    ],
)
def test_entries_read_like_sentences(entry, expected):
    assert told(entry) == expected


@pytest.mark.parametrize(
    ("length", "ends"), [(80, "x"), (81, "…")], ids=["as long as it may be", "cut"]
)
def test_long_values_are_cut(length, ends):
    assert words.value_words("x" * length, str).endswith(ends)
    assert len(words.value_words("x" * length, str)) <= 80


@pytest.mark.parametrize(
    ("entry", "link"),
    [
        (view("contact.created"), f"/contacts/{SOMETHING}"),
        (view("conversation.closed", about="conversation"), f"/inbox?c={SOMETHING}"),
        (view("contact.deleted"), ""),
        (view("contact.created", object_id=""), ""),
        (view("contact.created", name=""), ""),
        (view("role.changed", about="role"), "/team"),
        (view("session.opened", about="session"), ""),
    ],
)
def test_a_name_leads_to_the_thing_while_it_is_there(entry, link):
    assert ActivityRow.of(entry, "UTC").link == link


def test_many_changes_are_counted_after_the_twelfth():
    changes = {f"field_{n}": ["a", "b"] for n in range(14)}
    row = ActivityRow.of(view("contact.updated", changes=changes), "UTC")
    assert row.changes[-1] == "and 2 more"
    assert len(row.changes) == 13
    whole = ActivityRow.of(view("contact.updated", changes=dict(list(changes.items())[:12])), "UTC")
    assert len(whole.changes) == 12
