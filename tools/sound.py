"""Writes assets/alert.wav, the two soft notes that tell of a message. Run by hand, kept in git."""

from __future__ import annotations

import math
import wave
from pathlib import Path

TARGET = Path(__file__).parents[1] / "assets" / "alert.wav"
RATE = 22_050
NOTES = ((880.0, 0.0), (1174.66, 0.11))
"""Frequency and beginning of each note, in hertz and seconds: an A and the D above it."""
LENGTH = 0.42


def samples() -> bytes:
    """Return the sound as 8-bit samples: each note begins softly and dies away."""
    values = bytearray()
    for n in range(int(RATE * LENGTH)):
        at, value = n / RATE, 0.0
        for frequency, start in NOTES:
            since = at - start
            if since > 0:
                loudness = min(1.0, since / 0.006) * math.exp(-since * 14)
                value += loudness * math.sin(2 * math.pi * frequency * since)
        values.append(128 + round(max(-1.0, min(1.0, value * 0.4)) * 127))
    return bytes(values)


if __name__ == "__main__":
    with wave.open(str(TARGET), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(samples())
