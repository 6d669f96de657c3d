"""Phone numbers over Graph: reading, profile, registration, blocking and their own webhook.

Meta's OpenAPI file (v23.0): sections "Phone Numbers" and "WhatsApp Business Profile", schema
`WhatsAppBusinessProfile` for the limits of a profile.
"""

from __future__ import annotations

from xobito_app.simulator import sending
from xobito_app.simulator.errors import GraphError, missing, parameter
from xobito_app.simulator.graph.call import Call
from xobito_app.simulator.graph.handshake import verify_callback
from xobito_app.simulator.graph.paging import page
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import digits

_USUAL_FIELDS = ("verified_name", "code_verification_status", "display_phone_number")
_USUAL_FIELDS += ("quality_rating", "platform_type", "throughput", "last_onboarded_time")
_PROFILE_LIMITS = {"about": 139, "address": 256, "description": 256, "email": 128}
_HIGH_THROUGHPUT = 1000


def _shown(call: Call, number: Doc, fields: list[str]) -> Doc:
    settings = call.world.settings_of(number["waba_id"])
    throughput = int(settings["throughput"])
    whole: Doc = {
        **number,
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "platform_type": "CLOUD_API",
        "account_mode": "LIVE",
        "is_official_business_account": False,
        "is_on_biz_app": settings["is_on_biz_app"],
        "is_pin_enabled": "pin" in number,
        "messaging_limit_tier": settings["messaging_limit"],
        "whatsapp_business_manager_messaging_limit": settings["messaging_limit"],
        "throughput": {"level": "HIGH" if throughput >= _HIGH_THROUGHPUT else "STANDARD"},
        "last_onboarded_time": "2026-09-01T09:00:00+0000",
        "webhook_configuration": _webhooks(call, number),
        "health_status": health(call, "PHONE_NUMBER", number["id"]),
    }
    shown = {name: whole[name] for name in fields or _USUAL_FIELDS if name in whole}
    return {**shown, "id": number["id"]}


def _webhooks(call: Call, number: Doc) -> Doc:
    app_id = call.token["app_id"]
    store = call.world.store
    found = {
        "phone_number": number.get("webhook_override", {}).get(app_id),
        "whatsapp_business_account": (
            store.find("subscribed_app", f"{number['waba_id']}:{app_id}") or {}
        ).get("override_callback_uri"),
        "application": (store.find("app_subscription", app_id) or {}).get("callback_url"),
    }
    return {level: url for level, url in found.items() if url}


def health(call: Call, kind: str, node_id: str) -> Doc:
    """Return a healthy `health_status` for a node."""
    entity = {"entity_type": kind, "id": node_id, "can_send_message": "AVAILABLE"}
    app = {"entity_type": "APP", "id": call.token["app_id"], "can_send_message": "AVAILABLE"}
    return {"can_send_message": "AVAILABLE", "entities": [entity, app]}


async def list_numbers(call: Call) -> Doc:
    """GET /{waba}/phone_numbers."""
    waba = call.waba()
    numbers = call.world.numbers_of(waba["id"])
    shown = [_shown(call, number, call.fields()) for number in numbers]
    return page(call, shown, f"{waba['id']}/phone_numbers")


async def read_number(call: Call) -> Doc:
    """GET /{phone_id}."""
    return _shown(call, call.number(), call.fields())


async def change_number(call: Call) -> Doc:
    """POST /{phone_id}: the two-step PIN, or the number's own callback."""
    number = call.number()
    if "pin" in call.params:
        number["pin"] = _pin(call)
    if "webhook_configuration" in call.params:
        wanted = call.params["webhook_configuration"]
        if not isinstance(wanted, dict):
            raise parameter("Param webhook_configuration must be a JSON object.")
        overrides = dict(number.get("webhook_override", {}))
        overrides.pop(call.token["app_id"], None)
        if url := str(wanted.get("override_callback_uri") or ""):
            await verify_callback(call.world, url, str(wanted.get("verify_token") or ""))
            overrides[call.token["app_id"]] = url
        number["webhook_override"] = overrides
    call.world.save_number(number)
    return {"success": True}


