"""Canned replies: their list, and the form of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.core.text import shorten
from xobito_app.features.inbox.composing import canned
from xobito_app.ui import forms
from xobito_app.ui.blocks import (
    Fields,
    Form,
    ListState,
    Page,
    RowFormState,
    Viewer,
    actions_cell,
    cell,
    confirm_delete,
    edit_items,
    form_dialog,
    line_of,
    list_view,
    main_cell,
    new_button,
    search_box,
    whole,
)
from xobito_app.ui.components import empty_state
from xobito_app.ui.security import AppState, permitted

LIMIT = 200
_VIEW, _MANAGE = Permission.CANNED_REPLIES_VIEW, Permission.CANNED_REPLIES_MANAGE


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """A canned reply in the list."""

    id: str
    label: str
    preview: str


@permitted(view=_VIEW)
class RepliesState(ListState, AppState):
    """The canned replies of the workspace."""

    filters: ClassVar = ("q",)
    rows: rx.Field[list[ReplyRow]] = rx.field(default_factory=list)

    async def _page(self, viewer: Viewer, cursor: str) -> Page[ReplyRow]:
        typed = self.query.get("q", "")
        found = await self._call(canned.find, typed=typed, limit=LIMIT)
        return whole(ReplyRow(str(r.id), f"/{r.shortcut}", shorten(r.body, 140)) for r in found)


@permitted(edit=_MANAGE)
class ReplyFormState(RowFormState, AppState):
    """The reply being written."""

    listed: ClassVar = RepliesState

    async def _values(self, row_id: UUID | None) -> dict[str, str]:
        if not row_id:
            return {}
        reply = await self._call(canned.get, reply_id=row_id)
        return {"shortcut": reply.shortcut, "body": reply.body}

    async def _save(self, row_id: UUID | None, form: Form) -> None:
        await self._call(
            canned.save,
            reply_id=row_id,
            shortcut=forms.text(form, "shortcut"),
            body=forms.text(form, "body", canned.BODY_LIMIT + 1),
        )

    async def _delete(self, row_id: UUID) -> None:
        await self._call(canned.remove, reply_id=row_id)


def replies() -> rx.Component:
    """Return the list, its form, and what stands there before the first one."""
    state, fields = ReplyFormState, Fields(ReplyFormState)
    return rx.fragment(
        list_view(
            RepliesState,
            columns=("Shortcut", "Text", ""),
            row=_row,
            filters=(search_box(RepliesState, "Search shortcuts and texts"),),
            empty=empty_state(
                "zap",
                "No canned replies yet",
                "Opening hours, directions, prices: write them once, send them in a second.",
                new_reply(),
            ),
        ),
        form_dialog(
            state,
            fields.text(
                "Shortcut",
                "shortcut",
                help="Letters a-z, numbers, - and _, like hours or price-list.",
                auto_focus=True,
            ),
            fields.area(
                "Text",
                "body",
                rows=6,
                help="{contact.first_name}, {contact.company} and {agent.name} are filled in.",
            ),
            new="New canned reply",
            edit="Edit canned reply",
        ),
        confirm_delete(state, "reply", "Macros that send it stop working. Sent messages stay."),
    )


def new_reply() -> rx.Component:
    """Return the button that begins a reply."""
    return new_button("New reply", ReplyFormState, _MANAGE)


def _row(row: ObjectVar[ReplyRow]) -> rx.Component:
    state = ReplyFormState
    return line_of(
        row,
        main_cell(row.label, on_open=state.edit(row.id), needs=_MANAGE),
        cell(row.preview),
        actions_cell(*edit_items(state, row, row.label), needs=_MANAGE),
    )
