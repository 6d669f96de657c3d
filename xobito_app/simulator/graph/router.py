"""Finds the handler of a Graph path by what kind of object its id names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from xobito_app.simulator.errors import GraphError, no_such_object
from xobito_app.simulator.graph import accounts, media, numbers, template_analytics, templates
from xobito_app.simulator.graph.call import Call, authenticate, read_params
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World

log = logging.getLogger(__name__)

Handler = Callable[[Call], Awaitable[Doc]]

_ROUTES: dict[tuple[str, str, str], Handler] = {
    ("number", "messages", "POST"): numbers.send_message,
    ("number", "media", "POST"): media.upload,
    ("number", "", "GET"): numbers.read_number,
    ("number", "", "POST"): numbers.change_number,
    ("number", "register", "POST"): numbers.register,
    ("number", "deregister", "POST"): numbers.deregister,
    ("number", "whatsapp_business_profile", "GET"): numbers.read_profile,
    ("number", "whatsapp_business_profile", "POST"): numbers.change_profile,
    ("number", "block_users", "GET"): numbers.list_blocked,
    ("number", "block_users", "POST"): numbers.block,
    ("number", "block_users", "DELETE"): numbers.unblock,
    ("waba", "", "GET"): accounts.read_waba,
    ("waba", "", "POST"): accounts.change_waba,
    ("waba", "phone_numbers", "GET"): numbers.list_numbers,
    ("waba", "subscribed_apps", "GET"): accounts.list_subscribed,
    ("waba", "subscribed_apps", "POST"): accounts.subscribe_waba,
    ("waba", "subscribed_apps", "DELETE"): accounts.unsubscribe_waba,
    ("waba", "template_analytics", "GET"): template_analytics.read,
    ("waba", "message_templates", "GET"): templates.list_templates,
    ("waba", "message_templates", "POST"): templates.create_template,
    ("waba", "message_templates", "DELETE"): templates.delete_templates,
    ("template", "", "GET"): templates.read_template,
    ("template", "", "POST"): templates.edit_template,
    ("template", "unpause", "POST"): templates.unpause_template,
    ("media", "", "GET"): media.read,
    ("media", "", "DELETE"): media.delete,
    ("app", "", "GET"): accounts.read_app,
    ("app", "uploads", "POST"): media.start_session,
    ("app", "subscriptions", "GET"): accounts.list_subscriptions,
    ("app", "subscriptions", "POST"): accounts.subscribe_app,
    ("app", "subscriptions", "DELETE"): accounts.delete_subscriptions,
    ("upload", "", "POST"): media.continue_session,
    ("upload", "", "GET"): media.session_state,
    ("user", "", "GET"): accounts.read_me,
    ("user", "permissions", "DELETE"): accounts.revoke_token,
    ("business", "owned_whatsapp_business_accounts", "GET"): accounts.list_wabas,
    ("business", "client_whatsapp_business_accounts", "GET"): accounts.list_wabas,
    ("debug_token", "", "GET"): accounts.debug_token,
}


def _kind_of(world: World, node: str, token: Doc) -> str:
    if node.startswith("upload:"):
        return "upload"
    if node == "debug_token":
        return node
    if node in {"me", token.get("user_id")}:
        return "user"
    for kind in ("number", "waba", "template", "media", "app"):
        if world.store.find(kind, node):
            return kind
    owned = (world.store.find("waba", waba_id) for waba_id in token.get("waba_ids", []))
    return "business" if any(w and w["business_id"] == node for w in owned) else ""


async def answer(world: World, request: Request) -> Response:
    """Answer any Graph request, errors in Meta's envelope."""
    try:
        return JSONResponse(await _dispatch(world, request))
    except GraphError as error:
        # The 401 header is where clients of Meta read the reason of a refused token.
        headers = {"WWW-Authenticate": f'OAuth "{error.kind}"'} if error.status == 401 else None
        return JSONResponse(error.envelope(), status_code=error.status, headers=headers)
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("simulator.graph_failed")
        fault = GraphError(1, message="An unknown error occurred", status=500, transient=True)
        return JSONResponse(fault.envelope(), status_code=500)


async def _dispatch(world: World, request: Request) -> Doc:
    version = request.path_params["version"]
    parts = request.path_params["path"].strip("/").split("/")
    base = str(request.base_url).rstrip("/")
    if parts == ["oauth", "access_token"]:
        params, _ = await read_params(request)
        return await accounts.access_token(
            Call(world, request.method, version, "oauth", {}, base, params)
        )
    token = authenticate(world, request)
    node, edge = parts[0], "/".join(parts[1:])
    kind = _kind_of(world, node, token)
    call = Call(world, request.method, version, node, token, base)
    if not kind:
        raise no_such_object(node, call.verb)
    handler = _ROUTES.get((kind, edge, request.method))
    if handler is None:
        is_known = any(key[:2] == (kind, edge) for key in _ROUTES)
        if is_known or not edge:
            raise GraphError(100, message=f"Unsupported {call.verb} request.", subcode=33)
        raise GraphError(2500, message=f"Unknown path components: /{edge}")
    if kind == "upload":
        call.raw = await request.body()
        call.params = {"file_offset": request.headers.get("file_offset", "0")}
    else:
        call.params, call.files = await read_params(request)
    return await handler(call)
