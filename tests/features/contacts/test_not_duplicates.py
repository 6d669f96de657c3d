"""Pairs that are no duplicates: dismissed once, and gone until somebody takes it back."""

import pytest
from sqlalchemy import text

from tests.features.contacts.book import add, do
from tests.fixtures import make_empty_world, make_member
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.features.contacts.merging import duplicates, merging, not_duplicates
from xobito_app.features.contacts.records import contacts
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = pytest.mark.usefixtures("_migrated")


async def twin(world, **draft):
    """Add somebody called as the others."""
    return await add(world, first_name="Ana", last_name="Ruiz", company="Acme", **draft)


async def found(world) -> list[tuple[object, object]]:
    pairs = await do(world, duplicates.find_duplicates)
    return [(pair.first.id, pair.second.id) for pair in pairs]


async def dismissed(world) -> set[frozenset[object]]:
    views = await do(world, not_duplicates.list_distinct)
    return {frozenset((view.first.id, view.second.id)) for view in views}


async def logged(world, action: str) -> list[tuple[str, str, str]]:
    async with unit_of_work(world.workspace_id) as uow:
        rows = await (await uow.session.connection()).execute(
            text(
                "SELECT actor_name, object_name, detail ->> 'other' FROM activity "
                "WHERE workspace_id = :w AND action = :action"
            ),
            {"w": world.workspace_id, "action": action},
        )
        return [(row[0], row[1], row[2]) for row in rows]


async def test_a_dismissed_pair_stays_away_until_it_is_taken_back(empty):
    one, two = await twin(empty), await twin(empty)
    assert await found(empty) == [(one.id, two.id)]
    for _ in range(2):
        await do(empty, not_duplicates.set_apart, first_id=two.id, second_id=one.id)
    assert await found(empty) == []
    (view,) = await do(empty, not_duplicates.list_distinct)
    assert {view.first.id, view.second.id} == {one.id, two.id}
    assert view.actor_name == "Olga Owner"
    await do(empty, not_duplicates.take_back, first_id=one.id, second_id=two.id)
    assert await found(empty) == [(one.id, two.id)]
    assert await dismissed(empty) == set()
    assert await logged(empty, "contact.set_apart") == [("Olga Owner", "Ana Ruiz", "Ana Ruiz")]
    assert len(await logged(empty, "contact.set_apart_undone")) == 1
    with pytest.raises(NotFound):
        await do(empty, not_duplicates.take_back, first_id=one.id, second_id=two.id)


async def test_of_three_alike_the_others_are_still_compared(empty):
    one, two, three = [await twin(empty) for _ in range(3)]
    assert await found(empty) == [(one.id, two.id), (one.id, three.id)]
    await do(empty, not_duplicates.set_apart, first_id=one.id, second_id=three.id)
    assert set(await found(empty)) == {(one.id, two.id), (two.id, three.id)}
    await do(empty, not_duplicates.set_apart, first_id=two.id, second_id=three.id)
    await do(empty, not_duplicates.set_apart, first_id=one.id, second_id=two.id)
    assert await found(empty) == []


async def test_dismissed_pairs_do_not_hide_the_ones_behind_them(empty, monkeypatch):
    monkeypatch.setattr(duplicates, "SHOWN", 1)
    old = [await add(empty, email=f"bob{mark}@example.com") for mark in ("", "+news")]
    new = [await add(empty, email=f"eve{mark}@example.com") for mark in ("", "+news")]
    assert await found(empty) == [(new[0].id, new[1].id)]
    await do(empty, not_duplicates.set_apart, first_id=new[0].id, second_id=new[1].id)
    assert await found(empty) == [(old[0].id, old[1].id)]


async def test_it_goes_with_either_contact(empty):
    one, two, three = [await twin(empty) for _ in range(3)]
    await do(empty, not_duplicates.set_apart, first_id=one.id, second_id=two.id)
    await do(empty, not_duplicates.set_apart, first_id=three.id, second_id=one.id)
    await do(empty, contacts.delete_contact, contact_id=two.id)
    assert await dismissed(empty) == {frozenset((one.id, three.id))}
    await do(empty, contacts.delete_contact, contact_id=one.id)
    assert await dismissed(empty) == set()


async def test_who_is_nobodys_double_is_not_after_a_merge_either(empty):
    keep, drop, other = [await twin(empty) for _ in range(3)]
    await do(empty, not_duplicates.set_apart, first_id=drop.id, second_id=other.id)
    # Dismissed by mistake: merging them all the same says so.
    await do(empty, not_duplicates.set_apart, first_id=keep.id, second_id=drop.id)
    merge = await do(empty, merging.merge_contacts, keep_id=keep.id, drop_id=drop.id)
    assert await dismissed(empty) == {frozenset((keep.id, other.id))}
    assert await found(empty) == []
    await do(empty, merging.undo_merge, merge_id=merge.id)
    assert await dismissed(empty) == {
        frozenset((drop.id, other.id)),
        frozenset((keep.id, drop.id)),
    }
    assert await found(empty) == [(keep.id, other.id)]


async def test_an_undone_merge_leaves_what_was_said_of_the_kept_one(empty):
    keep, drop, other = [await twin(empty) for _ in range(3)]
    for one in (keep, drop):
        await do(empty, not_duplicates.set_apart, first_id=one.id, second_id=other.id)
    merge = await do(empty, merging.merge_contacts, keep_id=keep.id, drop_id=drop.id)
    await do(empty, merging.undo_merge, merge_id=merge.id)
    assert await dismissed(empty) == {
        frozenset((keep.id, other.id)),
        frozenset((drop.id, other.id)),
    }


async def test_an_undone_merge_passes_over_who_is_gone_by_then(empty):
    keep, drop, other = [await twin(empty) for _ in range(3)]
    await do(empty, not_duplicates.set_apart, first_id=drop.id, second_id=other.id)
    merge = await do(empty, merging.merge_contacts, keep_id=keep.id, drop_id=drop.id)
    await do(empty, contacts.delete_contact, contact_id=other.id)
    await do(empty, merging.undo_merge, merge_id=merge.id)
    assert await dismissed(empty) == set()


async def test_setting_apart_asks_for_rights_and_two_contacts_of_this_workspace(empty):
    one, two = await twin(empty), await twin(empty)
    viewer = await make_member(empty, "Viewer")
    for service in (not_duplicates.set_apart, not_duplicates.take_back):
        with pytest.raises(Forbidden):
            await do(empty, service, actor=viewer, first_id=one.id, second_id=two.id)
        with pytest.raises(Invalid):
            await do(empty, service, first_id=one.id, second_id=one.id)
    other = await make_empty_world()
    foreign = await add(other)
    with pytest.raises(NotFound):
        await do(empty, not_duplicates.set_apart, first_id=one.id, second_id=foreign.id)
    await do(empty, not_duplicates.set_apart, first_id=one.id, second_id=two.id)
    with pytest.raises(NotFound):
        await do(other, not_duplicates.take_back, first_id=one.id, second_id=two.id)
    assert await do(other, not_duplicates.list_distinct) == []
