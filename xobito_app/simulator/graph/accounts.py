"""WABAs, apps, subscriptions and tokens over Graph.

Meta's OpenAPI file (v23.0): sections "WhatsApp Business Account" and "Webhook Subscriptions".
"""

from __future__ import annotations

from xobito_app.core.crypto import same
from xobito_app.simulator.errors import GraphError, parameter
from xobito_app.simulator.graph import analytics
from xobito_app.simulator.graph.call import Call, find_token
from xobito_app.simulator.graph.handshake import verify_callback
from xobito_app.simulator.graph.numbers import health
from xobito_app.simulator.graph.paging import page
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import WEBHOOK_FIELDS

_USUAL_FIELDS = ("name", "timezone_id", "currency", "message_template_namespace")
CODE_LIFE = 30.0
"""Seconds a sign-up code may be exchanged."""


async def read_waba(call: Call) -> Doc:
    """GET /{waba}, with its analytics fields."""
    waba = call.waba()
    whole: Doc = {
        **waba,
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
        "country": "US",
        "ownership_type": "SELF",
        "status": "ACTIVE",
        "message_template_namespace": f"{waba['id']}_namespace",
        "owner_business_info": {"id": waba["business_id"], "name": waba["name"]},
        "health_status": health(call, "WABA", waba["id"]),
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
    }
    shown: Doc = {}
    for field in call.fields() or _USUAL_FIELDS:
        if analytics.is_analytics(field):
            shown |= analytics.read(call.world, waba, field)
        elif field in whole:
            shown[field] = whole[field]
    return {**shown, "id": waba["id"]}


async def change_waba(call: Call) -> Doc:
    """POST /{waba}: switching insights on, for good."""
    waba = call.waba()
    if str(call.params.get("is_enabled_for_insights")).lower() == "true":
        call.world.store.put("waba", waba["id"], {**waba, "insights": True}, waba["id"])
    return {"success": True}


async def subscribe_waba(call: Call) -> Doc:
    """POST /{waba}/subscribed_apps."""
    waba = call.waba()
    app_id = call.token["app_id"]
    subscription: Doc = {"app_id": app_id}
    if url := str(call.params.get("override_callback_uri") or ""):
        await verify_callback(call.world, url, call.need("verify_token"))
        subscription["override_callback_uri"] = url
    call.world.store.put("subscribed_app", f"{waba['id']}:{app_id}", subscription, waba["id"])
    call.world.hub.tell("subscription", waba["id"])
    return {"success": True}


async def list_subscribed(call: Call) -> Doc:
    """GET /{waba}/subscribed_apps."""
    waba = call.waba()
    rows: list[Doc] = []
    for subscription in call.world.store.list_of("subscribed_app", waba["id"]):
        app = call.world.store.find("app", subscription["app_id"]) or {}
        row: Doc = {
            "whatsapp_business_api_data": {
                "id": subscription["app_id"],
                "name": app.get("name", ""),
                "link": f"https://www.facebook.com/games/?app_id={subscription['app_id']}",
            }
        }
        if "override_callback_uri" in subscription:
            row["override_callback_uri"] = subscription["override_callback_uri"]
        rows.append(row)
    return {"data": rows}


async def unsubscribe_waba(call: Call) -> Doc:
    """DELETE /{waba}/subscribed_apps."""
    waba = call.waba()
    call.world.store.delete("subscribed_app", f"{waba['id']}:{call.token['app_id']}")
    call.world.hub.tell("subscription", waba["id"])
    return {"success": True}


def _app_token(call: Call) -> Doc:
    app = call.app()
    if not call.is_app_token:
        raise GraphError(
            15,
            message="(#15) This method must be called with an app access_token.",
            status=400,
        )
    return app


async def subscribe_app(call: Call) -> Doc:
    """POST /{app_id}/subscriptions."""
    app = _app_token(call)
    if call.need("object") != "whatsapp_business_account":
        raise parameter("Param object must be whatsapp_business_account here.")
    url, verify_token = call.need("callback_url"), call.need("verify_token")
    wanted = call.params.get("fields", "messages")
    names = wanted if isinstance(wanted, list) else str(wanted).split(",")
    names = [str(n["name"] if isinstance(n, dict) else n).strip() for n in names]
    if unknown := [n for n in names if n not in WEBHOOK_FIELDS]:
        raise parameter(f"Param fields has an unknown field '{unknown[0]}'.")
    await verify_callback(call.world, url, verify_token)
    before = call.world.store.find("app_subscription", app["id"]) or {"fields": []}
    fields = sorted({*before["fields"], *names})
    call.world.store.put("app_subscription", app["id"], {"callback_url": url, "fields": fields})
    return {"success": True}


