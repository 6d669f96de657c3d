"""What Meta does with a message a business sends: refuse it, or take it and let statuses follow.

Meta's terms: "customer service window", "per-user marketing cap", "template pacing"
(`held_for_quality_assessment`), and the pricing model PMP.
"""

from __future__ import annotations

from xobito_app.simulator import faults, limits, magic, record
from xobito_app.simulator.errors import GraphError, parameter, wrong
from xobito_app.simulator.magic import Outcome
from xobito_app.simulator.statuses import plan_statuses
from xobito_app.simulator.store import Doc
from xobito_app.simulator.template_values import fill
from xobito_app.simulator.validation import HEADER_MEDIA, check_media, check_send
from xobito_app.simulator.world import World, digits, new_wamid

_SHORTEST_PHONE = 7
_LONGEST_PHONE = 15


async def send(world: World, number: Doc, body: Doc) -> Doc:
    """Take or refuse a message, and put the request on record; returns Meta's answer.

    Raises:
        GraphError: With Meta's code for whatever is wrong.
    """
    if body.get("status") == "read":
        return mark_read_by_business(world, number, body)
    request = record.begin(world, number, body)
    fault = faults.draw(world, number, request["peer"])
    answer: Doc = {}
    try:
        if fault != faults.REQUEST_LOST:
            faults.refuse(fault)
            answer = _take(world, number, body, faults.later_code(fault))
    except GraphError as error:
        record.refused(world, request, error.code)
        raise
    outcome = magic.outcome_of(request["peer"])
    is_silent = fault in faults.SILENT or outcome is Outcome.TIMES_OUT
    record.taken(world, request | {"fault": fault}, answer, is_answered=not is_silent)
    if is_silent:
        await world.pause(magic.ANSWER_AFTER)
    return answer


def _take(world: World, number: Doc, body: Doc, failure: int | None) -> Doc:
    """Take a message; `failure` is the code it fails with afterwards, by webhook."""
    waba_id = number["waba_id"]
    kind = check_send(body, world.store, waba_id)
    if not number["registered"]:
        raise GraphError(133010, "Phone number is not registered on the WhatsApp Business Platform")
    outcome = magic.outcome_of(digits(str(body.get("to") or "")))
    _refuse_at_once(world, outcome, number)
    limits.take_throughput(world, number)
    customer, contact = _recipient(world, number, body, kind)
    if customer["blocked"]:
        raise GraphError(130403, "The business has blocked this user.")
    template, view = _template(world, waba_id, body) if kind == "template" else (None, None)
    if template and template["category"] == "MARKETING":
        _check_marketing(customer, outcome)
    failure = _window_failure(world, number, customer, kind) or failure
    limits.take_pair(world, number, customer)
    message = _keep(world, number, customer, body, kind, template, view)
    held = template is not None and outcome in {Outcome.HELD, Outcome.HELD_THEN_DROPPED}
    plan_statuses(world, message, failure or outcome)
    sent: Doc = {"id": message["id"]}
    if template:
        sent["message_status"] = "held_for_quality_assessment" if held else "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


def _refuse_at_once(world: World, outcome: Outcome | None, number: Doc) -> None:
    if outcome is Outcome.NOT_ON_WHATSAPP:
        raise GraphError(131026, "Message undeliverable: the recipient is not on WhatsApp.")
    if outcome is Outcome.PAIR_LIMIT:
        raise limits.pair_limit()
    if outcome is Outcome.THROUGHPUT_ONCE and _is_first(world, outcome, number):
        raise GraphError(130429, "Cloud API message throughput has been reached.")
    if outcome is Outcome.SERVER_ERROR_ONCE and _is_first(world, outcome, number):
        raise GraphError(131000, "Something went wrong on our side.", status=500, transient=True)


def _is_first(world: World, outcome: Outcome, number: Doc) -> bool:
    """Tell odd tries from even ones, so that a retry succeeds and the next message fails again."""
    key = f"{number['id']}:{outcome}"
    tries = (world.store.find("tries", key) or {}).get("tries", 0)
    world.store.put("tries", key, {"tries": tries + 1}, number["waba_id"])
    return tries % 2 == 0


def _recipient(world: World, number: Doc, body: Doc, kind: str) -> tuple[Doc, Doc]:
    """Return the customer and the item of the answer's `contacts`; `to` wins over `recipient`."""
    to, bsuid = str(body.get("to") or ""), str(body.get("recipient") or "")
    if to:
        phone = digits(to)
        if not _SHORTEST_PHONE <= len(phone) <= _LONGEST_PHONE or any(c.isalpha() for c in to):
            raise wrong("Param to is not a valid phone number.")
        if len(phone) <= 10 and not to.lstrip().startswith("+"):
            # Without a + Meta assumes the business number's own country.
            phone = number["phone"][: max(0, len(number["phone"]) - 10)] + phone
        if phone == number["phone"]:
            raise GraphError(131021, "Sender and recipient phone number is the same.")
        customer = world.customer_for(number["waba_id"], phone)
        return customer, {"input": to, "wa_id": phone, "user_id": customer["bsuid"]}
    found = world.store.find_customer_by(number["waba_id"], bsuid=bsuid)
    if found is None:
        raise GraphError(131026, "The recipient cannot be reached under this user ID.")
    if kind == "template" and _is_authentication(world, number["waba_id"], body):
        raise GraphError(131062, "Authentication templates need a phone number.")
    return found, {"input": bsuid, "user_id": found["bsuid"]}


