"""Files of contacts as people and spreadsheets make them, and imports of them in tests."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.features.contacts.book import AnyWorld, do
from xobito_app.core import ids
from xobito_app.core.permissions import Actor
from xobito_app.features.contacts.imports import files, importing, work
from xobito_app.features.contacts.imports.importing import ImportView
from xobito_app.features.contacts.lists import listing
from xobito_app.features.contacts.schemas import Sort


def workbook(rows: list[list[Any]]) -> bytes:
    """Return an XLSX file with one sheet; texts inline, numbers as numbers, None as no cell."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for index, value in enumerate(row):
            place = f"{chr(65 + index)}{number}"
            if value is None:
                continue
            if isinstance(value, bool):
                cells.append(f'<c r="{place}" t="b"><v>{int(value)}</v></c>')
            elif isinstance(value, int | float):
                cells.append(f'<c r="{place}"><v>{value}</v></c>')
            elif str(value).startswith("date:"):
                cells.append(f'<c r="{place}" s="1"><v>{str(value)[5:]}</v></c>')
            elif str(value).startswith("formula:"):
                cells.append(f'<c r="{place}" t="str"><f>A1</f><v>{str(value)[8:]}</v></c>')
            else:
                text = str(value).replace("&", "&amp;").replace("<", "&lt;")
                cells.append(f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>'
        f"{''.join(lines)}</sheetData></worksheet>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return buffer.getvalue()


async def upload(world: AnyWorld, content: str | bytes, actor: Actor | None = None) -> UUID:
    """Put a file where the upload endpoint puts it, and return the import's id."""
    import_id = ids.new()
    folder = files.folder_of(world.workspace_id)
    folder.mkdir(parents=True, exist_ok=True)
    raw = folder / f"{import_id}.raw"
    raw.write_bytes(content.encode() if isinstance(content, str) else content)
    prepared = files.prepare(raw, files.path_of(world.workspace_id, import_id))
    raw.unlink()
    await do(
        world,
        importing.register_import,
        actor=actor,
        import_id=import_id,
        filename="people.csv",
        size=len(content),
        prepared=prepared,
    )
    return import_id


async def run(
    world: AnyWorld, import_id: UUID, *, actor: Actor | None = None, **wanted: Any
) -> ImportView:
    """Start an import with the guessed mapping unless given, and work it off."""
    head = await do(world, importing.read_head, actor=actor, import_id=import_id)
    wanted.setdefault("mapping", head.mapping)
    wanted.setdefault("updates_existing", True)
    wanted.setdefault("is_dry", False)
    wanted.setdefault("may_create_labels", True)
    await do(world, importing.start_import, actor=actor, import_id=import_id, **wanted)
    await work.work(world.workspace_id, import_id)
    return await do(world, importing.get_import, actor=actor, import_id=import_id)


def counts(view: ImportView) -> tuple[int, int, int, int]:
    """Return created, updated, skipped, failed."""
    return view.created, view.updated, view.skipped, view.failed


async def both(world: AnyWorld, content: str | bytes, **wanted: Any) -> ImportView:
    """Try a file dry, then take it in; both must say the same."""
    import_id = await upload(world, content, wanted.get("actor"))
    dry = await run(world, import_id, is_dry=True, **wanted)
    refused = refused_rows(world, import_id)
    real = await run(world, import_id, **wanted)
    assert (dry.state, real.state) == ("done", "done"), (dry.error, real.error)
    assert counts(dry) == counts(real)
    assert refused == refused_rows(world, import_id)
    assert real.done == real.total
    return real


def refused_rows(world: AnyWorld, import_id: UUID) -> list[dict[str, str]]:
    """Return what stands in the file of refused rows."""
    path: Path = files.errors_path_of(world.workspace_id, import_id)
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


async def everybody(world):
    page = await do(world, listing.list_contacts, sort=Sort.parse("name"), limit=100)
    return page.rows


async def names(world):
    return [contact.name for contact in await everybody(world)]
