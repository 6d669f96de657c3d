"""Templates over Graph: list, create, edit, delete, and the review that follows.

Meta's guide "Message Templates": at most 250 for an unverified business; only APPROVED, REJECTED
and PAUSED ones can be edited.
"""

from __future__ import annotations

from xobito_app.simulator.errors import parameter
from xobito_app.simulator.graph.call import Call
from xobito_app.simulator.graph.paging import page
from xobito_app.simulator.store import Doc
from xobito_app.simulator.template_rules import (
    CATEGORIES,
    check_components,
    check_identity,
    refuse,
)
from xobito_app.simulator.world import World, new_id

REVIEW_SECONDS = 4.0
_USUAL_FIELDS = ("name", "parameter_format", "components", "language", "status", "category", "id")
_MAX_TEMPLATES = 250
_EDITABLE = {"APPROVED", "REJECTED", "PAUSED"}


async def list_templates(call: Call) -> Doc:
    """GET /{waba}/message_templates."""
    waba = call.waba()
    rows = call.world.store.list_of("template", waba["id"])
    for name in ("name", "status", "category", "language"):
        if wanted := str(call.params.get(name, "")):
            allowed = _choices(wanted)
            rows = [r for r in rows if r[name] in allowed or str(r[name]).upper() in allowed]
    if content := str(call.params.get("name_or_content", "")).lower():
        rows = [r for r in rows if content in f"{r['name']} {r['components']}".lower()]
    chosen = call.fields() or list(_USUAL_FIELDS)
    rows.sort(key=lambda r: (r["name"], r["language"]))
    return page(call, [_shown(r, chosen) for r in rows], f"{waba['id']}/message_templates")


def _choices(wanted: str) -> set[str]:
    return {part.strip(" \"'[]") for part in wanted.split(",")}


def _shown(template: Doc, fields: list[str]) -> Doc:
    quality = {"score": "UNKNOWN", "date": int(template.get("created_at", 0))}
    whole = {
        "quality_score": quality,
        "rejected_reason": "NONE",
        "sub_category": None,
        "previous_category": None,
        **template,
    }
    # Graph leaves out what an object does not have, and always gives the id.
    shown = {name: whole[name] for name in fields if whole.get(name) is not None}
    return {**shown, "id": template["id"]}


async def read_template(call: Call) -> Doc:
    """GET /{template_id}."""
    return _shown(call.template(), call.fields() or list(_USUAL_FIELDS))


async def create_template(call: Call) -> Doc:
    """POST /{waba}/message_templates."""
    waba = call.waba()
    params = call.params
    check_identity(params)
    store = call.world.store
    existing = store.list_of("template", waba["id"])
    name, language = params["name"], params["language"]
    if any(t["name"] == name and t["language"] == language for t in existing):
        raise refuse(
            2388024,
            "Content in this language already exists",
            "There is already content in this language for this template.",
        )
    if len(existing) >= _MAX_TEMPLATES:
        raise refuse(2388019, "Template limit exceeded", "A WABA holds 250 templates.")
    category = str(params["category"]).upper()
    parameter_format = str(params.get("parameter_format", "POSITIONAL")).upper()
    check_components(params.get("components"), parameter_format, category)
    template: Doc = {
        "id": new_id(16),
        "waba_id": waba["id"],
        "name": name,
        "language": language,
        "category": category,
        "parameter_format": parameter_format,
        "components": params["components"],
        "status": "PENDING",
        "created_at": call.world.now(),
    }
    _save(call.world, template)
    _plan_review(call.world, template)
    return {"id": template["id"], "status": "PENDING", "category": category}


async def edit_template(call: Call) -> Doc:
    """POST /{template_id}."""
    template = call.template()
    if template["status"] not in _EDITABLE:
        raise refuse(
            2388039, "Template cannot be edited", "Only approved, rejected or paused templates can."
        )
    category = str(call.params.get("category", template["category"])).upper()
    if category not in CATEGORIES:
        raise parameter(f"Param category must be one of {{{', '.join(CATEGORIES)}}}.")
    if template["status"] == "APPROVED" and category != template["category"]:
        raise refuse(2388039, "Template cannot be edited", "An approved category is fixed.")
    if "components" in call.params:
        check_components(call.params["components"], template["parameter_format"], category)
        template["components"] = call.params["components"]
    template |= {"category": category, "status": "PENDING"}
    template.pop("rejected_reason", None)
    _save(call.world, template)
    _plan_review(call.world, template)
    return {"success": True}


async def unpause_template(call: Call) -> Doc:
    """POST /{template_id}/unpause."""
    template = call.template()
    if template["status"] != "PAUSED":
        raise parameter("The template is not paused.")
    decide(call.world, template, "APPROVED")
    return {"success": True}


async def delete_templates(call: Call) -> Doc:
    """DELETE /{waba}/message_templates."""
    waba = call.waba()
    ids = call.params.get("hsm_ids") or call.params.get("hsm_id")
    wanted = {str(i) for i in (ids if isinstance(ids, list) else [ids])} if ids else set()
    name = "" if isinstance(ids, list) else call.need("name")
    rows = call.world.store.list_of("template", waba["id"])
    doomed = [
        r for r in rows if (not wanted or r["id"] in wanted) and (not name or r["name"] == name)
    ]
    if not doomed:
        raise refuse(
            2593002, "Message template not found", "The message template could not be found."
        )
    for template in doomed:
        call.world.store.delete("template", template["id"])
        call.world.hub.tell("template", waba["id"], template_id=template["id"])
    return {"success": True}


def _save(world: World, template: Doc) -> None:
    world.store.put("template", template["id"], template, template["waba_id"])


def _plan_review(world: World, template: Doc) -> None:
    """Have the template judged: `reject` in the name rejects, `pending` waits for a person."""
    world.hub.tell("template", template["waba_id"], template_id=template["id"])
    if "pending" in template["name"]:
        return
    status = "REJECTED" if "reject" in template["name"] else "APPROVED"
    world.agenda.plan(
        "template_review",
        template["waba_id"],
        REVIEW_SECONDS,
        template_id=template["id"],
        status=status,
    )


def review(world: World, step: Doc) -> None:
    """Carry out a planned decision."""
    template = world.store.find("template", step["template_id"])
    if template is not None and template["status"] == "PENDING":
        decide(world, template, step["status"])


def decide(world: World, template: Doc, status: str, reason: str = "") -> None:
    """Give a template a status and tell the app as Meta does."""
    rejected = status == "REJECTED"
    reason = reason or ("INCORRECT_CATEGORY" if rejected else "NONE")
    template["status"] = status
    template["rejected_reason"] = reason
    _save(world, template)
    value: Doc = {
        "event": status,
        "message_template_id": int(template["id"]),
        "message_template_name": template["name"],
        "message_template_language": template["language"],
        "reason": reason,
        "message_template_category": template["category"],
    }
    if rejected:
        value["rejection_info"] = {
            "reason": "The content does not fit the chosen category.",
            "recommendation": "Change the category or the wording and submit it again.",
        }
    if status == "PAUSED":
        value["other_info"] = {
            "title": "FIRST_PAUSE",
            "description": "Paused for 3 hours because of low quality.",
        }
    world.emit(
        template["waba_id"],
        "message_template_status_update",
        value,
        lane=f"template:{template['id']}",
    )
    world.hub.tell("template", template["waba_id"], template_id=template["id"], status=status)
