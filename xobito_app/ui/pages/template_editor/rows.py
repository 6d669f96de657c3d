"""A template being written, as the editor words it."""

from __future__ import annotations

from dataclasses import dataclass

from xobito_app.features.templates.schemas import DraftView
from xobito_app.whatsapp.drafting.button_rules import WORDS
from xobito_app.whatsapp.drafting.draft import Draft
from xobito_app.whatsapp.drafting.problems import Problem

KINDS: tuple[tuple[str, str], ...] = (
    ("QUICK_REPLY", "Quick reply"),
    ("URL", "Link"),
    ("PHONE_NUMBER", "Phone"),
    ("COPY_CODE", "Code to copy"),
    ("VOICE_CALL", "WhatsApp call"),
    ("FLOW", "Form"),
    ("CATALOG", "Catalog"),
)
"""Buttons a person may add."""
HEADERS: tuple[tuple[str, str], ...] = (
    ("", "None"),
    ("TEXT", "Text"),
    ("IMAGE", "Image"),
    ("VIDEO", "Video"),
    ("DOCUMENT", "Document"),
    ("LOCATION", "Location"),
)


@dataclass(frozen=True, slots=True)
class ButtonField:
    """The fields of one button; `id` changes with its place, so that the fields begin anew."""

    id: str
    index: int
    title: str
    type: str
    text: str
    url: str
    phone_number: str
    example: str
    flow_id: str


@dataclass(frozen=True, slots=True)
class SampleField:
    """The example of one variable."""

    id: str
    place: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem, below all fields."""

    id: str
    sentence: str
    rule: str
    tone: str


def button_fields(draft: Draft, generation: int) -> list[ButtonField]:
    """Return the fields of a draft's buttons."""
    return [
        ButtonField(
            id=f"{generation}.{at}",
            index=at,
            title=WORDS.get(button.type, button.type).capitalize(),
            type=button.type,
            text=button.text,
            url=button.url,
            phone_number=button.phone_number,
            example=button.example,
            flow_id=str(button.more.get("flow_id") or ""),
        )
        for at, button in enumerate(draft.part.buttons)
    ]


def sample_fields(draft: Draft, generation: int) -> list[SampleField]:
    """Return a field for the example of each variable of header and body."""
    return [
        SampleField(
            id=f"{generation}.{key}",
            place=f"sample.{key}",
            label=_label(key),
            value=draft.samples.get(key, ""),
        )
        for key in draft.blanks
    ]


def _label(key: str) -> str:
    part, _, name = key.rpartition(".")
    return f"{'Header' if part == 'header' else 'Text'}: {{{{{name}}}}}"


def errors_of(problems: tuple[Problem, ...], touched: frozenset[str] | None) -> dict[str, str]:
    """Return what stands at each field; of a new template only at those somebody was at."""
    found: dict[str, str] = {}
    for problem in problems:
        if touched is None or any(_is_about(problem.place, place) for place in touched):
            found.setdefault(problem.place, f"{problem.sentence} ({rule_of(problem)})")
    return found


def _is_about(problem: str, touched: str) -> bool:
    """Tell whether a problem stands at a place, or at what the place is a part of."""
    return problem.startswith(touched) or touched.startswith(f"{problem}.")


def rule_of(problem: Problem) -> str:
    """Return what Meta calls a rule, with its number where it has one of its own."""
    code = "" if problem.code in {"", "100"} else f" {problem.code}"
    return f"Meta{code}: {problem.title}"


def problem_rows(view: DraftView) -> list[ProblemRow]:
    """Return every problem of a draft."""
    return [
        ProblemRow(
            id=f"{at}.{problem.rule}",
            sentence=problem.sentence,
            rule=rule_of(problem),
            tone="warning" if problem.is_warning else "danger",
        )
        for at, problem in enumerate(view.problems)
    ]
