"""Analytics fields of a WABA, counted from what was really sent through the simulator.

Meta: the fields `analytics`, `conversation_analytics` and `pricing_analytics` of a WABA.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from xobito_app.simulator.errors import parameter
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World

_FIELD = re.compile(r"(analytics|conversation_analytics|pricing_analytics)((?:\.\w+\([^)]*\))+)$")
_CALL = re.compile(r"\.(\w+)\(([^)]*)\)")
_SPANS = {"HALF_HOUR": 1800, "DAY": 86400, "DAILY": 86400, "MONTH": 0, "MONTHLY": 0}
_PRICE = {"marketing": 0.025, "utility": 0.004, "authentication": 0.004, "service": 0.004}


def is_analytics(field: str) -> bool:
    """Tell whether a field of a WABA is one of the analytics."""
    return field.partition(".")[0] in {
        "analytics",
        "conversation_analytics",
        "pricing_analytics",
    }


def read(world: World, waba: Doc, field: str) -> Doc:
    """Return an analytics field, like `analytics.start(1).end(2).granularity(DAY)`.

    Raises:
        GraphError: 100 when start, end or granularity is missing or wrong.
    """
    match = _FIELD.match(field)
    arguments = dict(_CALL.findall(match.group(2))) if match else {}
    granularity = arguments.get("granularity", "").upper()
    start, end = arguments.get("start", ""), arguments.get("end", "")
    if not match or granularity not in _SPANS or not start.isdigit() or not end.isdigit():
        raise parameter("Analytics need start(unix), end(unix) and a known granularity.")
    sent = world.store.list_messages(waba["id"], "out", float(start), float(end))
    wanted = _listed(arguments.get("phone_numbers", ""))
    phones = {n["id"]: n["phone"] for n in world.numbers_of(waba["id"])}
    sent = [m for m in sent if not wanted or phones.get(m["number_id"]) in wanted]
    name = match.group(1)
    if name == "analytics":
        points = _sent_points(sent, granularity)
        whole = {
            "phone_numbers": sorted(wanted) or list(phones.values()),
            "granularity": granularity,
            "data_points": points,
        }
        return {name: whole}
    dimensions = _listed(arguments.get("dimensions", ""))
    points = _priced_points(world, sent, granularity, dimensions, phones, name)
    return {name: {"data": [{"data_points": points}]}}


def _listed(text: str) -> set[str]:
    return {part.strip(" \"'") for part in text.strip("[]").split(",") if part.strip(" \"'")}


def _span(at: float, granularity: str) -> tuple[int, int]:
    seconds = _SPANS[granularity]
    if seconds:
        first = int(at) // seconds * seconds
        return first, first + seconds
    month = datetime.fromtimestamp(at, UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    following = (month + timedelta(days=32)).replace(day=1)
    return int(month.timestamp()), int(following.timestamp())


def _sent_points(sent: list[Doc], granularity: str) -> list[Doc]:
    counts: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for message in sent:
        count = counts[_span(message["at"], granularity)]
        count[0] += "sent" in message["status_at"]
        count[1] += _is_delivered(message)
    return [
        {"start": first, "end": last, "sent": count[0], "delivered": count[1]}
        for (first, last), count in sorted(counts.items())
    ]


def _is_delivered(message: Doc) -> bool:
    return bool({"delivered", "read"} & set(message["status_at"]))


def _priced_points(
    world: World,
    sent: list[Doc],
    granularity: str,
    dimensions: set[str],
    phones: dict[str, str],
    name: str,
) -> list[Doc]:
    conversations = name == "conversation_analytics"
    counts: dict[tuple[tuple[str, str | int], ...], list[float]] = defaultdict(lambda: [0, 0.0])
    for message in sent:
        if not _is_delivered(message) or message["type"] == "reaction":
            continue
        customer = world.store.find_customer(message["customer_id"]) or {"bsuid": "US."}
        category, kind = message["category"].upper(), message["pricing_type"].upper()
        first, last = _span(message["at"], granularity)
        facets = {
            "COUNTRY": ("country", customer["bsuid"][:2]),
            "PHONE": ("phone_number", phones.get(message["number_id"], "")),
        }
        if conversations:
            facets["CONVERSATION_CATEGORY"] = ("conversation_category", category)
        else:
            facets["PRICING_CATEGORY"] = ("pricing_category", category)
            facets["PRICING_TYPE"] = ("pricing_type", kind)
            facets["TIER"] = ("tier", "0:MAX")
        shown = [pair for facet, pair in facets.items() if facet in dimensions]
        count = counts[("start", first), ("end", last), *shown]
        count[0] += 1
        count[1] += _PRICE.get(message["category"], 0.0) if kind == "REGULAR" else 0.0
    measure = "conversation" if conversations else "volume"
    return [
        {**dict(key), measure: int(count[0]), "cost": round(count[1], 4)}
        for key, count in sorted(counts.items(), key=lambda item: str(item[0]))
    ]
