"""What becomes of each row of a batch, decided without a database."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from xobito_app.core import ids, phone
from xobito_app.features.contacts.imports.labels import Labels
from xobito_app.features.contacts.imports.planning import (
    Action,
    BatchPlan,
    DryRunMemory,
    Known,
    plan_batch,
)
from xobito_app.features.contacts.imports.rows import ColumnMapping, read_row

FIELDS = ("phone", "first_name", "email", "status", "groups")
COLUMNS = ColumnMapping(columns=FIELDS, fields=FIELDS, country="", custom={})
NEW, VIP, BOTH = ids.new(), ids.new(), ids.new()
ONE, TWO = "+16505550001", "+16505550002"


def row(number: str, name: str = "", email: str = "", status: str = "", groups: str = ""):
    return read_row(COLUMNS, 2, (number, name, email, status, groups))


def contact(number: str | None, **facts: Any) -> dict[str, Any]:
    return {"id": ids.new(), "phone": number, "email": "", "custom": {}, **facts}


def known(*contacts: dict[str, Any], may_create: bool = True, **labels: Any) -> Known:
    given = {
        "known": {("status", "new"): NEW, ("groups", "vip"): VIP, ("groups", "a,b"): BOTH},
        "group_names": {VIP: "VIP", BOTH: "A,B"},
        "makable": frozenset({"status", "source", "groups"}),
        "may_create": may_create,
        "status_id": NEW,
        "source_id": None,
    }
    return Known(
        contacts={min(phone.variants(one["phone"])): one for one in contacts},
        owners={one["email"]: str(one["id"]) for one in contacts if one["email"]},
        labels=Labels(**{**given, **labels}),
    )


def plan(*rows, there: Known | None = None, updates: bool = True, seen=None) -> BatchPlan:
    return plan_batch(rows, COLUMNS, there or known(), updates_existing=updates, seen=seen)


def actions(planned: BatchPlan) -> list[str]:
    return [decision.action.value for decision in planned.decisions]


def reasons(planned: BatchPlan) -> list[str]:
    return [problem.reason for one in planned.decisions for problem in one.problems]


@pytest.mark.parametrize(
    ("numbers", "updates", "wanted"),
    [
        ([ONE], True, ["update"]),
        ([ONE], False, ["skip"]),
        ([TWO], True, ["create"]),
        ([TWO, TWO], True, ["create", "update"]),
        ([TWO, TWO], False, ["create", "skip"]),
        (["12"], True, ["refuse"]),
        ([""], True, ["refuse"]),
    ],
)
def test_who_is_known_is_updated_or_skipped_and_who_is_not_is_created(numbers, updates, wanted):
    planned = plan(*map(row, numbers), there=known(contact(ONE)), updates=updates)
    assert actions(planned) == wanted
    assert sum(planned.count(action) for action in Action) == len(numbers)


def test_a_new_contact_gets_the_defaults_and_a_known_one_only_what_is_said():
    there = known(contact(ONE, first_name="Old"))
    planned = plan(row(ONE, "Ana"), row(TWO, "Bob"), there=there)
    changed, new = planned.contacts
    assert (changed.is_new, changed.values) == (False, {"first_name": "Ana"})
    assert new.is_new
    assert (new.values["status_id"], new.values["type"]) == (NEW, "lead")


def test_what_is_skipped_or_refused_is_not_written():
    planned = plan(row(ONE, "Ana"), row("12", "Bob"), there=known(contact(ONE)), updates=False)
    assert (planned.contacts, planned.labels) == ([], [])


def test_planning_changes_nothing_it_was_given():
    rows, there = [row(ONE, "Ana", status="Hot"), row("12")], known(contact(ONE))
    before = deepcopy((rows, there.contacts, there.owners, there.labels.known))
    plan(*rows, there=there)
    assert (rows, there.contacts, there.owners, there.labels.known) == before


def test_an_address_belongs_to_one_and_a_change_frees_it_for_the_rows_behind():
    there = known(contact(ONE, email="a@example.com"))
    taken = plan(row(TWO, email="a@example.com"), there=there)
    assert actions(taken) == ["refuse"]
    assert "already belongs" in reasons(taken)[0]
    freed = plan(row(ONE, email="b@example.com"), row(TWO, email="a@example.com"), there=there)
    assert actions(freed) == ["update", "create"]


@pytest.mark.parametrize(
    ("cell", "known_groups", "made"),
    [
        ("VIP", {VIP}, []),
        ("VIP, Newsletter", {VIP}, ["Newsletter"]),
        ("vip;Newsletter", {VIP}, ["Newsletter"]),
        ("A,B", {BOTH}, []),
        ("A,B; VIP", {BOTH, VIP}, []),
        ("A, B", set(), ["A", "B"]),
        ("Late, late,", set(), ["Late"]),
        (",", set(), []),
    ],
)
def test_a_cell_of_groups_is_several_unless_one_has_that_very_name(cell, known_groups, made):
    planned = plan(row(TWO, groups=cell))
    (new,) = planned.contacts
    assert [label.name for label in planned.labels] == made
    assert new.groups == known_groups | {label.label_id for label in planned.labels}


def test_a_missing_label_is_made_once_for_all_rows_that_name_it():
    planned = plan(row(ONE, status="Hot lead"), row(TWO, status="hot LEAD"))
    (label,) = planned.labels
    assert {one.values["status_id"] for one in planned.contacts} == {label.label_id}


def test_without_leave_a_row_that_names_a_missing_label_is_refused_with_what_to_do():
    planned = plan(row(ONE, status="Hot lead"), row(TWO, status="new"), there=_closed())
    assert actions(planned) == ["refuse", "create"]
    assert reasons(planned) == [
        "There is no status of this name. Add it, or let the import make missing ones."
    ]
    assert planned.labels == []
    assert [label.name for label in planned.brought.labels.values()] == ["Hot lead"]


def _closed() -> Known:
    return known(may_create=False)


@pytest.mark.parametrize("may_create", [True, False])
def test_a_label_of_a_row_that_is_refused_anyway_is_neither_made_nor_announced(may_create):
    planned = plan(row("12", status="Hot lead"), there=known(may_create=may_create))
    assert (planned.labels, planned.brought.labels) == ([], {})


def test_a_label_of_a_row_that_is_skipped_is_not_made():
    planned = plan(row(ONE, status="Hot lead"), there=known(contact(ONE)), updates=False)
    assert (actions(planned), planned.labels) == (["skip"], [])


@pytest.mark.parametrize(
    ("status", "labels", "words"),
    [
        ("Hot", {"makable": frozenset({"groups"})}, "your role may not make one"),
        ("No", {}, "has 3 to 255 characters"),
        ("Hot", {"known": {("status", str(n)): NEW for n in range(1000)}}, "no room"),
    ],
)
@pytest.mark.parametrize("may_create", [True, False])
def test_a_label_that_cannot_be_made_is_refused_with_why(status, labels, words, may_create):
    planned = plan(row(ONE, status=status), there=known(may_create=may_create, **labels))
    assert actions(planned) == ["refuse"]
    assert words in reasons(planned)[0]


def test_a_dry_run_remembers_what_it_would_have_written():
    seen = DryRunMemory()
    first = plan(row(TWO, email="a@example.com", status="Hot"), seen=seen)
    seen.take(first.brought)
    again = plan(row(TWO, status="hot"), row(ONE, email="a@example.com"), seen=seen)
    assert actions(again) == ["update", "refuse"]
    assert again.labels == [], "made by the first batch, were it no dry run"
