"""Campaigns under fire, each scenario on an installation of its own.

`python -m bench.campaign_run faults --workers 4`. Not among the benchmarks that run by default:
each starts every process, and takes minutes. What is judged is the simulator's own record.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys

SCENARIOS = ("faults", "slowing", "kills", "beside", "shares", "coexistence", "stops", "guard")


def main() -> None:
    """Print one JSON object a scenario; exit 1 when one does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.campaign_run", description=__doc__)
    parser.add_argument("scenarios", nargs="+", choices=SCENARIOS, metavar="SCENARIO")
    parser.add_argument("--workers", type=int, default=2, help="Bulk workers.")
    parser.add_argument("--people", type=int, default=0, help="Recipients, where they vary.")
    given = parser.parse_args()
    ok = True
    for name in given.scenarios:
        scenario = importlib.import_module(f"bench.campaigns.{name}")
        result = scenario.run(workers=given.workers, people=given.people or scenario.PEOPLE)
        print(json.dumps({"bench": f"campaign {name}", **result}), flush=True)
        ok = ok and bool(result["ok"])
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
