"""What may happen while a file is taken in: kills, rivals, refusals, a stop."""

import asyncio
from datetime import timedelta

import pytest

from tests.features.contacts.book import add, do
from tests.features.contacts.files import (
    counts,
    everybody,
    refused_rows,
    run,
    upload,
)
from xobito_app.core import clock
from xobito_app.core.errors import Conflict
from xobito_app.features.contacts.imports import files, importing, work
from xobito_app.features.contacts.lists import listing
from xobito_app.features.workspaces.service import rename_workspace

pytestmark = pytest.mark.usefixtures("_migrated")


@pytest.mark.parametrize("is_dry", [False, True])
async def test_killed_in_the_middle_it_goes_on_exactly_there(empty, monkeypatch, is_dry):
    monkeypatch.setattr(work, "BATCH", 3)
    lines = [f'+1650555{n:04d},"P\n{n}"' if n % 4 else f"bad{n},x" for n in range(20)]
    import_id = await upload(empty, "phone,name\n" + "\n\n".join(lines) + "\n")
    listed = work.list_refused
    calls = 0

    def die_after_writing(*arguments):
        nonlocal calls
        calls += 1
        size = listed(*arguments)
        if calls == 4:
            raise asyncio.CancelledError
        return size

    monkeypatch.setattr(work, "list_refused", die_after_writing)
    with pytest.raises(asyncio.CancelledError):
        await run(empty, import_id, is_dry=is_dry)
    halfway = await do(empty, importing.get_import, import_id=import_id)
    assert (halfway.state, halfway.done) == ("running", 9)
    written = await do(empty, listing.count_contacts)
    assert written == (0 if is_dry else halfway.created)
    await work.work(empty.workspace_id, import_id)
    view = await do(empty, importing.get_import, import_id=import_id)
    assert (view.state, counts(view)) == ("done", (15, 0, 0, 5))
    assert [row["Row"] for row in refused_rows(empty, import_id)] == ["2", "10", "18", "26", "34"]
    assert await do(empty, listing.count_contacts) == (0 if is_dry else 15)


async def test_two_workers_take_every_row_once(empty, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 2)
    import_id = await upload(empty, "phone\n" + "".join(f"+1650555{n:04d}\n" for n in range(15)))
    await do(
        empty,
        importing.start_import,
        import_id=import_id,
        mapping=["phone"],
        updates_existing=True,
        is_dry=False,
    )
    await asyncio.gather(*(work.work(empty.workspace_id, import_id) for _ in range(3)))
    await work.work(empty.workspace_id, import_id)
    view = await do(empty, importing.get_import, import_id=import_id)
    assert counts(view) == (15, 0, 0, 0)


async def test_what_was_read_ahead_under_other_settings_is_read_again(empty, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 2)
    import_id = await upload(empty, "phone\n" + "".join(f"030 90182{n}\n" for n in range(6)))
    apply_rows, read = work.take_in, work.load_chunk
    seen = []

    async def then_the_country_changes(*arguments):
        more = await apply_rows(*arguments)
        await do(empty, rename_workspace, name="W", time_zone="UTC", country="DE")
        return more

    def noting(*arguments):
        seen.append(arguments[2].position)
        return read(*arguments)

    monkeypatch.setattr(work, "take_in", then_the_country_changes)
    monkeypatch.setattr(work, "load_chunk", noting)
    view = await run(empty, import_id)
    assert (view.state, counts(view)) == ("done", (4, 0, 0, 2))
    assert {c.phone for c in await everybody(empty)} == {f"+493090182{n}" for n in range(2, 6)}
    # Once in vain for the second batch; the third was rightly there already.
    assert len(seen) == len(set(seen)) + 1


async def test_a_file_is_not_read_ahead_of_its_end_or_after_a_stop(empty, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 2)
    import_id = await upload(empty, "phone\n" + "".join(f"+1650555{n:04d}\n" for n in range(4)))
    read, begun = work.load_chunk, []

    def noting(*arguments):
        begun.append(arguments[2].done)
        return read(*arguments)

    monkeypatch.setattr(work, "load_chunk", noting)
    view = await run(empty, import_id)
    assert (view.state, view.created) == ("done", 4)
    assert begun == [0, 3, 5]


async def test_contacts_made_in_the_same_moment_are_found_on_the_next_try(empty, monkeypatch):
    from xobito_app.features.contacts.imports import writing

    load, made = writing.load_known, []

    async def then_somebody_writes(*arguments, **options):
        known = await load(*arguments, **options)
        if not made:
            made.append(await add(empty, phone="+16505550001", first_name="Quick"))
        return known

    monkeypatch.setattr(writing, "load_known", then_somebody_writes)
    import_id = await upload(empty, "phone,city\n+16505550001,Lima\n+16505550002,Oslo\n")
    view = await run(empty, import_id)
    assert (view.state, counts(view)) == ("done", (1, 1, 0, 0))
    assert [(c.name, c.city) for c in await everybody(empty)][-1] == ("Quick", "Lima")


async def test_a_row_the_database_refuses_is_refused_alone(empty, monkeypatch):
    from xobito_app.features.contacts.imports import writing

    monkeypatch.setattr(
        writing,
        "INSERT",
        writing.INSERT.replace(
            "type, coalesce(lang",
            "CASE WHEN first_name = 'Bad' THEN NULL ELSE type END, coalesce(lang",
        ),
    )
    monkeypatch.setattr(work, "BATCH", 4)
    rows = "".join(f"+1650555{n:04d},{'Bad' if n == 5 else 'Good'}\n" for n in range(10))
    import_id = await upload(empty, "phone,name\n" + rows)
    view = await run(empty, import_id)
    assert (view.state, counts(view)) == ("done", (9, 0, 0, 1))
    assert [row["Row"] for row in refused_rows(empty, import_id)] == ["7"]


async def test_files_do_not_lie_about_for_ever(empty):
    path = files.path_of
    tried, left = [await upload(empty, "phone\n12\n") for _ in range(2)]
    await run(empty, tried, is_dry=True)
    assert path(empty.workspace_id, tried).exists()
    await run(empty, tried)
    assert not path(empty.workspace_id, tried).exists()
    assert await importing.drop_old(empty.workspace_id) == 0
    assert path(empty.workspace_id, left).exists()
    for days, gone in ((2, 0), (31, 2)):
        moment = clock.now() + timedelta(days=days)
        clock.use(lambda moment=moment: moment)
        try:
            assert await importing.drop_old(empty.workspace_id) == gone
        finally:
            clock.use(None)
        assert not path(empty.workspace_id, left).exists()
        errors = files.errors_path_of(empty.workspace_id, tried)
        assert errors.exists() is (gone == 0)
    assert await do(empty, importing.list_imports) == []


async def test_stopping_keeps_what_was_taken_in(empty, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 2)
    import_id = await upload(empty, "phone\n" + "".join(f"+1650555{n:04d}\n" for n in range(9)))
    apply_rows = work.take_in

    async def then_stop(*arguments):
        more = await apply_rows(*arguments)
        await do(empty, importing.stop_import, import_id=import_id)
        return more

    monkeypatch.setattr(work, "take_in", then_stop)
    view = await run(empty, import_id)
    assert (view.state, view.created) == ("stopped", 2)
    assert await do(empty, listing.count_contacts) == 2
    with pytest.raises(Conflict, match="taken in"):
        await run(empty, import_id)
