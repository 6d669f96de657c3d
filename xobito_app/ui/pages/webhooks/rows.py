"""Deliveries and the endpoint as the page shows them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from xobito_app.core import clock
from xobito_app.features.webhooks.schemas import DeliveryLine, DeliveryView, EndpointView
from xobito_app.ui import formats

STATES = {
    "pending": ("Waiting", "info"),
    "sending": ("On its way", "info"),
    "delivered": ("Delivered", "success"),
    "failed": ("Failed", "danger"),
}
FILTERS = (("", "All"), ("pending", "Waiting"), ("delivered", "Delivered"), ("failed", "Failed"))


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """The endpoint with how it fares, in words."""

    exists: bool = False
    url: str = ""
    is_on: bool = True
    is_disabled: bool = False
    state: str = ""
    tone: str = "neutral"
    fares: str = ""
    reason: str = ""

    @classmethod
    def of(cls, view: EndpointView, zone: str) -> EndpointRow:
        """Word an endpoint."""
        is_disabled = view.state == "disabled"
        words = {"active": ("On", "success"), "off": ("Off", "neutral")}
        state, tone = words.get(view.state, ("Switched off automatically", "danger"))
        if view.state == "active" and view.failure_count:
            state, tone = "Failing", "warning"
        return cls(
            exists=True,
            url=view.url,
            is_on=view.state != "off",
            is_disabled=is_disabled,
            state=state,
            tone=tone,
            fares=_fares(view, zone),
            reason=view.reason,
        )


def _fares(view: EndpointView, zone: str) -> str:
    if view.failure_count and view.failing_since:
        tries = "The last attempt" if view.failure_count == 1 else f"{view.failure_count} attempts"
        return f"{tries} failed, since {formats.full(view.failing_since, zone)}."
    if view.last_success_at:
        return f"Last delivered on {formats.full(view.last_success_at, zone)}."
    return "Nothing delivered yet."


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One line of the log."""

    id: str = ""
    when: str = ""
    full_time: str = ""
    event: str = ""
    state: str = ""
    tone: str = "neutral"
    answer: str = ""
    tries: str = ""
    took: str = ""
    can_repeat: bool = False

    @classmethod
    def of(cls, line: DeliveryLine, zone: str) -> DeliveryRow:
        """Word a delivery."""
        word, tone = STATES.get(line.state, (line.state, "neutral"))
        return cls(
            id=str(line.id),
            when=formats.ago(line.created_at, zone, clock.now()),
            full_time=formats.full(line.created_at, zone),
            event=f"{line.event} (test)" if line.is_test else line.event,
            state=word,
            tone=tone,
            answer=_answer(line, zone),
            tries="once" if line.attempts == 1 else f"{line.attempts} times",
            took=f"{line.duration_ms} ms" if line.tried_at else "",
            can_repeat=line.state in {"delivered", "failed"} and not line.is_test,
        )


def _answer(line: DeliveryLine, zone: str) -> str:
    said = line.error or (f"Answered {line.status_code}." if line.status_code else "")
    if line.state == "pending" and line.next_try_at and line.attempts:
        return f"{said} Next try {_soon(line.next_try_at, zone)}."
    return said or "Not sent yet."


def _soon(at: datetime, zone: str) -> str:
    now = clock.now()
    return "in a moment" if at <= now else f"at {formats.clock_time(at, zone)}"


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """The open delivery: what was sent and what was answered."""

    row: DeliveryRow
    url: str = ""
    event_id: str = ""
    request: str = ""
    response: str = ""

    @classmethod
    def of(cls, view: DeliveryView, zone: str) -> DeliveryDetail:
        """Word a delivery whole."""
        status = view.line.status_code
        return cls(
            row=DeliveryRow.of(view.line, zone),
            url=view.url,
            event_id=str(view.line.event_id),
            request=f"{_heads(view.request_headers)}\n\n{_readable(view.request_body)}".strip(),
            response=(
                f"{status}\n{_heads(view.response_headers)}\n\n{view.response_body}".strip()
                if status
                else view.line.error
            ),
        )


def _heads(headers: dict[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


def _readable(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
