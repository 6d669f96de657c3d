"""Rows of what Meta counted of templates, and their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, update
from sqlalchemy.dialects.postgresql import JSONPATH, insert
from sqlmodel import col, or_, select

from xobito_app.core import ids
from xobito_app.features.templates.schemas import Click, Insights
from xobito_app.models.templates import DRAFT, Template, TemplateInsight
from xobito_app.persistence.arrays import any_of, chunks
from xobito_app.persistence.repository import Repository
from xobito_app.whatsapp.errors import advice_for

INSIGHTS_OFF = 200005
"""Meta: template insights are not enabled for the account."""
_PRESSED = '$.**.buttons[*] ? (@.type == "URL" || @.type == "QUICK_REPLY")'
"""Buttons of which Meta counts the clicks, those of carousels too."""
_COUNTED = frozenset({"URL", "QUICK_REPLY"})


class InsightRepository(Repository[Template]):
    """Templates of one workspace, with what Meta counted of them."""

    missing = "This template does not exist."

    async def list_due(
        self, before: datetime, template_id: UUID | None, limit: int
    ) -> Sequence[Template]:
        """Return templates with buttons of which Meta was not asked since a moment."""
        path = cast(_PRESSED, JSONPATH)
        statement = (
            self.scoped()
            .where(col(Template.gone_at).is_(None), col(Template.status) != DRAFT)
            .where(col(Template.meta_id) != "")
            .where(or_(col(Template.insights_at).is_(None), col(Template.insights_at) < before))
            .where(func.jsonb_path_exists(col(Template.components), path))
        )
        if template_id:
            statement = statement.where(col(Template.id) == template_id)
        return await self.all(
            statement.order_by(col(Template.insights_at).nulls_first()).limit(limit)
        )

    async def list_days(
        self, template_id: UUID, since: date, until: date | None
    ) -> Sequence[TemplateInsight]:
        """Return what was counted of a template in each day that had anything."""
        statement = (
            select(TemplateInsight)
            .where(col(TemplateInsight.workspace_id) == self.workspace_id)
            .where(col(TemplateInsight.template_id) == template_id)
            .where(col(TemplateInsight.day) >= since)
            .order_by(col(TemplateInsight.day).desc())
            .limit(1000)
        )
        if until:
            statement = statement.where(col(TemplateInsight.day) <= until)
        return (await self.session.exec(statement)).all()

    async def put(self, days: Sequence[dict[str, Any]]) -> None:
        """Write what was counted; a day that is known is replaced."""
        statement = insert(TemplateInsight)
        figures = ("sent", "delivered", "read", "clicks")
        statement = statement.on_conflict_do_update(
            index_elements=["template_id", "day"],
            set_={name: statement.excluded[name] for name in figures},
        )
        for some in chunks(days):
            rows = [{"id": ids.new(), "workspace_id": self.workspace_id, **day} for day in some]
            await self.session.exec(statement, params=rows)

    async def note_asked(self, template_ids: Collection[UUID], at: datetime, problem: str) -> None:
        """Remember when Meta was asked about templates, and why it did not tell."""
        for some in chunks(template_ids):
            await self.session.exec(
                update(Template)
                .where(col(Template.workspace_id) == self.workspace_id)
                .where(any_of(col(Template.id), some))
                .values({"insights_at": at, "insights_problem": problem})
                .execution_options(synchronize_session=False)
            )

    async def forget_answers(self, connection_id: UUID) -> None:
        """Have Meta asked about all templates of an account, as far back as it tells."""
        await self.session.exec(
            update(Template)
            .where(col(Template.workspace_id) == self.workspace_id)
            .where(col(Template.connection_id) == connection_id)
            .values({"insights_at": None, "insights_problem": ""})
            .execution_options(synchronize_session=False)
        )


def summed(row: Template, days: Sequence[TemplateInsight]) -> Insights:
    """Return what was counted of a template in these days, the most pressed buttons first."""
    counts: Counter[tuple[str, str]] = Counter()
    for day in days:
        for click in day.clicks:
            counts[click["type"], click["button_content"]] += click["count"]
    return Insights(
        template_id=row.id,
        template_name=row.name,
        has_buttons=_has_buttons(row.components),
        sent=sum(day.sent for day in days),
        delivered=sum(day.delivered for day in days),
        read=sum(day.read for day in days),
        clicks=tuple(Click(kind, title, count) for (kind, title), count in counts.most_common()),
        as_of=row.insights_at,
        problem=row.insights_problem,
        is_off=row.insights_problem == advice_for(INSIGHTS_OFF).explanation,
    )


def _has_buttons(components: Sequence[dict[str, Any]]) -> bool:
    return any(
        any(button.get("type") in _COUNTED for button in part.get("buttons") or ())
        or any(_has_buttons(card.get("components") or ()) for card in part.get("cards") or ())
        for part in components
    )
