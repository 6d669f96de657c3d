import pytest

from tests.features.contacts.book import add, do, listen_in, where
from tests.features.contacts.files import (
    both,
    counts,
    everybody,
    names,
    refused_rows,
    run,
    upload,
    workbook,
)
from tests.fixtures import make_empty_world, make_member
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.core.events import ChangeType
from xobito_app.features.contacts.imports import files, importing, work
from xobito_app.features.contacts.labels import custom_fields, groups, statuses
from xobito_app.features.contacts.records import contacts

pytestmark = pytest.mark.usefixtures("_migrated")


async def test_a_file_becomes_contacts_with_all_their_facts(empty):
    await do(empty, custom_fields.create_field, draft={"label": "Shoe size", "kind": "number"})
    view = await both(
        empty,
        "Phone,First Name,Surname,E-Mail,Status,Lead Source,Tags,Shoe Size,Country,Unknown\n"
        "+1 650 555 1234,Ana,Ruiz,ANA@example.com,lost,Fair,VIP; New,44,Germany,x\n",
    )
    assert counts(view) == (1, 0, 0, 0)
    (contact,) = await everybody(empty)
    assert (contact.name, contact.phone, contact.email) == (
        "Ana Ruiz",
        "+16505551234",
        "ana@example.com",
    )
    assert (contact.status.name, contact.source.name) == ("Lost", "Fair")
    assert [group.name for group in contact.groups] == ["New", "VIP"]
    assert (contact.custom, contact.country) == ({"shoe_size": 44}, "DE")


async def test_without_status_and_source_the_defaults_apply(empty):
    await both(empty, "phone\n+16505551234\n")
    (contact,) = await everybody(empty)
    assert (contact.status.name, contact.source.name) == ("New", "Import")


@pytest.mark.parametrize(
    ("content", "people"),
    [
        ("phone;name\n+16505550001;Ana, Eva\n", ["Ana, Eva"]),
        ("phone\tname\n+16505550001\tAna\n", ["Ana"]),
        ("phone|name\n+16505550001|Ana\n", ["Ana"]),
        ('phone,name\n+16505550001,"Ana ""A"" Ruiz"\n', ['Ana "A" Ruiz']),
        ('phone,name\n+16505550001,"Ana\nRuiz"\n', ["Ana Ruiz"]),
        ("\ufeffphone,name\n+16505550001,Élodie\n", ["Élodie"]),
        ("phone,name\r\n+16505550001,Ana\r\n\r\n,\r\n+16505550002,Bob", ["Ana", "Bob"]),
        ("phone,name\r+16505550001,Ana\r", ["Ana"]),
        ("\n\nphone,name\n\n+16505550001,Ana\n\n", ["Ana"]),
        ("phone,name\n+16505550001,Zoë\n".encode("latin-1"), ["Zoë"]),
        ("phone,name\n+16505550001,“Zoë”\n".encode("cp1252"), ["“Zoë”"]),
        ("phone,name\n+16505550001,Zoë\n".encode("utf-16"), ["Zoë"]),
        (
            "phone,name,company\n"
            + "".join(
                f"+1650555{n:04d},Иван Петров,Общество с ограниченной ответственностью\n"
                for n in range(20)
            ),
            ["Иван Петров"] * 20,
        ),
        ("phone,name\n'+16505550001,'=cmd()\n", ["=cmd()"]),
        ("phone,name\n+16505550001,=1+1\n", ["=1+1"]),
        ("phone,name\n+16505550001,A\x00na\n", None),
        ("name,phone,phone,\nAna,+16505550001,+16505550002,x\n", ["Ana"]),
    ],
)
async def test_files_of_all_makes_are_read(empty, content, people):
    if people is None:
        with pytest.raises(Invalid, match="no table"):
            await upload(empty, content)
        return
    await both(empty, content)
    assert await names(empty) == people


async def test_cyrillic_in_its_old_encoding_is_recognised(empty):
    text = "phone,name,company\n" + "".join(
        f"+1650555{n:04d},Иван Петров,Общество с ограниченной ответственностью номер {n}\n"
        for n in range(20)
    )
    await both(empty, text.encode("cp1251"))
    assert set(await names(empty)) == {"Иван Петров"}


