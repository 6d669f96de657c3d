"""Arguments of an event: the declared ones, of the declared kinds, with texts that can be kept."""

from typing import Any, Literal

import pytest

from xobito_app.ui.arguments import fits, storable


class AState:
    def nothing(self): ...

    def some(self, name: str, count: int = 0): ...

    def form(self, form: dict[str, Any], at: float | None = None): ...

    def switch(self, on: bool): ...

    def rows(self, row_ids: list[str]): ...

    def choice(self, kind: Literal["a", "b"]): ...

    def free(self, anything: Any, untyped): ...


@pytest.mark.parametrize(
    ("handler", "payload", "fit"),
    [
        ("nothing", {}, True),
        ("nothing", {"x": 1}, False),
        ("some", {"name": "Ana"}, True),
        ("some", {"name": "Ana", "count": 3}, True),
        ("some", {}, False),
        ("some", {"name": "Ana", "other": 1}, False),
        ("some", {"name": None}, False),
        ("some", {"name": 7}, False),
        ("some", {"name": {}}, False),
        ("some", {"name": "Ana", "count": "3"}, False),
        ("some", {"name": "Ana", "count": True}, False),
        ("some", {"name": "Ana", "count": 2.5}, False),
        ("some", {"name": "Ana", "count": 2**53}, True),
        ("some", {"name": "Ana", "count": 2**53 + 1}, False),
        ("some", {"name": "Ana", "count": -(2**53) - 1}, False),
        ("form", {"form": {"a": 1}}, True),
        ("form", {"form": []}, False),
        ("form", {"form": "a=1"}, False),
        ("form", {"form": {}, "at": None}, True),
        ("form", {"form": {}, "at": 3}, True),
        ("form", {"form": {}, "at": False}, False),
        ("form", {"form": {}, "at": "now"}, False),
        ("switch", {"on": False}, True),
        ("switch", {"on": 1}, False),
        ("rows", {"row_ids": ["a"]}, True),
        ("rows", {"row_ids": {"a": 1}}, False),
        # What the gate does not know how to judge never fits.
        ("choice", {"kind": "a"}, False),
        ("free", {"anything": None, "untyped": {}}, True),
    ],
)
def test_only_what_a_handler_declares_reaches_it(handler, payload, fit):
    assert fits(getattr(AState, handler), payload) is fit


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Ana", "Ana"),
        ("A\x00na\ud800", "Ana"),
        ({"a\x00": ["\udfff", {"b": "\x00"}]}, {"a": ["", {"b": ""}]}),
        (7, 7),
        (None, None),
        ("👋🏽\u200d\n", "👋🏽\u200d\n"),
    ],
)
def test_texts_lose_what_no_table_takes(given, kept):
    assert storable(given) == kept


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: {"a": v}], ids=["lists", "objects"])
@pytest.mark.parametrize(("levels", "passes"), [(20, True), (21, False)])
def test_forms_are_only_so_deep(wrap, levels, passes):
    value: Any = "x"
    for _ in range(levels):
        value = wrap(value)
    if passes:
        assert storable(value)
    else:
        with pytest.raises(ValueError, match="deep"):
            storable(value)
