"""The Doctor page: every check a line."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx
from redis.exceptions import RedisError

from xobito_app.core import clock
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.features.doctor import service as doctor
from xobito_app.features.doctor.rules import Check
from xobito_app.jobs.heartbeats import read_ages
from xobito_app.realtime.notices import redis_client
from xobito_app.ui import formats
from xobito_app.ui.blocks import PageState
from xobito_app.ui.security import AppState, guarded_by, permitted

_ICONS = {
    "ok": "circle-check",
    "warning": "triangle-alert",
    "failed": "circle-x",
    "skipped": "circle-minus",
}
_TONES = {"ok": "success", "warning": "warning", "failed": "danger", "skipped": "neutral"}
_WORDS = {"ok": "Good", "warning": "Needs attention", "failed": "Broken", "skipped": "Not checked"}


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One line."""

    name: str
    title: str
    icon: str
    tone: str
    verdict: str
    line: str
    fix: str

    @classmethod
    def of(cls, check: Check) -> CheckRow:
        """Word a check."""
        return cls(
            check.name,
            check.title,
            _ICONS[check.verdict],
            _TONES[check.verdict],
            _WORDS[check.verdict],
            check.line,
            check.fix,
        )


@permitted(view=(Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE))
class DoctorState(PageState, AppState):
    """The checks as they last came out."""

    checks: rx.Field[list[CheckRow]] = rx.field(default_factory=list)
    checked_at: rx.Field[str] = rx.field("")
    summary: rx.Field[str] = rx.field("")

    @rx.event(background=True)
    @guarded_by("view")
    async def load(self):
        """Run all checks; asking Meta takes a moment, so the page stays usable meanwhile."""
        async with self:
            viewer = await self._viewer()
            self.is_busy = True
        try:
            found = await doctor.examine(viewer.actor, lane_ages=await _lane_ages())
        except AppError as error:
            async with self:
                self.is_busy, self.stage, self.problem = False, "failed", error.message
            return
        bad = sum(check.verdict == "failed" for check in found)
        odd = sum(check.verdict == "warning" for check in found)
        async with self:
            self.checks = [CheckRow.of(check) for check in found]
            self.checked_at = formats.full(clock.now(), viewer.time_zone)
            self.summary = _summary(bad, odd)
            self.is_busy, self.stage = False, "ready"


def _summary(bad: int, odd: int) -> str:
    if bad:
        return f"{bad} broken" + (f", {odd} to check" if odd else "")
    return f"{odd} to check" if odd else "Everything is in order"


async def _lane_ages() -> dict[str, float | None] | None:
    try:
        return await read_ages(redis_client())
    except (RedisError, OSError, ValueError):
        return None