async def test_a_workbook_is_read_like_a_file(empty):
    await do(empty, custom_fields.create_field, draft={"label": "Born", "kind": "date"})
    await both(
        empty,
        workbook(
            [
                ["Phone", "First name", "Zip", "Born", "Company"],
                [16505551234, "Ana & Eva", 1234, "date:32874", "formula:Acme"],
                [None, None, None, None, None],
                ["+1 650 555 1235", "Bob", 12.5, None, True],
            ]
        ),
        mapping=["phone", "first_name", "zip", "custom.born", "company"],
    )
    # Without a country nobody knows what 16505551234 means.
    (bob,) = await everybody(empty)
    assert (bob.name, bob.zip, bob.company) == ("Bob", "12.5", "yes")


async def test_numbers_in_a_workbook_are_read_with_the_workspaces_country(empty):
    from xobito_app.features.workspaces.service import rename_workspace

    await do(empty, rename_workspace, name="Shop", time_zone="UTC", country="US")
    await do(empty, custom_fields.create_field, draft={"label": "Born", "kind": "date"})
    await both(empty, workbook([["Phone", "Born"], [6505551234, "date:32874"]]))
    (contact,) = await everybody(empty)
    assert (contact.phone, contact.custom) == ("+16505551234", {"born": "1990-01-01"})


async def test_wrong_rows_come_back_with_the_reason_beside_each(empty):
    await add(empty, phone="+16505550009", email="taken@example.com")
    content = (
        "Phone,First name,Email,Website,Description\n"
        "12,Ana,,,\n"
        ",Bob,,,\n"
        "+16505550001,Carla,not-an-address,ftp://x,\n"
        "+16505550002,Dora,taken@example.com,,\n"
        "1.6505E+10,Eva,,,\n"
        f"+16505550003,Fay,,,{'x' * 10_000}\n"
        "+16505550004,=cmd(),,,,too many\n"
        f"+16505550005,{'y' * 200},,,\n"
        "+16505550006,Good,,,\n"
    )
    import_id = await upload(empty, content)
    view = await run(empty, import_id)
    assert counts(view) == (1, 0, 0, 8)
    rows = refused_rows(empty, import_id)
    assert [row["Row"] for row in rows] == ["2", "3", "4", "5", "6", "7", "8", "9"]
    assert [row["Column"] for row in rows] == [
        "Phone",
        "Phone",
        "Email | Website",
        "Email",
        "Phone",
        "Description",
        "",
        "First name",
    ]
    assert rows[0]["Value"] == "12"
    assert "missing" in rows[1]["Reason"]
    assert "rounded" in rows[4]["Reason"]
    assert len(rows[5]["Value"]) <= 60
    assert rows[6]["First name"] == "'=cmd()"
    assert view.has_errors
    assert "Good" in await names(empty)


async def test_variants_and_repetitions_in_one_file_are_one_person(empty):
    content = (
        "phone,name,city\n"
        "+5511987654321,Bia,\n"
        "+551187654321,,Santos\n"
        "+5215512345678,Max,\n"
        "+525512345678,Maximo,\n"
    )
    assert counts(await both(empty, content)) == (2, 2, 0, 0)
    bia, maximo = await everybody(empty)
    assert (bia.name, bia.city, maximo.name) == ("Bia", "Santos", "Maximo")


@pytest.mark.parametrize("size", [1, 2, 1000])
async def test_dry_run_and_real_run_agree_whatever_the_batches(empty, monkeypatch, size):
    monkeypatch.setattr(work, "BATCH", size)
    await add(empty, phone="+16505550001", first_name="Old", email="a@example.com")
    content = (
        "phone,name,email,groups,status\n"
        "+16505550001,New,b@example.com,VIP,Hot\n"  # known: frees a@
        "+16505550002,Bob,a@example.com,VIP,hot\n"  # takes what was freed
        "+16505550003,Eva,b@example.com,,\n"  # taken by the first row
        "+16505550002,Bobby,,,No\n"  # repeated; "No" is too short a status
        "+16505550004,Dan,d@example.com,,\n"
        "+16505550004,Danny,d@example.com,Late,\n"  # repeated with its own address
        "+16505550005,Fay,d@example.com,,\n"  # somebody else's
        "+16505550006,Gus,a@example.com,,\n"  # freed, but taken again meanwhile
        "+16505550004,,e@example.com,,\n"  # frees what only this file gave
        "+16505550007,Hal,d@example.com,,\n"
        "+16505550001,,a@example.com,,\n"  # not theirs any more
    )
    view = await both(empty, content)
    assert counts(view) == (3, 3, 0, 5)
    assert await names(empty) == ["Bob", "Danny", "Hal", "New"]
    assert [s.name for s in await do(empty, statuses.list_statuses)].count("Hot") == 1


