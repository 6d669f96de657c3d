"""Templates as Meta sees them: made there, judged, paused, rated and moved to other categories."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from xobito_app.core.errors import Invalid, NotFound
from xobito_app.simulator import template_review
from xobito_app.simulator.control.http import Endpoints, number_of, read_body, text_of
from xobito_app.simulator.store import Doc
from xobito_app.simulator.template_rules import CATEGORIES
from xobito_app.simulator.world import new_id

STATUSES = {"APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED"}
QUALITIES = {"GREEN", "YELLOW", "RED", "UNKNOWN"}
_MOST_AT_ONCE = 6000


class TemplateEndpoints(Endpoints):
    """The endpoints of templates; each says its path."""

    def routes(self) -> list[Route]:
        """Return the routes."""
        listed = "/control/wabas/{waba_id}/templates"
        return self._guarded(
            ("GET", listed, self.list_templates),
            ("POST", listed, self.add_templates),
            ("POST", "/control/templates/{template_id}", self.decide),
        )

    async def list_templates(self, request: Request) -> Response:
        """GET /control/wabas/{waba_id}/templates."""
        rows = self._world.store.list_of("template", self._waba(request)["id"])
        return JSONResponse({"data": rows})

    async def add_templates(self, request: Request) -> Response:
        """POST /control/wabas/{waba_id}/templates {templates: […]}: made at Meta, as listed there.

        Approved unless they say otherwise; nothing of them is judged.
        """
        waba, body = self._waba(request), await read_body(request)
        given: Any = body.get("templates")
        if not isinstance(given, list) or not 1 <= len(given) <= _MOST_AT_ONCE:
            raise Invalid(f"templates is a list of 1 to {_MOST_AT_ONCE} templates.")
        made = [self._add(waba, template) for template in given]
        return JSONResponse({"ids": made}, status_code=201)

    def _add(self, waba: Doc, given: Doc) -> str:
        template: Doc = {
            "language": "en_US",
            "category": "MARKETING",
            "parameter_format": "POSITIONAL",
            "status": "APPROVED",
            **given,
            "id": new_id(16),
            "waba_id": waba["id"],
            "created_at": self._world.now(),
        }
        text_of(template, "name", 512)
        template_review.save(self._world, template)
        return template["id"]

    async def decide(self, request: Request) -> Response:
        """POST /control/templates/{template_id}: one or more of what Meta may decide.

        `status` (with `reason`), `pause` (`quality` or `pacing`, with `seconds`), `quality`,
        `category` (now), `upcoming_category` (announced).
        """
        template = self._world.store.find("template", request.path_params["template_id"])
        if template is None:
            raise NotFound("There is no such template.")
        body = await read_body(request)
        if not set(body) & {"status", "pause", "quality", "category", "upcoming_category"}:
            raise Invalid(f"status is one of {', '.join(sorted(STATUSES))}.")
        if "status" in body:
            status = _one_of(body, "status", STATUSES)
            reason = str(body.get("reason") or "")
            if status == "PAUSED":
                template_review.pause(self._world, template, "quality")
            else:
                template_review.decide(self._world, template, status, reason)
        if "pause" in body:
            kind = _one_of(body, "pause", {"QUALITY", "PACING"}).lower()
            seconds = number_of(body, "seconds") if "seconds" in body else None
            template_review.pause(
                self._world, template, kind, seconds or template_review.PAUSE_SECONDS
            )
        if "quality" in body:
            template_review.rate(self._world, template, _one_of(body, "quality", QUALITIES))
        if "category" in body:
            category = _one_of(body, "category", set(CATEGORIES))
            template_review.recategorise(self._world, template, category)
        if "upcoming_category" in body:
            category = _one_of(body, "upcoming_category", set(CATEGORIES))
            template_review.announce_category(self._world, template, category)
        return JSONResponse({"success": True})


def _one_of(body: Doc, name: str, words: set[str]) -> str:
    word = text_of(body, name, 40).upper()
    if word not in words:
        raise Invalid(f"{name} is one of {', '.join(sorted(words))}.")
    return word
