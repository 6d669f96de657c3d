"""What the people of the demo are called and say: a small furniture shop and its customers."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

STAFF = (
    ("Bruno Keller", "bruno", "Admin"),
    ("Chiara Rossi", "chiara", "Manager"),
    ("Dewi Santoso", "dewi", "Agent"),
    ("Emil Novak", "emil", "Viewer"),
)
"""Name, local part of the e-mail address, role."""

CANNED = (
    (
        "hello",
        "Hi {contact.first_name}, this is {agent.name} from Oak & Linen. How can I help?",
    ),
    ("hours", "We are open Monday to Saturday, 10:00 to 19:00."),
    ("delivery", "Delivery takes 3 to 5 working days and is free from 150 on."),
    ("returns", "You may return it within 30 days; we collect it at your door."),
    ("thanks", "Thank you, {contact.first_name}. Have a lovely day!"),
)
"""Shortcut and text."""

PAST = 48
"""How many customers wrote in the past."""

_FIRST = (
    "Olivia Liam Sofía Noah Amelie Hugo Lucía Arjun Grace Mateus Ines Tom Aisha Pablo Greta Felix "
    "Nora Diego Maya Oscar Elif Jonas Carla Rohan Emma Luis Zoe Adam Marta Vikram Ella Bruno"
).split()
_LAST = (
    "Carter Moreno Becker Patel Silva Hughes Navarro Weber Sharma Costa Bennett Ortega Fischer "
    "Mehta Ribeiro Foster Gil Schmitt Kapoor Almeida Reed Vega Braun Iyer Lopes Ward Cano Vogel"
).split()
_RANGES = ("1650555{:04}", "34600100{:03}", "447400100{:03}", "919812400{:03}", "4915112345{:03}")

# Who speaks (c is the customer, s the shop), what, and minutes since the line before.
_TALKS: tuple[tuple[tuple[str, Any, int], ...], ...] = (
    (
        ("c", "Hi! Is the oak table still available in 180 cm?", 0),
        ("s", "Hello, yes: two are left in our warehouse.", 6),
        ("c", "Great, can I see it in the shop first?", 4),
        ("s", "Of course. We are open until seven today.", 3),
        ("c", "See you at five 👍", 2),
    ),
    (
        ("c", "My order A-2041 should have come yesterday", 0),
        ("s", "I am sorry. The driver had a breakdown; it arrives tomorrow before noon.", 22),
        ("c", "Ok, thank you for telling me", 9),
    ),
    (
        ("c", "¿Hacéis envíos a Valencia?", 0),
        ("s", "Sí, en cuatro días laborables y gratis a partir de 150 €.", 11),
        (
            "c",
            {
                "type": "location",
                "location": {
                    "latitude": 39.4699,
                    "longitude": -0.3763,
                    "name": "Casa",
                    "address": "Carrer de Colón 12, València",
                },
            },
            3,
        ),
        ("s", "¡Perfecto! Le preparamos el presupuesto.", 15),
    ),
    (
        ("c", "The chair came with a scratch", 0),
        ("c", {"type": "image", "image": {"caption": "Left leg"}}, 1),
        ("s", "Oh no. We will send you a new one and collect this one.", 34),
        ("c", "That is very kind, thanks", 5),
        ("s", "The new one left us today: you get it on Friday.", 1300),
    ),
    (
        ("c", "Do you also do armchairs in green?", 0),
        ("s", "Which shade would you like?", 3),
        (
            "c",
            {
                "type": "interactive",
                "interactive": {
                    "type": "button_reply",
                    "button_reply": {"id": "moss", "title": "Moss green"},
                },
            },
            1,
        ),
        ("s", "Then this is the one: moss, 12 weeks.", 5),
    ),
    (
        ("c", "Can you send me the invoice again please", 0),
        ("s", "It is on its way to your e-mail.", 14),
        ("c", "Got it.", 40),
    ),
    (
        ("c", "Here is my sister's number, she picks it up", 0),
        (
            "c",
            {
                "type": "contacts",
                "contacts": [
                    {
                        "name": {"formatted_name": "Ida Berg", "first_name": "Ida"},
                        "phones": [{"phone": "+49 151 1234 5001", "type": "CELL"}],
                    }
                ],
            },
            1,
        ),
        ("s", "Noted, we will call her when it is ready.", 8),
    ),
    (("c", "Hello, are you open on Sundays?", 0),),
    (
        ("c", "Guten Tag, wie lange dauert die Lieferung nach Köln?", 0),
        ("s", "Guten Tag! Drei bis fünf Werktage.", 18),
        ("c", "Prima, dann bestelle ich heute noch.", 7),
    ),
    (
        ("c", "I would like to cancel my order", 0),
        ("s", "Done, you get your money back within three days. May I ask why?", 25),
        ("c", "We are moving abroad, sorry!", 60),
    ),
)

RECENT: tuple[tuple[str, str, tuple[dict[str, Any], ...]], ...] = (
    (
        "Sheena Nelson",
        "16505550121",
        (
            {"type": "text", "body": "Hi! Do you have the linen sofa in blue?"},
            {"type": "text", "body": "And how long is delivery to San Mateo?"},
        ),
    ),
    (
        "Mateo García",
        "34600000142",
        ({"type": "text", "body": "Buenas, ¿me podéis mandar el catálogo?"},),
    ),
    (
        "Priya Raman",
        "919812300117",
        (
            {"type": "text", "body": "The lamp arrived, it is beautiful 😍"},
            {"type": "image", "caption": "In its new home"},
        ),
    ),
    (
        "João Almeida",
        "5511900000163",
        (
            {"type": "location", "latitude": -23.5614, "longitude": -46.6559, "name": "Obra"},
            {"type": "text", "body": "Podem entregar aqui?"},
        ),
    ),
    (
        "Hannah Lindt",
        "4915112345901",
        (
            {"type": "document", "filename": "floor plan.pdf"},
            {"type": "text", "body": "Would the big shelf fit on the left wall?"},
        ),
    ),
    ("Tariq Aziz", "971501234901", ({"type": "text", "body": "stop"},)),
    (
        "Yuki Tanaka",
        "819012345901",
        (
            {
                "type": "contacts",
                "contacts": [
                    {
                        "name": {"formatted_name": "Kenji Mori"},
                        "phones": [{"phone": "+81 90 1234 5902", "type": "CELL"}],
                    }
                ],
            },
            {"type": "text", "body": "Please deliver to him"},
        ),
    ),
    (
        "Louise Martin",
        "33612345901",
        ({"type": "text", "body": "Bonjour, le fauteuil est-il disponible en vert ?"},),
    ),
    (
        "Kofi Mensah",
        "233241234901",
        (
            {"type": "text", "body": "I paid twice by mistake, order A-2107"},
            {"type": "unsupported", "unsupported_type": "poll_creation"},
        ),
    ),
    (
        "Robin",
        "",
        ({"type": "text", "body": "Found you through Instagram. Is the oak table solid wood?"},),
    ),
)
"""Name, phone in digits (empty for one who hides it), what they do today."""

NOTES = (
    "Regular customer, gets 10 % on textiles.",
    "Wants a call after 17:00.",
    "Complaint about the last delivery: be quick.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a past talk."""

    is_theirs: bool
    content: dict[str, Any]
    before_now: timedelta