def _pin(call: Call) -> str:
    pin = call.need("pin")
    if len(pin) != 6 or not pin.isdigit():
        raise parameter("Param pin must be 6 digits.")
    return pin


async def register(call: Call) -> Doc:
    """POST /{phone_id}/register."""
    number = call.number()
    pin = _pin(call)
    if number.get("pin") not in (None, pin):
        raise GraphError(133005, "The two-step verification PIN is wrong.")
    number |= {"pin": pin, "registered": True, "status": "CONNECTED"}
    call.world.save_number(number)
    return {"success": True}


async def deregister(call: Call) -> Doc:
    """POST /{phone_id}/deregister."""
    number = call.number() | {"registered": False, "status": "DISCONNECTED"}
    call.world.save_number(number)
    return {"success": True}


async def read_profile(call: Call) -> Doc:
    """GET /{phone_id}/whatsapp_business_profile."""
    profile = {"messaging_product": "whatsapp", **call.number()["profile"]}
    wanted = call.fields()
    shown = {k: v for k, v in profile.items() if v and (not wanted or k in wanted)}
    return {"data": [{**shown, "messaging_product": "whatsapp"}]}


async def change_profile(call: Call) -> Doc:
    """POST /{phone_id}/whatsapp_business_profile."""
    number = call.number()
    if call.params.get("messaging_product") != "whatsapp":
        raise parameter("The parameter messaging_product is required.")
    for name, most in _PROFILE_LIMITS.items():
        if len(str(call.params.get(name, ""))) > most:
            raise parameter(f"Param {name} must be at most {most} characters long.")
    websites = call.params.get("websites", [])
    if not isinstance(websites, list) or len(websites) > 2:
        raise parameter("Param websites must have at most 2 elements.")
    known = (*_PROFILE_LIMITS, "websites", "vertical")
    number["profile"] |= {name: call.params[name] for name in known if name in call.params}
    if handle := call.params.get("profile_picture_handle"):
        if call.world.store.find("handle", str(handle)) is None:
            raise parameter("Invalid profile_picture_handle.")
        number["profile"]["profile_picture_url"] = f"{call.base}/pictures/{number['id']}"
    call.world.save_number(number)
    return {"success": True}


async def send_message(call: Call) -> Doc:
    """POST /{phone_id}/messages."""
    return await sending.send(call.world, call.number(), call.params)


async def list_blocked(call: Call) -> Doc:
    """GET /{phone_id}/block_users."""
    number = call.number()
    customers = call.world.store.list_customers(number["waba_id"], limit=1000)
    rows = [
        {"messaging_product": "whatsapp", "wa_id": c["phone"] or c["bsuid"]}
        for c in customers
        if c["blocked"]
    ]
    return page(call, rows, f"{number['id']}/block_users")


async def block(call: Call) -> Doc:
    """POST /{phone_id}/block_users."""
    return _set_blocked(call, blocked=True)


async def unblock(call: Call) -> Doc:
    """DELETE /{phone_id}/block_users."""
    return _set_blocked(call, blocked=False)


def _set_blocked(call: Call, *, blocked: bool) -> Doc:
    number = call.number()
    users = call.params.get("block_users")
    if not isinstance(users, list) or not users:
        raise missing("block_users")
    done: list[Doc] = []
    for user in users:
        given = str(user.get("user", "")) if isinstance(user, dict) else ""
        customer = call.world.store.find_customer_by(number["waba_id"], phone=digits(given))
        customer = customer or call.world.store.find_customer_by(number["waba_id"], bsuid=given)
        if customer is None:
            raise GraphError(139100, f"{given} cannot be blocked.", message="(#139100) Failed")
        customer["blocked"] = blocked
        call.world.store.put_customer(customer)
        done.append({"input": given, "wa_id": customer["phone"] or customer["bsuid"]})
    key = "added_users" if blocked else "removed_users"
    return {"messaging_product": "whatsapp", "block_users": {key: done}}
