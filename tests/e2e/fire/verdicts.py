"""What has to become of each recipient, read from the table of Meta's codes that is in force.

The simulator's record says what each request was answered; the rules of campaigns and the table of
codes say what that means. What the database holds is compared with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.fire.record import Entry
from xobito_app.features.campaigns import rules
from xobito_app.features.inbox.service import UNKNOWN
from xobito_app.models.campaigns import RecipientState
from xobito_app.whatsapp.errors import GraphError

_SLACK = 0.02
"""Seconds that clocks and timers may differ by."""
_HTTP = {131000: 500, 130429: 429}


@dataclass(frozen=True, slots=True)
class Expected:
    """How a recipient must end.

    Attributes:
        problem: What the requests themselves did wrong; empty when they were right.
    """

    state: str
    reason: str = ""
    code: int | None = None
    problem: str = ""


@dataclass
class Tally:
    """What the comparison found.

    Attributes:
        problems: One sentence for each recipient that is not as it must be, the first of them.
    """

    ends: Counter[str] = field(default_factory=Counter[str])
    twice: int = 0
    problems: list[str] = field(default_factory=list[str])

    @property
    def is_right(self) -> bool:
        return not self.problems and not self.twice


def expected_end(history: Sequence[Entry]) -> Expected:
    """Say how somebody must end whose requests were answered like this, in this order."""
    attempts = 0
    for place, request in enumerate(history):
        is_last = place == len(history) - 1
        attempts += 1
        if request.answer != "refused":
            taken = request.answer == "accepted"
            end = Expected("delivered") if taken else Expected("unresolved", UNKNOWN)
            return end if is_last else Expected("", problem="asked again after it was taken")
        code = request.code or 0
        verdict = rules.after_error(
            GraphError(code=code, http_status=_HTTP.get(code, 400)), attempts
        )
        if verdict.state is not RecipientState.QUEUED:
            end = Expected(str(verdict.state), verdict.reason, code)
            return end if is_last else Expected("", problem=f"asked again after {code}")
        if is_last:
            return Expected("", problem=f"not asked again after {code}")
        pause = history[place + 1].at - request.at
        if pause < verdict.seconds - _SLACK:
            return Expected("", problem=f"asked again {pause:.3f} s after {code}")
        attempts -= 0 if verdict.is_try else 1
    return Expected("", problem="never asked for")


def compare(
    histories: Mapping[str, Sequence[Entry]], rows: Mapping[str, Mapping[str, Any]]
) -> Tally:
    """Compare what the simulator recorded with what the database holds, for every recipient."""
    tally = Tally()
    for peer, row in rows.items():
        history = histories.get(peer, ())
        tally.ends[row["state"]] += 1
        tally.twice += sum(one.answer == "accepted" for one in history) > 1
        wanted = expected_end(history)
        problem = wanted.problem or _difference(wanted, row)
        if problem:
            tally.problems.append(f"{peer}: {problem}")
    attempts = Counter(one.callback_data for history in histories.values() for one in history)
    tally.problems += [f"attempt {name} left twice" for name, n in attempts.items() if n > 1]
    return tally


def survived(
    histories: Mapping[str, Sequence[Entry]], rows: Mapping[str, Mapping[str, Any]]
) -> Tally:
    """Judge recipients whose workers died under them: nobody twice, nobody lost.

    Whoever Meta took a message for must be known to have got it. Of whom it did not, and whose
    worker died before it could say so, may be in doubt.
    """
    tally = Tally()
    for peer, row in rows.items():
        history = histories.get(peer, ())
        tally.ends[row["state"]] += 1
        taken = sum(one.answer == "accepted" for one in history)
        tally.twice += taken > 1
        is_known = row["state"] == ("delivered" if taken else "failed")
        if not (is_known or (row["state"] == "unresolved" and not taken)):
            answers = [one.code or one.answer for one in history]
            tally.problems.append(f"{peer}: is {row['state']} after {answers}")
        elif is_known and not taken and (wanted := expected_end(history)).code != row["error_code"]:
            tally.problems.append(f"{peer}: {row['error_code']} instead of {wanted}")
    return tally


def _difference(wanted: Expected, row: Mapping[str, Any]) -> str:
    found = (row["state"], row["reason"], row["error_code"])
    if found == (wanted.state, wanted.reason, wanted.code):
        return ""
    return f"is {found}, must be {(wanted.state, wanted.reason, wanted.code)}"
