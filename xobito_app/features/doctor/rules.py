"""What the doctor makes of what was measured: one verdict a line, with cause and fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from xobito_app.features.connection.schemas import Probe, Stamps, TierUse
from xobito_app.features.connection.service import NEEDED_SCOPES, missing_scopes
from xobito_app.features.ingest.service import Backlog

LANE_LATE_SECONDS = 60.0
QUEUE_LAG = timedelta(minutes=1)
TEMPLATES_OLD = timedelta(hours=2)
TOKEN_SOON = timedelta(days=14)
CLOCK_DRIFT_SECONDS = 60.0
SILENCE = timedelta(days=2)
LITTLE_HEADROOM = 0.1


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor.

    Attributes:
        line: What was found, in one sentence.
        fix: What to do about it; empty when nothing is to be done.
    """

    name: str
    title: str
    verdict: Verdict
    line: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What is measured inside this installation.

    Attributes:
        lane_ages: Seconds since each lane of workers answered beat; None when Redis is away.
        backlog: How long the oldest delivery nobody has read has been waiting.
        queued_since: When the oldest message that waits to be sent was written.
        mail_problem: Why mail does not go out, empty when it does; None when there is none.
        owns_tables: The application's database role owns the tables it reads.
        campaign_late: How long a scheduled campaign should have begun by now.
    """

    lane_ages: Mapping[str, float | None] | None
    backlog: Backlog
    queued_since: datetime | None
    mail_problem: str | None = None
    owns_tables: bool = False
    campaign_late: timedelta | None = None


def judge_house(vitals: Vitals, now: datetime) -> Iterator[Check]:
    """Yield the checks that need no connection."""
    yield _workers(vitals.lane_ages)
    yield _queue(vitals, now)
    yield _mail(vitals.mail_problem)
    if vitals.owns_tables:
        yield _one_role()


def judge_account(probe: Probe, stamps: Stamps, now: datetime) -> Iterator[Check]:
    """Yield the checks of a connected account."""
    if probe.problem:
        yield Check(
            "meta",
            "Meta",
            Verdict.FAILED,
            probe.problem,
            "Check this machine's way to the internet; sending goes on when it is back.",
        )
    else:
        yield _secret(probe)
        yield _token(probe, now)
        yield _permissions(probe)
        yield _subscription(probe)
        yield _clock(probe.drift_seconds)
    yield _callback(probe)
    yield _templates(stamps.templates_synced_at, now)
    yield _tier(stamps.tier)
    yield _inbound(stamps.last_inbound_at, now)


def not_connected() -> Check:
    """Return the check of a workspace without an account."""
    return Check(
        "connection",
        "Connection",
        Verdict.FAILED,
        "This workspace is not connected to WhatsApp.",
        "Connect a number, or start the simulator.",
    )


def _one_role() -> Check:
    return Check(
        "database",
        "Database",
        Verdict.WARNING,
        "One database role both owns the tables and runs the application.",
        "Give migrations a role of their own with DATABASE_OWNER_URL; the README says how.",
    )


def _workers(ages: Mapping[str, float | None] | None) -> Check:
    title = "Workers and beat"
    if ages is None:
        return Check(
            "workers", title, Verdict.FAILED, "Redis does not answer.", "Start it; see REDIS_URL."
        )
    late = [lane for lane, age in ages.items() if age is None or age > LANE_LATE_SECONDS]
    if not late:
        newest = max((age for age in ages.values() if age is not None), default=0.0)
        line = f"All lanes answered beat within {span(timedelta(seconds=newest))}."
        return Check("workers", title, Verdict.OK, line)
    if len(late) == len(ages):
        return Check(
            "workers",
            title,
            Verdict.FAILED,
            "No lane of workers has answered beat for a minute.",
            "Start `xobito beat` and the workers, or everything with `make run`.",
        )
    return Check(
        "workers",
        title,
        Verdict.FAILED,
        f"The {' and '.join(late)} workers have not answered beat for a minute.",
        f"Start `xobito worker --lane {late[0]}`; if it runs, it has more work than it manages.",
    )


def _mail(problem: str | None) -> Check:
    if problem is None:
        line = "No mail was sent yet; without SMTP_URL, links are shown to be passed on by hand."
        return Check("mail", "Mail", Verdict.SKIPPED, line)
    if problem:
        return Check(
            "mail", "Mail", Verdict.WARNING, problem, "Check SMTP_URL; waiting mails then leave."
        )
    return Check("mail", "Mail", Verdict.OK, "The last mail went out.")


def _queue(vitals: Vitals, now: datetime) -> Check:
    late = [vitals.backlog.sentence] if vitals.backlog.is_late else []
    if vitals.queued_since is not None and now - vitals.queued_since > QUEUE_LAG:
        late.append(f"The oldest message waits to be sent since {span(now - vitals.queued_since)}.")
    if vitals.campaign_late is not None:
        late.append(f"A scheduled campaign should have begun {span(vitals.campaign_late)} ago.")
    if not late:
        line = "Nothing waits long to be read or to be sent."
        return Check("queue", "Queue", Verdict.OK, line)
    return Check(
        "queue",
        "Queue",
        Verdict.FAILED,
        " ".join(late),
        "See the workers above, and the event journal for what waits; when the workers run, "
        "start more of them.",
    )


def _secret(probe: Probe) -> Check:
    if probe.secret_problem:
        return Check(
            "secret",
            "Signature secret",
            Verdict.FAILED,
            f"Meta does not take the app secret, so webhooks are refused. {probe.secret_problem}",
            "Copy the app secret from the app's basic settings and connect again.",
        )
    return Check("secret", "Signature secret", Verdict.OK, "Meta accepts the app secret.")


def _token(probe: Probe, now: datetime) -> Check:
    if probe.secret_problem:
        return Check("token", "Token", Verdict.SKIPPED, "Not asked: the app secret is wrong.")
    if not probe.is_token_valid:
        return Check(
            "token",
            "Token",
            Verdict.FAILED,
            f"The token is no longer valid. {probe.token_problem}".strip(),
            "Make a new system-user token and connect again.",
        )
    if probe.expires_at is None:
        return Check("token", "Token", Verdict.OK, "Valid, and never expires.")
    left = probe.expires_at - now
    line = f"Valid until {probe.expires_at:%d %B %Y %H:%M} UTC, {span(left)} from now."
    if left < TOKEN_SOON:
        return Check(
            "token", "Token", Verdict.WARNING, line, "Make one that never expires, connect again."
        )
    return Check("token", "Token", Verdict.OK, line)


def _permissions(probe: Probe) -> Check:
    if probe.secret_problem or not probe.is_token_valid:
        return Check("permissions", "Permissions", Verdict.SKIPPED, "Not asked: see the token.")
    missing = missing_scopes(probe.scopes)
    if missing:
        return Check(
            "permissions",
            "Permissions",
            Verdict.FAILED,
            f"The token lacks {' and '.join(missing)}.",
            "Make a token with these permissions and connect again.",
        )
    return Check("permissions", "Permissions", Verdict.OK, ", ".join(NEEDED_SCOPES) + ".")


def _subscription(probe: Probe) -> Check:
    if not probe.is_subscribed:
        return Check(
            "subscription",
            "Subscription",
            Verdict.FAILED,
            "Meta does not send this account's webhooks here: nothing comes in.",
            "Connect again, which subscribes the account.",
        )
    if probe.missing_fields:
        return Check(
            "subscription",
            "Subscription",
            Verdict.WARNING,
            f"The app does not send: {', '.join(probe.missing_fields)}.",
            "Connect again, or subscribe to these fields in the app's dashboard.",
        )
    return Check("subscription", "Subscription", Verdict.OK, "Webhooks of this account come here.")


def _callback(probe: Probe) -> Check:
    if probe.callback_problem:
        return Check(
            "callback",
            "Callback",
            Verdict.FAILED,
            f"{probe.callback_url} did not answer a challenge: {probe.callback_problem}",
            "Check that PUBLIC_URL leads here from outside, with a valid certificate.",
        )
    line = f"{probe.callback_url} answers, as seen from this machine."
    return Check("callback", "Callback", Verdict.OK, line)


def _clock(drift: float | None) -> Check:
    if drift is None:
        return Check("clock", "Clock", Verdict.SKIPPED, "Meta did not say what time it is.")
    if abs(drift) > CLOCK_DRIFT_SECONDS:
        direction = "ahead of" if drift > 0 else "behind"
        return Check(
            "clock",
            "Clock",
            Verdict.WARNING,
            f"This machine's clock is {span(timedelta(seconds=abs(drift)))} {direction} Meta's.",
            "Switch on time synchronisation; reply windows are computed by this clock.",
        )
    return Check("clock", "Clock", Verdict.OK, "In step with Meta's.")


def _templates(synced_at: datetime | None, now: datetime) -> Check:
    if synced_at is None or now - synced_at > TEMPLATES_OLD:
        when = f"{span(now - synced_at)} ago" if synced_at else "never"
        return Check(
            "templates",
            "Template sync",
            Verdict.WARNING,
            f"Templates were last synced {when}; it happens every hour by itself.",
            "Sync them on the Templates page; see the workers above.",
        )
    line = f"Synced {span(now - synced_at)} ago."
    return Check("templates", "Template sync", Verdict.OK, line)


def _tier(tier: TierUse) -> Check:
    if tier.limit is None:
        name = tier.tier.removeprefix("TIER_").lower() or "unknown"
        line = f"{tier.used} people written to first in 24 hours; the limit is {name}."
        return Check("tier", "Messaging tier", Verdict.OK, line)
    line = f"{tier.used} of {tier.limit} people written to first in the last 24 hours."
    if (tier.headroom or 0) < tier.limit * LITTLE_HEADROOM:
        return Check(
            "tier",
            "Messaging tier",
            Verdict.WARNING,
            line,
            "Wait until tomorrow, or let Meta raise the tier: verify the business, keep quality.",
        )
    return Check("tier", "Messaging tier", Verdict.OK, line)


def _inbound(last_at: datetime | None, now: datetime) -> Check:
    if last_at is None:
        return Check(
            "inbound",
            "Last incoming event",
            Verdict.WARNING,
            "Nothing has come in yet.",
            "Write to the number from a phone; it should stand in the inbox at once.",
        )
    line = f"{span(now - last_at)} ago."
    if now - last_at > SILENCE:
        return Check(
            "inbound",
            "Last incoming event",
            Verdict.WARNING,
            line,
            "If customers wrote meanwhile, see subscription and callback above.",
        )
    return Check("inbound", "Last incoming event", Verdict.OK, line)


def span(length: timedelta) -> str:
    """Return a length of time in its largest unit."""
    seconds = max(0, int(length.total_seconds()))
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
