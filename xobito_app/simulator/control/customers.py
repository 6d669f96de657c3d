"""Being the customer: people, their files, what they send and what they see."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from xobito_app.core.crypto import same
from xobito_app.core.errors import Invalid
from xobito_app.simulator import clicks, inbound, statuses
from xobito_app.simulator.control import views
from xobito_app.simulator.control.http import Endpoints, limit_of, phone_of, read_body, text_of
from xobito_app.simulator.graph.media import keep_media
from xobito_app.simulator.world import new_id


class CustomerEndpoints(Endpoints):
    """The endpoints of customers; each says its path."""

    def routes(self) -> list[Route]:
        """Return the routes; a file opens with a key of its own, for an `<img>`."""
        media = Route("/control/media/{media_id}", self.read_media, methods=["GET"])
        customer = "/control/customers/{customer_id}"
        return [
            media,
            *self._guarded(
                ("POST", "/control/wabas/{waba_id}/media", self.upload),
                ("GET", "/control/wabas/{waba_id}/customers", self.list_customers),
                ("POST", "/control/wabas/{waba_id}/customers", self.create_customer),
                ("GET", customer, self.read_customer),
                ("DELETE", customer, self.delete_customer),
                ("GET", f"{customer}/chat", self.read_chat),
                ("POST", f"{customer}/messages", self.act),
                ("POST", f"{customer}/open", self.open_chat),
                ("POST", f"{customer}/marketing", self.choose_marketing),
            ),
        ]

    async def upload(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/media: a multipart `file`, as the customer's."""
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
        """GET /control/media/{media_id}?key=: a file for the customer's screen."""
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
        """GET /control/wabas/{waba_id}/customers?search=."""
        waba = self._waba(request)
        search = request.query_params.get("search", "")
        rows = self._world.store.list_customers(waba["id"], search, limit_of(request))
        return JSONResponse({"data": [views.customer_view(self._world, c) for c in rows]})

    async def create_customer(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/customers {name, phone?, username?}."""
        waba, body = self._waba(request), await read_body(request)
        phone = phone_of(body)
        if phone and self._world.store.find_customer_by(waba["id"], phone=phone):
            raise Invalid("Another customer has this number.")
        customer = self._world.create_customer(
            waba["id"],
            name=text_of(body, "name", 100),
            phone=phone,
            username=str(body.get("username") or ("" if phone else f"user{new_id(6)}")),
        )
        return JSONResponse(views.customer_view(self._world, customer), status_code=201)

    async def read_customer(self, request: Request) -> Response:
        """GET /control/customers/{customer_id}."""
        return JSONResponse(views.customer_view(self._world, self._customer(request)))

    async def delete_customer(self, request: Request) -> Response:
        """DELETE /control/customers/{customer_id}."""
        customer = self._customer(request)
        self._world.store.delete_customer(customer["id"])
        self._world.hub.tell("customer", customer["waba_id"], customer_id=customer["id"])
        return JSONResponse({"success": True})

    async def read_chat(self, request: Request) -> Response:
        """GET /control/customers/{customer_id}/chat?before=&limit=: newest first."""
        customer, limit = self._customer(request), limit_of(request)
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
        """POST /control/customers/{customer_id}/messages {type, …, number_id?}.

        The type `click` is a pressed link: Meta counts it, and nothing is sent.
        """
        customer, body = self._customer(request), await read_body(request)
        if body.get("type") == "click":
            pressed = clicks.open_link(self._world, customer, body)
            return JSONResponse({"id": pressed["id"], "at": self._world.now()}, status_code=201)
        message = inbound.receive(self._world, customer, self._number(customer, body), body)
        return JSONResponse({"id": message["id"], "at": message["at"]}, status_code=201)

    async def open_chat(self, request: Request) -> Response:
        """POST /control/customers/{customer_id}/open {number_id?}: blue ticks."""
        customer, body = self._customer(request), await read_body(request)
        read = statuses.open_chat(self._world, customer, body.get("number_id"))
        return JSONResponse({"read": read})

    async def choose_marketing(self, request: Request) -> Response:
        """POST /control/customers/{customer_id}/marketing {value: stop | resume}."""
        customer, body = self._customer(request), await read_body(request)
        value = body.get("value")
        if value not in {"stop", "resume"}:
            raise Invalid("value is stop or resume.")
        customer["marketing"] = value
        self._world.store.put_customer(customer)
        inbound.announce_preference(self._world, customer, self._number(customer, body))
        return JSONResponse({"success": True})
