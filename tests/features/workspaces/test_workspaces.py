import pytest

from tests.fixtures import make_member
from xobito_app.core.errors import Conflict, Forbidden, Invalid
from xobito_app.features.workspaces import service as workspaces
from xobito_app.persistence.unit_of_work import unit_of_work


async def save(world, changes, by=None):
    async with unit_of_work(world.workspace_id) as uow:
        return await workspaces.save_settings(uow.session, by or world.owner, changes)


async def test_set_up_is_closed_for_ever_once_somebody_exists(world):
    with pytest.raises(Conflict):
        async with unit_of_work() as uow:
            await workspaces.set_up(
                uow,
                workspace_name="Second",
                owner_name="Mallory",
                email="mallory@example.com",
                password="a fine password",
            )


async def test_words_are_read_as_people_type_them(world):
    saved = await save(world, {"stop_bot_keywords": " Stop,  HELP  me ,, stop "})
    assert saved.stop_bot_keywords == ("stop", "help me")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clear_history_after_days", "366"),
        ("clear_history_after_days", "-1"),
        ("bots_resume_after_hours", "0"),
        ("bots_resume_after_hours", "721"),
        ("bots_resume_after_hours", "soon"),
        ("auto_assign", "everybody"),
    ],
)
async def test_a_setting_out_of_its_limits_names_its_field_and_changes_nothing(world, name, value):
    with pytest.raises(Invalid) as caught:
        await save(world, {"reply_only_assigned": True, name: value})
    assert list(caught.value.fields) == [name]
    async with unit_of_work(world.workspace_id) as uow:
        kept = await workspaces.load_settings(uow.session, world.workspace_id)
    assert not kept.reply_only_assigned


async def test_settings_are_changed_by_those_who_may(world):
    viewer = await make_member(world, "Viewer")
    with pytest.raises(Forbidden):
        await save(world, {"auto_lead": False}, by=viewer)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"time_zone": "Nowhere"}, "time_zone"),
        ({"country": "Germany"}, "country"),
    ],
)
async def test_a_workspace_is_named_and_placed_by_its_rules(world, change, field):
    good = {"name": "Acme", "time_zone": "UTC", "country": "DE"}
    with pytest.raises(Invalid) as caught:
        async with unit_of_work(world.workspace_id) as uow:
            await workspaces.rename_workspace(uow.session, world.owner, **{**good, **change})
    assert list(caught.value.fields) == [field]
