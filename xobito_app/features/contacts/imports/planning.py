"""Deciding what becomes of each row of a batch: created, updated, skipped, or refused and why.

Nothing here asks the database: what is there was read before, what is to be written is returned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from xobito_app.core import ids
from xobito_app.core.text import shorten
from xobito_app.features.contacts.imports.labels import Labels, NewLabel, missing_sentence
from xobito_app.features.contacts.imports.rows import SHOWN_VALUE, ColumnMapping, Problem, ReadRow
from xobito_app.features.contacts.labels.custom_fields import read_values
from xobito_app.models.contacts import ContactType

MOST_LABELS = 5000
"""Missing labels that are remembered; a column of something else has one in every row."""


class Action(StrEnum):
    """What becomes of a row."""

    CREATE = "create"
    UPDATE = "update"
    SKIP = "skip"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Decision:
    """A row and what becomes of it; a refused one carries every problem it has."""

    row: ReadRow
    action: Action
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class DryRunMemory:
    """What a dry run would have written by now, as numbers: names of people are not kept.

    Attributes:
        keys: The numbers of contacts it would have made or changed.
        owners: Whose an address would be by now; 0 when it would be nobody's any more.
        emails: The address a contact would have by now.
        labels: Labels that are missing, by what they are known by.
    """

    keys: set[int] = field(default_factory=set[int])
    owners: dict[int, int] = field(default_factory=dict[int, int])
    emails: dict[int, int] = field(default_factory=dict[int, int])
    labels: dict[tuple[str, str], NewLabel] = field(default_factory=dict[tuple[str, str], NewLabel])

    def take(self, other: DryRunMemory) -> None:
        """Add what a batch brought."""
        self.keys |= other.keys
        self.owners |= other.owners
        self.emails |= other.emails
        if len(self.labels) < MOST_LABELS:
            self.labels |= other.labels


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says about the rows of a batch.

    Attributes:
        contacts: Columns of known contacts, by the key of their number.
        owners: Ids of contacts by their address.
    """

    contacts: Mapping[str, Mapping[str, Any]]
    owners: Mapping[str, str]
    labels: Labels


@dataclass(slots=True)
class PlannedContact:
    """A contact that is there, or that this batch or an earlier one of a dry run makes.

    Attributes:
        row: Its columns as they are; none when it is new or only a dry run knows it.
        values: What is to be written.
    """

    id: UUID
    key: str
    is_new: bool
    row: Mapping[str, Any] = field(default_factory=dict[str, Any])
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    groups: set[UUID] = field(default_factory=set[UUID])


@dataclass(slots=True)
class BatchPlan:
    """What is to be done about a batch.

    Attributes:
        contacts: Those to be written, new or changed.
        labels: Those to be made first.
        brought: What a dry run has to remember of it.
    """

    decisions: list[Decision] = field(default_factory=list[Decision])
    contacts: list[PlannedContact] = field(default_factory=list[PlannedContact])
    labels: list[NewLabel] = field(default_factory=list[NewLabel])
    brought: DryRunMemory = field(default_factory=DryRunMemory)

    def count(self, action: Action) -> int:
        """Return how many rows this happens to."""
        return sum(decision.action is action for decision in self.decisions)


def plan_batch(
    rows: Sequence[ReadRow],
    columns: ColumnMapping,
    known: Known,
    *,
    updates_existing: bool,
    seen: DryRunMemory | None = None,
) -> BatchPlan:
    """Decide what becomes of every row, in order: an earlier row is known to the later ones.

    Args:
        seen: What earlier batches of a dry run would have written; None in a real run.
    """
    planner = _Planner(columns, known, updates_existing, seen)
    for row in rows:
        planner.plan.decisions.append(planner.decide(row))
    planner.plan.contacts = [
        contact for contact in planner.by_id.values() if contact.values or contact.groups
    ]
    return planner.plan


