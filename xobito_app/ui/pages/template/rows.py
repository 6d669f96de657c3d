"""One template as its page words it."""

from __future__ import annotations

from dataclasses import dataclass

from xobito_app.features.campaigns.reporting.template_use import TemplateUse
from xobito_app.features.inbox.threads.template_results import TemplateResults
from xobito_app.features.templates.schemas import HistoryEntry, TemplateLine, TemplateView
from xobito_app.ui import formats
from xobito_app.ui.pages.templates.paper import Paper
from xobito_app.ui.pages.templates.words import QUALITY_TONES, tone_of, words
from xobito_app.whatsapp.languages import language_name

_KINDS = {
    "status": "Status",
    "quality": "Quality",
    "category": "Category",
    "upcoming_category": "Category announced",
    "edited": "New version submitted",
}


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """The facts about a template."""

    id: str = ""
    name: str = ""
    facts: str = ""
    status: str = ""
    tone: str = "neutral"
    quality: str = ""
    quality_tone: str = "neutral"
    rejection: str = ""
    advice: str = ""
    notice: str = ""
    blanks: str = ""
    used: str = ""
    edit_path: str = ""
    why_not_edit: str = ""
    why_not_delete: str = ""
    can_unpause: bool = False
    has_draft: bool = False

    @classmethod
    def of(cls, view: TemplateView, zone: str) -> TemplateCard:
        """Word a template whole."""
        parts = [words(view.category), language_name(view.language)]
        if view.source == "AUTO_GENERATED":
            parts.append("made by Meta of a message")
        rules = "; ".join(problem.sentence for problem in view.rejected_rules)
        return cls(
            id=str(view.id),
            name=view.name,
            facts=" · ".join(parts),
            status="Gone" if view.is_gone else words(view.status),
            tone=tone_of("GONE" if view.is_gone else view.status),
            quality="" if view.quality in {"", "UNKNOWN"} else f"Quality {view.quality.lower()}",
            quality_tone=QUALITY_TONES.get(view.quality, "neutral"),
            rejection=" ".join(filter(None, (view.rejection, rules))),
            advice=view.rejection_advice,
            notice=_notice(view, zone),
            blanks=", ".join(v.label for v in view.variables if not v.optional),
            used=_used(view, zone),
            edit_path=f"/templates/{view.id}/edit",
            why_not_edit=view.why_not_edit,
            why_not_delete=view.why_not_delete,
            can_unpause=view.status == "PAUSED" and view.pause == "pacing",
            has_draft=view.has_draft,
        )


def paper_of(view: TemplateView) -> Paper:
    """Draw a template, its blanks filled with Meta's examples."""
    samples = {v.key: v.example for v in view.variables if v.example}
    shape = {"category": view.category, "components": list(view.components)}
    return Paper.of(shape, samples, view.sample_id)


def _used(view: TemplateView, zone: str) -> str:
    if not view.last_used_at:
        return "Never sent from a thread."
    times = "once" if view.use_count == 1 else f"{view.use_count:,} times"
    return f"Sent from threads {times}, last on {formats.full(view.last_used_at, zone)}."


def _notice(view: TemplateView, zone: str) -> str:
    """Return what somebody who uses the template should know."""
    if view.is_gone:
        return "Meta no longer has this template."
    if view.submission != "none":
        return "It is on its way to Meta; what became of it is looked up by itself."
    if view.submit_error:
        return view.submit_error
    if view.upcoming_category:
        when = formats.full(view.upcoming_category_at, zone) if view.upcoming_category_at else ""
        on = f" on {when}" if when else ""
        return f"Meta will move it to {words(view.upcoming_category)}{on}: its price changes."
    if view.status == "PAUSED" and view.pause == "quality":
        return "Meta paused it for low quality. That ends by itself after some hours."
    if view.status == "PAUSED":
        return "Meta paused it because of its first results. Look at it, then let it go out again."
    if view.unsupported:
        return f"Xobito cannot fill: {', '.join(map(words, view.unsupported))}."
    return ""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change in a template's life."""

    id: str
    when: str
    what: str
    change: str
    tone: str
    note: str
    by: str

    @classmethod
    def of(cls, entry: HistoryEntry, zone: str) -> HistoryRow:
        """Word a change."""
        after = words(entry.after) if entry.after else ""
        before = words(entry.before) if entry.before else ""
        tones = QUALITY_TONES if entry.kind == "quality" else {}
        return cls(
            id=str(entry.id),
            when=formats.full(entry.at, zone),
            what=_KINDS.get(entry.kind, entry.kind),
            change=f"{before} → {after}" if before else after,
            tone=tones.get(entry.after) or tone_of(entry.after),
            note=entry.note,
            by=entry.by,
        )


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure, with its share of what was sent."""

    id: str
    label: str
    value: str
    meaning: str


def figures_of(results: TemplateResults, use: TemplateUse) -> list[FigureRow]:
    """Word what came of a template, sent from threads and by campaigns."""
    sent = results.sent + use.sent
    rows = (
        ("sent", "Sent", sent, "Taken by WhatsApp in the last 30 days."),
        ("delivered", "Delivered", results.delivered + use.delivered, "Reached the phone."),
        ("read", "Read", results.read + use.read, "Seen, as far as people let WhatsApp tell."),
        ("replied", "Replied", results.replied + use.replied, "Wrote within three days."),
        ("tapped", "Tapped", results.tapped + use.tapped, "Pressed a quick reply."),
        ("failed", "Failed", results.failed + use.failed, "Not taken, or not delivered."),
    )
    return [
        FigureRow(name, label, _share(count, sent, name), meaning)
        for name, label, count, meaning in rows
    ]


def _share(count: int, sent: int, name: str) -> str:
    if name == "sent" or not sent or not count:
        return f"{count:,}"
    return f"{count:,} · {count / sent:.0%}"


@dataclass(frozen=True, slots=True)
class UseRow:
    """A campaign that sends the template."""

    id: str
    name: str
    path: str


def uses_of(use: TemplateUse) -> list[UseRow]:
    """Word which campaigns send a template."""
    return [UseRow(str(row_id), name, f"/campaigns/{row_id}") for row_id, name in use.campaigns]


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """The same template in another language."""

    id: str
    language: str
    path: str
    status: str
    tone: str

    @classmethod
    def of(cls, line: TemplateLine) -> LanguageRow:
        """Word a language."""
        return cls(
            str(line.id),
            language_name(line.language),
            f"/templates/{line.id}",
            words(line.status),
            tone_of(line.status),
        )
