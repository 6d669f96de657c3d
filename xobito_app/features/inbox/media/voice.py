"""Making a browser's recording into the voice note WhatsApp takes: OGG with Opus, mono.

Meta: Cloud API, "Media": `audio/ogg` is taken with the Opus codec, mono.
"""

from __future__ import annotations

from pathlib import Path

import av
from av.audio.resampler import AudioResampler
from av.error import FFmpegError

from xobito_app.core.errors import Invalid

RECORDINGS = frozenset({"audio/webm", "video/webm", "audio/ogg", "audio/mp4", "video/mp4"})
"""What browsers record in: WebM in Chromium and Firefox, MP4 in Safari, OGG in some."""
LONGEST_SECONDS = 30 * 60
_RATE = 48_000
_BITS_A_SECOND = 32_000


def to_voice_note(source: Path, target: Path, mime: str) -> None:
    """Write a recording as OGG/Opus, mono, 48 kHz. Blocking; run it in a thread.

    Raises:
        Invalid: It is no recording, has no sound, or is longer than 30 minutes.
    """
    container = "matroska" if "webm" in mime else "ogg" if "ogg" in mime else "mp4"
    try:
        seconds = _convert(source, target, container)
    except (FFmpegError, ValueError, IndexError, EOFError):
        raise Invalid.field("file", "This recording cannot be read. Record it again.") from None
    if seconds <= 0:
        raise Invalid.field("file", "This recording is empty. Record it again.")


def _convert(source: Path, target: Path, container: str) -> float:
    written = 0
    with (
        av.open(str(source), format=container) as incoming,
        av.open(str(target), "w", format="ogg") as outgoing,
    ):
        sound = incoming.streams.audio[0]
        voice = outgoing.add_stream("libopus", rate=_RATE, layout="mono")
        voice.bit_rate = _BITS_A_SECOND
        resampler = AudioResampler(format="s16", layout="mono", rate=_RATE)
        for frame in incoming.decode(sound):
            for piece in resampler.resample(frame):
                piece.pts = written
                written += piece.samples
                if written > LONGEST_SECONDS * _RATE:
                    raise Invalid.field("file", "A voice message may last 30 minutes at most.")
                outgoing.mux(voice.encode(piece))
        for piece in resampler.resample(None):
            piece.pts = written
            written += piece.samples
            outgoing.mux(voice.encode(piece))
        outgoing.mux(voice.encode(None))
    return written / _RATE