class _Planner:
    """One batch being planned."""

    def __init__(
        self,
        columns: ColumnMapping,
        known: Known,
        updates_existing: bool,
        seen: DryRunMemory | None,
    ) -> None:
        self.plan = BatchPlan()
        self._columns, self._known = columns, known
        self._updates, self._seen = updates_existing, seen
        self.by_id: dict[UUID, PlannedContact] = {}
        self._by_key: dict[str, PlannedContact] = {}
        # What a dry run would have changed meanwhile counts for more than what is stored.
        self._owners = {
            email: owner
            for email, owner in known.owners.items()
            if seen is None or hash(email) not in seen.owners
        }
        earlier = seen.labels if seen and known.labels.may_create else {}
        self._made: dict[tuple[str, str], NewLabel] = dict(earlier)

    def decide(self, row: ReadRow) -> Decision:
        """Decide what becomes of a row, and plan it."""
        held = self._find(row.key) if row.key else None
        labels, missing, problems = self._labels(row)
        problems = [*row.problems, *problems, *self._email_problems(row, held)]
        custom = row.custom if held else self._new_custom(row, problems)
        if missing and not self._known.labels.may_create:
            if not problems:
                # All that is in the way: what making them would be good for.
                self.plan.brought.labels |= {label.key: label for label in missing}
            problems += [
                self._problem(label.kind, label.name, missing_sentence(label.kind))
                for label in missing
            ]
        if problems:
            return Decision(row, Action.REFUSE, tuple(problems))
        if held and not self._updates:
            return Decision(row, Action.SKIP)
        self._make(missing)
        if held is None:
            self._create(row, custom, labels)
            return Decision(row, Action.CREATE)
        self._update(held, row, custom, labels)
        return Decision(row, Action.UPDATE)

    def _find(self, key: str) -> PlannedContact | None:
        if held := self._by_key.get(key):
            return held
        if row := self._known.contacts.get(key):
            # Two numbers may lead to one contact.
            held = self.by_id.get(row["id"]) or PlannedContact(row["id"], key, False, row)
        elif self._seen and hash(key) in self._seen.keys:
            held = PlannedContact(ids.new(), key, is_new=False)
        return self._hold(key, held) if held else None

    def _hold(self, key: str, contact: PlannedContact) -> PlannedContact:
        self._by_key[key] = self.by_id[contact.id] = contact
        return contact

    def _labels(self, row: ReadRow) -> tuple[dict[str, list[UUID]], list[NewLabel], list[Problem]]:
        """Return the labels a row names by kind, those that are missing, and what is wrong."""
        found: dict[str, list[UUID]] = {}
        missing: dict[tuple[str, str], NewLabel] = {}
        problems: list[Problem] = []
        labels = self._known.labels
        for kind, parts in row.named.items():
            for name in (name for part in parts for name in labels.split(kind, part)):
                key = (kind, name.lower())
                label_id = labels.known.get(key)
                if label_id is None and key in self._made:
                    label_id = self._made[key].label_id
                if label_id is None:
                    made = sum(other == kind for other, _ in (*self._made, *missing))
                    if reason := labels.refusal(kind, name, made):
                        problems.append(self._problem(kind, name, reason))
                        continue
                    label_id = missing.setdefault(key, NewLabel(kind, name)).label_id
                found.setdefault(kind, []).append(label_id)
        return found, list(missing.values()), problems

    def _problem(self, field_name: str, value: str, reason: str) -> Problem:
        return Problem(self._columns.column_of(field_name), shorten(value, SHOWN_VALUE), reason)

    def _make(self, missing: Sequence[NewLabel]) -> None:
        new = {label.key: label for label in missing}
        self._made |= new
        self.plan.labels += missing
        self.plan.brought.labels |= new

    def _email_problems(self, row: ReadRow, held: PlannedContact | None) -> list[Problem]:
        email = row.facts.get("email")
        if not email or not row.key or not self._is_taken(email, row.key, held):
            return []
        return [self._problem("email", email, "This address already belongs to another contact.")]

    def _is_taken(self, email: str, key: str, held: PlannedContact | None) -> bool:
        owner = self._owners.get(email)
        if owner is not None:
            return owner not in (key, str(held.id) if held else "")
        if self._seen is None:
            return False
        address = hash(email)
        taker = self.plan.brought.owners.get(address, self._seen.owners.get(address, 0))
        return taker not in (0, _mark(held) if held else hash(key))

    def _new_custom(self, row: ReadRow, problems: list[Problem]) -> dict[str, Any]:
        """Return the custom values of a new contact: also the defaults, and what is required."""
        errors: dict[str, list[str]] = {}
        values = read_values(list(self._columns.custom.values()), row.custom, None, errors)
        problems += [self._problem(name, "", reasons[0]) for name, reasons in errors.items()]
        return values

    def _create(
        self, row: ReadRow, custom: Mapping[str, Any], labels: Mapping[str, list[UUID]]
    ) -> None:
        defaults = {
            "status_id": self._known.labels.status_id,
            "source_id": self._known.labels.source_id,
            "type": ContactType.LEAD,
        }
        values = {**defaults, **_values(row, labels)}
        held = PlannedContact(ids.new(), row.key, is_new=True)
        held.values = {**values, "custom": custom}
        held.groups = set(labels.get("groups", ()))
        self._remember(self._hold(row.key, held), values)

    def _update(
        self,
        held: PlannedContact,
        row: ReadRow,
        custom: Mapping[str, Any],
        labels: Mapping[str, list[UUID]],
    ) -> None:
        values = _values(row, labels)
        # The number is what they were found by; another way of writing it is no change.
        number = values.pop("phone")
        if held.row and held.row["phone"] is None:
            values["phone"] = number
        if values.get("email"):
            self._free_address(held)
        before = held.values.get("custom", held.row.get("custom", {}))
        held.values |= values
        if custom:
            merged = {**before, **{slug: v for slug, v in custom.items() if v is not None}}
            held.values["custom"] = merged
        held.groups |= set(labels.get("groups", ()))
        self._remember(held, values)

    def _free_address(self, held: PlannedContact) -> None:
        """Leave the address a contact has by now to the rows behind."""
        old = held.values.get("email") or held.row.get("email")
        if old:
            self._owners.pop(old, None)
        if self._seen is None:
            return
        mark = _mark(held)
        earlier = self.plan.brought.emails.get(mark) or self._seen.emails.get(mark)
        if earlier or old:
            self.plan.brought.owners[earlier or hash(old)] = 0

    def _remember(self, held: PlannedContact, values: Mapping[str, Any]) -> None:
        email = values.get("email")
        if email:
            self._owners[email] = held.key
        if self._seen is None:
            return
        # Numbers in all of them: a million rows have a million of these.
        brought, mark = self.plan.brought, _mark(held)
        brought.keys.add(hash(held.key))
        if email:
            brought.owners[hash(email)] = mark
            brought.emails[mark] = hash(email)


def _mark(held: PlannedContact) -> int:
    """Return what a dry run knows a contact by: two numbers may lead to a stored one."""
    return hash(held.row["id"] if held.row else held.key)


def _values(row: ReadRow, labels: Mapping[str, list[UUID]]) -> dict[str, Any]:
    named = {f"{kind}_id": labels[kind][-1] for kind in ("status", "source") if kind in labels}
    return {**row.facts, **named}
