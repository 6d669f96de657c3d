"""What webhooks tell the entrypoints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xobito_app.core.views import taken_from
from xobito_app.models.webhooks import WebhookDelivery, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class EndpointView:
    """Where events go and how it fares; the secret is not part of it."""

    url: str
    events: frozenset[str]
    state: str
    reason: str
    failure_count: int
    failing_since: datetime | None
    last_success_at: datetime | None

    @classmethod
    def of(cls, row: WebhookEndpoint) -> EndpointView:
        """Take an endpoint out of its table."""
        return taken_from(row, cls, events=frozenset(row.events))


@dataclass(frozen=True, slots=True)
class Configured:
    """What came of saving an endpoint.

    Attributes:
        secret: The signing secret when a new one was made; it is never told again.
        warning: Why the address cannot be reached at the moment; empty when it can.
    """

    endpoint: EndpointView
    secret: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery as the log lists it."""

    id: UUID
    event_id: UUID
    event: str
    state: str
    is_test: bool
    attempts: int
    created_at: datetime
    next_try_at: datetime | None
    tried_at: datetime | None
    duration_ms: int
    status_code: int | None
    error: str

    @classmethod
    def of(cls, row: WebhookDelivery) -> DeliveryLine:
        """Take a delivery out of its table."""
        return taken_from(row, cls)


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery whole: what was sent and what was answered, of the newest try."""

    line: DeliveryLine
    url: str
    request_headers: dict[str, str]
    request_body: str
    response_headers: dict[str, str]
    response_body: str

    @classmethod
    def of(cls, row: WebhookDelivery) -> DeliveryView:
        """Take a delivery out of its table."""
        return cls(
            line=DeliveryLine.of(row),
            url=row.url,
            request_headers=dict(row.request_headers),
            request_body=row.body.decode("utf-8", "replace"),
            response_headers=dict(row.response_headers),
            response_body=row.response_body,
        )
