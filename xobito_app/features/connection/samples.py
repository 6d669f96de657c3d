"""Small files a simulated customer can send, drawn here so that none has to be shipped."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

_WIDTH, _HEIGHT = 480, 320
_SKY, _SUN, _HILL = (150, 200, 240), (255, 214, 102), (92, 160, 110)


def photo() -> tuple[str, str, bytes]:
    """Return a landscape of a few colors as a PNG."""

    def color(x: int, y: int) -> tuple[int, int, int]:
        if (x - 360) ** 2 + (y - 90) ** 2 < 45**2:
            return _SUN
        ridge = 210 + 40 * ((x - 160) / 160) ** 2 * (1 if x < 320 else 0.4)
        return _HILL if y > ridge else _SKY

    rows = b"".join(
        b"\x00" + b"".join(bytes(color(x, y)) for x in range(_WIDTH)) for y in range(_HEIGHT)
    )
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return "holiday.png", "image/png", b"\x89PNG\r\n\x1a\n" + body


def document() -> tuple[str, str, bytes]:
    """Return a one-page PDF."""
    text = b"BT /F1 24 Tf 72 720 Td (My order, as agreed on the phone.) Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\n" % table
    return "order.pdf", "application/pdf", body + end + b"startxref\n%d\n%%%%EOF" % len(body)


FILES: dict[str, Callable[[], tuple[str, str, bytes]]] = {"image": photo, "document": document}
