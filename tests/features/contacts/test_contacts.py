import asyncio

import pytest
from sqlalchemy import text

from tests.features.contacts.book import add, change, do, fresh_phone, listen_in
from tests.fixtures import make_empty_world, make_member
from xobito_app.core import ids
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.core.events import ChangeType, RecordType
from xobito_app.core.permissions import Actor
from xobito_app.features.contacts.labels import groups, sources, statuses
from xobito_app.features.contacts.records import contacts
from xobito_app.features.contacts.records.resolve import resolve_people
from xobito_app.features.contacts.schemas import Person
from xobito_app.features.contacts.service import opt_in, opt_out
from xobito_app.models.contacts import ContactType
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = pytest.mark.usefixtures("_migrated")


async def test_a_new_contact_gets_the_default_status_and_source(empty):
    contact = await add(empty, first_name=" Ana\n", last_name="Pérez", phone="+1 650 555 1234")
    assert (contact.name, contact.phone, contact.type) == ("Ana Pérez", "+16505551234", "lead")
    assert contact.status
    assert contact.status.name == "New"
    assert contact.source
    assert contact.source.name == "WhatsApp"
    assert contact.groups == ()


async def test_everything_wrong_is_said_at_once_field_by_field(empty):
    with pytest.raises(Invalid) as caught:
        await add(
            empty,
            phone="12",
            email="nobody",
            website="javascript:alert(1)",
            country="Atlantis",
            first_name="x" * 192,
            company="x" * 256,
            language="klingon please",
            type="guest",
            status_id=ids.new(),
            source_id=ids.new(),
            assignee_id=ids.new(),
            group_ids=[ids.new()],
            custom={"shoe": "44"},
        )
    assert set(caught.value.fields) == {
        "phone",
        "email",
        "website",
        "country",
        "first_name",
        "company",
        "language",
        "type",
        "status_id",
        "source_id",
        "assignee_id",
        "group_ids",
        "custom.shoe",
    }


@pytest.mark.parametrize(
    ("field", "given", "stored"),
    [
        ("website", "example.com/a", "https://example.com/a"),
        ("website", "http://example.com", "http://example.com"),
        ("country", "germany", "DE"),
        ("country", "br", "BR"),
        ("email", "Ana@Example.com", "ana@example.com"),
        ("language", "pt-BR", "pt_BR"),
        ("type", "Customer", "customer"),
        ("first_name", "a\x00b", "ab"),
        ("description", "one\ntwo", "one\ntwo"),
    ],
)
async def test_what_people_type_is_stored_in_one_form(empty, field, given, stored):
    contact = await add(empty, **{field: given})
    assert getattr(contact, field) == stored


@pytest.mark.parametrize(
    "website", ["ftp://example.com", "https://", "http://a b.com", "localhost"]
)
async def test_only_web_addresses_are_websites(empty, website):
    with pytest.raises(Invalid) as caught:
        await add(empty, website=website)
    assert set(caught.value.fields) == {"website"}


async def test_a_number_at_home_is_read_with_the_workspaces_country(empty):
    async with unit_of_work(empty.workspace_id) as uow:
        await (await uow.session.connection()).execute(
            text("UPDATE workspace SET country = 'DE' WHERE id = :id"), {"id": empty.workspace_id}
        )
    assert (await add(empty, phone="030 901820")).phone == "+4930901820"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("+5511987654321", "+551187654321"),
        ("+525512345678", "+5215512345678"),
        ("+541112345678", "+5491112345678"),
        ("+16505550001", "+1 (650) 555-0001"),
    ],
)
async def test_a_number_belongs_to_one_contact_however_it_is_written(empty, first, second):
    await add(empty, phone=first, first_name="Bia")
    with pytest.raises(Invalid, match="already belongs to Bia") as caught:
        await add(empty, phone=second)
    assert set(caught.value.fields) == {"phone"}


async def test_metas_name_for_somebody_counts_as_their_number(empty):
    contact = await add(empty, first_name="Bia")
    person = Person(None, user_id="US.1", parent_user_id=None)
    async with unit_of_work(empty.workspace_id) as uow:
        from xobito_app.features.contacts.service import remember_names

        await remember_names(
            uow.session, empty.workspace_id, contact.id, Person("+5215512345678", "US.1")
        )
        assert person.is_known
    with pytest.raises(Invalid, match="already belongs to Bia"):
        await add(empty, phone="+525512345678")


async def test_an_address_belongs_to_one_contact(empty):
    await add(empty, email="ana@example.com", first_name="Ana")
    with pytest.raises(Invalid, match="already belongs to Ana"):
        await add(empty, email="ANA@example.com")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"phone": "+16505550009"}, {"phone": "+16505550009"}),
        ({"phone": "+5511987654321"}, {"phone": "+551187654321"}),
        ({"email": "same@example.com"}, {"email": "same@example.com"}),
    ],
)
async def test_two_at_once_make_one_contact_and_one_clear_error(empty, one, other):
    made = await asyncio.gather(
        *(add(empty, **draft) for draft in (one, other, one, other)), return_exceptions=True
    )
    refused = [result for result in made if isinstance(result, BaseException)]
    assert len(refused) == 3
    field = next(iter(one))
    assert all(isinstance(r, Invalid) and set(r.fields) == {field} for r in refused)


