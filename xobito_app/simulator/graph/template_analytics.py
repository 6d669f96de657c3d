"""What became of templates, day by day, counted from what went through the simulator.

Meta: the edge `template_analytics` of a WABA.
"""

from __future__ import annotations

from collections import defaultdict

from xobito_app.simulator.errors import GraphError, parameter
from xobito_app.simulator.graph.call import Call
from xobito_app.simulator.graph.paging import page
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World

DAY = 86400
MOST_TEMPLATES = 10


async def read(call: Call) -> Doc:
    """GET /{waba}/template_analytics.

    Raises:
        GraphError: 200005 while insights are off, 100 for wrong parameters.
    """
    waba = call.waba()
    if not waba.get("insights"):
        raise GraphError(200005, "Enable insights for this account first.")
    start, end = str(call.params.get("start", "")), str(call.params.get("end", ""))
    listed = str(call.params.get("template_ids", "")).strip("[]").split(",")
    wanted = [part.strip() for part in listed if part.strip()]
    if not (start.isdigit() and end.isdigit()) or not 1 <= len(wanted) <= MOST_TEMPLATES:
        raise parameter(f"Give start(unix), end(unix) and 1 to {MOST_TEMPLATES} template_ids.")
    if str(call.params.get("granularity", "")).upper() != "DAILY":
        raise parameter("The granularity of template analytics is DAILY.")
    points = _points(call.world, waba["id"], float(start), float(end), set(wanted))
    series = {"granularity": "DAILY", "product_type": "cloud_api", "data_points": points}
    return page(call, [series], f"{waba['id']}/template_analytics")


def _points(world: World, waba_id: str, start: float, end: float, wanted: set[str]) -> list[Doc]:
    found: dict[tuple[str, int], list[Doc]] = defaultdict(list)
    # Points are whole days, so the span is one of whole days too.
    first, last = start // DAY * DAY, -(-end // DAY) * DAY
    for message in world.store.list_messages(waba_id, "out", first, last):
        if message.get("template_id") in wanted:
            found[message["template_id"], int(message["at"]) // DAY * DAY].append(message)
    return [
        {
            "template_id": template_id,
            "start": day,
            "end": day + DAY,
            "sent": sum("sent" in message["status_at"] for message in messages),
            "delivered": sum(
                bool({"delivered", "read"} & set(message["status_at"])) for message in messages
            ),
            "read": sum("read" in message["status_at"] for message in messages),
            "clicked": _clicked(messages),
        }
        for (template_id, day), messages in sorted(found.items())
    ]


def _clicked(messages: list[Doc]) -> list[Doc]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for message in messages:
        for click in message.get("clicks", {}).values():
            counts[click["type"], click["text"]] += click["count"]
            if click["type"] == "url_button":
                counts["unique_url_button", click["text"]] += 1
    return [
        {"type": kind, "button_content": text, "count": count}
        for (kind, text), count in sorted(counts.items())
    ]
