"""Every state-changing service of the contacts feature leaves exactly one entry of its own."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from sqlalchemy import text

import xobito_app.features.contacts as feature
from tests.features.contacts.book import add, do, where
from tests.features.contacts.files import upload
from xobito_app.features.contacts.bulk import bulk
from xobito_app.features.contacts.imports import importing
from xobito_app.features.contacts.labels import custom_fields, groups, sources, statuses
from xobito_app.features.contacts.lists import exporting, segments
from xobito_app.features.contacts.merging import merging, not_duplicates
from xobito_app.features.contacts.records import apply_labels, contacts, notes
from xobito_app.features.contacts.service import opt_in, opt_out
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = pytest.mark.usefixtures("_migrated")

READS = ("get_", "list_", "read_", "find_", "count_", "page_", "preview_")


async def entries(world) -> list[str]:
    async with unit_of_work(world.workspace_id) as uow:
        found = await (await uow.session.connection()).execute(
            text("SELECT action FROM activity WHERE workspace_id = :w ORDER BY at, id"),
            {"w": world.workspace_id},
        )
        return [row[0] for row in found]


async def test_each_service_that_changes_something_leaves_one_entry(empty):
    noted: dict[str, str] = {}

    async def call(service, **arguments):
        before = await entries(empty)
        result = await do(empty, service, **arguments)
        new = list(await entries(empty))
        for action in before:
            new.remove(action)
        assert len(new) == 1, (service.__qualname__, new)
        noted[f"{service.__module__.rsplit('.', 1)[1]}.{service.__name__}"] = new[0]
        return result

    one = await call(contacts.create_contact, draft={"phone": "+16505550001"})
    await call(contacts.update_contact, contact_id=one.id, draft={"city": "Lima"})
    two, three = await add(empty), await add(empty)
    await call(contacts.delete_contact, contact_id=two.id)
    await call(contacts.delete_contacts, contact_ids=[three.id])
    group = await call(groups.create_group, name="VIP")
    await call(groups.ensure_groups, names=["New"])
    await call(groups.update_group, group_id=group.id, name="VIPs")
    status = await call(statuses.create_status, name="Fresh")
    await call(statuses.update_status, status_id=status.id, name="Fresher")
    await call(statuses.delete_status, status_id=status.id)
    source = await call(sources.create_source, name="Fair")
    await call(sources.update_source, source_id=source.id, name="Fairs")
    await call(sources.delete_source, source_id=source.id)
    field = await call(custom_fields.create_field, draft={"label": "Code"})
    await call(custom_fields.update_field, field_id=field.id, draft={"label": "Codes"})
    await call(custom_fields.order_fields, field_ids=[field.id])
    await call(custom_fields.delete_field, field_id=field.id)
    segment = await call(segments.save_segment, name="All", contact_filter=where())
    await call(segments.delete_segment, segment_id=segment.id)
    note = await call(notes.add_note, contact_id=one.id, body="x")
    await call(notes.update_note, note_id=note.id, body="y")
    await call(notes.delete_note, note_id=note.id)
    job = await call(bulk.start_job, kind="add_group", contact_filter=where(), target_id=group.id)
    await call(apply_labels.add_to_group, contact_id=one.id, group_id=group.id)
    changes = {"fields": {"city": "Quito"}, "add_groups": ["vips"]}
    await call(apply_labels.apply_changes, contact_id=one.id, changes=changes)
    await call(bulk.stop_job, job_id=job.id)
    await call(groups.delete_group, group_id=group.id)
    other = await add(empty)
    await call(not_duplicates.set_apart, first_id=one.id, second_id=other.id)
    await call(not_duplicates.take_back, first_id=one.id, second_id=other.id)
    merge = await call(merging.merge_contacts, keep_id=one.id, drop_id=other.id)
    await call(merging.undo_merge, merge_id=merge.id)
    await call(exporting.begin_export, contact_filter=where())
    import_id = await upload(empty, "phone\n+16505550002\n")
    assert (await entries(empty))[-1] == "contact.import_uploaded"
    noted["importing.register_import"] = "contact.import_uploaded"
    await call(
        importing.start_import,
        import_id=import_id,
        mapping=["phone"],
        updates_existing=True,
        is_dry=False,
    )
    await call(importing.stop_import, import_id=import_id)

    assert set(noted) == set(changing_services())
    assert len(set(noted.values())) >= 25


async def test_what_customers_decide_is_noted_too(empty):
    contact = await add(empty)
    async with unit_of_work(empty.workspace_id) as uow:
        await opt_out(
            uow.session, empty.workspace_id, {contact.id: contact.created_at}, reason="STOP"
        )
    async with unit_of_work(empty.workspace_id) as uow:
        await opt_in(uow.session, empty.workspace_id, [contact.id])
    assert (await entries(empty))[-2:] == ["contact.opted_out", "contact.opted_in"]


def changing_services() -> list[str]:
    """Return the public services of the feature that take an actor and do more than read."""
    found = []
    for path in sorted(Path(inspect.getfile(feature)).parent.rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.AsyncFunctionDef) or node.name.startswith(("_", *READS)):
                continue
            arguments = [argument.arg for argument in node.args.args]
            if arguments[:2] == ["session", "actor"]:
                found.append(f"{path.stem}.{node.name}")
    return found
