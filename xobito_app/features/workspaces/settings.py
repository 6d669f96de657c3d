"""What a workspace may set, with its limits and defaults; stored as one document."""

from __future__ import annotations

from datetime import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from xobito_app.core.text import one_line

STOP_BOT_WORDS = ("stop", "human", "agent", "support", "help me")
OPT_OUT_WORDS = ("unsubscribe", "stop promotions", "opt out")


class WorkspaceSettings(BaseModel):
    """The settings of the inbox, and when campaigns pause by themselves."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    reply_only_assigned: bool = False
    auto_lead: bool = True
    auto_assign: Literal["off", "round_robin", "least_busy"] = "off"
    stop_bot_keywords: tuple[str, ...] = STOP_BOT_WORDS
    bots_resume_after_hours: int = Field(default=24, ge=1, le=720)
    opt_out_keywords: tuple[str, ...] = OPT_OUT_WORDS
    clear_history_after_days: int = Field(default=0, ge=0, le=365)
    business_hours: dict[int, tuple[tuple[time, time], ...]] | None = None
    """By weekday, Monday 0, the spans in which somebody is there; None when nobody said."""
    campaign_failures_percent: float = Field(default=10, ge=0.5, le=100)
    campaign_opt_outs_percent: float = Field(default=1, ge=0.1, le=100)
    campaign_failures_in_a_row: int = Field(default=20, ge=5, le=200)

    @field_validator("business_hours")
    @classmethod
    def _spans(
        cls, hours: dict[int, tuple[tuple[time, time], ...]] | None
    ) -> dict[int, tuple[tuple[time, time], ...]] | None:
        """Let hours pass that a day can have: in order, each ending after it began."""
        for day, spans in (hours or {}).items():
            ends = [moment for span in spans for moment in span]
            if not 0 <= day <= 6 or ends != sorted(set(ends)) or len(spans) > 6:
                raise ValueError("Write the hours of a day in order, each ending after it begins.")
        return hours

    @field_validator("stop_bot_keywords", "opt_out_keywords", mode="before")
    @classmethod
    def _words(cls, value: object) -> object:
        """Read a comma-separated line as people type it: lower case, no doubles, at most 50."""
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple):
            return value
        words = (one_line(str(part)).lower()[:60] for part in parts)
        return tuple(dict.fromkeys(word for word in words if word))[:50]
