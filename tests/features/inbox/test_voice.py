"""Recordings of every browser become the one kind of voice note WhatsApp takes."""

from __future__ import annotations

import av
import pytest

from tests.pictures import recording
from xobito_app.core.errors import Invalid
from xobito_app.features.inbox.media import voice
from xobito_app.whatsapp import media as media_rules


@pytest.mark.parametrize(
    ("container", "codec", "mime"),
    [
        ("webm", "libopus", "audio/webm;codecs=opus"),
        ("ogg", "libopus", "audio/ogg; codecs=opus"),
        ("mp4", "aac", "audio/mp4"),
    ],
)
def test_a_recording_becomes_ogg_opus_mono(tmp_path, container, codec, mime):
    recording(tmp_path / "in", container, codec, seconds=2)
    voice.to_voice_note(tmp_path / "in", tmp_path / "out", mime)
    with av.open(str(tmp_path / "out")) as file:
        (stream,) = file.streams
        assert (stream.codec_context.name, stream.codec_context.channels) == ("opus", 1)
        samples = sum(frame.samples for frame in file.decode(stream))
    assert 1.9 < samples / 48_000 < 2.2
    content = (tmp_path / "out").read_bytes()
    assert len(content) < 16_000
    kind = media_rules.MediaKind.AUDIO
    assert media_rules.check_outgoing(kind, "audio/ogg", len(content), content) == "audio/ogg"


@pytest.mark.parametrize("content", [b"", b"not sound at all", b"\x1a\x45\xdf\xa3" + b"\0" * 500])
def test_what_is_no_recording_is_refused(tmp_path, content):
    (tmp_path / "in").write_bytes(content)
    with pytest.raises(Invalid, match="Record it again"):
        voice.to_voice_note(tmp_path / "in", tmp_path / "out", "audio/webm")


def test_a_recording_has_an_end(tmp_path, monkeypatch):
    recording(tmp_path / "in", "webm", "libopus", seconds=2)
    monkeypatch.setattr(voice, "LONGEST_SECONDS", 1)
    with pytest.raises(Invalid, match="30 minutes"):
        voice.to_voice_note(tmp_path / "in", tmp_path / "out", "audio/webm")
