"""Every service somebody can call either writes to the activity log or is named here, with why not.

Read from the source: a service is a public coroutine that takes who acts. It writes when it, or
anything of ours that it calls, records an activity.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import xobito_app.features as features

ROOT = Path(features.__file__).parent
READS = ("get", "list_", "read_", "find", "count_", "page_", "preview_", "look_ahead", "search")
ACTORS = {"actor", "viewer"}
CHANGES_NOTHING = {
    "doctor/service.py examine",
    "connection/simulated_customer.py account_of",
    "inbox/composing/compose.py cards_of",
    "inbox/composing/compose.py typed_card",
    "inbox/composing/compose_template.py suggest_values",
    "inbox/threads/mentions.py called_in",
    "inbox/composing/canned.py render",
    "inbox/threads/contact_threads.py first_and_last",
    "inbox/threads/local_times.py time_zone_of",
    "inbox/threads/timeline.py why_not_reply",
    "templates/writing/drafts.py lint_body",
    "campaigns/answers.py tell_timeline",
    "campaigns/guarding/retrying.py plan_retry",
    "flows/editing/drafts.py check_flow",
    "flows/editing/trying.py run_talks",
    "flows/editing/trying.py try_flow",
    "campaigns/launching/dry_run.py dry_run",
    "campaigns/launching/dry_run.py preview",
}
WITHIN_ANOTHER = {
    # Parts of services that write the entry themselves.
    "inbox/media/files.py add_upload",
    "inbox/media/files.py copy_all",
    "inbox/composing/outgoing.py lock_outgoing",
    "inbox/composing/outgoing.py open_thread",
    "inbox/composing/open_thread.py reach",
    "inbox/composing/template_draft.py draft_template",
    "inbox/threads/bots.py leave_to_people",
    "campaigns/drafting/drafts.py lock_changeable",
    "campaigns/guarding/steering.py lock_campaign",
    "campaigns/launching/launch.py freeze_campaign",
    "templates/samples.py add_sample",
    "templates/writing/drafts.py lock_for_writing",
}
ONES_OWN = {
    # What a person sees or has seen, and their switches: nobody else's business.
    "accounts/security.py begin_second_factor",
    "accounts/service.py save_preference",
    "inbox/composing/message_actions.py show_typing",
    "inbox/threads/mentions.py mark_seen",
    "inbox/threads/presence.py be_here",
    "inbox/threads/presence.py leave",
    "inbox/threads/thread_actions.py mark_read",
    "inbox/threads/thread_actions.py mark_unread",
}
MERELY_AGAIN = {
    # Asks WhatsApp once more for what is there.
    "connection/service.py sync_now",
    "campaigns/reporting/report.py ask_for_clicks",
    "inbox/receiving/fetch.py try_again",
    "inbox/receiving/fetch.py try_message_again",
}
ON_ITS_OWN_LIST = {
    # Every change of a draft is kept with its author; recorded talks are told before publishing.
    "flows/editing/drafts.py change_flow",
    "flows/editing/drafts.py replace_graph",
    "flows/editing/drafts.py write",
    "flows/editing/trying.py delete_talk",
    "flows/editing/trying.py save_talk",
}
PLAYED = {
    # The customer's part in the simulator.
    f"connection/simulated_customer.py {name}"
    for name in (
        "create_customer",
        "disturb",
        "greet",
        "move_clock",
        "react",
        "say",
        "send_sample",
        "tap",
    )
}
SILENT = CHANGES_NOTHING | WITHIN_ANOTHER | ONES_OWN | MERELY_AGAIN | PLAYED | ON_ITS_OWN_LIST


def _calls(function: ast.AsyncFunctionDef | ast.FunctionDef) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(value=ast.Name(id="activity"), attr=name):
                    found.add(f"activity.{name}")
                case ast.Attribute(attr=name) | ast.Name(id=name):
                    found.add(name)
    return found


def _functions() -> list[tuple[Path, ast.AsyncFunctionDef | ast.FunctionDef]]:
    return [
        (path, node)
        for path in sorted(ROOT.rglob("*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
    ]


def test_every_service_is_noted_or_named():
    functions = _functions()
    calls = {(path, function.name): _calls(function) for path, function in functions}
    places: dict[str, list[Path]] = defaultdict(list)
    for path, name in calls:
        places[name].append(path)

    def writes(path: Path, name: str, seen: frozenset[tuple[Path, str]]) -> bool:
        """Tell whether a function records; a name that several share leads nowhere."""
        for inner in calls[path, name]:
            if inner.startswith("activity.record"):
                return True
            home = path if path in places[inner] else next(iter(places[inner]), path)
            is_known = path in places[inner] or len(places[inner]) == 1
            step = (home, inner)
            if is_known and step not in seen and writes(home, inner, seen | {step}):
                return True
        return False

    silent: set[str] = set()
    for path, function in functions:
        arguments = [argument.arg for argument in function.args.args][:2]
        is_service = isinstance(function, ast.AsyncFunctionDef) and ACTORS & set(arguments)
        if not is_service or function.name.startswith(("_", *READS)):
            continue
        if not writes(path, function.name, frozenset({(path, function.name)})):
            silent.add(f"{path.relative_to(ROOT)} {function.name}")
    assert silent - SILENT == set(), "record an activity, or say here why not"
    assert SILENT - silent == set(), "no longer silent, or gone: take it off the list"
