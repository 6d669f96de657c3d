"""Media: an image, a video, an audio, a document or a sticker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from xobito_app.core.net import read_url
from xobito_app.features.flows.engine import checks
from xobito_app.features.flows.engine.node import Flaw, Known
from xobito_app.features.flows.engine.sends import Sends
from xobito_app.features.flows.engine.text import LONGEST_TEXT
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp import limits, payloads
from xobito_app.whatsapp.payloads import ANYBODY, CAPTIONED, MediaKind, Payload


class Media(Sends):
    """A file, by its address on the web or by its id here."""

    kind: ClassVar[str] = "media"
    noun: ClassVar[str] = "Media"

    media_type: MediaKind = MediaKind.IMAGE
    media_url: str = Field(default="", max_length=limits.CTA_URL)
    file_id: str = Field(default="", max_length=40)
    caption: str = Field(default="", max_length=LONGEST_TEXT)
    filename: str = Field(default="", max_length=limits.FILENAME)

    def body(self, turn: Turn) -> Payload:
        """Return Meta's media message; Meta itself fetches what has an address."""
        if self.file_id:
            source = {"id": f"media:{self.file_id}"}
        else:
            source = {"link": read_url(turn.render_url(self.media_url))}
        content: dict[str, Any] = {**source}
        if self.media_type in CAPTIONED and (
            caption := turn.render(self.caption, limits.CAPTION).strip()
        ):
            content["caption"] = caption
        if self.media_type is MediaKind.DOCUMENT and (name := turn.render(self.filename).strip()):
            content["filename"] = name[: limits.FILENAME]
        return payloads.message(ANYBODY, self.media_type.value, content, None, None)

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """There must be one file, and a caption only where WhatsApp shows one."""
        if not self.file_id:
            yield from checks.link(
                "media_url", "the link of the file, or upload one", self.media_url
            )
        elif known.files is not None and self.file_id not in known.files:
            yield Flaw("missing_file", "This file is gone. Upload it again.", "file_id")
        if self.caption and self.media_type not in CAPTIONED:
            yield Flaw("no_caption", f"A {self.media_type} cannot have a caption.", "caption")
        yield from checks.words(
            "caption", "the caption", self.caption, limits.CAPTION, optional=True
        )

    def texts(self) -> Iterator[str]:
        """The address, the caption and the name of the file."""
        yield from (self.media_url, self.caption, self.filename)
