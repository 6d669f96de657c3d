"""Connecting an account is told to the features that follow it."""

from __future__ import annotations

import pytest

from xobito_app import registry


@pytest.fixture(autouse=True)
def _wired():
    registry.register_listeners()
