"""Small operations on text that people wrote."""

from __future__ import annotations

import re
import unicodedata

_SPACE = re.compile(r"\s+")
_CONTROL = {c: None for c in range(0x20) if chr(c) not in "\t\n\r"} | {0x7F: None}


# Marks that turn the direction of what follows, or take no room: with one of them,
# "photo[…]gpj.exe" reads as a picture.
_DISGUISES = {
    code: None
    for first, last in (
        (0x00AD, 0x00AD),
        (0x061C, 0x061C),
        (0x200B, 0x200B),
        (0x200E, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x2060),
        (0x2066, 0x2069),
        (0xFEFF, 0xFEFF),
    )
    for code in range(first, last + 1)
}


def clean(text: str) -> str:
    """Drop control characters (PostgreSQL refuses NUL) and outer space; keep line breaks."""
    # Printable text has none: nearly all there is, and looked through in a twentieth of the time.
    return text.strip() if text.isprintable() else text.translate(_CONTROL).strip()


def one_line(text: str) -> str:
    """Fold all white space to single spaces."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACE.sub(" ", clean(text)).strip()


def file_name(name: str, limit: int = 255) -> str:
    """Return a file's name without folders, control characters and marks that disguise its ending.

    At most `limit` characters; what is cut is the middle, so that the ending stays.
    """
    plain = one_line(name.translate(_DISGUISES)).replace("\\", "/")
    base = plain.rpartition("/")[2].strip(". ")
    stem, dot, ending = base.rpartition(".")
    if dot and len(ending) <= 16:
        return f"{stem[: limit - 1 - len(ending)]}.{ending}"
    return base[:limit]


def shorten(text: str, limit: int) -> str:
    """Cut to `limit` characters on one line, ending in an ellipsis when something was cut."""
    line = one_line(text)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def initials(name: str) -> str:
    """Return one or two letters that stand for a name on an avatar; `#` for a bare number."""
    words = [w for w in one_line(name).split(" ") if w and unicodedata.category(w[0])[0] == "L"]
    if not words:
        return "#"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def slugify(name: str) -> str:
    """Return a lower-case `a-z 0-9 -` form of a name, at most 40 characters, maybe empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def defuse(cell: str) -> str:
    """Return a CSV cell that no spreadsheet takes for a formula: an apostrophe stands before."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
