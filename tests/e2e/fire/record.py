"""What the simulator recorded: requests and messages, and how many of them a second holds."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One request to send, or one message a customer wrote, as the simulator saw it.

    Attributes:
        at: Seconds since 1970 on the simulator's clock.
        peer: The customer's number in digits.
        answer: `accepted`, `refused` or `lost`; empty for what came in.
        code: Of a refusal.
        is_answered: Whether whoever asked was told in time.
    """

    seq: int
    at: float
    is_request: bool
    number_id: str
    peer: str
    type: str
    template: str
    callback_data: str
    answer: str
    code: int | None
    is_answered: bool
    message_id: str

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Entry:
        return cls(
            seq=raw["seq"],
            at=raw["at"],
            is_request=raw["direction"] == "out",
            number_id=raw["number_id"],
            peer=raw["peer"],
            type=raw["type"],
            template=raw.get("template", ""),
            callback_data=raw.get("callback_data") or "",
            answer=raw.get("answer", ""),
            code=raw.get("code"),
            is_answered=raw.get("is_answered", True),
            message_id=raw.get("message_id", ""),
        )


def requests(entries: Iterable[Entry], template: str = "") -> list[Entry]:
    """Return the requests, of one template when it is named."""
    return [one for one in entries if one.is_request and template in ("", one.template)]


def by_peer(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Return the requests to each person in the order they came."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for one in entries:
        if one.is_request:
            found[one.peer].append(one)
    return dict(found)


def busiest_second(entries: Iterable[Entry]) -> int:
    """Return the most entries, of both directions, that any 1,000 ms hold."""
    times = sorted(one.at for one in entries)
    first = most = 0
    for place, at in enumerate(times):
        while times[first] <= at - 1:
            first += 1
        most = max(most, place - first + 1)
    return most


def rates(entries: Sequence[Entry], *, span: float = 1.0) -> list[float]:
    """Return the requests a second in each span from the first to the last."""
    times = sorted(one.at for one in entries if one.is_request)
    if not times:
        return []
    count = int((times[-1] - times[0]) / span)
    edges = [times[0] + place * span for place in range(count + 1)]
    places = [bisect_left(times, edge) for edge in edges]
    return [(after - before) / span for before, after in pairwise(places)]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
