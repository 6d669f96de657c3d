"""Builds the screens: the compiled pages as static files, independent of address and port.

Run as `python -m xobito_app.ui.build` by `xobito build`, which sets the environment it needs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from reflex.utils import build, path_ops, prerequisites
from reflex_base import constants
from reflex_base.environment import environment

SAME_HOST = "endpoint.hostname = frontend_hostname;"
_SAME_PORT = "endpoint.port = window.location.port;"


def build_screens() -> None:
    """Compile the pages, install the npm packages and bundle everything into `.web/build`.

    Raises:
        SystemExit: A step failed; Reflex has said why.
    """
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    prerequisites.initialize_reflex_user_directory()
    with path_ops.file_lock(prerequisites.get_web_dir()):
        prerequisites.initialize_frontend_dependencies()
        prerequisites.get_compiled_app(prerender_routes=True)
        build.setup_frontend(Path.cwd())
        _follow_the_page(prerequisites.get_web_dir() / "utils" / "state.js")
        build.build()


def _follow_the_page(script: Path) -> None:
    """Have the socket go to the port the page came from.

    Reflex follows the page's host name but bakes the port of the build into the bundle, so
    that every PORT and every proxy would need a build of its own.
    """
    source = script.read_text()
    if _SAME_PORT in source:
        return
    if source.count(SAME_HOST) != 1:
        sys.exit(f"{script} is not as expected: this Reflex is not the pinned one.")
    script.write_text(source.replace(SAME_HOST, f"{SAME_HOST}\n    {_SAME_PORT}"))


if __name__ == "__main__":
    build_screens()