def _find_template(world: World, waba_id: str, body: Doc) -> Doc | None:
    name = body["template"]["name"]
    language = str(body["template"]["language"]["code"]).replace("-", "_")
    for template in world.store.list_of("template", waba_id):
        if template["name"] == name and template["language"] == language:
            return template
    return None


def _is_authentication(world: World, waba_id: str, body: Doc) -> bool:
    template = _find_template(world, waba_id, body)
    return template is not None and template["category"] == "AUTHENTICATION"


def _template(world: World, waba_id: str, body: Doc) -> tuple[Doc, Doc]:
    template = _find_template(world, waba_id, body)
    name, code = body["template"]["name"], body["template"]["language"]["code"]
    if template is None or template["status"] in {"PENDING", "REJECTED", "DELETED", "IN_APPEAL"}:
        raise GraphError(
            132001,
            f"template name ({name}) does not exist in {code}",
            message="(#132001) Template name does not exist in the translation",
        )
    if template["status"] == "PAUSED":
        raise GraphError(132015, f"Template {name} is paused due to low quality.")
    if template["status"] != "APPROVED":
        raise GraphError(132016, f"Template {name} is disabled.")
    view = fill(template, body["template"].get("components", []))
    for part in (view, *view.get("cards", [])):
        header = part["header"] or {}
        if (kind := header.get("kind")) in HEADER_MEDIA:
            check_media(header[kind], kind, world.store, waba_id)
    return template, view


def _check_marketing(customer: Doc, outcome: Outcome | None) -> None:
    if outcome is Outcome.OPTED_OUT or customer["marketing"] == "stop":
        raise GraphError(131050, "The recipient opted out of marketing messages.")


def _window_failure(world: World, number: Doc, customer: Doc, kind: str) -> int | None:
    """Return 131047 when the closed window shall be told by webhook.

    Raises:
        GraphError: 131047 when it shall be told at once (the default).
    """
    if kind == "template" or limits.is_within_window(world, number, customer):
        return None
    if world.settings_of(number["waba_id"])["window_error"] == "webhook":
        return 131047
    raise GraphError(
        131047,
        "Message failed to send because more than 24 hours have passed since the customer last "
        "replied to this number.",
    )


def _keep(
    world: World,
    number: Doc,
    customer: Doc,
    body: Doc,
    kind: str,
    template: Doc | None,
    view: Doc | None,
) -> Doc:
    message: Doc = {
        "id": new_wamid(),
        "waba_id": number["waba_id"],
        "number_id": number["id"],
        "customer_id": customer["id"],
        "direction": "out",
        "type": kind,
        "at": world.now(),
        "content": body[kind],
        "context_id": (body.get("context") or {}).get("message_id"),
        "category": template["category"].lower() if template else "service",
        "callback_data": body.get("biz_opaque_callback_data"),
        "by_phone": bool(body.get("to")),
        "status": "accepted",
        "status_at": {},
        "pricing_type": _pricing_type(world, number, customer, template),
    }
    if template:
        message |= {"template_id": template["id"], "view": view}
    if kind == "reaction":
        _react(world, message)
    world.store.add_message(message)
    if customer.pop("typing_until", None):
        world.store.put_customer(customer)
    world.hub.tell(
        "message", number["waba_id"], customer_id=customer["id"], message_id=message["id"]
    )
    return message


def _react(world: World, message: Doc) -> None:
    target = world.store.find_message(message["content"]["message_id"])
    if target is None or target["customer_id"] != message["customer_id"]:
        raise wrong("The message reacted to is not in this chat.")
    target["reactions"] = {**target.get("reactions", {}), "business": message["content"]["emoji"]}
    world.store.save_message(target)


_FREE_SERVICE_MESSAGES = 1000
"""Service messages a number has free each month since October 2026."""


def _pricing_type(world: World, number: Doc, customer: Doc, template: Doc | None) -> str:
    if limits.is_free_entry(world, customer):
        return "free_entry_point"
    if template is not None:
        return "regular"
    month = 30 * 24 * 3600.0
    sent = world.store.count_category(
        number["id"], "service", world.now() - month, _FREE_SERVICE_MESSAGES
    )
    return "free_customer_service" if sent < _FREE_SERVICE_MESSAGES else "regular"


TYPING_FOR = 25.0
"""Seconds a typing bubble shows at most."""


def mark_read_by_business(world: World, number: Doc, body: Doc) -> Doc:
    """Give the customer blue ticks up to a message, and a typing bubble when asked.

    Raises:
        GraphError: 100 for an id that no customer sent to this number.
    """
    message = world.store.find_message(str(body.get("message_id", "")))
    if body.get("messaging_product") != "whatsapp":
        raise parameter("The parameter messaging_product is required.")
    if message is None or message["direction"] != "in" or message["number_id"] != number["id"]:
        raise parameter("Invalid parameter: message_id does not exist.")
    typing = body.get("typing_indicator")
    if typing is not None and (not isinstance(typing, dict) or typing.get("type") != "text"):
        raise parameter("Param typing_indicator['type'] must be text.")
    for earlier in world.store.list_unread(message["customer_id"], "in", ("delivered",)):
        if earlier["number_id"] == number["id"] and earlier["at"] <= message["at"]:
            earlier["status"] = "read"
            world.store.save_message(earlier)
    customer = world.store.find_customer(message["customer_id"])
    if customer and typing:
        customer["typing_until"] = world.now() + TYPING_FOR
        world.store.put_customer(customer)
    world.hub.tell(
        "typing" if typing else "read", number["waba_id"], customer_id=message["customer_id"]
    )
    return {"success": True}
