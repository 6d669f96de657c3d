"""Ready-made flows to begin with."""

from __future__ import annotations

from typing import Any

Graph = dict[str, Any]


def _node(node_id: str, kind: str, x: int, y: int, **fields: Any) -> dict[str, Any]:
    return {"id": node_id, "kind": kind, "x": x, "y": y, "data": fields}


def _edge(number: int, start: str, port: str, end: str) -> dict[str, Any]:
    return {"id": f"e{number}", "from": start, "port": port, "to": end}


MENU: Graph = {
    "start": "menu",
    "triggers": [{"audience": "any", "match": "contains", "keywords": ["menu", "hello", "hi"]}],
    "nodes": [
        _node(
            "menu",
            "buttons",
            0,
            0,
            title="Menu",
            text="Hello {contact.first_name|there}! How can we help?",
            buttons=[
                {"id": "hours", "title": "Opening hours"},
                {"id": "address", "title": "Where are you?"},
                {"id": "person", "title": "Talk to somebody"},
            ],
        ),
        _node("hours", "text", 400, -192, title="Hours", text="Monday to Friday, 9:00 to 17:00."),
        _node(
            "place", "text", 400, 0, title="Address", text="Main Street 1, right by the station."
        ),
        _node("people", "assign", 400, 192, title="To the team", to="nobody", note="Asked for us."),
    ],
    "edges": [
        _edge(1, "menu", "hours", "hours"),
        _edge(2, "menu", "address", "place"),
        _edge(3, "menu", "person", "people"),
        _edge(4, "menu", "other", "people"),
    ],
}
ORDER: Graph = {
    "start": "what",
    "triggers": [{"audience": "any", "match": "contains", "keywords": ["order"]}],
    "nodes": [
        _node("what", "ask", 0, 0, title="What", text="What would you like?", save_as="item"),
        _node(
            "many",
            "ask",
            400,
            0,
            title="How many",
            text="How many of it?",
            type="number",
            save_as="count",
        ),
        _node(
            "sure",
            "buttons",
            800,
            0,
            title="Sure?",
            text="{count} × {item}. Is that right?",
            buttons=[{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No, change it"}],
        ),
        _node("thanks", "text", 1200, -96, title="Thanks", text="Thank you, we will be in touch."),
        _node(
            "team",
            "assign",
            1600,
            -96,
            title="To the team",
            to="nobody",
            note="Order: {count} × {item}",
        ),
    ],
    "edges": [
        _edge(1, "what", "next", "many"),
        _edge(2, "many", "next", "sure"),
        _edge(3, "sure", "yes", "thanks"),
        _edge(4, "sure", "no", "what"),
        _edge(5, "thanks", "next", "team"),
    ],
}
AWAY: Graph = {
    "start": "open",
    "triggers": [{"audience": "any", "match": "no_match", "keywords": []}],
    "nodes": [
        _node(
            "open",
            "condition",
            0,
            0,
            title="Are we here?",
            rules=[
                {
                    "id": "closed",
                    "title": "We are closed",
                    "all": [{"left": "business_hours", "op": "equals", "right": "closed"}],
                }
            ],
        ),
        _node(
            "away",
            "text",
            400,
            -96,
            title="Away",
            text="Thank you for writing. We are away just now and answer as soon as we are back.",
        ),
        _node("team", "assign", 800, 0, title="To the team", to="nobody"),
    ],
    "edges": [
        _edge(1, "open", "closed", "away"),
        _edge(2, "open", "otherwise", "team"),
        _edge(3, "away", "next", "team"),
    ],
}
STARTERS: dict[str, tuple[str, Graph]] = {
    "menu": ("Menu", MENU),
    "order": ("Take an order", ORDER),
    "away": ("Away and handover", AWAY),
    "empty": ("New flow", {}),
}
