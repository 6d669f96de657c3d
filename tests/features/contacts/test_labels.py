import asyncio

import pytest

from tests.features.contacts.book import add, change, do, listen_in
from tests.fixtures import make_member
from xobito_app.core import ids
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.core.events import ChangeType, RecordType
from xobito_app.features.contacts.labels import custom_fields, groups, sources, statuses
from xobito_app.features.contacts.records import contacts

pytestmark = pytest.mark.usefixtures("_migrated")


async def named(world, service, name):
    return next(row for row in await do(world, service) if row.name == name)


async def test_exactly_one_status_is_the_default(empty):
    told = listen_in(empty)
    lost = await named(empty, statuses.list_statuses, "Lost")
    await do(empty, statuses.update_status, status_id=lost.id, is_default=True)
    fresh = await do(empty, statuses.create_status, name="Fresh", is_default=True)
    rows = await do(empty, statuses.list_statuses)
    assert [row.name for row in rows if row.is_default] == ["Fresh"]
    assert (await add(empty)).status.id == fresh.id
    with pytest.raises(Invalid, match="another status the default"):
        await do(empty, statuses.update_status, status_id=fresh.id, is_default=False)
    changed = [e.changes[0].original for e in told if e.record is RecordType.STATUS]
    assert {"is_default": True} in changed
    assert {"is_default": False} in changed


async def test_two_defaults_at_once_leave_one(empty):
    rows = await do(empty, statuses.list_statuses)
    await asyncio.gather(
        *(do(empty, statuses.update_status, status_id=row.id, is_default=True) for row in rows),
        return_exceptions=True,
    )
    assert sum(row.is_default for row in await do(empty, statuses.list_statuses)) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "ab"}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "new"}, "name"),
        ({"name": "Fine", "color": "red"}, "color"),
        ({"name": "Fine", "color": "#12345g"}, "color"),
    ],
)
async def test_a_status_has_a_name_of_its_own_and_a_color(empty, given, field):
    with pytest.raises(Invalid) as caught:
        await do(empty, statuses.create_status, **given)
    assert set(caught.value.fields) == {field}


async def test_a_status_in_use_goes_only_with_a_replacement(empty):
    lost = await named(empty, statuses.list_statuses, "Lost")
    new = await named(empty, statuses.list_statuses, "New")
    contact = await add(empty, status_id=lost.id)
    assert (await named(empty, statuses.list_statuses, "Lost")).contacts == 1
    for wrong in (None, lost.id, ids.new()):
        with pytest.raises(Invalid) as caught:
            await do(empty, statuses.delete_status, status_id=lost.id, replace_with=wrong)
        assert set(caught.value.fields) == {"replace_with"}
    told = listen_in(empty)
    await do(empty, statuses.delete_status, status_id=lost.id, replace_with=new.id)
    after = await do(empty, contacts.get_contact_view, contact_id=contact.id)
    assert after.status.id == new.id
    assert [(e.record, e.change_type) for e in told][-2:] == [
        (RecordType.CONTACT, ChangeType.UPDATED),
        (RecordType.STATUS, ChangeType.DELETED),
    ]
    with pytest.raises(Invalid, match="default status"):
        await do(empty, statuses.delete_status, status_id=new.id, replace_with=lost.id)


async def test_sources_behave_alike(empty):
    shop = await do(empty, sources.create_source, name="Shop")
    contact = await add(empty, source_id=shop.id)
    with pytest.raises(Invalid, match="already a source"):
        await do(empty, sources.create_source, name="SHOP")
    with pytest.raises(Invalid, match="1 contacts have this source"):
        await do(empty, sources.delete_source, source_id=shop.id)
    web = await named(empty, sources.list_sources, "Website")
    await do(empty, sources.delete_source, source_id=shop.id, replace_with=web.id)
    after = await do(empty, contacts.get_contact_view, contact_id=contact.id)
    assert after.source.name == "Website"
    await do(empty, sources.update_source, source_id=web.id, is_default=True, name="Site")
    rows = await do(empty, sources.list_sources)
    assert [row.name for row in rows if row.is_default] == ["Site"]
    with pytest.raises(Invalid, match="default source"):
        await do(empty, sources.delete_source, source_id=web.id)


async def test_a_groups_contacts_move_to_the_replacement(empty):
    one, two = (
        await add(empty, groups=["Old"]),
        await add(empty, groups=["Old", "Kept"]),
    )
    old = await named(empty, groups.list_groups, "Old")
    kept = await named(empty, groups.list_groups, "Kept")
    assert (old.contacts, kept.contacts) == (2, 1)
    told = listen_in(empty)
    await do(empty, groups.delete_group, group_id=old.id, replace_with=kept.id)
    for contact in (one, two):
        after = await do(empty, contacts.get_contact_view, contact_id=contact.id)
        assert [group.name for group in after.groups] == ["Kept"]
    originals = {c.record_id: c.original for c in told[-1].changes}
    assert originals == {one.id: {"groups": ["Old"]}, two.id: {"groups": ["Kept", "Old"]}}


async def test_a_group_may_go_without_replacement(empty):
    contact = await add(empty, groups=["Old"])
    old = await named(empty, groups.list_groups, "Old")
    await do(empty, groups.update_group, group_id=old.id, name="Older")
    await do(empty, groups.delete_group, group_id=old.id)
    assert (await do(empty, contacts.get_contact_view, contact_id=contact.id)).groups == ()


