"""The address book of the demo: people who came over two months, in every status and group."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from xobito_app.cli import demo_talk
from xobito_app.core import clock
from xobito_app.core.permissions import Actor
from xobito_app.features.contacts.labels import custom_fields, sources, statuses
from xobito_app.features.contacts.lists import segments
from xobito_app.features.contacts.records import contacts, notes
from xobito_app.features.contacts.schemas import ContactDraft, ContactFilter
from xobito_app.persistence.unit_of_work import unit_of_work

DAYS = 62
SILENT = 48
"""How many people have never written."""
_GROUPS = ("VIP", "Newsletter", "Trade", "Returns", "Showroom visit")
_COMPANIES = ("", "", "", "Atelier Nord", "Hotel Miramar", "Studio Lima", "Casa Verde", "Holt & Co")
_PLACES = {
    "1": ("US", "San Mateo"),
    "34": ("ES", "Valencia"),
    "44": ("GB", "Bristol"),
    "91": ("IN", "Pune"),
    "49": ("DE", "Leipzig"),
    "55": ("BR", "São Paulo"),
}
_NOTES = (
    "Prefers to be called after six.",
    "Measured the room with us: 4.20 by 3.10.",
    "Pays by invoice, 14 days.",
    "Has a dog; asked for washable fabrics.",
)


async def fill(actor: Actor) -> None:
    """Make the contacts, each as if at the time they came."""
    chance = random.Random(7)  # noqa: S311 - the demo looks the same each time
    field_ids = await _prepare(actor)
    for number, (name, phone, wrote) in enumerate(_people()):
        before_now = max(wrote, timedelta(days=DAYS * chance.random() ** 1.4))
        clock.use(lambda back=before_now: clock.system_now() - back)
        try:
            await _make(actor, name, phone, number, chance, field_ids)
        finally:
            clock.use(None)
    await _keep_segments(actor)


def _people() -> Iterator[tuple[str, str, timedelta]]:
    """Yield everybody: name, number, and how long ago they first wrote."""
    for talk in demo_talk.past_talks(demo_talk.PAST):
        yield talk.name, talk.phone, talk.lines[0].before_now + timedelta(minutes=1)
    never = timedelta()
    # Some of those who write today have not been here before.
    yield from ((name, phone, never) for name, phone, _ in demo_talk.RECENT[::2])
    yield from ((name, phone, never) for name, phone in demo_talk.silent_people(SILENT))


async def _prepare(actor: Actor) -> tuple[list[UUID], list[UUID]]:
    """Make the workspace's own field, and return its statuses and sources."""
    async with unit_of_work(actor.workspace_id) as uow:
        await custom_fields.create_field(
            uow.session,
            actor,
            draft={
                "label": "Style",
                "kind": "dropdown",
                "options": ["Scandinavian", "Classic", "Industrial", "Country house"],
                "shows_in_table": True,
            },
        )
        found_statuses = await statuses.list_statuses(uow.session, actor)
        found_sources = await sources.list_sources(uow.session, actor)
    return [status.id for status in found_statuses], [source.id for source in found_sources]


async def _make(
    actor: Actor,
    name: str,
    phone: str,
    number: int,
    chance: random.Random,
    labels: tuple[list[UUID], list[UUID]],
) -> None:
    first, _, last = name.partition(" ")
    country, city = next(
        (place for code, place in _PLACES.items() if phone.startswith(code)), ("", "")
    )
    known_statuses, known_sources = labels
    draft = ContactDraft(
        first_name=first,
        last_name=last,
        phone=f"+{phone}",
        company=chance.choice(_COMPANIES),
        country=country,
        city=city,
        type=chance.choice(("lead", "lead", "customer")),
        status_id=chance.choice(known_statuses),
        source_id=chance.choice(known_sources),
        groups=[group for group in _GROUPS if chance.random() < 0.22],
    )
    if chance.random() < 0.6:
        draft["email"] = f"{first}.{last or 'shop'}{number}@example.com".lower()
    if chance.random() < 0.4:
        draft["custom"] = {"style": chance.choice(("Scandinavian", "Classic", "Industrial"))}
    async with unit_of_work(actor.workspace_id) as uow:
        made = await contacts.create_contact(uow.session, actor, draft=draft)
        if number % 7 == 3:
            body = _NOTES[number // 7 % len(_NOTES)]
            await notes.add_note(uow.session, actor, contact_id=made.id, body=body)


async def _keep_segments(actor: Actor) -> None:
    async with unit_of_work(actor.workspace_id) as uow:
        for name, wanted in (
            ("Customers in Germany", ContactFilter(type="customer", country="DE")),
            ("Leads nobody looks after", ContactFilter(type="lead", is_unassigned=True)),
        ):
            await segments.save_segment(uow.session, actor, name=name, contact_filter=wanted)
