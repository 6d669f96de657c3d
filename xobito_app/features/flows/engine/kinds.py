"""The table of node kinds, found by looking into `nodes/`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from xobito_app.features.flows.engine import nodes
from xobito_app.features.flows.engine.node import NodeKind


@cache
def kinds() -> Mapping[str, type[NodeKind]]:
    """Return every kind by its name; a file in `nodes/` is all it takes to be one."""
    found: dict[str, type[NodeKind]] = {}
    for module in pkgutil.iter_modules(nodes.__path__):
        loaded = importlib.import_module(f"{nodes.__name__}.{module.name}")
        for thing in vars(loaded).values():
            if (
                isinstance(thing, type)
                and issubclass(thing, NodeKind)
                and thing.__module__ == loaded.__name__
                and "kind" in vars(thing)
            ):
                found[thing.kind] = thing
    return found
