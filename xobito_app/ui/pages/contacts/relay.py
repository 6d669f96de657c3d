"""Live changes of the contact list: progress of bulk actions, and the lines on the screen."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from xobito_app.core import clock
from xobito_app.core.events import Notice, Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import Permission, system_actor
from xobito_app.features.contacts.bulk import bulk
from xobito_app.features.contacts.records.views import load_views
from xobito_app.features.contacts.schemas import ContactView
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.live import Look, relay
from xobito_app.ui.pages.contacts.rows import JobRow, is_recent
from xobito_app.ui.pages.contacts.state import KEY, ContactsState
from xobito_app.ui.tabs import Tab


async def hear(workspace_id: UUID, notices: list[Notice], looks: list[Look]) -> None:
    """Patch the tabs that show contacts."""
    looks = [look for look in looks if look.viewer.actor.can(Permission.CONTACTS_VIEW)]
    if not looks:
        return
    if any(notice.topic is Topic.CONTACT_JOB for notice in notices):
        await _show_jobs(workspace_id, looks)
    changed = {notice.subject_id for notice in notices if notice.topic is Topic.CONTACT}
    # Many at once are told as the whole workspace.
    everything = str(workspace_id) in changed
    shown = {row_id for look in looks for row_id in look.shown or ()}
    touched = shown if everything else changed & shown
    views = await _read(workspace_id, touched) if touched else {}
    for look in looks:
        if look.shown is None:
            # It is being read: once it is, this is judged again.
            look.change(ContactsState, lambda state: None)
        elif not touched.isdisjoint(look.shown):
            look.change(ContactsState, _patching(views, look.viewer.time_zone))


async def _show_jobs(workspace_id: UUID, looks: list[Look]) -> None:
    now = clock.now()
    async with unit_of_work(workspace_id) as uow:
        actor = system_actor(WorkspaceId(workspace_id))
        jobs = await bulk.list_jobs(uow.session, actor, limit=5)
    rows = [JobRow.of(view) for view in jobs if is_recent(view, now)]
    is_over = not any(row.is_open for row in rows)
    for look in looks:
        look.change(ContactsState, _showing_jobs(rows, look.tab if is_over else None))


def _showing_jobs(rows: list[JobRow], over: Tab | None) -> Callable[[ContactsState], None]:
    def show(state: ContactsState) -> None:
        state._show_jobs(rows)
        if over and state.router.url.path.rstrip("/") == "/contacts":
            # Counts, segments and whole windows may have changed with the last batch.
            relay.reload(over)

    return show


async def _read(workspace_id: UUID, changed: Collection[str]) -> dict[str, ContactView]:
    async with unit_of_work(workspace_id) as uow:
        found = await load_views(uow.session, workspace_id, [UUID(i) for i in changed])
    return {str(row_id): view for row_id, view in found.items()}


def _patching(views: dict[str, ContactView], zone: str) -> Callable[[ContactsState], None]:
    return lambda state: state._patch(views, zone)


def register() -> None:
    """Have the list hear of changes."""
    relay.handle((Topic.CONTACT, Topic.CONTACT_JOB), KEY, hear)
