"""Faults on purpose, and the record of what really came in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from xobito_app.core.errors import Invalid
from xobito_app.simulator import faults
from xobito_app.simulator.control.http import Endpoints, number_of, read_body

_MOST_ENTRIES = 5000


class FaultEndpoints(Endpoints):
    """The endpoints of faults and traffic; each says its path."""

    def routes(self) -> list[Route]:
        """Return the routes."""
        waba = "/control/wabas/{waba_id}"
        return self._guarded(
            ("GET", f"{waba}/faults", self.read_faults),
            ("POST", f"{waba}/faults", self.set_faults),
            ("GET", f"{waba}/traffic", self.list_traffic),
        )

    async def read_faults(self, request: Request) -> Response:
        """GET /control/wabas/{waba_id}/faults."""
        return JSONResponse(faults.plan_of(self._world, self._waba(request)["id"]))

    async def set_faults(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/faults {seed?, shares}: replaces the plan.

        `shares` says which part of all requests to send, from 0 to 1, meets which fault: one of
        Meta's codes, such a code and `_later` (taken, then failed by webhook), `500`,
        `answer_lost` (taken, never answered) or `request_lost` (neither).
        """
        waba, body = self._waba(request), await read_body(request)
        shares = body.get("shares", {})
        if not isinstance(shares, dict) or not all(map(faults.is_known, shares)):
            words = ", ".join(sorted({faults.SERVER_ERROR, *faults.SILENT}))
            raise Invalid(f"shares names codes of Meta's, or one of {words}.")
        parts = [number_of(shares, name) for name in shares]
        if any(part < 0 for part in parts) or sum(parts) > 1 + 1e-9:
            raise Invalid("Shares are from 0 to 1, and 1 at most together.")
        plan = {"seed": int(number_of(body, "seed")) if "seed" in body else 0, "shares": shares}
        faults.set_plan(self._world, waba["id"], plan)
        return JSONResponse(plan)

    async def list_traffic(self, request: Request) -> Response:
        """GET /control/wabas/{waba_id}/traffic?after=&limit=: the record, oldest first."""
        waba, query = self._waba(request), request.query_params
        after, limit = query.get("after", ""), query.get("limit", "")
        rows = self._world.store.list_traffic(
            waba["id"],
            int(after) if after.isdigit() else 0,
            min(int(limit), _MOST_ENTRIES) if limit.isdigit() else _MOST_ENTRIES,
        )
        return JSONResponse({"data": [{"seq": seq, **entry} for seq, entry in rows]})
