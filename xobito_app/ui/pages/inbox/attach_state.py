"""What is sent beside words and files: buttons, lists, links, places and contact cards."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import Any

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.contacts.lists import listing
from xobito_app.features.contacts.schemas import ContactFilter
from xobito_app.features.inbox.composing import compose
from xobito_app.features.inbox.composing.locations import read_place
from xobito_app.features.inbox.composing.outgoing import Order
from xobito_app.ui import forms
from xobito_app.ui.blocks import StagedState
from xobito_app.ui.failures import field_errors
from xobito_app.ui.pages.inbox.draft_state import DraftState
from xobito_app.ui.pages.inbox.thread_state import open_thread_id
from xobito_app.ui.security import AppState, guarded
from xobito_app.whatsapp import limits
from xobito_app.whatsapp.payloads_interactive import Button, Row, Section

KINDS = {
    "buttons": "Buttons",
    "list": "List to choose from",
    "link": "Link button",
    "location": "Location",
    "card": "Contact card",
}
FIELDS = frozenset(
    {"header", "body", "footer", "label", "url", "where", "name", "phone", "email", "company"}
)
PEOPLE_SHOWN = 8


@dataclass(frozen=True, slots=True)
class SectionSlot:
    """A section of the list being written: which rows it has, by the names of their fields."""

    id: str
    rows: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A contact that can be shared."""

    id: str
    name: str
    phone: str


class AttachState(StagedState, AppState):
    """The one dialog behind the plus; `kind` says what it asks for."""

    kind: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    sections: rx.Field[list[SectionSlot]] = rx.field(default_factory=list)
    row_count: rx.Field[int] = rx.field(1)
    people: rx.Field[list[PersonRow]] = rx.field(default_factory=list)
    chosen: rx.Field[list[PersonRow]] = rx.field(default_factory=list)
    _key: str = ""
    _made: int = 0

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def begin(self, kind: str):
        """Ask for the parts of one kind of message."""
        if kind not in KINDS:
            return
        # The key is made with the form, so that pressing Send twice sends once.
        self._key, self.errors, self.chosen = str(ids.new()), {}, []
        self.sections = [SectionSlot(self._name("s"), [self._name("r")])]
        self.row_count = 1
        self.kind, self.title = kind, KINDS[kind]
        if kind == "card":
            self.stage = "loading"
            yield
            await self._staged(self._find(""))

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def set_open(self, is_open: bool):
        """Close the dialog."""
        if not is_open:
            self.kind = ""

    def _name(self, letter: str) -> str:
        self._made += 1
        return f"{letter}{self._made}"

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def add_row(self, section_id: str):
        """Add a line to a section of the list; ten in all are allowed."""
        if self.row_count < limits.LIST_ROWS:
            name = self._name("r")
            self._change_rows(lambda s: [*s.rows, name] if s.id == section_id else s.rows)

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def remove_row(self, row_id: str):
        """Take a line out, and a section with its last one."""
        if self.row_count > 1:
            self._change_rows(lambda s: [row for row in s.rows if row != row_id])

    def _change_rows(self, rows_of: Any) -> None:
        changed = [replace(section, rows=rows_of(section)) for section in self.sections]
        self.sections = [section for section in changed if section.rows]
        self.row_count = sum(len(section.rows) for section in self.sections)

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def add_section(self):
        """Begin another section of the list."""
        if self.row_count < limits.LIST_ROWS:
            slot = SectionSlot(self._name("s"), [self._name("r")])
            self.sections = [*self.sections, slot]
            self.row_count += 1

    @rx.event(supersedes=True)
    @guarded(Permission.CONTACTS_VIEW)
    async def find(self, typed: str):
        """List contacts to share."""
        await self._staged(self._find(str(typed)[:100]))

    async def _find(self, typed: str) -> None:
        if not (await self._actor()).can(Permission.CONTACTS_VIEW):
            self.people = []
            return
        found = await self._call(
            listing.list_contacts, contact_filter=ContactFilter(search=typed), limit=PEOPLE_SHOWN
        )
        self.people = [PersonRow(str(c.id), c.name, c.phone_display) for c in found.rows]

    @rx.event
    @guarded(Permission.CONTACTS_VIEW)
    async def take(self, contact_id: str):
        """Put a contact among those to share, or take it out again."""
        rest = [row for row in self.chosen if row.id != contact_id]
        if len(rest) < len(self.chosen):
            self.chosen, self.problem = rest, ""
            return
        if len(self.chosen) >= limits.CONTACT_CARDS:
            self.problem = f"Share at most {limits.CONTACT_CARDS} contacts at once."
            return
        added = [row for row in self.people if row.id == contact_id]
        self.chosen = [*self.chosen, *added]

    @rx.event
    @guarded(Permission.INBOX_REPLY)
    async def send(self, form: dict[str, Any]):
        """Send what the form says, or tell at the field what is wrong; nothing typed is lost."""
        draft = await self.get_state(DraftState)
        order = draft._order(await open_thread_id(self), self._key)
        try:
            await self._call(self._queue, order, form)
        except Invalid as error:
            errors = field_errors(error)
            # What has no field of its own in this form stands above its buttons.
            self.errors = errors if errors.keys() <= FIELDS else {"form": error.message}
            return
        draft._sent()
        self.kind, self.errors = "", {}

    def _queue(
        self, session: AsyncSession, actor: Actor, order: Order, form: dict[str, Any]
    ) -> Awaitable[object]:
        match self.kind:
            case "location":
                latitude, longitude = read_place(forms.text(form, "where"))
                return compose.send_location(
                    session,
                    actor,
                    order,
                    latitude=latitude,
                    longitude=longitude,
                    name=forms.text(form, "name"),
                    address=forms.text(form, "address"),
                )
            case "card":
                return self._send_cards(session, actor, order, form)
            case "buttons" | "list" | "link":
                return compose.send_interactive(
                    session,
                    actor,
                    order,
                    body=forms.text(form, "body", 5000),
                    header=forms.text(form, "header"),
                    footer=forms.text(form, "footer"),
                    choice=self._choice(form),
                )
            case _:
                raise Invalid("Choose what to send first.")

    def _choice(self, form: dict[str, Any]) -> compose.Choice:
        label = forms.text(form, "label").strip()
        if self.kind == "link":
            return compose.LinkButton(label, forms.text(form, "url").strip())
        if self.kind == "buttons":
            titles = [forms.text(form, f"button-{n}").strip() for n in (1, 2, 3)]
            return compose.Buttons(
                [Button(f"button-{n}", title) for n, title in enumerate(titles, 1) if title]
            )
        return compose.ChoiceList(
            label,
            [
                Section(
                    [
                        Row(
                            row,
                            forms.text(form, f"{row}-title").strip(),
                            forms.text(form, f"{row}-detail").strip() or None,
                        )
                        for row in section.rows
                    ],
                    forms.text(form, f"{section.id}-title").strip() or None,
                )
                for section in self.sections
            ],
        )

    async def _send_cards(
        self, session: AsyncSession, actor: Actor, order: Order, form: dict[str, Any]
    ) -> None:
        chosen = [ids.parse(row.id) for row in self.chosen]
        cards = await compose.cards_of(session, actor, chosen) if chosen else []
        typed = {name: forms.text(form, name) for name in ("name", "phone", "email", "company")}
        if not cards or any(value.strip() for value in typed.values()):
            cards.append(await compose.typed_card(session, actor, **typed))
        await compose.send_contact_card(session, actor, order, cards=cards)