async def test_known_numbers_are_skipped_when_asked(empty):
    await add(empty, phone="+16505550001", first_name="Old")
    content = "phone,name\n+16505550001,New\n+16505550002,Bob\n+16505550002,Bobby\n"
    assert counts(await both(empty, content, updates_existing=False)) == (1, 0, 2, 0)
    assert await names(empty) == ["Bob", "Old"]


async def test_empty_cells_take_nothing_away(empty):
    await add(empty, phone="+16505550001", first_name="Ana", city="Lima", groups=["Old"])
    await both(empty, "phone,name,city,groups\n+16505550001,Eva,,New\n")
    (contact,) = await everybody(empty)
    assert (contact.name, contact.city) == ("Eva", "Lima")
    assert [group.name for group in contact.groups] == ["New", "Old"]


async def test_a_dry_run_writes_nothing(empty):
    import_id = await upload(empty, "phone,status,groups\n+16505550001,Brand new,Fresh\n")
    view = await run(empty, import_id, is_dry=True)
    assert (counts(view), view.is_dry) == ((1, 0, 0, 0), True)
    assert await everybody(empty) == ()
    assert await do(empty, groups.list_groups) == []
    assert "Brand new" not in [s.name for s in await do(empty, statuses.list_statuses)]


async def test_new_names_are_refused_to_those_who_may_not_make_them(empty, monkeypatch):
    from dataclasses import replace

    from xobito_app.core.permissions import Permission

    agent = await make_member(empty, "Agent")
    importer = replace(agent, permissions=agent.permissions | {Permission.CONTACTS_IMPORT})
    content = (
        "phone,status,source,groups\n"
        "+16505550001,Hot,,\n+16505550002,,Fair,\n+16505550003,,,VIP\n+16505550004,new,,\n"
    )
    view = await both(empty, content, actor=importer)
    assert counts(view) == (1, 0, 0, 3)
    rows = refused_rows(empty, view.id)
    assert [row["Column"] for row in rows] == ["status", "source", "groups"]
    assert all("may not make" in row["Reason"] for row in rows)


async def test_required_fields_are_asked_of_new_contacts_only(empty):
    await add(empty, phone="+16505550001")
    await do(empty, custom_fields.create_field, draft={"label": "Code", "is_required": True})
    view = await both(
        empty, "phone,name,code\n+16505550001,A,\n+16505550002,B,\n+16505550003,C,7\n"
    )
    assert counts(view) == (1, 1, 0, 1)


async def test_one_batch_tells_once_with_old_values(empty):
    known = await add(empty, phone="+16505550001", first_name="Old", groups=["A"])
    told = listen_in(empty)
    count = len(told)
    import_id = await upload(
        empty, "phone,name,groups\n+16505550001,New,B\n+16505550002,Bob,\n+16505550003,Eva,\n"
    )
    await run(empty, import_id)
    about = [e for e in told[count:] if e.record == "contact"]
    assert [(e.change_type, len(e.changes)) for e in about] == [
        (ChangeType.CREATED, 2),
        (ChangeType.UPDATED, 1),
    ]
    assert about[1].changes[0].record_id == known.id
    assert about[1].changes[0].original == {"first_name": "Old", "groups": ["A"]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"phone,name\n", "no rows"),
        (b"%PDF-1.7 ...", "CSV or XLSX"),
        (b"\xd0\xcf\x11\xe0old excel", "CSV or XLSX"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no table"),
        (b"PK\x03\x04 not a workbook", "cannot be read"),
        (b'phone,name\n+1,"open\n+2,Bob\n', "Row 2: a quotation mark"),
        (b'phone,name\n+1,Ana\n+2,"' + b"x" * 200_000, "Row 3: a quotation mark"),
        (b",".join(b"c" for _ in range(201)) + b"\n1\n", "at most 200 columns"),
    ],
)
async def test_files_that_are_none_are_refused_in_words(empty, content, words):
    with pytest.raises(Invalid, match=words):
        await upload(empty, content)


