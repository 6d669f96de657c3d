"""The command between `xobito run` and supervisord: ties it to its parent, then becomes it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from xobito_app.cli.processes import become_program, end_with_parent


def supervise(configuration: Annotated[Path, typer.Argument()]) -> None:
    """Become supervisord with the configuration that `run` has written."""
    end_with_parent(parent=os.getppid())
    become_program(
        [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(configuration)]
    )