async def list_subscriptions(call: Call) -> Doc:
    """GET /{app_id}/subscriptions."""
    app = _app_token(call)
    found = call.world.store.find("app_subscription", app["id"])
    if found is None:
        return {"data": []}
    return {
        "data": [
            {
                "object": "whatsapp_business_account",
                "callback_url": found["callback_url"],
                "active": True,
                "fields": [{"name": n, "version": call.version} for n in found["fields"]],
            }
        ]
    }


async def delete_subscriptions(call: Call) -> Doc:
    """DELETE /{app_id}/subscriptions."""
    app = _app_token(call)
    call.world.store.delete("app_subscription", app["id"])
    return {"success": True}


async def read_app(call: Call) -> Doc:
    """GET /{app_id}."""
    app = call.app()
    return {"id": app["id"], "name": app["name"]}


async def debug_token(call: Call) -> Doc:
    """GET /debug_token."""
    try:
        token = find_token(call.world, call.need("input_token"))
    except GraphError as error:
        if error.code != 190:
            raise
        reason = {"code": 190, "message": error.message}
        return {"data": {"is_valid": False, "scopes": [], "error": reason}}
    if token["app_id"] != call.token["app_id"]:
        raise GraphError(100, message="(#100) The App_id in the input_token did not match.")
    app = call.world.store.find("app", token["app_id"]) or {}
    if token.get("type") == "APP":
        data = {"app_id": token["app_id"], "type": "APP", "is_valid": True, "scopes": []}
        return {"data": {**data, "application": app.get("name", "")}}
    targets = token["waba_ids"]
    return {
        "data": {
            "app_id": token["app_id"],
            "type": "SYSTEM_USER",
            "application": app.get("name", ""),
            "data_access_expires_at": 0,
            "expires_at": int(token["expires_at"]),
            "is_valid": True,
            "issued_at": int(token["issued_at"]),
            "scopes": token["scopes"],
            "granular_scopes": [{"scope": s, "target_ids": targets} for s in token["scopes"]],
            "user_id": token["user_id"],
        }
    }


async def access_token(call: Call) -> Doc:
    """GET /oauth/access_token: a sign-up code, or the app's own token."""
    app = call.world.store.find("app", call.need("client_id"))
    if app is None or not same(call.need("client_secret"), app["app_secret"]):
        raise GraphError(1, message="Error validating client secret.", status=400)
    if call.params.get("grant_type") == "client_credentials":
        return {"access_token": f"{app['id']}|{app['app_secret']}", "token_type": "bearer"}
    code = call.need("code")
    found = call.world.store.find("code", code)
    if found is None or found["app_id"] != app["id"]:
        raise GraphError(100, message="Invalid verification code format.", subcode=36008)
    call.world.store.delete("code", code)
    if found["at"] + CODE_LIFE < call.world.now():
        raise GraphError(100, message="This authorization code has expired.", subcode=36007)
    token = call.world.create_token(app["id"], [found["waba_id"]])
    return {"access_token": token, "token_type": "bearer"}


async def revoke_token(call: Call) -> Doc:
    """DELETE /{user or me}/permissions."""
    if call.is_app_token or call.node not in {"me", call.token["user_id"]}:
        raise parameter("The token's own user must be named.")
    token: Doc = {**call.token, "is_valid": False}
    call.world.store.put("token", token["token"], token, token["waba_ids"][0])
    return {"success": True}


async def read_me(call: Call) -> Doc:
    """GET /me."""
    return {"id": call.token.get("user_id") or call.token["app_id"], "name": "System user"}


async def list_wabas(call: Call) -> Doc:
    """GET /{business_id}/owned_whatsapp_business_accounts."""
    rows = [w for w in call.world.store.list_of("waba") if w["id"] in call.token["waba_ids"]]
    shown = [{"id": w["id"], "name": w["name"]} for w in rows if w["business_id"] == call.node]
    return page(call, shown, f"{call.node}/owned_whatsapp_business_accounts")
