"""Live changes of the contact list: progress of bulk actions, and the lines on the screen."""

from __future__ import annotations

from uuid import UUID

from xobito_app.core import clock
from xobito_app.core.events import Notice, Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import Permission, system_actor
from xobito_app.features.contacts import bulk
from xobito_app.features.contacts.views import read_views
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import Change, Tab, relay
from xobito_app.ui.pages.contacts.rows import JobRow, is_recent
from xobito_app.ui.pages.contacts.state import KEY, ContactsState


async def hear(workspace_id: UUID, notices: list[Notice], tabs: list[Tab]) -> None:
    """Patch the tabs that show contacts."""
    tabs = [t for t in tabs if KEY in t.shows and t.viewer.actor.can(Permission.CONTACTS_VIEW)]
    if not tabs:
        return
    if any(notice.topic is Topic.CONTACT_JOB for notice in notices):
        await _show_jobs(workspace_id, tabs)
    changed = {notice.about for notice in notices if notice.topic is Topic.CONTACT}
    shown = {row_id for tab in tabs for row_id in tab.shows[KEY]}
    # Many at once are told as the whole workspace.
    touched = shown if str(workspace_id) in changed else changed & shown
    if touched:
        await _show_lines(workspace_id, touched, tabs)


async def _show_jobs(workspace_id: UUID, tabs: list[Tab]) -> None:
    now = clock.now()
    async with unit_of_work(workspace_id) as uow:
        actor = system_actor(WorkspaceId(workspace_id))
        jobs = await bulk.list_jobs(uow.session, actor, limit=5)
    rows = [JobRow.of(view) for view in jobs if is_recent(view, now)]
    is_over = not any(row.is_open for row in rows)
    for tab in tabs:
        at_list: list[bool] = []

        def show(state: ContactsState, at_list: list[bool] = at_list) -> None:
            state._show_jobs(rows)
            at_list.append(state.router.url.path.rstrip("/") == "/contacts")

        await relay.patch(tab, Change(ContactsState, show))
        if is_over and at_list == [True]:
            # Counts, segments and whole windows may have changed with the last batch.
            await relay.reload(tab)


async def _show_lines(workspace_id: UUID, changed: set[str], tabs: list[Tab]) -> None:
    async with unit_of_work(workspace_id) as uow:
        found = await read_views(uow.session, workspace_id, [UUID(i) for i in changed])
    views = {str(row_id): view for row_id, view in found.items()}
    for tab in tabs:
        if changed.isdisjoint(tab.shows[KEY]):
            continue
        zone = tab.viewer.time_zone
        await relay.patch(
            tab, Change(ContactsState, lambda state, zone=zone: state._patch(views, zone))
        )


def register() -> None:
    """Have the list hear of changes."""
    relay.handle((Topic.CONTACT, Topic.CONTACT_JOB), hear)
