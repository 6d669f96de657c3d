"""Moments that are offered, for sending later and for snoozing."""

from __future__ import annotations

from dataclasses import dataclass

from xobito_app.core import clock
from xobito_app.features.inbox.threads import local_times

_FIELD = "%Y-%m-%dT%H:%M"
"""How a browser's field for a day and a time writes them."""


@dataclass(frozen=True, slots=True)
class PresetRow:
    """A moment that is offered; `value` is what the field would hold."""

    label: str
    when: str
    value: str


def preset_rows(zone: str) -> list[PresetRow]:
    """Return the moments offered now, in a workspace's zone."""
    return [
        PresetRow(p.label, f"{p.local:%a %-d %b, %H:%M}", f"{p.local:{_FIELD}}")
        for p in local_times.presets(clock.now(), zone)
    ]
