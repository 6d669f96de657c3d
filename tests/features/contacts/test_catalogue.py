"""The catalogue of contact fields, held against every place that lists them for itself.

A field added to one and forgotten in another is found here.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from xobito_app.api.v1 import contact_models as rest
from xobito_app.core import clock
from xobito_app.features.contacts.imports import writing
from xobito_app.features.contacts.records import columns, published, readers
from xobito_app.features.contacts.records.catalogue import FIELDS, Shape
from xobito_app.features.contacts.schemas import ContactDraft, ContactView
from xobito_app.models.contacts import Contact

ROOT = Path(__file__).parents[3]
APP = ROOT / "xobito_app"
NAMES = {field.name for field in FIELDS}
KNOWN = NAMES | {name for field in FIELDS for name in (field.column, field.draft_key)}
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


def test_a_draft_can_say_whatever_people_may_set():
    settable = {field.draft_key for field in FIELDS if field.draft_key}
    assert set(ContactDraft.__annotations__) == settable | {"group_ids"}
    assert all(field.draft_key for field in FIELDS if field.is_imported or field.is_asked)


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


def test_what_is_made_of_the_catalogue_has_a_field_that_is_only_put_there():
    told = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("new_field.py"))],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    assert json.loads(told.stdout) == [
        "drafts",
        "exports",
        "imports",
        "merges",
        "webhooks",
        "answers of REST",
        "ContactNew of REST",
        "ContactChange of REST",
        "the documentation of imports",
        "the form",
        "the panel",
        "the page of a contact",
        "the columns of the list",
    ]


WRITTEN_OUT = {
    ("models/contacts.py", "Contact"): "the table",
    ("features/contacts/schemas.py", "ContactView"): "typed; held above",
    ("features/contacts/schemas.py", "ContactDraft"): "typed; held above",
    (
        "features/contacts/schemas.py",
        "ContactFacts",
    ): "what those see who see no contacts",
    ("ui/pages/contact/rows.py", "_ORDER"): "an order; what it forgets comes last",
    ("cli/demo_contacts.py", "ContactDraft"): "one made-up person",
}
MANY = 8
"""So many fields in one place are a list of them."""


def test_nobody_else_lists_the_fields_of_a_contact():
    """Whoever does forgets the next one."""
    found = {
        (str(path.relative_to(APP)), name)
        for path in APP.rglob("*.py")
        if path.name != "catalogue.py"
        for name, said in lists_in(ast.parse(path.read_text()))
        if len(said & KNOWN) >= MANY
    }
    assert found == WRITTEN_OUT.keys()


def lists_in(tree: ast.Module) -> Iterator[tuple[str, set[object]]]:
    """Yield every list of words in a module, under the name nearest to it."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef():
                fields = [n.target for n in node.body if isinstance(n, ast.AnnAssign)]
                yield node.name, {ast.unparse(field) for field in fields}
            case ast.Assign(value=ast.Tuple() | ast.List() | ast.Set() as value):
                words = {one.value for one in value.elts if isinstance(one, ast.Constant)}
                yield ast.unparse(node.targets[0]), words
            case ast.Dict():
                yield "a dict", {key.value for key in node.keys if isinstance(key, ast.Constant)}
            case ast.Call():
                yield ast.unparse(node.func), {keyword.arg for keyword in node.keywords}
            case _:
                pass


CUT = [f for f in FIELDS if f.limit and f.draft_key and f.shape is Shape.TEXT]


@pytest.mark.parametrize("field", CUT, ids=lambda field: field.name)
def test_rest_takes_no_more_of_a_field_than_it_holds(field):
    words = "x" * ((field.written_limit or field.limit) + 1)
    too_long = {"phone": "+16505550100", field.name: words}
    with pytest.raises(ValidationError):
        rest.ContactNew.model_validate(too_long)
