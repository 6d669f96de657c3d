from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from xobito_app.core.views import taken_from


@dataclass(frozen=True, slots=True)
class View:
    name: str
    colors: tuple[str, ...]


def test_a_view_has_what_the_row_has_and_what_is_told_instead():
    row = SimpleNamespace(name="Oak", colors=["brown"], secret="x")
    assert taken_from(row, View, colors=tuple(row.colors)) == View("Oak", ("brown",))


def test_what_neither_has_is_missed():
    with pytest.raises(AttributeError):
        taken_from(SimpleNamespace(name="Oak"), View)
    with pytest.raises(TypeError):
        taken_from(SimpleNamespace(name="Oak", colors=()), View, color="brown")
