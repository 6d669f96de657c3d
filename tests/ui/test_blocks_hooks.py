"""What a building block leaves to its states each of them gives: no handler can meet a gap."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from xobito_app.ui.screens import all_screens
from xobito_app.ui.security import AppState


def concrete_states() -> Iterator[type[AppState]]:
    assert all_screens()
    waiting = list(AppState.get_substates())
    while waiting:
        state = waiting.pop()
        waiting += state.get_substates()
        yield state


def left_open(state: type) -> Iterator[str]:
    """Yield the methods of a state that only say that somebody should have given them."""
    for name, method in inspect.getmembers(state, inspect.isfunction):
        if "NotImplementedError" in method.__code__.co_names:
            yield name


CALLERS = {"_read": ("load", "_reading"), "_save": ("_keep",)}
"""What of a block calls a hook: a state that replaces it need not give the hook."""


def is_called(state: type, hook: str) -> bool:
    return all(
        getattr(method, "fn", method).__module__.startswith("xobito_app.ui.blocks")
        for method in (getattr(state, name) for name in CALLERS.get(hook, ()))
    )


STATES = sorted(concrete_states(), key=lambda state: state.__name__)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_state_gives_what_its_blocks_ask_for(state):
    assert [hook for hook in left_open(state) if is_called(state, hook)] == []
