"""Accounts and numbers as the Numbers page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from xobito_app.features.connection.schemas import ConnectionView, NumberView, TierUse
from xobito_app.ui import formats

_QUALITY = {"GREEN": "success", "YELLOW": "warning", "RED": "danger"}
_STATUS = {"CONNECTED": "success", "FLAGGED": "warning", "RESTRICTED": "danger"}


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One line of the table."""

    id: str
    phone: str
    name: str
    quality: str
    quality_tone: str
    status: str
    status_tone: str
    tier: str
    speed: str
    phone_number_id: str
    is_primary: bool
    may_be_primary: bool

    @classmethod
    def of(cls, view: NumberView) -> NumberRow:
        """Word a number."""
        status = view.status if view.is_connected else "DISCONNECTED"
        return cls(
            id=str(view.id),
            phone=view.display_phone,
            name=view.verified_name,
            quality=view.quality.capitalize(),
            quality_tone=_QUALITY.get(view.quality, "neutral"),
            status=words(status),
            status_tone=_STATUS.get(status, "neutral"),
            tier=tier_words(view.messaging_limit),
            speed=f"{view.messages_a_second} a second",
            phone_number_id=view.phone_number_id,
            is_primary=view.is_primary,
            may_be_primary=view.is_connected and not view.is_primary,
        )


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A card above the numbers."""

    id: str
    name: str
    line: str
    state: str
    tone: str
    reason: str
    is_connected: bool

    @classmethod
    def of(cls, view: ConnectionView, zone: str) -> AccountRow:
        """Word an account."""
        kind = "Simulated account" if view.is_simulated else "WhatsApp Business Account"
        since = formats.full(view.connected_at, zone)
        synced = view.numbers_synced_at
        told = f" · numbers synced {formats.full(synced, zone)}" if synced else ""
        return cls(
            id=str(view.id),
            name=view.name or view.waba_id,
            line=f"{kind} {view.waba_id} · connected {since}{told}",
            state="Connected" if view.is_connected else "Disconnected",
            tone="success" if view.is_connected else "neutral",
            reason=view.reason,
            is_connected=view.is_connected,
        )


@dataclass(frozen=True, slots=True)
class TierView:
    """The tier with its bar."""

    title: str = ""
    line: str = ""
    percent: str = "0%"
    tone: str = "success"

    @classmethod
    def of(cls, use: TierUse) -> TierView:
        """Word the use of the last day."""
        if use.limit is None:
            title = tier_words(use.tier) if use.tier else "Not reported by Meta yet"
            return cls(title, f"{use.used} people contacted in the last 24 hours.")
        share = min(1.0, use.used / use.limit) if use.limit else 1.0
        return cls(
            title=tier_words(use.tier),
            line=f"{use.used:,} of {use.limit:,} people contacted in the last 24 hours; "
            f"{use.headroom:,} left.",
            percent=f"{share:.0%}",
            tone="danger" if share > 0.9 else "warning" if share > 0.7 else "success",
        )


def tier_words(tier: str) -> str:
    """Return a tier in words: `TIER_2K` is "2K people a day"."""
    plain = tier.removeprefix("TIER_")
    if not plain:
        return "Unknown"
    return "Unlimited" if plain == "UNLIMITED" else f"{plain} people a day"


def words(constant: str) -> str:
    """Return Meta's upper-case word as people read it."""
    return constant.replace("_", " ").capitalize() or "Unknown"
