"""The control API: JSON under /control, guarded by the token of the data directory."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from xobito_app.core.crypto import new_token, same
from xobito_app.core.errors import AppError, Forbidden, Invalid, NotFound
from xobito_app.simulator import inbound, magic, statuses
from xobito_app.simulator.control import views
from xobito_app.simulator.control.burst import plan_burst, run_burst
from xobito_app.simulator.graph import templates
from xobito_app.simulator.graph.media import keep_media
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World, new_id

HEADER = "X-Control-Token"
_PAGE = 50
_MOST = 200
_TEMPLATE_STATUSES = {"APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED"}

Handler = Callable[[Request], Awaitable[Response]]


def read_control_token(data_dir: Path) -> str:
    """Return the control token, made on first start in a file only its owner can read."""
    path = data_dir / "control_token"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text().strip()


class ControlApi:
    """The endpoints; each says its path."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[Route]:
        """Return the routes; only the clock is open, because the app itself reads it."""
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/control/clock", self.move_clock),
            ("GET", "/control/magic", self.list_magic),
            ("GET", "/control/events", self.events),
            ("GET", "/control/state", self.state),
            ("GET", "/control/wabas", self.list_wabas),
            ("POST", "/control/wabas", self.create_waba),
            ("GET", "/control/wabas/{waba_id}", self.read_waba),
            ("DELETE", "/control/wabas/{waba_id}", self.delete_waba),
            ("POST", "/control/wabas/{waba_id}/numbers", self.add_number),
            ("POST", "/control/wabas/{waba_id}/settings", self.change_settings),
            ("POST", "/control/wabas/{waba_id}/disturbances", self.disturb),
            ("POST", "/control/wabas/{waba_id}/raw", self.send_raw),
            ("POST", "/control/wabas/{waba_id}/burst", self.burst),
            ("POST", "/control/wabas/{waba_id}/retry", self.retry),
            ("POST", "/control/wabas/{waba_id}/tokens", self.mint_token),
            ("POST", "/control/wabas/{waba_id}/codes", self.mint_code),
            ("GET", "/control/wabas/{waba_id}/templates", self.list_templates),
            ("POST", "/control/wabas/{waba_id}/media", self.upload),
            ("GET", "/control/wabas/{waba_id}/customers", self.list_customers),
            ("POST", "/control/wabas/{waba_id}/customers", self.create_customer),
            ("POST", "/control/templates/{template_id}", self.decide_template),
            ("GET", "/control/bursts/{burst_id}", self.read_burst),
            ("GET", "/control/customers/{customer_id}", self.read_customer),
            ("DELETE", "/control/customers/{customer_id}", self.delete_customer),
            ("GET", "/control/customers/{customer_id}/chat", self.read_chat),
            ("POST", "/control/customers/{customer_id}/messages", self.act),
            ("POST", "/control/customers/{customer_id}/open", self.open_chat),
            ("POST", "/control/customers/{customer_id}/marketing", self.choose_marketing),
        ]
        guarded = [Route(path, self._guard(do), methods=[method]) for method, path, do in table]
        open_to_all = [
            Route("/control/clock", self.read_clock, methods=["GET"]),
            Route("/control/media/{media_id}", self.read_media, methods=["GET"]),
        ]
        return [*open_to_all, *guarded]

    def _guard(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            try:
                if not same(request.headers.get(HEADER, ""), self._token):
                    raise Forbidden("The control token is missing or wrong.")
                return await handler(request)
            except AppError as error:
                return JSONResponse({"error": error.message}, status_code=error.status)

        return guarded

    async def read_clock(self, request: Request) -> Response:
        """GET /control/clock"""
        world = self._world
        return JSONResponse({"offset_seconds": world.offset, "now": world.now()})

    async def move_clock(self, request: Request) -> Response:
        """POST /control/clock {advance_seconds | reset}"""
        body = await _body(request)
        if body.get("reset"):
            offset = self._world.move_clock(None)
        else:
            seconds = _number(body, "advance_seconds")
            if seconds < 0:
                raise Invalid("The clock only moves forward; reset brings it back.")
            offset = self._world.move_clock(seconds)
        return JSONResponse({"offset_seconds": offset, "now": self._world.now()})

    async def list_magic(self, request: Request) -> Response:
        """GET /control/magic"""
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
        """GET /control/events?waba_id=: server-sent notices"""
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
        """GET /control/state?waba_id="""
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
        """GET /control/wabas"""
        wabas = sorted(self._world.store.list_of("waba"), key=lambda w: w["created_at"])
        return JSONResponse({"data": [views.waba_view(self._world, w) for w in wabas]})

    async def create_waba(self, request: Request) -> Response:
        """POST /control/wabas {name, phone?}"""
        body = await _body(request)
        name = _text(body, "name", 100)
        waba = self._world.create_waba(name, str(body.get("phone") or ""))
        return JSONResponse(views.waba_view(self._world, waba), status_code=201)

    async def read_waba(self, request: Request) -> Response:
        """GET /control/wabas/{waba_id}"""
        return JSONResponse(views.waba_view(self._world, self._waba(request)))

    async def delete_waba(self, request: Request) -> Response:
        """DELETE /control/wabas/{waba_id}"""
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
        """POST /control/wabas/{waba_id}/numbers {verified_name?, phone?}"""
        waba, body = self._waba(request), await _body(request)
        name = str(body.get("verified_name") or waba["name"])
        number = self._world.create_number(waba, name, str(body.get("phone") or ""))
        shown = {k: number[k] for k in ("display_phone_number", "verified_name")}
        return JSONResponse({"phone_number_id": number["id"], **shown}, status_code=201)

    async def change_settings(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/settings {auto_read_seconds, window_error, throughput}"""
        waba, body = self._waba(request), await _body(request)
        known = self._world.settings_of(waba["id"])
        if unknown := set(body) - set(known):
            raise Invalid(f"Unknown setting: {sorted(unknown)[0]}.")
        if body.get("window_error", "sync") not in {"sync", "webhook"}:
            raise Invalid("window_error is sync or webhook.")
        if body.get("auto_read_seconds") is not None:
            _number(body, "auto_read_seconds")
        if "throughput" in body and _number(body, "throughput") < 1:
            raise Invalid("throughput is at least 1 message a second.")
        waba["settings"] = {**known, **body}
        self._world.save_waba(waba)
        return JSONResponse(waba["settings"])

    async def disturb(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/disturbances: any of those of `courier.CALM`"""
        waba, body = self._waba(request), await _body(request)
        known = self._world.courier.disturbances(waba["id"])
        if unknown := set(body) - set(known):
            raise Invalid(f"Unknown disturbance: {sorted(unknown)[0]}.")
        for name in set(body) - {"reorder"}:
            if _number(body, name) < 0:
                raise Invalid(f"{name} cannot be negative.")
        if not 0 <= body.get("drop", 0) <= 1 or not 1 <= body.get("batch", 1) <= 1000:
            raise Invalid("drop is a probability from 0 to 1, batch from 1 to 1000.")
        if body.get("duplicate", 0) > 20:
            raise Invalid("At most 20 duplicates.")
        return JSONResponse(self._world.courier.disturb(waba["id"], body))

    async def send_raw(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/raw {field, value, lane?}"""
        waba, body = self._waba(request), await _body(request)
        if not isinstance(body.get("value"), dict):
            raise Invalid("value is the JSON object of the change.")
        self._world.emit(
            waba["id"], _text(body, "field", 100), body["value"], lane=str(body.get("lane", "raw"))
        )
        return JSONResponse({"success": True})

    async def burst(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/burst {contacts, messages_each, rate, …}"""
        report, writings = plan_burst(self._world, self._waba(request)["id"], await _body(request))
        task = asyncio.create_task(run_burst(self._world, report, writings))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return JSONResponse(report, status_code=202)

    async def read_burst(self, request: Request) -> Response:
        """GET /control/bursts/{burst_id}"""
        report = self._world.bursts.get(request.path_params["burst_id"])
        if report is None:
            raise NotFound("There is no such burst.")
        waiting = self._world.courier.waiting_count(report["waba_id"])
        return JSONResponse({**report, "undelivered": waiting})

    async def retry(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/retry: undelivered webhooks are tried now"""
        return JSONResponse({"retried": self._world.courier.retry_now(self._waba(request)["id"])})

    async def mint_token(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/tokens {lifetime_seconds?}"""
        waba, body = self._waba(request), await _body(request)
        lifetime = _number(body, "lifetime_seconds") if "lifetime_seconds" in body else None
        token = self._world.create_token(waba["app_id"], [waba["id"]], lifetime)
        return JSONResponse({"access_token": token}, status_code=201)

    async def mint_code(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/codes: what Embedded Signup would hand over"""
        waba, code = self._waba(request), "AQ" + new_token(48)
        kept = {"waba_id": waba["id"], "app_id": waba["app_id"], "at": self._world.now()}
        self._world.store.put("code", code, kept, waba["id"])
        return JSONResponse({"code": code}, status_code=201)

    async def list_templates(self, request: Request) -> Response:
        """GET /control/wabas/{waba_id}/templates"""
        rows = self._world.store.list_of("template", self._waba(request)["id"])
        return JSONResponse({"data": rows})

    async def decide_template(self, request: Request) -> Response:
        """POST /control/templates/{template_id} {status, reason?}"""
        template = self._world.store.find("template", request.path_params["template_id"])
        if template is None:
            raise NotFound("There is no such template.")
        body = await _body(request)
        status = _text(body, "status", 40).upper()
        if status not in _TEMPLATE_STATUSES:
            raise Invalid(f"status is one of {', '.join(sorted(_TEMPLATE_STATUSES))}.")
        templates.decide(self._world, template, status, str(body.get("reason") or ""))
        return JSONResponse({"success": True})

    async def upload(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/media: a multipart `file`, as the customer's"""
        waba = self._waba(request)
        async with request.form() as form:
            part = form.get("file")
            if not isinstance(part, UploadFile):
                raise Invalid("Send the file as the multipart field `file`.")
            content = await part.read()
            kind = part.content_type or "application/octet-stream"
            name = part.filename or ""
        media = keep_media(self._world, waba["id"], content, kind, name, inbound=True)
        url = views.media_path(media["id"], self._token)
        return JSONResponse({"media_id": media["id"], "url": url}, status_code=201)

    async def read_media(self, request: Request) -> Response:
        """GET /control/media/{media_id}?key=: a file for the customer's screen"""
        media_id = request.path_params["media_id"]
        media = self._world.store.find("media", media_id)
        key = request.query_params.get("key", "")
        if media is None or not same(key, views.media_key(media_id, self._token)):
            return JSONResponse({"error": "Not found."}, status_code=404)
        content = (self._world.media_dir / media_id).read_bytes()
        return Response(
            content,
            media_type=media["mime_type"],
            headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
        )

    async def list_customers(self, request: Request) -> Response:
        """GET /control/wabas/{waba_id}/customers?search="""
        waba = self._waba(request)
        search = request.query_params.get("search", "")
        rows = self._world.store.list_customers(waba["id"], search, _limit(request))
        return JSONResponse({"data": [views.customer_view(self._world, c) for c in rows]})

    async def create_customer(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/customers {name, phone?, username?}"""
        waba, body = self._waba(request), await _body(request)
        phone = "".join(c for c in str(body.get("phone") or "") if c.isdigit())
        if phone and not 7 <= len(phone) <= 15:
            raise Invalid("Write the number with its country code.")
        if phone and self._world.store.find_customer_by(waba["id"], phone=phone):
            raise Invalid("Another customer has this number.")
        customer = self._world.create_customer(
            waba["id"],
            name=_text(body, "name", 100),
            phone=phone,
            username=str(body.get("username") or ("" if phone else f"user{new_id(6)}")),
        )
        return JSONResponse(views.customer_view(self._world, customer), status_code=201)

    async def read_customer(self, request: Request) -> Response:
        """GET /control/customers/{customer_id}"""
        return JSONResponse(views.customer_view(self._world, self._customer(request)))

    async def delete_customer(self, request: Request) -> Response:
        """DELETE /control/customers/{customer_id}"""
        customer = self._customer(request)
        self._world.store.delete_customer(customer["id"])
        self._world.hub.tell("customer", customer["waba_id"], customer_id=customer["id"])
        return JSONResponse({"success": True})

    async def read_chat(self, request: Request) -> Response:
        """GET /control/customers/{customer_id}/chat?before=&limit=: newest first"""
        customer, limit = self._customer(request), _limit(request)
        before = request.query_params.get("before", "")
        rows = self._world.store.page_messages(
            customer["id"], before=int(before) if before.isdigit() else None, limit=limit + 1
        )
        shown = [
            views.message_view(self._world, message, seq, self._token)
            for seq, message in rows[:limit]
        ]
        return JSONResponse(
            {
                "customer": views.customer_view(self._world, customer),
                "data": shown,
                "before": shown[-1]["seq"] if len(rows) > limit else None,
            }
        )

    async def act(self, request: Request) -> Response:
        """POST /control/customers/{customer_id}/messages {type, …, number_id?}"""
        customer, body = self._customer(request), await _body(request)
        message = inbound.receive(self._world, customer, self._number(customer, body), body)
        return JSONResponse({"id": message["id"], "at": message["at"]}, status_code=201)

    async def open_chat(self, request: Request) -> Response:
        """POST /control/customers/{customer_id}/open {number_id?}: blue ticks"""
        customer, body = self._customer(request), await _body(request)
        read = statuses.open_chat(self._world, customer, body.get("number_id"))
        return JSONResponse({"read": read})

    async def choose_marketing(self, request: Request) -> Response:
        """POST /control/customers/{customer_id}/marketing {value: stop | resume}"""
        customer, body = self._customer(request), await _body(request)
        value = body.get("value")
        if value not in {"stop", "resume"}:
            raise Invalid("value is stop or resume.")
        customer["marketing"] = value
        self._world.store.put_customer(customer)
        inbound.announce_preference(self._world, customer, self._number(customer, body))
        return JSONResponse({"success": True})

    def _waba(self, request: Request) -> Doc:
        waba = self._world.store.find("waba", request.path_params["waba_id"])
        if waba is None:
            raise NotFound("There is no such account.")
        return waba

    def _customer(self, request: Request) -> Doc:
        customer = self._world.store.find_customer(request.path_params["customer_id"])
        if customer is None:
            raise NotFound("There is no such customer.")
        return customer

    def _number(self, customer: Doc, body: Doc) -> Doc:
        numbers = self._world.numbers_of(customer["waba_id"])
        wanted = body.get("number_id")
        for number in numbers:
            if wanted in (None, "", number["id"]):
                return number
        raise NotFound("The account has no such number.")


async def _body(request: Request) -> Doc:
    raw = await request.body()
    try:
        body: Any = json.loads(raw) if raw else {}
    except ValueError:
        raise Invalid("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object.")
    return body


def _text(body: Doc, name: str, most: int) -> str:
    value = str(body.get(name) or "").strip()
    if not 1 <= len(value) <= most:
        raise Invalid(f"{name} has 1 to {most} characters.")
    return value


def _number(body: Doc, name: str) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"{name} must be a number.")
    return float(value)


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "")
    return min(max(1, int(text)), _MOST) if text.isdigit() else _PAGE
