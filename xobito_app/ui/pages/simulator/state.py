"""The customer's phone: whose it is, what stands in it, and what is done with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from xobito_app.core import clock
from xobito_app.core.errors import AppError, NotFound
from xobito_app.core.permissions import Permission
from xobito_app.core.text import initials
from xobito_app.features.connection import simulated_customer
from xobito_app.ui import formats, forms
from xobito_app.ui.blocks import Form, FormState, PageState
from xobito_app.ui.blocks.page_state import Reading
from xobito_app.ui.components import tone_of
from xobito_app.ui.live import showing
from xobito_app.ui.security import AppState, guarded_by, permitted

KEY = "phone"


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A simulated person in the list."""

    id: str
    name: str
    initials: str
    tone: int
    detail: str
    preview: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A bubble on the phone."""

    id: str
    is_mine: bool
    text: str
    time: str
    tick: str
    header: str
    footer: str
    quote: str
    reactions: str
    media: str
    note: str
    taps: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Watched:
    """Which account and customer a tab shows."""

    account: str
    customer_id: str


READING = Watched("", "")
"""Whose phone it is has yet to be read: everything concerns it."""

_KINDS = {
    "image": "Photo",
    "video": "Video",
    "audio": "Voice message",
    "document": "Document",
    "sticker": "Sticker",
    "location": "Location",
    "contacts": "Contact card",
}
_TICKS = {"delivered": "check-check", "read": "read"}
LEAPS = {"1h": 3600, "6h": 6 * 3600, "25h": 25 * 3600, "now": 0}


def phone_row(message: simulated_customer.PhoneMessage, zone: str) -> PhoneRow:
    """Format a message for the phone."""
    kind = message.media_kind or message.kind
    return PhoneRow(
        id=message.id,
        is_mine=message.is_mine,
        text="" if message.is_revoked else message.text,
        time=formats.clock_time(message.at, zone),
        tick=_TICKS.get(message.status, "check") if message.is_mine else "",
        header=message.header,
        footer=message.footer,
        quote=message.reply_to,
        reactions=message.reactions,
        media=_KINDS.get(kind, ""),
        note="Deleted" if message.is_revoked else "Edited" if message.is_edited else "",
        taps=list(message.taps),
    )


@permitted(view=Permission.SIMULATOR_USE)
class PhoneState(PageState, AppState):
    """The phone in the middle and the people at its left."""

    customers: rx.Field[list[CustomerRow]] = rx.field(default_factory=list)
    customer_id: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    detail: rx.Field[str] = rx.field("")
    is_typing: rx.Field[bool] = rx.field(False)
    rows: rx.Field[list[PhoneRow]] = rx.field(default_factory=list)

    async def _reading(self, read: Reading) -> None:
        """Show the people and the chat that was open, or the first; no transaction is open."""
        await self._show_customer(self.customer_id, with_people=True, or_first=True)

    async def _show_customer(
        self, customer_id: str, *, with_people: bool = False, or_first: bool = False
    ) -> None:
        async with showing(self, KEY, READING) as told:
            actor = told.viewer.actor
            account = await simulated_customer.account_of(actor)
            people = await simulated_customer.list_customers(actor) if with_people else []
            if or_first and customer_id not in {person.id for person in people}:
                customer_id = people[0].id if people else ""
            chat = (
                await simulated_customer.read_chat(actor, customer_id=customer_id)
                if customer_id
                else None
            )
            self.customer_id = customer_id
            if with_people:
                self._show_people(people)
            else:
                self.customers = [
                    replace(row, is_selected=row.id == customer_id) for row in self.customers
                ]
            if chat:
                self._show_chat(chat, told.viewer.time_zone)
            else:
                self.rows = []
            told.narrow(Watched(account, customer_id))

    def _show_people(self, people: list[simulated_customer.Customer]) -> None:
        self.customers = [
            CustomerRow(
                id=person.id,
                name=person.name,
                initials=initials(person.name),
                tone=tone_of(person.id),
                detail=person.phone or f"@{person.username}",
                preview=person.magic.replace("_", " ") if person.magic else person.last_text,
                is_selected=person.id == self.customer_id,
            )
            for person in people
        ]

    def _show_chat(self, chat: simulated_customer.Chat, zone: str) -> None:
        self.name = chat.customer.name
        self.detail = chat.customer.phone or f"@{chat.customer.username}"
        self.is_typing = chat.customer.is_typing
        rows = [phone_row(message, zone) for message in chat.messages]
        if rows != self.rows:
            self.rows = rows

    @rx.event(supersedes=True)
    @guarded_by("view")
    async def choose(self, customer_id: str):
        """Be another customer."""
        try:
            await self._show_customer(customer_id)
        except NotFound:
            await self._show_customer("")

    async def _do(self, deed: Callable[..., Awaitable[None]], **given: Any) -> None:
        """Do something as the customer, and show what came of it."""
        if self.customer_id:
            await deed(await self._actor(), customer_id=self.customer_id, **given)
            await self._show_customer(self.customer_id)

    @rx.event
    @guarded_by("view")
    async def say(self, form: Form):
        """Write as the customer."""
        if text := forms.text(form, "text", 4096).strip():
            await self._do(simulated_customer.say, text=text)

    @rx.event
    @guarded_by("view")
    async def send_sample(self, kind: str):
        """Send a photo, document, place or contact card as the customer."""
        await self._do(simulated_customer.send_sample, kind=kind)

    @rx.event
    @guarded_by("view")
    async def tap(self, message_id: str, index: int):
        """Press a button or list row as the customer."""
        await self._do(simulated_customer.tap, message_id=message_id, index=index)

    @rx.event
    @guarded_by("view")
    async def react(self, message_id: str):
        """Like a message as the customer."""
        await self._do(simulated_customer.react, message_id=message_id, emoji="❤️")


@permitted(edit=Permission.SIMULATOR_USE)
class NewCustomerState(FormState, AppState):
    """The form that adds a customer."""

    listed: ClassVar = PhoneState
    saved_words: ClassVar = "Customer added."

    async def _keep(self, row_id: UUID | None, form: Form) -> None:
        """Add the customer and be that one; the simulator keeps its own transactions."""
        name, phone = forms.text(form, "name"), forms.text(form, "phone", 40)
        phone_state = await self.get_state(PhoneState)
        phone_state.customer_id = await simulated_customer.create_customer(
            await self._actor(), name=name, phone=phone
        )


@permitted(view=Permission.SIMULATOR_USE)
class BenchState(AppState):
    """Clock and disturbances, in the drawer at the right."""

    clock: rx.Field[str] = rx.field("")
    is_ahead: rx.Field[bool] = rx.field(False)
    undelivered: rx.Field[str] = rx.field("")
    duplicate: rx.Field[bool] = rx.field(False)
    reorder: rx.Field[bool] = rx.field(False)
    slow: rx.Field[bool] = rx.field(False)
    drop: rx.Field[bool] = rx.field(False)

    @rx.event
    @guarded_by("view")
    async def load(self):
        """Show clock and disturbances."""
        viewer = await self._viewer()
        try:
            bench = await simulated_customer.read_bench(viewer.actor)
        except AppError:
            # The phone beside it says what is wrong.
            return
        at = clock.now() + timedelta(seconds=bench.offset_seconds)
        self.clock = formats.full(at, viewer.time_zone)
        self.is_ahead = bench.offset_seconds > 1
        self.undelivered = str(bench.undelivered) if bench.undelivered else ""
        self.duplicate = bench.duplicate > 0
        self.reorder = bench.reorder
        self.slow = bench.delay_ms > 0
        self.drop = bench.drop > 0

    @rx.event
    @guarded_by("view")
    async def leap(self, span: str):
        """Move the clock forward, or back to now."""
        actor = await self._actor()
        await simulated_customer.move_clock(actor, seconds=LEAPS.get(span, 0))
        return [BenchState.load, PhoneState.load]

    @rx.event
    @guarded_by("view")
    async def disturb(self, name: str, is_on: bool):
        """Switch a disturbance on or off."""
        actor = await self._actor()
        values: dict[str, dict[str, float | bool]] = {
            "duplicate": {"duplicate": 2 if is_on else 0},
            "reorder": {"reorder": is_on},
            "slow": {"delay_ms": 3000 if is_on else 0},
            "drop": {"drop": 0.3 if is_on else 0},
        }
        if name in values:
            await simulated_customer.disturb(actor, **values[name])
        return BenchState.load
