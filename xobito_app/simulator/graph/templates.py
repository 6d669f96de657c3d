"""Templates over Graph: list, create, edit, delete.

Meta's guide "Message Templates": at most 250 for an unverified business, 6,000 for a verified one;
only APPROVED, REJECTED and PAUSED ones can be edited, approved ones once in 24 hours and ten times
in 30 days; the name of a deleted one is blocked for 30 days.
"""

from __future__ import annotations

from typing import Any

from xobito_app.simulator.errors import GraphError, parameter
from xobito_app.simulator.graph.call import Call
from xobito_app.simulator.graph.paging import page
from xobito_app.simulator.store import Doc
from xobito_app.simulator.template_review import (
    answered_category,
    decide,
    plan_review,
    save,
)
from xobito_app.simulator.template_rules import (
    CATEGORIES,
    check_components,
    check_identity,
    refuse,
)
from xobito_app.simulator.world import World, new_id

DAY = 24 * 3600.0
_USUAL_FIELDS = ("name", "parameter_format", "components", "language", "status", "category", "id")
_MAX_TEMPLATES = {False: 250, True: 6000}
"""By whether the business is verified."""
_EDITS = ((DAY, 1), (30 * DAY, 10))
"""Most edits of an approved template within so many seconds."""
_NAME_BLOCKED = 30 * DAY
_EDITABLE = {"APPROVED", "REJECTED", "PAUSED"}


async def list_templates(call: Call) -> Doc:
    """GET /{waba}/message_templates."""
    waba = call.waba()
    _fail_on_purpose(call, waba)
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


def _fail_on_purpose(call: Call, waba: Doc) -> None:
    """Refuse the cursor of a listing as often as the settings say, as Meta does when it moves."""
    left = int(call.world.settings_of(waba["id"])["cursor_faults"])
    if call.params.get("after") and left > 0:
        waba["settings"] = {**call.world.settings_of(waba["id"]), "cursor_faults": left - 1}
        call.world.save_waba(waba)
        raise GraphError(131059, "The cursor is no longer valid. Start again without one.")


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
    whole["components"] = _without_handles(whole["components"])
    # Graph leaves out what an object does not have, and always gives the id.
    shown = {name: whole[name] for name in fields if whole.get(name) is not None}
    return {**shown, "id": template["id"]}


def _without_handles(part: Any) -> Any:
    """Return components as Meta shows them: the sample of a header is a link, never the handle."""
    if isinstance(part, list):
        return [_without_handles(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    return {
        key: [
            f"https://scontent.example.com/{h[-12:]}" if h.startswith("4::") else h for h in inner
        ]
        if key == "header_handle"
        else _without_handles(inner)
        for key, inner in part.items()
    }


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
    _check_blocked(call.world, waba, name, language)
    most = _MAX_TEMPLATES[bool(call.world.settings_of(waba["id"])["verified"])]
    if len(existing) >= most:
        raise refuse(2388019, "Template limit exceeded", f"A WABA holds {most} templates.")
    category = str(params["category"]).upper()
    parameter_format = str(params.get("parameter_format", "POSITIONAL")).upper()
    check_components(params.get("components"), parameter_format, category)
    _check_handles(call.world, params["components"])
    given = answered_category(name, category)
    template: Doc = {
        "id": new_id(16),
        "waba_id": waba["id"],
        "name": name,
        "language": language,
        "category": given,
        "parameter_format": parameter_format,
        "components": params["components"],
        "status": "PENDING" if given == category else "APPROVED",
        "created_at": call.world.now(),
    }
    if given != category:
        template["previous_category"] = category
    save(call.world, template)
    plan_review(call.world, template)
    return {"id": template["id"], "status": template["status"], "category": given}


def _check_blocked(world: World, waba: Doc, name: str, language: str) -> None:
    block = world.store.find("template_block", f"{waba['id']}:{name}:{language}")
    if block and block["until"] > world.now():
        raise refuse(
            2388023,
            "Message template language is being deleted",
            "New content can't be added for this name and language for 30 days after deletion.",
        )


def _check_handles(world: World, part: Any) -> None:
    """Refuse the sample of a header that was not uploaded, or whose handle is only a link."""
    if isinstance(part, list):
        for inner in part:
            _check_handles(world, inner)
    elif isinstance(part, dict):
        for key, inner in part.items():
            if key == "header_handle" and not world.store.find("handle", str(inner[0])):
                raise refuse(2388273, "Invalid media sample", "The header_handle is not known.")
            _check_handles(world, inner)


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
    if template.get("source") == "AUTO_GENERATED":
        raise refuse(2388318, "Template cannot be edited", "Generated templates are not edited.")
    if template["status"] == "APPROVED" and category != template["category"]:
        raise refuse(2388039, "Template cannot be edited", "An approved category is fixed.")
    if template["status"] == "APPROVED":
        _count_edit(call.world, template)
    if "components" in call.params:
        check_components(call.params["components"], template["parameter_format"], category)
        _check_handles(call.world, call.params["components"])
        template["components"] = call.params["components"]
    template |= {"category": category, "status": "PENDING"}
    template.pop("rejected_reason", None)
    save(call.world, template)
    plan_review(call.world, template)
    return {"success": True}


def _count_edit(world: World, template: Doc) -> None:
    now, edits = world.now(), list(template.get("edits", []))
    for seconds, most in _EDITS:
        if sum(at > now - seconds for at in edits) >= most:
            raise refuse(
                2388039,
                "Template cannot be edited",
                f"An approved template takes {most} edits in {int(seconds / 3600)} hours.",
            )
    template["edits"] = [*edits, now]


async def unpause_template(call: Call) -> Doc:
    """POST /{template_id}/unpause."""
    template = call.template()
    if template["status"] != "PAUSED" or template.get("pause") != "pacing":
        raise parameter("Only a template paused for pacing can be unpaused.")
    decide(call.world, template, "APPROVED", title="UNPAUSE")
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
    if not doomed or (isinstance(ids, list) and len(doomed) < len(wanted)):
        raise refuse(
            2593002, "Message template not found", "The message template could not be found."
        )
    if any(t.get("source") == "AUTO_GENERATED" for t in doomed):
        raise refuse(2388330, "Template cannot be deleted", "Generated templates stay.")
    for template in doomed:
        call.world.store.delete("template", template["id"])
        if template["status"] == "APPROVED":
            key = f"{waba['id']}:{template['name']}:{template['language']}"
            until = {"until": call.world.now() + _NAME_BLOCKED}
            call.world.store.put("template_block", key, until, waba["id"])
        call.world.hub.tell("template", waba["id"], template_id=template["id"])
    return {"success": True}
