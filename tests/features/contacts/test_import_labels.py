"""Statuses, sources and groups that a file names and nobody has: said first, made when asked."""

import pytest

from tests.features.contacts.book import do
from tests.features.contacts.files import both, counts, everybody, refused_rows, run, upload
from xobito_app.features.contacts.imports import work
from xobito_app.features.contacts.imports.labels import announcement, summary
from xobito_app.features.contacts.imports.planning import NewLabel
from xobito_app.features.contacts.labels import groups, sources, statuses

pytestmark = pytest.mark.usefixtures("_migrated")

CONTENT = (
    "phone,status,source,groups\n"
    '+16505550001,Hot lead,Fair,"VIP, Newsletter"\n'
    "+16505550002,Cold,,VIP\n"
    "+16505550003,new,,\n"
)


async def labels_of(world) -> set[str]:
    rows = [
        *await do(world, statuses.list_statuses),
        *await do(world, sources.list_sources),
        *await do(world, groups.list_groups),
    ]
    return {row.name for row in rows}


@pytest.mark.parametrize("size", [1, 1000])
async def test_the_dry_run_says_what_would_be_made_and_makes_nothing(empty, monkeypatch, size):
    monkeypatch.setattr(work, "BATCH", size)
    before = await labels_of(empty)
    view = await run(empty, await upload(empty, CONTENT), is_dry=True)
    assert counts(view) == (3, 0, 0, 0)
    assert view.labels_line == (
        "2 statuses would be made: Hot lead, Cold. 1 source would be made: Fair. "
        "2 groups would be made: VIP, Newsletter."
    )
    assert await labels_of(empty) == before


async def test_without_the_tick_such_rows_are_refused_and_the_dry_run_names_what_is_missing(empty):
    before = await labels_of(empty)
    import_id = await upload(empty, CONTENT)
    view = await run(empty, import_id, is_dry=True, may_create_labels=False)
    assert counts(view) == (1, 0, 0, 2)
    assert view.labels_line.startswith("2 statuses do not exist: Hot lead, Cold. 1 source does not")
    real = await run(empty, import_id, may_create_labels=False)
    assert (counts(real), real.labels_line) == ((1, 0, 0, 2), "")
    reason = refused_rows(empty, import_id)[1]["Reason"]
    assert reason == (
        "There is no status of this name. Add it, or let the import make missing ones."
        " | There is no group of this name. Add it, or let the import make missing ones."
    )
    assert await labels_of(empty) == before


async def test_with_the_tick_they_are_made_and_a_cell_of_two_groups_is_two(empty):
    before = await labels_of(empty)
    await both(empty, CONTENT)
    made = {"Hot lead", "Cold", "Fair", "VIP", "Newsletter"}
    assert await labels_of(empty) == before | made
    first = next(one for one in await everybody(empty) if one.phone == "+16505550001")
    assert (first.status.name, first.source.name) == ("Hot lead", "Fair")
    assert [group.name for group in first.groups] == ["Newsletter", "VIP"]


def test_many_names_are_counted_and_some_told():
    labels = [NewLabel("groups", f"G{n}") for n in range(1500)]
    line = announcement(summary(labels), may_create=True)
    assert line.startswith("1,500 groups would be made: G0, G1, ")
    assert line.endswith("G19, ….")
    assert announcement({}, may_create=True) == ""
