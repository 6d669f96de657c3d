"""Which files WhatsApp takes: Meta's types and sizes, checked against what a file really is.

Meta: Cloud API, "Media": types and sizes by kind of message.
"""

from __future__ import annotations

from dataclasses import dataclass

import filetype

from xobito_app.core.errors import Invalid
from xobito_app.whatsapp import limits
from xobito_app.whatsapp.payloads import MediaKind

# How much of a file `check_outgoing` wants to see; office files tell themselves apart late.
HEAD_BYTES = 8192

_OFFICE = "application/vnd.openxmlformats-officedocument."
AUDIO = {"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}
IMAGE = {"image/jpeg", "image/png"}
STICKER = {"image/webp"}
VIDEO = {"video/mp4", "video/3gpp"}
DOCUMENT = {
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    f"{_OFFICE}wordprocessingml.document",
    f"{_OFFICE}spreadsheetml.sheet",
    f"{_OFFICE}presentationml.presentation",
}


@dataclass(frozen=True, slots=True)
class MediaRule:
    """What one kind of media message takes."""

    mime_types: frozenset[str]
    max_bytes: int
    words: str


RULES: dict[MediaKind, MediaRule] = {
    MediaKind.AUDIO: MediaRule(frozenset(AUDIO), limits.AUDIO_BYTES, "AAC, AMR, MP3, M4A or OGG"),
    MediaKind.IMAGE: MediaRule(frozenset(IMAGE), limits.IMAGE_BYTES, "JPEG or PNG"),
    MediaKind.VIDEO: MediaRule(frozenset(VIDEO), limits.VIDEO_BYTES, "MP4 or 3GP"),
    MediaKind.DOCUMENT: MediaRule(
        frozenset(DOCUMENT), limits.DOCUMENT_BYTES, "PDF, text, Word, Excel or PowerPoint"
    ),
    MediaKind.STICKER: MediaRule(frozenset(STICKER), limits.ANIMATED_STICKER_BYTES, "WebP"),
}
# Different names for the same content, and containers whose inside the first bytes do not tell.
_ALIASES = {
    "audio/mp3": "audio/mpeg",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/x-aac": "audio/aac",
    "audio/opus": "audio/ogg",
    "image/jpg": "image/jpeg",
    "video/3gp": "video/3gpp",
}
_SAME_CONTAINER = (
    {"video/mp4", "audio/mp4", "video/3gpp", "video/quicktime"},
    {
        f"{_OFFICE}{name}"
        for name in (
            "wordprocessingml.document",
            "spreadsheetml.sheet",
            "presentationml.presentation",
        )
    }
    | {"application/zip"},
    {"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"},
)


def base_type(mime_type: str) -> str:
    """Return a MIME type without parameters, lower case, under the name Meta uses."""
    bare = mime_type.split(";")[0].strip().lower()
    return _ALIASES.get(bare, bare)


def sniff(head: bytes) -> str | None:
    """Return what a file is by its first bytes; None when they do not tell (plain text)."""
    if head[4:8] == b"ftyp" and head[8:11] == b"3gp":
        return "video/3gpp"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "application/msword"  # the container of all old office files
    found = filetype.guess(head)
    return base_type(found.mime) if found else None


def is_animated(head: bytes) -> bool:
    """Tell whether a WebP file says in its header that it moves."""
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)


def kind_for(mime_type: str) -> MediaKind:
    """Return as what a file is best sent: WebP as a sticker, the unknown as a document."""
    bare = base_type(mime_type)
    return next(
        (kind for kind, rule in RULES.items() if bare in rule.mime_types), MediaKind.DOCUMENT
    )


def check_outgoing(kind: MediaKind, mime_type: str, size: int, head: bytes) -> str:
    """Check a file before it is stored or uploaded and return the MIME type to declare.

    Args:
        kind: As what it is to be sent.
        mime_type: What the browser or caller says it is.
        size: In bytes.
        head: Its first `HEAD_BYTES` bytes.

    Raises:
        Invalid: It is empty, of a type this kind does not take, not what it says it is, or over
            Meta's limit, which the sentence names.
    """
    rule, declared, real = RULES[kind], base_type(mime_type), sniff(head)
    if size <= 0:
        raise Invalid.field("file", "This file is empty.")
    if declared not in rule.mime_types:
        raise Invalid.field("file", f"WhatsApp takes {rule.words} as {article(kind)}.")
    limit = rule.max_bytes
    if kind is MediaKind.STICKER and not is_animated(head):
        limit = limits.STATIC_STICKER_BYTES
    if size > limit:
        raise Invalid.field(
            "file", f"This file is too big: WhatsApp takes {article(kind)} up to {_size(limit)}."
        )
    if declared == "text/plain":
        if real is not None or b"\0" in head:
            raise Invalid.field("file", "This file says it is text but is not.")
    elif not _agree(declared, real):
        raise Invalid.field("file", f"This file says it is {declared} but is not.")
    return declared


def is_same_container(declared: str, real: str) -> bool:
    """Tell whether two types share a container, so that the first bytes cannot part them."""
    return real == declared or any({real, declared} <= group for group in _SAME_CONTAINER)


def _agree(declared: str, real: str | None) -> bool:
    if real is None:
        # AAC without a container has no reliable mark; everything else on the lists has one.
        return declared in ("audio/aac", "audio/mpeg")
    return is_same_container(declared, real)


def article(kind: MediaKind) -> str:
    """Return a kind as it stands in a sentence."""
    return {"image": "an image", "audio": "audio"}.get(kind.value, f"a {kind.value}")


def _size(limit: int) -> str:
    if limit >= limits.MEGABYTE:
        return f"{limit // limits.MEGABYTE} MB"
    return f"{limit // limits.KILOBYTE} KB"
