"""What Meta decides about templates, at once or later, and how it tells: review, pauses, quality.

Meta's guide "Message Templates": a pause for low quality lifts by itself, one for pacing is lifted
by `POST /{template_id}/unpause`; the category of the answer may be another than the one asked for.
"""

from __future__ import annotations

from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World

REVIEW_SECONDS = 4.0
PAUSE_SECONDS = 3 * 3600.0
"""How long the first pause for low quality lasts."""
NOTICE_SECONDS = 24 * 3600
"""Meta announces a change of category a day before."""

_PAUSES = {
    "quality": ("FIRST_PAUSE", "Paused for 3 hours because of low quality."),
    "pacing": ("RATE_LIMITING_PAUSE", "Paused because of its first results. Unpause it by hand."),
}


def save(world: World, template: Doc) -> None:
    """Write a template back."""
    world.store.put("template", template["id"], template, template["waba_id"])


def answered_category(name: str, category: str) -> str:
    """Return the category Meta gives a template: `recategorised` in the name makes it marketing."""
    return "MARKETING" if "recategorised" in name and category == "UTILITY" else category


def plan_review(world: World, template: Doc) -> None:
    """Have a template judged: `reject` in the name rejects, `pending` waits for a person."""
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


def lift_pause(world: World, step: Doc) -> None:
    """Let a template go out again whose pause for low quality is over."""
    template = world.store.find("template", step["template_id"])
    if template is not None and template["status"] == "PAUSED" and template["pause"] == "quality":
        decide(world, template, "APPROVED", title="UNPAUSE")


def pause(world: World, template: Doc, kind: str, seconds: float = PAUSE_SECONDS) -> None:
    """Pause a template for `quality`, for so many seconds, or for `pacing`, until it is lifted."""
    title, description = _PAUSES[kind]
    template["pause"] = kind
    decide(world, template, "PAUSED", title=title, description=description)
    if kind == "quality":
        world.agenda.plan(
            "template_unpause", template["waba_id"], seconds, template_id=template["id"]
        )


def decide(
    world: World,
    template: Doc,
    status: str,
    reason: str = "",
    *,
    title: str = "",
    description: str = "",
) -> None:
    """Give a template a status and tell the app as Meta does."""
    rejected = status == "REJECTED"
    reason = reason or ("INCORRECT_CATEGORY" if rejected else "NONE")
    template["status"] = status
    template["rejected_reason"] = reason
    save(world, template)
    value = _keys(template) | {
        "event": status,
        "reason": reason,
        "message_template_category": template["category"],
    }
    if rejected:
        value["rejection_info"] = {
            "reason": "The content does not fit the chosen category.",
            "recommendation": "Change the category or the wording and submit it again.",
        }
    if title:
        value["other_info"] = {"title": title, "description": description or "It may be sent."}
    _tell(world, template, "message_template_status_update", value)


def rate(world: World, template: Doc, score: str) -> None:
    """Give a template a quality score."""
    before = (template.get("quality_score") or {}).get("score", "UNKNOWN")
    template["quality_score"] = {"score": score, "date": int(world.now())}
    save(world, template)
    value = {"previous_quality_score": before, "new_quality_score": score}
    _tell(world, template, "message_template_quality_update", _keys(template) | value)


def recategorise(world: World, template: Doc, category: str) -> None:
    """Move a template to another category."""
    before, template["category"] = template["category"], category
    template["previous_category"] = before
    save(world, template)
    value = {"previous_category": before, "new_category": category}
    _tell(world, template, "template_category_update", _keys(template) | value)


def announce_category(world: World, template: Doc, category: str) -> None:
    """Say that a template will move to another category a day from now."""
    value = {
        "new_category": template["category"],
        "correct_category": category,
        "category_update_timestamp": int(world.now()) + NOTICE_SECONDS,
    }
    _tell(world, template, "template_category_update", _keys(template) | value)


def _keys(template: Doc) -> Doc:
    return {
        "message_template_id": int(template["id"]),
        "message_template_name": template["name"],
        "message_template_language": template["language"],
    }


def _tell(world: World, template: Doc, field: str, value: Doc) -> None:
    world.emit(template["waba_id"], field, value, lane=f"template:{template['id']}")
    world.hub.tell(
        "template", template["waba_id"], template_id=template["id"], status=template["status"]
    )
