import pytest

from xobito_app.core.errors import Invalid
from xobito_app.whatsapp.media import check_outgoing, kind_for, sniff
from xobito_app.whatsapp.payloads import MediaKind

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
JPEG = b"\xff\xd8\xff\xe0" + bytes(64)
PDF = b"%PDF-1.7\n" + bytes(64)
OGG = b"OggS" + bytes(24) + b"OpusHead" + bytes(32)
MP4 = b"\0\0\0\x18ftypmp42" + bytes(64)
THREE_GP = b"\0\0\0\x18ftyp3gp5" + bytes(64)
STATIC_WEBP = b"RIFF\0\0\0\0WEBPVP8 " + bytes(64)
ANIMATED_WEBP = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02" + bytes(64)
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)
ZIP = b"PK\x03\x04" + bytes(64)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MB = 1024 * 1024


@pytest.mark.parametrize(
    ("kind", "mime", "limit", "head"),
    [
        ("image", "image/png", 5 * MB, PNG),
        ("image", "image/jpg", 5 * MB, JPEG),
        ("document", "application/pdf", 100 * MB, PDF),
        ("document", "text/plain", 100 * MB, b"just words"),
        ("document", "application/vnd.ms-excel", 100 * MB, OLD_EXCEL),
        ("document", DOCX, 100 * MB, ZIP),
        ("audio", "audio/ogg; codecs=opus", 16 * MB, OGG),
        ("audio", "audio/mp4", 16 * MB, MP4),
        ("video", "video/mp4", 16 * MB, MP4),
        ("video", "video/3gpp", 16 * MB, THREE_GP),
        ("sticker", "image/webp", 100 * 1024, STATIC_WEBP),
        ("sticker", "image/webp", 500 * 1024, ANIMATED_WEBP),
    ],
)
def test_each_kind_is_taken_up_to_its_limit(kind, mime, limit, head):
    assert ";" not in check_outgoing(MediaKind(kind), mime, limit, head)
    with pytest.raises(Invalid, match=r"up to \d+ (MB|KB)"):
        check_outgoing(MediaKind(kind), mime, limit + 1, head)


@pytest.mark.parametrize(
    ("kind", "mime", "size", "head", "words"),
    [
        ("image", "image/png", 0, b"", "empty"),
        ("image", "image/gif", 10, b"GIF89a", "JPEG or PNG"),
        ("image", "image/png", 10, PDF, "but is not"),
        ("image", "image/png", 10, b"<html>", "but is not"),
        ("document", "text/plain", 10, PNG, "but is not"),
        ("document", "text/plain", 10, b"a\0b", "but is not"),
        ("document", "application/x-msdownload", 10, b"MZ", "PDF"),
        ("document", "application/pdf", 10, ZIP, "but is not"),
        ("video", "video/mp4", 10, PNG, "but is not"),
    ],
)
def test_empty_foreign_and_disguised_files_are_refused(kind, mime, size, head, words):
    with pytest.raises(Invalid, match=words):
        check_outgoing(MediaKind(kind), mime, size, head)


def test_files_find_the_kind_they_are_best_sent_as():
    assert kind_for("image/webp") is MediaKind.STICKER
    assert kind_for("audio/x-m4a") is MediaKind.AUDIO
    assert kind_for("application/octet-stream") is MediaKind.DOCUMENT
    assert sniff(b"plain words") is None