async def test_a_workbook_that_unpacks_without_end_is_refused(empty):
    big = workbook([["Phone", "Note"], *[["+16505550001", "x" * 30_000] for _ in range(7000)]])
    assert len(big) < 3_000_000
    with pytest.raises(Invalid, match="Save it as CSV"):
        await upload(empty, big)


async def test_the_head_shows_rows_and_a_mapping_that_is_remembered(empty):
    content = "Telefon;Vorname;Firma;Telefon\n+16505550001;Ana;Acme;x\n"
    import_id = await upload(empty, content)
    head = await do(empty, importing.read_head, import_id=import_id)
    assert head.columns == ("Telefon", "Vorname", "Firma", "Telefon (2)")
    assert head.mapping == ("phone", "first_name", "company", "")
    assert (head.is_remembered, head.total) == (False, 1)
    assert head.rows == (("+16505550001", "Ana", "Acme", "x"),)
    assert ("phone", "Phone") in head.choices
    mapping = ["phone", "company", "first_name", ""]
    await run(empty, import_id, mapping=mapping, is_dry=True)
    again = await do(empty, importing.read_head, import_id=await upload(empty, content))
    assert (again.is_remembered, list(again.mapping)) == (True, mapping)
    other = await make_empty_world()
    foreign = await do(other, importing.read_head, import_id=await upload(other, content))
    assert not foreign.is_remembered


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (["phone"], "every column"),
        (["phone", "shoe"], "does not exist"),
        (["phone", "phone"], "Two columns"),
        (["email", "first_name"], "phone number"),
        (["phone", "assignee"], "does not exist"),
    ],
)
async def test_a_mapping_must_make_sense(empty, mapping, words):
    import_id = await upload(empty, "a,b\n+16505550001,x\n")
    with pytest.raises(Invalid, match=words) as caught:
        await run(empty, import_id, mapping=mapping)
    assert set(caught.value.fields) == {"mapping"}


async def test_rights_and_walls(empty):
    agent = await make_member(empty, "Agent")
    import_id = await upload(empty, "phone\n+16505550001\n")
    for service, extra in (
        (importing.read_head, {}),
        (importing.get_import, {}),
        (importing.stop_import, {}),
        (
            importing.start_import,
            {"mapping": ["phone"], "updates_existing": True, "is_dry": False},
        ),
    ):
        with pytest.raises(Forbidden):
            await do(empty, service, actor=agent, import_id=import_id, **extra)
        with pytest.raises(NotFound):
            await do(await make_empty_world(), service, import_id=import_id, **extra)
    files.discard(empty.workspace_id, import_id)
    with pytest.raises(NotFound, match="Upload it again"):
        await run(empty, import_id)


async def test_an_export_can_be_taken_in_again(empty):
    from tests.features.contacts.book import change
    from xobito_app.core.text import defuse
    from xobito_app.features.contacts.lists import exporting

    await do(empty, custom_fields.create_field, draft={"label": "Tier"})
    await add(
        empty,
        phone="+16505550001",
        first_name="-Ana",
        groups=["A,B", "VIP"],
        custom={"tier": "gold"},
        country="DE",
        description="one\ntwo",
    )
    before = await everybody(empty)
    columns, chosen = await do(empty, exporting.begin_export, contact_filter=where())
    rows, _ = await do(empty, exporting.read_rows, columns=columns, contact_filter=chosen)
    import csv
    import io

    buffer = io.StringIO()
    csv.writer(buffer).writerows(
        [[c.heading for c in columns], *([defuse(cell) for cell in row] for row in rows)]
    )
    await change(empty, before[0].id, first_name="X", country="", group_ids=[], city="Z")
    assert counts(await both(empty, buffer.getvalue())) == (0, 1, 0, 0)
    after = await do(empty, contacts.get_contact_view, contact_id=before[0].id)
    assert (after.first_name, after.country, after.custom) == ("-Ana", "DE", {"tier": "gold"})
    assert [group.name for group in after.groups] == ["A,B", "VIP"]
    assert after.description == "one\ntwo"
