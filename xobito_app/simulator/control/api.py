"""The control API: JSON under /control, guarded by the token of the data directory."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from xobito_app.core.crypto import new_token
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.simulator import magic
from xobito_app.simulator.control import views
from xobito_app.simulator.control.burst import plan_burst, run_burst
from xobito_app.simulator.control.http import Endpoints, number_of, phone_of, read_body, text_of
from xobito_app.simulator.world import World


def read_control_token(data_dir: Path) -> str:
    """Return the control token, made on first start in a file only its owner can read."""
    path = data_dir / "control_token"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text().strip()


class ControlEndpoints(Endpoints):
    """The endpoints of accounts, clock and disturbances; each says its path."""

    def __init__(self, world: World, token: str) -> None:
        super().__init__(world, token)
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[Route]:
        """Return the routes; only the clock is open, because the app itself reads it."""
        clock = Route("/control/clock", self.read_clock, methods=["GET"])
        waba = "/control/wabas/{waba_id}"
        return [
            clock,
            *self._guarded(
                ("POST", "/control/clock", self.move_clock),
                ("GET", "/control/magic", self.list_magic),
                ("GET", "/control/events", self.events),
                ("GET", "/control/state", self.state),
                ("GET", "/control/wabas", self.list_wabas),
                ("POST", "/control/wabas", self.create_waba),
                ("GET", waba, self.read_waba),
                ("DELETE", waba, self.delete_waba),
                ("POST", f"{waba}/numbers", self.add_number),
                ("POST", f"{waba}/settings", self.change_settings),
                ("POST", f"{waba}/disturbances", self.disturb),
                ("POST", f"{waba}/raw", self.send_raw),
                ("POST", f"{waba}/burst", self.burst),
                ("POST", f"{waba}/retry", self.retry),
                ("POST", f"{waba}/tokens", self.mint_token),
                ("POST", f"{waba}/codes", self.mint_code),
                ("GET", "/control/bursts/{burst_id}", self.read_burst),
            ),
        ]

    async def read_clock(self, request: Request) -> Response:
        """GET /control/clock."""
        world = self._world
        return JSONResponse({"offset_seconds": world.offset, "now": world.now()})

    async def move_clock(self, request: Request) -> Response:
        """POST /control/clock {advance_seconds | reset}."""
        body = await read_body(request)
        if body.get("reset"):
            offset = self._world.move_clock(None)
        else:
            seconds = number_of(body, "advance_seconds")
            if seconds < 0:
                raise Invalid("The clock only moves forward; reset brings it back.")
            offset = self._world.move_clock(seconds)
        return JSONResponse({"offset_seconds": offset, "now": self._world.now()})

    async def list_magic(self, request: Request) -> Response:
        """GET /control/magic."""
        rows = [
            {
                "phone": f"+{r.phone}",
                "display": r.display,
                "outcome": r.outcome.value,
                "label": r.label,
            }
            for r in magic.RECIPIENTS.values()
        ]
        return JSONResponse({"data": rows})

    async def events(self, request: Request) -> Response:
        """GET /control/events?waba_id=: server-sent notices."""
        return StreamingResponse(
            self._notices(request.query_params.get("waba_id", "")),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    async def _notices(self, waba_id: str) -> AsyncIterator[str]:
        async for notice in self._world.hub.listen():
            if notice is None:
                yield ": here\n\n"
            elif not waba_id or notice["waba_id"] in ("", waba_id):
                yield f"data: {json.dumps(notice)}\n\n"

    async def state(self, request: Request) -> Response:
        """GET /control/state?waba_id=."""
        waba_id = request.query_params.get("waba_id") or None
        courier = self._world.courier
        answers = [a for a in courier.answers if waba_id in (None, a["waba_id"])]
        wabas = [waba_id] if waba_id else [w["id"] for w in self._world.store.list_of("waba")]
        return JSONResponse(
            {
                "offset_seconds": self._world.offset,
                "disturbances": {w: courier.disturbances(w) for w in wabas},
                "counts": {w: courier.counts.get(w, {}) for w in wabas},
                "undelivered": courier.waiting_count(waba_id),
                "queue": courier.waiting(waba_id),
                "deliveries": answers[::-1],
                "bursts": list(self._world.bursts.values()),
            }
        )

    async def list_wabas(self, request: Request) -> Response:
        """GET /control/wabas."""
        wabas = sorted(self._world.store.list_of("waba"), key=lambda w: w["created_at"])
        return JSONResponse({"data": [views.waba_view(self._world, w) for w in wabas]})

    async def create_waba(self, request: Request) -> Response:
        """POST /control/wabas {name, phone?}."""
        body = await read_body(request)
        name = text_of(body, "name", 100)
        waba = self._world.create_waba(name, phone_of(body))
        return JSONResponse(views.waba_view(self._world, waba), status_code=201)

    async def read_waba(self, request: Request) -> Response:
        """GET /control/wabas/{waba_id}."""
        return JSONResponse(views.waba_view(self._world, self._waba(request)))

    async def delete_waba(self, request: Request) -> Response:
        """DELETE /control/wabas/{waba_id}."""
        waba = self._waba(request)
        for media in self._world.store.list_of("media", waba["id"]):
            (self._world.media_dir / media["id"]).unlink(missing_ok=True)
        self._world.courier.forget(waba["id"])
        self._world.store.forget_waba(waba["id"])
        for kind in ("app", "app_subscription"):
            self._world.store.delete(kind, waba["app_id"])
        self._world.hub.tell("waba", waba["id"])
        return JSONResponse({"success": True})

    async def add_number(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/numbers {verified_name?, phone?}."""
        waba, body = self._waba(request), await read_body(request)
        name = str(body.get("verified_name") or waba["name"])
        number = self._world.create_number(waba, name, phone_of(body))
        shown = {k: number[k] for k in ("display_phone_number", "verified_name")}
        return JSONResponse({"phone_number_id": number["id"], **shown}, status_code=201)

    async def change_settings(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/settings: any of those of `World.settings_of`.

        `auto_read_seconds`, `window_error`, `throughput`, `verified` (6,000 templates instead of
        250), `cursor_faults` (how often a listing of templates answers 131059), `messaging_limit`
        (Meta's `TIER_…`) and `is_on_biz_app` (the number also lives in the phone's app).
        """
        waba, body = self._waba(request), await read_body(request)
        known = self._world.settings_of(waba["id"])
        if unknown := set(body) - set(known):
            raise Invalid(f"Unknown setting: {sorted(unknown)[0]}.")
        if body.get("window_error", "sync") not in {"sync", "webhook"}:
            raise Invalid("window_error is sync or webhook.")
        if body.get("auto_read_seconds") is not None:
            number_of(body, "auto_read_seconds")
        if "throughput" in body and number_of(body, "throughput") < 1:
            raise Invalid("throughput is at least 1 message a second.")
        if "cursor_faults" in body:
            number_of(body, "cursor_faults")
        if "messaging_limit" in body:
            text_of(body, "messaging_limit", 40)
        if not isinstance(body.get("is_on_biz_app", False), bool):
            raise Invalid("is_on_biz_app is true or false.")
        waba["settings"] = {**known, **body}
        self._world.save_waba(waba)
        return JSONResponse(waba["settings"])

    async def disturb(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/disturbances: any of those of `courier.CALM`."""
        waba, body = self._waba(request), await read_body(request)
        known = self._world.courier.disturbances(waba["id"])
        if unknown := set(body) - set(known):
            raise Invalid(f"Unknown disturbance: {sorted(unknown)[0]}.")
        for name in set(body) - {"reorder"}:
            if number_of(body, name) < 0:
                raise Invalid(f"{name} cannot be negative.")
        if not 0 <= body.get("drop", 0) <= 1 or not 1 <= body.get("batch", 1) <= 1000:
            raise Invalid("drop is a probability from 0 to 1, batch from 1 to 1000.")
        if body.get("duplicate", 0) > 20:
            raise Invalid("At most 20 duplicates.")
        return JSONResponse(self._world.courier.disturb(waba["id"], body))

    async def send_raw(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/raw {field, value, lane?}."""
        waba, body = self._waba(request), await read_body(request)
        if not isinstance(body.get("value"), dict):
            raise Invalid("value is the JSON object of the change.")
        self._world.emit(
            waba["id"],
            text_of(body, "field", 100),
            body["value"],
            lane=str(body.get("lane", "raw")),
        )
        return JSONResponse({"success": True})

    async def burst(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/burst {contacts, messages_each, rate, …}."""
        report, writings = plan_burst(
            self._world, self._waba(request)["id"], await read_body(request)
        )
        task = asyncio.create_task(run_burst(self._world, report, writings))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return JSONResponse(report, status_code=202)

    async def read_burst(self, request: Request) -> Response:
        """GET /control/bursts/{burst_id}."""
        report = self._world.bursts.get(request.path_params["burst_id"])
        if report is None:
            raise NotFound("There is no such burst.")
        waiting = self._world.courier.waiting_count(report["waba_id"])
        return JSONResponse({**report, "undelivered": waiting})

    async def retry(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/retry: undelivered webhooks are tried now."""
        return JSONResponse({"retried": self._world.courier.retry_now(self._waba(request)["id"])})

    async def mint_token(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/tokens {lifetime_seconds?}."""
        waba, body = self._waba(request), await read_body(request)
        lifetime = number_of(body, "lifetime_seconds") if "lifetime_seconds" in body else None
        token = self._world.create_token(waba["app_id"], [waba["id"]], lifetime)
        return JSONResponse({"access_token": token}, status_code=201)

    async def mint_code(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/codes: what Embedded Signup would hand over."""
        waba, code = self._waba(request), "AQ" + new_token(48)
        kept = {"waba_id": waba["id"], "app_id": waba["app_id"], "at": self._world.now()}
        self._world.store.put("code", code, kept, waba["id"])
        return JSONResponse({"code": code}, status_code=201)
