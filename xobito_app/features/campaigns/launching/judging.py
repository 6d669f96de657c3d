"""Who of an audience gets a campaign, and with which words: one reason or the values, no database.

Meta's guide "Message Templates": values are one line each; a blank without a value is error 132000.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from xobito_app.core.errors import Invalid
from xobito_app.core.phone import variants
from xobito_app.core.text import one_line
from xobito_app.features.campaigns.schemas import Exclusion, Value
from xobito_app.features.campaigns.views import MEDIA_KEY
from xobito_app.whatsapp import payloads_template
from xobito_app.whatsapp.payloads import Recipient
from xobito_app.whatsapp.templates import Template

MARKETING = "MARKETING"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the audience.

    Attributes:
        position: In the audience, from 1.
        problem: Why what stands for a number is none, in one sentence.
        texts: Facts of the contact by placeholder.
        columns: Cells of the file by heading.
    """

    position: int
    contact_id: UUID | None = None
    phone: str = ""
    user_id: str | None = None
    name: str = ""
    is_enabled: bool = True
    is_opted_out: bool = False
    problem: str = ""
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    columns: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def key(self) -> str:
        """What makes two of them one person: the number, however it is written, or Meta's id."""
        return min(variants(self.phone)) if self.phone else f"id:{self.user_id}"


@dataclass(frozen=True, slots=True)
class Brief:
    """What a campaign says, the same for everybody.

    Attributes:
        templates: One, or two in an A/B test: whoever gets either could have got both.
        media_id: The file of a header.
    """

    templates: Sequence[Template]
    values: Mapping[str, Value]
    media_id: UUID | None = None
    is_marketing: bool = True

    @property
    def placeholders(self) -> frozenset[str]:
        """What has to be known of contacts."""
        return frozenset(value.field for value in self.values.values() if value.field)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The one reason somebody gets nothing, or what they get.

    Attributes:
        sentence: The reason in plain words.
        values: What fills the blanks, by variable key.
    """

    candidate: Candidate
    exclusion: Exclusion | None = None
    sentence: str = ""
    values: Mapping[str, str] = field(default_factory=dict[str, str])


def judge(
    brief: Brief, candidate: Candidate, *, is_repeated: bool, was_contacted: bool
) -> Judgement:
    """Say what becomes of somebody: the first reason that holds, in the order of `Exclusion`.

    Args:
        is_repeated: The same person came before in this audience.
        was_contacted: They got a campaign so lately that they are to be left alone.
    """
    values = fill(brief, candidate)
    missing = next((v for template in brief.templates for v in template.missing(values)), None)
    reasons = (
        (
            not (candidate.phone or candidate.user_id or candidate.problem),
            Exclusion.NO_NUMBER,
            "There is no phone number.",
        ),
        (bool(candidate.problem), Exclusion.INVALID, candidate.problem),
        (not candidate.is_enabled, Exclusion.INVALID, "This contact is disabled."),
    )
    for holds, exclusion, sentence in reasons:
        if holds:
            return Judgement(candidate, exclusion, sentence, values)
    problem = "" if missing else find_problem(brief, candidate, values)
    reasons = (
        (bool(problem), Exclusion.INVALID, problem),
        (is_repeated, Exclusion.DUPLICATE, "They are in the audience already."),
        (
            brief.is_marketing and candidate.is_opted_out,
            Exclusion.OPTED_OUT,
            "They want no marketing messages.",
        ),
        (was_contacted, Exclusion.RECENTLY_CONTACTED, "They got a campaign lately."),
        (
            missing is not None,
            Exclusion.MISSING_VARIABLE,
            f"{missing.label}: there is nothing to put here." if missing else "",
        ),
    )
    for holds, exclusion, sentence in reasons:
        if holds:
            return Judgement(candidate, exclusion, sentence, values)
    return Judgement(candidate, values=values)


def fill(brief: Brief, candidate: Candidate) -> dict[str, str]:
    """Return what stands in each blank for somebody, empty where there is nothing."""
    found: dict[str, str] = {}
    for key, value in brief.values.items():
        if value.value is not None:
            text = value.value
        elif value.field is not None:
            text = candidate.texts.get(value.field, "")
        else:
            text = candidate.columns.get(value.column or "", "")
        found[key] = one_line(text) or one_line(value.fallback)
    if brief.media_id:
        found[MEDIA_KEY] = f"media:{brief.media_id}"
    return found


def find_problem(brief: Brief, candidate: Candidate, values: Mapping[str, str]) -> str:
    """Return why a message with these values could not be sent; empty when it can.

    It is asked of the function that builds what is sent.
    """
    to = Recipient(phone=candidate.phone or None, user_id=candidate.user_id)
    for template in brief.templates:
        try:
            payloads_template.filled_template(to, template, values)
        except Invalid as error:
            return error.message
    return ""
