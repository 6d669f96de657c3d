"""The catalogue of contact fields, held against every place that lists them for itself.

A field added to one and forgotten in another is found here.
"""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from pydantic import ValidationError

from xobito_app.api.v1 import contacts as rest
from xobito_app.core import clock
from xobito_app.features.contacts.imports import writing
from xobito_app.features.contacts.records import columns, published, readers
from xobito_app.features.contacts.records.catalogue import FIELDS, Shape
from xobito_app.features.contacts.schemas import ContactDraft, ContactView
from xobito_app.models.contacts import Contact

NAMES = {field.name for field in FIELDS}
UNLIKE_THE_TABLE = {"description": readers.DESCRIPTION_LIMIT}
"""Limits of what the table holds as text of any length."""


def test_every_column_of_the_table_is_a_field_and_the_other_way_round():
    known = {field.column for field in FIELDS if field.column}
    assert known == set(Contact.model_fields) - {"id", "workspace_id"}


def test_a_field_holds_what_its_column_holds():
    table = Contact.metadata.tables["contact"]
    for field in FIELDS:
        length = getattr(table.columns[field.column].type, "length", None) if field.column else None
        assert field.limit == (length or UNLIKE_THE_TABLE.get(field.name, 0)), field.name


def test_a_view_says_every_field():
    assert {field.name for field in fields(ContactView)} == NAMES | {"id", "name"}


def test_a_draft_can_say_whatever_people_or_files_may_set():
    drafted = set(ContactDraft.__annotations__)
    for field in FIELDS:
        if field.read or field.is_imported:
            assert drafted & {field.name, field.column}, field.name
    known = NAMES | {field.column for field in FIELDS} | {"group_ids", "opted_out"}
    assert drafted <= known


def test_an_import_writes_every_field_it_takes():
    taken = {f.column for f in FIELDS if f.is_imported and f.column}
    assert set(writing.COLUMNS) == taken
    assert all(field.read for field in FIELDS if field.is_imported and field.shape is Shape.TEXT)


def test_no_two_fields_are_known_by_the_same_heading():
    words = [
        word
        for column in columns.PLAIN
        for word in {columns.fold(column.heading), columns.fold(column.field), *column.also}
    ]
    assert sorted(words) == sorted(set(words))
    assert all(columns.fold(word) == word for column in columns.PLAIN for word in column.also)


def test_a_sample_has_every_published_field():
    sample = published.sample_contact(clock.now())
    assert list(sample.attributes) == [field.column for field in FIELDS if field.is_published]
    assert set(sample.relations) == {
        field.name for field in FIELDS if field.shape in {Shape.REFERENCE, Shape.GROUPS}
    }


@pytest.mark.parametrize("forgotten", ["table", "view"])
def test_a_field_that_is_only_in_the_catalogue_is_noticed(forgotten, monkeypatch):
    """The comparisons above are no comparisons of a thing with itself."""
    new = replace(FIELDS[0], name="nickname", also=())
    monkeypatch.setattr("tests.features.contacts.test_catalogue.FIELDS", (*FIELDS, new))
    monkeypatch.setattr("tests.features.contacts.test_catalogue.NAMES", {*NAMES, "nickname"})
    check = {
        "table": test_every_column_of_the_table_is_a_field_and_the_other_way_round,
        "view": test_a_view_says_every_field,
    }[forgotten]
    with pytest.raises(AssertionError):
        check()


def test_rest_tells_every_published_field_and_takes_every_field_people_may_set():
    told = {name for field in FIELDS if field.is_published for name in (field.name, field.column)}
    assert told - {""} <= set(rest.Contact.model_fields)
    settable = {
        field.column if field.shape is Shape.REFERENCE else field.name
        for field in FIELDS
        if field.is_imported
    }
    assert settable <= set(rest.ContactNew.model_fields)


# A country is taken by its name too, and kept by its two letters.
PLAIN = [f for f in FIELDS if f.limit and f.is_imported and f.shape is Shape.TEXT]
CUT = [field for field in PLAIN if field.name != "country"]


@pytest.mark.parametrize("field", CUT, ids=lambda field: field.name)
def test_rest_takes_no_more_of_a_field_than_it_holds(field):
    too_long = {"phone": "+16505550100", field.name: "x" * (field.limit + 1)}
    with pytest.raises(ValidationError):
        rest.ContactNew.model_validate(too_long)
