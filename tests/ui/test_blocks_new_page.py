"""A new page with a list and a form is one short file and one line in the table of pages."""

import sys
from textwrap import dedent
from uuid import uuid4

import pytest
from reflex_base.registry import RegistrationContext

from tests.fixtures import make_empty_world, make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.ui.security import AppState

PAGE = '''
    """Sources of contacts, as a page of their own."""

    from __future__ import annotations

    from dataclasses import dataclass
    from typing import ClassVar
    from uuid import UUID

    import reflex as rx

    from xobito_app.core.permissions import Permission
    from xobito_app.features.contacts.labels import sources
    from xobito_app.ui import blocks, forms
    from xobito_app.ui.components import empty_state
    from xobito_app.ui.security import AppState, permitted

    VIEW, MANAGE = Permission.CONTACTS_VIEW, Permission.SOURCES_MANAGE


    @dataclass(frozen=True, slots=True)
    class SourceRow:
        id: str
        name: str
        contacts: str


    @permitted(view=VIEW)
    class ListedState(blocks.ListState, AppState):
        rows: rx.Field[list[SourceRow]] = rx.field(default_factory=list)

        async def _page(self, viewer, cursor):
            found = await self._call(sources.list_sources)
            return blocks.whole(SourceRow(str(s.id), s.name, f"{s.contacts:,}") for s in found)


    @permitted(edit=MANAGE)
    class WrittenState(blocks.RowFormState, AppState):
        listed: ClassVar = ListedState

        async def _values(self, row_id: UUID | None):
            found = await self._call(sources.list_sources)
            return {"name": next((s.name for s in found if s.id == row_id), "")}

        async def _save(self, row_id: UUID | None, form):
            name = forms.text(form, "name")
            if row_id is None:
                await self._call(sources.create_source, name=name)
            else:
                await self._call(sources.update_source, source_id=row_id, name=name)

        async def _delete(self, row_id: UUID):
            await self._call(sources.delete_source, source_id=row_id)


    def content() -> rx.Component:
        new = blocks.new_button("New source", WrittenState, MANAGE)
        return blocks.list_page(
            ListedState,
            blocks.form_dialog(
                WrittenState,
                blocks.Fields(WrittenState).text("Name", "name"),
                new="New source",
                edit="Edit source",
            ),
            blocks.confirm_delete(WrittenState, "source"),
            title="Sources",
            primary=new,
            columns=("Source", "Contacts", ""),
            row=line,
            empty=empty_state("tags", "No sources yet", "Where people came from.", new),
        )


    def line(row) -> rx.Component:
        return blocks.line_of(
            row,
            blocks.main_cell(row.name, on_open=WrittenState.edit(row.id), needs=MANAGE),
            blocks.cell(row.contacts, tabular=True),
            blocks.actions_cell(*blocks.edit_items(WrittenState, row, row.name), needs=MANAGE),
        )
'''
LIST, FORM = "listed_state", "written_state"


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The page, gone again after the test."""
    context = RegistrationContext.ensure_context()
    known = (context.event_handlers, context.base_states)
    before = [dict(one) for one in known]
    siblings = set(AppState.get_substates())
    (tmp_path / "sources_page.py").write_text(dedent(PAGE).lstrip())
    monkeypatch.syspath_prepend(str(tmp_path))
    import sources_page

    yield sources_page
    del sys.modules["sources_page"]
    for one, was in zip(known, before, strict=True):
        one.clear()
        one.update(was)
    AppState.get_substates().intersection_update(siblings)


async def open_tab(server, actor) -> Tab:
    tab = Tab(server, str(uuid4()), await sign_in(actor.user_id, actor.workspace_id))
    tab.path = "/sources"
    return tab


@pytest.mark.usefixtures("_migrated")
async def test_it_lists_makes_changes_and_deletes(page, server):
    assert len(dedent(PAGE).splitlines()) <= 100
    assert page.content().render()
    world = await make_empty_world()
    tab = await open_tab(server, world.owner)
    listed, form = page.ListedState, page.WrittenState
    await tab.send(handler_name(form.write_new))
    await tab.send(handler_name(form.save), form={"name": "Fair"})
    await tab.send(handler_name(listed.load))
    row = next(row for row in tab.value(LIST, "rows") if row.name == "Fair")
    await tab.send(handler_name(form.edit), row_id=row.id)
    assert tab.value(FORM, "values") == {"name": "Fair"}
    await tab.send(handler_name(form.save), form={"name": ""})
    assert list(tab.value(FORM, "errors")) == ["name"]
    await tab.send(handler_name(form.ask), question="delete", row_id=row.id, name=row.name)
    await tab.send(handler_name(form.delete))
    await tab.send(handler_name(listed.load))
    assert "Fair" not in [row.name for row in tab.value(LIST, "rows")]


@pytest.mark.usefixtures("_migrated")
async def test_it_refuses_whom_its_service_would(page, server):
    world = await make_empty_world()
    tab = await open_tab(server, await make_member(world, "Viewer"))
    await tab.send(handler_name(page.ListedState.load))
    assert tab.value(LIST, "stage") in {"ready", "empty"}
    await tab.send(handler_name(page.WrittenState.write_new))
    assert "Your role does not allow this." in tab.scripts