@dataclass(frozen=True, slots=True)
class Talk:
    """A customer of the past and everything said."""

    name: str
    phone: str
    lines: tuple[Line, ...] = field(default_factory=tuple)


def past_talks(count: int) -> Iterator[Talk]:
    """Yield talks of the last two months, always the same ones, the oldest first."""
    chance = random.Random(7)  # noqa: S311
    names = [f"{first} {last}" for first in _FIRST for last in _LAST]
    ages = sorted((26 + 1400 * chance.random() ** 2 for _ in range(count)), reverse=True)
    for place, (name, hours) in enumerate(zip(chance.sample(names, count), ages, strict=True)):
        script = _TALKS[place % len(_TALKS)]
        phone = _RANGES[place % len(_RANGES)].format(200 + place)
        age = timedelta(hours=hours)
        lines: list[Line] = []
        for who, said, minutes in script:
            age = max(age - timedelta(minutes=minutes), timedelta(hours=25))
            content = {"type": "text", "text": {"body": said}} if isinstance(said, str) else said
            lines.append(Line(who == "c", content, age))
        yield Talk(name, phone, tuple(lines))


def silent_people(count: int) -> Iterator[tuple[str, str]]:
    """Yield names and numbers of people who have never written, always the same ones."""
    chance = random.Random(11)  # noqa: S311
    for place in range(count):
        name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
        yield name, _RANGES[place % len(_RANGES)].format(600 + place)


def picture(seed: int, size: int = 320) -> bytes:
    """Return a PNG with a soft gradient, so that the demo needs no files of its own."""
    red, green, blue = (90 + seed * 53 % 130, 90 + seed * 31 % 130, 90 + seed * 17 % 130)
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        for x in range(size):
            shade = (x + y) * 60 // (2 * size)
            rows += bytes((min(255, red + shade), min(255, green + shade), blue))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )


def page() -> bytes:
    """Return a PDF with one empty page."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 420]>>endobj\n"
        b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
        b"0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n166\n%%EOF\n"
    )
