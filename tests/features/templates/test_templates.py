import pytest

from tests.deliveries import incoming, store
from tests.features.connection.meta import Meta
from tests.fixtures import EmptyWorld, World, make_empty_world, make_member
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.features.connection import connecting
from xobito_app.features.connection.repository import ConnectionRepository
from xobito_app.features.inbox.composing import template_draft
from xobito_app.features.inbox.schemas import ThreadFilter
from xobito_app.features.inbox.threads import threads
from xobito_app.features.ingest import drain
from xobito_app.features.templates import service, sync
from xobito_app.features.templates.repository import TemplateRepository
from xobito_app.persistence.unit_of_work import unit_of_work


def _raw(name: str, **facts) -> dict:
    return {
        "id": f"id-{name}",
        "name": name,
        "language": "en_US",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": f"Text of {name}"}],
        **facts,
    }


async def _take(world: World, *listed: dict) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        connection = await ConnectionRepository(uow.session, world.workspace_id).get(
            world.connection_id
        )
        await sync.take_templates(uow.session, connection, listed)


async def _names(world: World, cursor: str = "", **filters) -> list[str]:
    async with unit_of_work(world.workspace_id) as uow:
        page = await service.list_templates(
            uow.session,
            world.owner,
            wanted=service.Wanted(**filters),
            cursor=cursor,
        )
    return [line.name for line in page.rows]


async def test_pages_hold_every_template_once(world: World):
    names = [f"t_{place:03}" for place in range(23)]
    await _take(world, *(_raw(name) for name in names))
    seen: list[str] = []
    cursor = ""
    for _ in range(10):
        async with unit_of_work(world.workspace_id) as uow:
            page = await service.list_templates(uow.session, world.owner, cursor=cursor, limit=5)
        seen += [line.name for line in page.rows]
        cursor = page.cursor
        if not cursor:
            break
    assert seen == names


async def test_a_damaged_cursor_is_told(world: World):
    with pytest.raises(Invalid, match="damaged"):
        await _names(world, cursor="nonsense")


async def test_search_and_filters(world: World):
    await _take(
        world,
        _raw("order_sent"),
        _raw("sale", category="MARKETING", status="REJECTED", language="es"),
    )
    assert await _names(world, search="order sent") == ["order_sent"]
    assert await _names(world, search="text OF sale") == ["sale"]
    assert await _names(world, search="body") == []
    assert await _names(world, search="100%") == []
    assert await _names(world, category="MARKETING") == ["sale"]
    assert await _names(world, status="APPROVED") == ["order_sent"]
    assert await _names(world, language="es") == ["sale"]
    async with unit_of_work(world.workspace_id) as uow:
        choices = await service.read_choices(uow.session, world.owner)
    assert choices.languages == ("en_US", "es")


async def test_what_meta_no_longer_lists_is_gone_until_it_returns(world: World):
    await _take(world, _raw("a"), _raw("b"))
    await _take(world, _raw("a", status="PAUSED"))
    assert await _names(world) == ["a"]
    assert await _names(world, status="PAUSED") == ["a"]
    await _take(world, _raw("a"), _raw("b"))
    assert await _names(world) == ["a", "b"]


async def test_a_preview_shows_all_parts(meta: Meta, empty: EmptyWorld):
    await connecting.start_simulator(empty.owner)
    async with unit_of_work(empty.workspace_id) as uow:
        page = await service.list_templates(
            uow.session, empty.owner, wanted=service.Wanted(search="order_confirmation")
        )
        view = await service.get(uow.session, empty.owner, page.rows[0].id)
    assert view.header == "Order {{order_number}}"
    assert view.footer == "Reply here with any question"
    assert [button.type for button in view.buttons] == ["URL", "PHONE_NUMBER"]
    assert "body.first_name" in {variable.key for variable in view.variables}


async def test_syncing_by_hand_counts_and_stamps(meta: Meta, empty: EmptyWorld):
    await connecting.start_simulator(empty.owner)
    assert await sync.sync_now(empty.owner) == 6
    async with unit_of_work(empty.workspace_id) as uow:
        stamp = await service.read_stamp(uow.session, empty.owner)
    assert stamp.count == 6
    assert stamp.at
    with pytest.raises(Forbidden):
        await sync.sync_now(await make_member(empty, "Viewer"))
    with pytest.raises(Invalid, match="Connect WhatsApp first"):
        await sync.sync_now((await make_empty_world()).owner)


async def test_only_approved_ones_we_can_fill_are_sendable_most_used_first(world: World):
    carousel = [{"type": "BODY", "text": "x"}, {"type": "CAROUSEL", "cards": []}]
    await _take(
        world,
        _raw("seldom"),
        _raw("often"),
        _raw("paused", status="PAUSED"),
        _raw("carousel", components=carousel),
    )
    async with unit_of_work(world.workspace_id) as uow:
        repository = TemplateRepository(uow.session, world.workspace_id)
        often = await repository.find_by_meta(meta_id="id-often", name=None, language=None)
        assert often
        often.use_count = 9
        uow.session.add(often)
    await store(incoming(world, "16505550177", "hi"))
    await drain.drain()
    agent = await make_member(world, "Agent")
    stranger = (await make_empty_world()).owner
    async with unit_of_work(world.workspace_id) as uow:
        lines = await threads.list_threads(uow.session, world.owner, ThreadFilter())
        thread_id = lines.rows[0].id
        found = await template_draft.list_sendable(uow.session, agent, conversation_id=thread_id)
        assert [item.name for item in found] == ["often", "seldom"]
        assert found[0].body == "Text of often"
        searched = await template_draft.list_sendable(
            uow.session, agent, conversation_id=thread_id, search="seldom"
        )
        assert [item.name for item in searched] == ["seldom"]
    async with unit_of_work(stranger.workspace_id) as uow:
        with pytest.raises(NotFound):
            await template_draft.list_sendable(uow.session, stranger, conversation_id=thread_id)


async def test_another_workspace_sees_none_of_it(world: World):
    await _take(world, _raw("private"))
    stranger = (await make_empty_world()).owner
    async with unit_of_work(world.workspace_id) as uow:
        page = await service.list_templates(uow.session, world.owner)
    async with unit_of_work(stranger.workspace_id) as uow:
        assert (await service.list_templates(uow.session, stranger)).rows == ()
        with pytest.raises(NotFound):
            await service.get(uow.session, stranger, page.rows[0].id)