async def test_a_change_touches_only_what_is_given_and_tells_the_old_values(empty):
    contact = await add(empty, first_name="Ana", city="Lima", groups=["VIP"])
    told = listen_in(empty)
    lost = next(s for s in await do(empty, statuses.list_statuses) if s.name == "Lost")
    after = await change(empty, contact.id, city="Quito", status_id=lost.id, groups=["vip", "New"])
    assert (after.first_name, after.city) == ("Ana", "Quito")
    assert [group.name for group in after.groups] == ["New", "VIP"]
    (event,) = [e for e in told if e.change_type is ChangeType.UPDATED]
    assert contact.status
    assert event.changes[0].original == {
        "city": "Lima",
        "status_id": str(contact.status.id),
        "groups": ["VIP"],
    }
    assert after.updated_at > contact.updated_at


async def test_saying_the_same_again_is_no_change(empty):
    contact = await add(empty, first_name="Ana", groups=["VIP"])
    told = listen_in(empty)
    count = len(told)
    assert await change(empty, contact.id, first_name="Ana", groups=["VIP"]) == contact
    assert len(told) == count


async def test_the_number_can_only_go_when_meta_knows_another_name(empty):
    contact = await add(empty)
    with pytest.raises(Invalid, match="needs a phone"):
        await change(empty, contact.id, phone="")
    with pytest.raises(Invalid, match="phone number"):
        await add(empty, phone="")


async def test_groups_are_made_when_missing_by_whoever_may(empty):
    agent = await make_member(empty, "Agent")
    await add(empty, groups=["VIP"])
    contact = await add(empty, agent, groups=["vip"])
    assert [group.name for group in contact.groups] == ["VIP"]
    with pytest.raises(Invalid, match="may not make groups") as caught:
        await add(empty, agent, groups=["Brand new"])
    assert set(caught.value.fields) == {"groups"}
    assert [group.name for group in await do(empty, groups.list_groups)] == ["VIP"]


async def test_opting_out_by_hand_says_who_and_when(empty):
    contact = await add(empty)
    out = await change(empty, contact.id, opted_out=True)
    assert out.opted_out_at is not None
    assert out.opt_out_reason == "Set by Olga Owner"
    back = await change(empty, contact.id, opted_out=False)
    assert (back.opted_out_at, back.opt_out_reason) == (None, "")


async def test_customers_opting_out_and_in_is_told(empty):
    contact = await add(empty)
    told = listen_in(empty)
    async with unit_of_work(empty.workspace_id) as uow:
        await opt_out(
            uow.session, empty.workspace_id, {contact.id: contact.created_at}, reason="STOP"
        )
        await opt_out(
            uow.session, empty.workspace_id, {contact.id: contact.created_at}, reason="Again"
        )
    async with unit_of_work(empty.workspace_id) as uow:
        await opt_in(uow.session, empty.workspace_id, [contact.id])
    updates = [
        event.changes[0].original for event in told if event.change_type is ChangeType.UPDATED
    ]
    assert updates == [
        {"opted_out_at": None, "opt_out_reason": ""},
        {"opted_out_at": contact.created_at.isoformat(), "opt_out_reason": "STOP"},
    ]


async def test_people_who_write_are_told_of_once(empty):
    told = listen_in(empty)
    person = Person(fresh_phone(), profile_name="Ana")  # type: ignore[arg-type]
    for _ in range(2):
        async with unit_of_work(empty.workspace_id) as uow:
            await resolve_people(
                uow.session, empty.workspace_id, [person], as_type=ContactType.LEAD
            )
    assert (
        next(event.change_type for event in told if event.record is RecordType.CONTACT)
        is ChangeType.CREATED
    )
    assert len([event for event in told if event.change_type is ChangeType.CREATED]) == 1


async def test_deleting_tells_while_the_contact_still_stands(empty):
    contact = await add(empty, first_name="Ana")
    told = listen_in(empty)
    await do(empty, contacts.delete_contact, contact_id=contact.id)
    assert [
        (e.record, e.change_type, e.changes[0].record_id)
        for e in told
        if e.change_type is ChangeType.DELETED
    ] == [(RecordType.CONTACT, ChangeType.DELETED, contact.id)]
    with pytest.raises(NotFound):
        await do(empty, contacts.get_contact_view, contact_id=contact.id)
    with pytest.raises(NotFound):
        await do(empty, contacts.delete_contact, contact_id=contact.id)


async def test_roles_decide(empty):
    contact = await add(empty)
    viewer: Actor = await make_member(empty, "Viewer")
    agent = await make_member(empty, "Agent")
    assert (await do(empty, contacts.get_contact_view, actor=viewer, contact_id=contact.id)).id
    with pytest.raises(Forbidden):
        await add(empty, viewer)
    with pytest.raises(Forbidden):
        await do(empty, contacts.update_contact, actor=viewer, contact_id=contact.id, draft={})
    with pytest.raises(Forbidden):
        await do(empty, contacts.delete_contact, actor=agent, contact_id=contact.id)


async def test_another_workspaces_contact_does_not_exist(empty):
    other = await make_empty_world()
    contact = await add(other, phone="+16505550777")
    for service, extra in (
        (contacts.get_contact_view, {}),
        (contacts.delete_contact, {}),
        (contacts.update_contact, {"draft": {"city": "X"}}),
    ):
        with pytest.raises(NotFound):
            await do(empty, service, contact_id=contact.id, **extra)
    assert (await add(empty, phone="+16505550777")).id != contact.id
    foreign = await do(other, sources.list_sources)
    with pytest.raises(Invalid):
        await add(empty, source_id=foreign[0].id)
