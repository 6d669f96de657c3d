"""Variables in the texts of templates, and the parameters sent for them."""

from __future__ import annotations

import re

from xobito_app.simulator.errors import GraphError
from xobito_app.simulator.store import Doc

VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def variables_of(text: str) -> list[str]:
    """Return the names (or positions) of a text's variables, each once, in order."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def parameters_of(component: Doc | None) -> list[Doc]:
    """Return the parameters of a sent component; none when it was not sent.

    Raises:
        GraphError: 132012 when they are no array.
    """
    parameters = (component or {}).get("parameters", [])
    if not isinstance(parameters, list):
        raise GraphError(132012, "parameters must be an array.")
    return parameters