async def test_the_same_group_made_by_many_at_once_is_one(empty):
    await asyncio.gather(
        *(do(empty, groups.ensure_groups, names=["Ähre", "VIP", "vip"]) for _ in range(6))
    )
    assert [row.name for row in await do(empty, groups.list_groups)] == ["VIP", "Ähre"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 192, "A;B", "A|B"])
async def test_group_names_are_short_and_stand_in_lists(empty, name):
    with pytest.raises(Invalid):
        await do(empty, groups.create_group, name=name)


async def test_only_those_who_may_manage_them_do(empty):
    agent = await make_member(empty, "Agent")
    row = (await do(empty, statuses.list_statuses, actor=agent))[1]
    for service, arguments in (
        (statuses.create_status, {"name": "Fine"}),
        (statuses.update_status, {"status_id": row.id, "name": "Fine"}),
        (statuses.delete_status, {"status_id": row.id}),
        (sources.create_source, {"name": "Fine"}),
        (groups.create_group, {"name": "Fine"}),
        (custom_fields.create_field, {"draft": {"label": "Fine"}}),
    ):
        with pytest.raises(Forbidden):
            await do(empty, service, actor=agent, **arguments)
    with pytest.raises(NotFound):
        await do(empty, statuses.get_status, status_id=ids.new())


async def field(world, **draft):
    return await do(world, custom_fields.create_field, draft=draft)


async def test_custom_values_are_read_by_their_kind(empty):
    await field(empty, label="Shoe size", kind="number")
    await field(empty, label="Birthday", kind="date")
    await field(empty, label="Tier", kind="dropdown", options=["Gold", "Silver"])
    await field(empty, label="Likes", kind="checkboxes", options=["Tea", "Cake", "Pie"])
    await field(empty, label="Nickname", kind="text")
    await field(empty, label="Story", kind="text_area")
    contact = await add(
        empty,
        custom={
            "shoe_size": "44,5",
            "birthday": "1990-02-28",
            "tier": "gold",
            "likes": "pie; tea",
            "nickname": " a\nb ",
            "story": "one\ntwo",
        },
    )
    assert contact.custom == {
        "shoe_size": 44.5,
        "birthday": "1990-02-28",
        "tier": "Gold",
        "likes": ["Tea", "Pie"],
        "nickname": "a b",
        "story": "one\ntwo",
    }
    after = await change(empty, contact.id, custom={"tier": "", "shoe_size": 45})
    assert after.custom["shoe_size"] == 45
    assert "tier" not in after.custom
    with pytest.raises(Invalid) as caught:
        await change(
            empty,
            contact.id,
            custom={
                "shoe_size": "big",
                "birthday": "28.2.1990",
                "tier": "Bronze",
                "likes": ["Beer"],
                "nickname": "x" * 256,
                "story": "x" * 2001,
                "nickname2": "?",
            },
        )
    assert set(caught.value.fields) == {
        "custom.shoe_size",
        "custom.birthday",
        "custom.tier",
        "custom.likes",
        "custom.nickname",
        "custom.story",
        "custom.nickname2",
    }


async def test_required_and_default_values(empty):
    await field(empty, label="Tier", kind="dropdown", options=["Gold", "Silver"], default="silver")
    code = await field(empty, label="Code", is_required=True)
    with pytest.raises(Invalid, match="Code is required"):
        await add(empty)
    contact = await add(empty, custom={"code": "7"})
    assert contact.custom == {"tier": "Silver", "code": "7"}
    with pytest.raises(Invalid, match="Code is required"):
        await change(empty, contact.id, custom={"code": ""})
    assert (await change(empty, contact.id, city="Lima")).city == "Lima"
    await do(empty, custom_fields.update_field, field_id=code.id, draft={"is_active": False})
    assert (await add(empty)).custom == {"tier": "Silver"}


async def test_a_deleted_field_takes_its_values_along(empty):
    code = await field(empty, label="Code")
    contact = await add(empty, custom={"code": "7"})
    await do(empty, custom_fields.delete_field, field_id=code.id)
    assert (await do(empty, contacts.get_contact_view, contact_id=contact.id)).custom == {}


async def test_fields_keep_an_order_and_their_slug(empty):
    made = [await field(empty, label=label) for label in ("A b", "C", "D")]
    assert [row.slug for row in made] == ["a_b", "c", "d"]
    await do(empty, custom_fields.order_fields, field_ids=[made[2].id, made[0].id])
    assert [row.slug for row in await do(empty, custom_fields.list_fields)] == ["d", "a_b", "c"]
    after = await do(
        empty, custom_fields.update_field, field_id=made[0].id, draft={"label": "Z", "slug": "z"}
    )
    assert (after.label, after.slug) == ("Z", "a_b")


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        ({"label": ""}, {"label", "slug"}),
        ({"label": "X", "slug": "no spaces"}, {"slug"}),
        ({"label": "X", "kind": "color"}, {"kind"}),
        ({"label": "X", "kind": "dropdown"}, {"options"}),
        ({"label": "X", "kind": "number", "default": "many"}, {"default"}),
        ({"label": "X", "help": "x" * 501, "placeholder": "x" * 192}, {"help", "placeholder"}),
    ],
)
async def test_a_fields_own_form_is_judged_whole(empty, draft, wrong):
    with pytest.raises(Invalid) as caught:
        await field(empty, **draft)
    assert set(caught.value.fields) == wrong
