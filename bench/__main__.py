"""Run one benchmark, or all: `python -m bench [NAME …]`."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys

from bench.servers import running_servers

NAMES = (
    "ingest_ack",
    "ingest_full",
    "hostile",
    "live",
    "inbox_list",
    "search",
    "contacts_list",
    "contacts_import",
    "contacts_export",
    "api_contacts",
    "api_limit",
    "campaign",
    "launch",
    "report",
    "snapshots",
    "flow",
)


async def _run(name: str) -> dict:
    from xobito_app.persistence import redis
    from xobito_app.persistence.engine import dispose

    try:
        return await importlib.import_module(f"bench.{name}").run()
    finally:
        await redis.close()
        await dispose()


def main() -> None:
    """Print one JSON object a benchmark; exit 1 when one misses its target."""
    wanted = sys.argv[1:] or list(NAMES)
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        sys.exit(f"There is no benchmark {unknown[0]}. There are: {', '.join(NAMES)}.")
    ok = True
    with running_servers():
        for name in wanted:
            result = asyncio.run(_run(name))
            print(json.dumps({"bench": name, **result}), flush=True)
            ok = ok and bool(result.get("ok", True))
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
