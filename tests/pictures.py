"""Small real files for tests."""

from __future__ import annotations

import io
from pathlib import Path

import av
from PIL import Image


def jpeg(width: int = 40, height: int = 30, orientation: int = 1) -> bytes:
    into = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (width, height), "red").save(into, "JPEG", exif=exif)
    return into.getvalue()


def webp(size: int = 64) -> bytes:
    into = io.BytesIO()
    Image.new("RGBA", (size, size), "green").save(into, "WEBP")
    return into.getvalue()


def recording(path: Path, container: str, codec: str, *, seconds: float = 1.0) -> bytes:
    """Record a hum as a browser would, in stereo."""
    with av.open(str(path), "w", format=container) as file:
        stream = file.add_stream(codec, rate=48_000, layout="stereo")
        for n in range(int(seconds * 50)):
            frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts = 48_000, n * 960
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path.read_bytes()


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
