"""What Meta counted of a template's buttons, as its page and the reports of campaigns show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.features.templates.schemas import Click, Insights
from xobito_app.ui import formats, styles

_KINDS = {
    "url_button": "Link opened",
    "unique_url_button": "People who opened the link",
    "quick_reply_button": "Quick reply pressed",
}


@dataclass(frozen=True, slots=True)
class ClickRow:
    """One button and how often it was pressed."""

    id: str
    title: str
    kind: str
    count: str

    @classmethod
    def of(cls, click: Click) -> ClickRow:
        """Word a button."""
        kind = _KINDS.get(click.kind, click.kind.replace("_", " "))
        return cls(f"{click.kind} {click.title}", click.title, kind, f"{click.count:,}")


@dataclass(frozen=True, slots=True)
class ClicksCard:
    """What Meta counted of one template."""

    id: str = ""
    name: str = ""
    line: str = ""
    problem: str = ""
    is_off: bool = False
    is_shown: bool = False
    rows: list[ClickRow] = field(default_factory=list)

    @classmethod
    def of(cls, found: Insights, zone: str, now: datetime) -> ClicksCard:
        """Word what Meta counted; it is Meta's figure for the template, whoever sent it."""
        asked = f"asked {formats.ago(found.as_of, zone, now)}" if found.as_of else "not asked yet"
        return cls(
            id=str(found.template_id),
            name=found.template_name,
            line=(
                f"{found.sent:,} sent, {found.delivered:,} delivered, {found.read:,} read; {asked}"
            ),
            problem=found.problem,
            is_off=found.is_off,
            is_shown=found.has_buttons,
            rows=[ClickRow.of(click) for click in found.clicks],
        )


def clicks_list(card: Any, *actions: Any) -> rx.Component:
    """Return the buttons of a template with their clicks; or why there is none to show."""
    return rx.fragment(
        rx.cond(
            card.problem,
            rx.el.div(rx.el.p(card.problem, class_name=styles.MUTED), *actions),
            rx.el.p(card.line, class_name=f"{styles.MUTED} {styles.TABULAR}"),
        ),
        rx.el.ul(rx.foreach(card.rows, _line), class_name="click-lines"),
    )


def _line(row: ObjectVar[ClickRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.title, class_name=styles.GROW),
        rx.el.span(row.kind, class_name=styles.MUTED),
        rx.el.strong(row.count, class_name=styles.TABULAR),
        key=row.id,
    )
