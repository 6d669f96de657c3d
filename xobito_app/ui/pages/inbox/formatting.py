"""WhatsApp's own text marks and links, as pieces a bubble draws; never as HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_EDGE = r"(?<![\w*_~`])"
_MARKS = re.compile(
    r"```(?P<block>.+?)```"
    r"|`(?P<code>[^`\n]+)`"
    rf"|{_EDGE}\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?!\w)"
    rf"|{_EDGE}_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?!\w)"
    rf"|{_EDGE}~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?!\w)"
    r"|(?P<link>https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]])",
    re.DOTALL,
)
MOST_PIECES = 200
"""A text with more marks than this is shown as it is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in one style; `href` makes it a link, which is always http or https."""

    text: str
    style: str = ""
    href: str = ""


def pieces_of(text: str, names: Sequence[str] = ()) -> list[Piece]:
    """Return the styled pieces of a text; empty when it has no marks at all.

    Args:
        text: What somebody wrote.
        names: Colleagues whom a note calls; `@` and their name is a mark of its own.
    """
    if not names:
        return _marked(text)
    plain = _marked(text) or [Piece(text)]
    called = re.compile(r"(@(?:" + "|".join(map(re.escape, names)) + r"))(?!\w)", re.IGNORECASE)
    return [part for piece in plain for part in _called(piece, called)]


def _called(piece: Piece, called: re.Pattern[str]) -> list[Piece]:
    if piece.href or piece.style == "code":
        return [piece]
    parts = called.split(piece.text)
    # `split` keeps what its group matched: every second part is a name.
    return [
        Piece(part, "mention" if number % 2 else piece.style)
        for number, part in enumerate(parts)
        if part
    ]


def _marked(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    end = 0
    for found in _MARKS.finditer(text):
        if found.start() > end:
            pieces.append(Piece(text[end : found.start()]))
        kind = found.lastgroup or ""
        words = found[kind]
        style = "code" if kind == "block" else kind
        pieces.append(Piece(words, style, words if kind == "link" else ""))
        end = found.end()
    if not pieces or len(pieces) > MOST_PIECES:
        return []
    if end < len(text):
        pieces.append(Piece(text[end:]))
    return pieces
