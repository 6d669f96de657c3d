"""The linter: every rule of Meta's that a draft breaks, before Meta says so."""

from __future__ import annotations

from collections.abc import Iterator

from xobito_app.whatsapp import limits
from xobito_app.whatsapp.drafting import button_rules, rich_rules, text_rules
from xobito_app.whatsapp.drafting.draft import Draft
from xobito_app.whatsapp.drafting.problems import Problem, Rule, Surroundings

RULES: tuple[Rule, ...] = (
    *text_rules.TABLE.rules,
    *button_rules.TABLE.rules,
    *rich_rules.TABLE.rules,
)

_LIKELY: dict[str, tuple[str, ...]] = {
    "INCORRECT_CATEGORY": ("category.words",),
    "TAG_CONTENT_MISMATCH": ("category.words", "language.form"),
    "PROMOTIONAL": ("category.words",),
    "INVALID_FORMAT": (
        "variables.form",
        "body.edge",
        "body.adjacent",
        "body.ratio",
        "samples.text",
        "url.whatsapp",
    ),
}
_REASONS: dict[str, str] = {
    "ABUSIVE_CONTENT": "Meta finds the content abusive or misleading. Reword it.",
    "SCAM": "Meta takes it for a fraud. Say who you are and what the message is about.",
    "INCORRECT_CATEGORY": "Meta says the category is wrong. Choose the other one, or leave out "
    "what sells.",
    "TAG_CONTENT_MISMATCH": "The text does not fit its category or language. Change one of them.",
    "PROMOTIONAL": "Meta says it is marketing. Choose Marketing, or leave out what sells.",
    "INVALID_FORMAT": "Variables or samples are not as Meta wants them. See what is marked.",
    "CATEGORY_NOT_AVAILABLE": "This account may not use the category. Choose another.",
}


def lint(draft: Draft, around: Surroundings | None = None) -> tuple[Problem, ...]:
    """Return what is wrong with a draft, what Meta would refuse first, warnings last."""
    found = [problem for rule in RULES for problem in rule.check(draft)]
    found = [*(_around(around) if around else ()), *found]
    return tuple(sorted(found, key=lambda problem: problem.is_warning))


def _around(around: Surroundings) -> Iterator[Problem]:
    if around.taken:
        yield Problem(
            "name.taken",
            "2388024",
            "Content in this language already exists",
            "name",
            "There is a template of this name in this language. Choose another name or language.",
        )
    if around.blocked_until:
        yield Problem(
            "name.blocked",
            "2388023",
            "Message template language is being deleted",
            "name",
            f"Meta keeps the name of a deleted template for {limits.TEMPLATE_NAME_BLOCKED_DAYS} "
            f"days, until {around.blocked_until:%d %B %Y}. Choose another name.",
        )


def explain_rejection(reason: str, draft: Draft) -> tuple[str, tuple[Problem, ...]]:
    """Return a sentence about why Meta rejected a template, and the rules it likely breaks.

    `reason` is `rejected_reason`, or the `reason` of the webhook, whose first word counts.
    """
    word = reason.split(maxsplit=1)[0].strip(".:,").upper() if reason.strip() else ""
    likely = tuple(problem for problem in lint(draft) if problem.rule in _LIKELY.get(word, ()))
    if word in {"", "NONE"}:
        return "Meta rejected it without saying why. Reword it and submit it again.", likely
    return _REASONS.get(word, f"Meta rejected it: {reason}."), likely
