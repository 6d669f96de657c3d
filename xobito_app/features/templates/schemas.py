"""What the templates feature tells the entrypoints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xobito_app.whatsapp.drafting.draft import Draft
from xobito_app.whatsapp.drafting.problems import Problem
from xobito_app.whatsapp.templates import Content, Offer, TemplateButton, Variable


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A template as lists show it.

    Attributes:
        has_draft: Another version of it is being written.
        submission: `none`, or that it is on its way to Meta: `sending` or `unknown`.
    """

    id: UUID
    name: str
    language: str
    category: str
    status: str
    quality: str
    body: str
    last_used_at: datetime | None
    use_count: int
    has_draft: bool
    submission: str


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template with everything its preview needs.

    Attributes:
        pause: `none`, `quality` (lifts by itself) or `pacing` (lifted by hand).
        rejection: Why Meta rejected it, and what to do.
        rejected_rules: The rules it likely broke.
        upcoming_category: The category Meta will move it to, at `upcoming_category_at`.
        unsupported: Components Xobito cannot fill, in Meta's words; such a template is not sent.
        sample_id: Our file of its media header.
        why_not_edit: Why it cannot be changed now; empty when it can.
        why_not_delete: Likewise.
    """

    id: UUID
    name: str
    language: str
    category: str
    status: str
    quality: str
    pause: str
    rejected_reason: str
    rejection: str
    rejected_rules: tuple[Problem, ...]
    rejection_advice: str
    previous_category: str
    upcoming_category: str
    upcoming_category_at: datetime | None
    parameter_format: str
    components: tuple[dict[str, Any], ...]
    header_format: str
    header: str
    body: str
    footer: str
    buttons: tuple[TemplateButton, ...]
    offer: Offer | None
    cards: tuple[Content, ...]
    variables: tuple[Variable, ...]
    unsupported: tuple[str, ...]
    sample_id: str
    source: str
    has_draft: bool
    submission: str
    submit_error: str
    why_not_edit: str
    why_not_delete: str
    last_used_at: datetime | None
    use_count: int
    synced_at: datetime | None
    is_gone: bool


@dataclass(frozen=True, slots=True)
class DraftView:
    """A template as it is being written.

    Attributes:
        rev: To be given back with the next saving.
        draft: What is written.
        body: The same in the shape of Meta's create call.
        problems: What the linter finds.
        is_new: Meta never saw it: name, language and category are free.
        is_category_fixed: Meta does not let the category of an approved template change.
        is_changed: It differs from what Meta holds, or Meta holds nothing yet.
        why_not_edit: Why it cannot be submitted now, whatever is written; empty when it can.
    """

    id: UUID
    rev: int
    draft: Draft
    body: dict[str, Any]
    problems: tuple[Problem, ...]
    status: str
    is_new: bool
    is_category_fixed: bool
    is_changed: bool
    submission: str
    submit_error: str
    rejection: str
    rejection_advice: str
    rejected_rules: tuple[Problem, ...]
    why_not_edit: str

    @property
    def can_submit(self) -> bool:
        """Whether nothing of ours keeps it from Meta; warnings do not."""
        return not self.why_not_edit and all(problem.is_warning for problem in self.problems)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of a template; `kind` is status, quality, category, upcoming_category, edited."""

    id: UUID
    at: datetime
    kind: str
    before: str
    after: str
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class Click:
    """How often a button was pressed.

    Attributes:
        kind: Meta's `url_button`, `unique_url_button` (people) or `quick_reply_button`.
    """

    kind: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Insights:
    """What Meta counted of a template in some days (UTC), whoever sent it.

    Attributes:
        has_buttons: It has buttons whose clicks Meta counts.
        as_of: When Meta was last asked; None if never.
        problem: Why Meta did not tell, in one sentence.
        is_off: Nobody has had Meta count yet: it can be switched on.
    """

    template_id: UUID
    template_name: str
    has_buttons: bool
    sent: int
    delivered: int
    read: int
    clicks: tuple[Click, ...]
    as_of: datetime | None
    problem: str
    is_off: bool


@dataclass(frozen=True, slots=True)
class SampleView:
    """The example file of a media header."""

    id: UUID
    mime: str
    filename: str
    size: int


@dataclass(frozen=True, slots=True)
class SendableTemplate:
    """A template that may be sent in a thread right now."""

    id: UUID
    name: str
    language: str
    category: str
    body: str
    use_count: int


@dataclass(frozen=True, slots=True)
class SyncStamp:
    """When templates were last taken over, and how many there are."""

    at: datetime | None
    count: int
    is_connected: bool


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What a workspace's templates can be filtered by."""

    statuses: tuple[str, ...]
    categories: tuple[str, ...]
    languages: tuple[str, ...]
    qualities: tuple[str, ...]
