"""What the templates feature tells the entrypoints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xobito_app.whatsapp.templates import TemplateButton, Variable


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A template as lists show it."""

    id: UUID
    name: str
    language: str
    category: str
    status: str
    quality: str
    body: str
    last_used_at: datetime | None
    use_count: int


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template with everything its preview needs.

    Attributes:
        unsupported: Components Xobito cannot fill, in Meta's words; such a template is not sent.
    """

    id: UUID
    name: str
    language: str
    category: str
    status: str
    quality: str
    rejected_reason: str
    header_format: str
    header: str
    body: str
    footer: str
    buttons: tuple[TemplateButton, ...]
    variables: tuple[Variable, ...]
    unsupported: tuple[str, ...]
    last_used_at: datetime | None
    use_count: int
    synced_at: datetime | None
    is_gone: bool


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
