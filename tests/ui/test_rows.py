"""Lines of the inbox list: in order, and the same to React until they jump."""

from dataclasses import fields
from typing import Any

from xobito_app.ui.pages.inbox.rows import ThreadRow, merge_row


def line(name: str, at: int) -> ThreadRow:
    """Return a line whose last message came at some second."""
    blank: dict[str, Any] = {field.name: "" for field in fields(ThreadRow)}
    return ThreadRow(**{**blank, "id": name, "key": name, "sort": f"{at:03}{name}"})


def shown(rows: list[ThreadRow]) -> list[str]:
    return [row.id for row in rows]


def test_only_a_line_that_jumps_is_new_to_react():
    rows = [line("c", 30), line("b", 20), line("a", 10)]
    jumped = merge_row(rows, line("a", 40), "a", 10)
    assert shown(jumped) == ["a", "c", "b"]
    assert jumped[0].key != "a"
    assert [row.key for row in jumped[1:]] == ["c", "b"]
    # On top already: it stays what it is, and so do the focus and the open menu in it.
    again = merge_row(jumped, line("a", 50), "a", 10)
    assert shown(again) == ["a", "c", "b"]
    assert again[0].key == jumped[0].key
    fresh = merge_row(again, line("d", 60), "d", 3)
    assert [row.key for row in fresh] == ["d", again[0].key, "c"]


def test_a_line_sinks_leaves_and_is_cut_off():
    rows = [line("c", 30), line("b", 20), line("a", 10)]
    sunk = merge_row(rows, line("c", 15), "c", 10)
    assert (shown(sunk), [row.key for row in sunk]) == (["b", "c", "a"], ["b", "c", "a"])
    assert shown(merge_row(rows, None, "b", 10)) == ["c", "a"]
    assert shown(merge_row(rows, line("z", 1), "z", 3)) == ["c", "b", "a"]
