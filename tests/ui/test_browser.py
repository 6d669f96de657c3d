"""No text known only at run time becomes a literal of Reflex, in which tags have a meaning."""

import ast
import json
from pathlib import Path

import pytest
from reflex_base.vars.sequence import LiteralStringVar

from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core.errors import Invalid
from xobito_app.features.inbox.composing import macros
from xobito_app.features.inbox.composing.macros import ME, Do, MacroAction
from xobito_app.ui import browser
from xobito_app.ui.components import toast_error, toast_success
from xobito_app.ui.failures import tell_failure
from xobito_app.ui.pages.inbox.shortcut_state import ShortcutState
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState

UI = Path(browser.__file__).parent
MAKERS = {"toast", "redirect", "call_script", "call_function", "set_clipboard", "download"}
HOSTILE = "<reflex.Var>x</reflex.Var>"


def is_of_the_source(node: ast.expr) -> bool:
    """Tell whether a value is written in the source: a constant, by itself or by its name."""
    match node:
        case ast.Name(id=name):
            return name.strip("_").isupper()
        case ast.Attribute(value=ast.Name(id=owner)):
            return owner.endswith("State")
    return isinstance(node, ast.Constant)


def literals_made_by(definition: ast.AST):
    """Yield the calls that make a literal of something else than text of the source."""
    for call in ast.walk(definition):
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func)
        first, _, rest = name.partition(".")
        makes = first == "rx" and rest.split(".")[0] in MAKERS
        bound = first.endswith("State") and rest and (call.args or call.keywords)
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if (makes or bound) and not all(map(is_of_the_source, given)):
            yield f"{call.lineno}: {ast.unparse(call)[:80]}"


def test_states_put_no_run_time_text_into_literals():
    offences = [
        f"{path.relative_to(UI)}:{offence}"
        for path in UI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) or "Event" in _signature(node)
        for offence in literals_made_by(node)
    ]
    assert offences == []


def _signature(node: ast.AST) -> str:
    is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return f"-> {ast.unparse(node.returns)}" if is_function and node.returns else ""


@pytest.mark.parametrize(
    "source",
    [
        "class AState(rx.State):\n def do(self): return rx.toast.success(self.name)",
        "class AState(rx.State):\n def do(self): return rx.redirect(f'/x/{self.name}')",
        "class AState(rx.State):\n def do(self): return OtherState.open(self.name)",
    ],
)
def test_the_walk_finds_what_it_looks_for(source):
    assert len(list(literals_made_by(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "make",
    [toast_success, toast_error, browser.go, lambda text: tell_failure(Invalid(text))],
    ids=["success", "error", "go", "failure"],
)
def test_what_the_browser_is_told_holds_the_text_as_it_is(make, monkeypatch):
    monkeypatch.setattr(LiteralStringVar, "create", _refuse)
    payload = make(HOSTILE).payload
    assert HOSTILE in (payload.get("path") or json.loads(_first_value(payload["function"])))


def _first_value(function: str) -> str:
    return json.dumps(json.JSONDecoder().raw_decode(function[function.index('"') :])[0])


def _refuse(*_, **__):
    raise AssertionError("A text of run time became a literal.")


def test_values_cannot_end_the_call():
    event = browser.call("f", '");alert(1);("', {"a": "</script>\u2028"})
    assert event.payload["function"] == ('() => f("\\");alert(1);(\\"", {"a": "</script>\\u2028"})')


async def test_a_macro_named_like_a_tag_is_said_as_it_is(server, line):
    macro_id = await line.do(
        macros.save, macro_id=None, name=HOSTILE, actions=[MacroAction(Do.ASSIGN, ME)]
    )
    tab = Tab(server, "hostile", await sign_in(line.world.owner.user_id, line.workspace_id))
    await tab.send(handler_name(InboxListState.load))
    await tab.send(handler_name(ThreadState.open_conversation), conversation_id=str(line.thread_id))
    await tab.send(handler_name(ShortcutState.run), macro_id=str(macro_id))
    assert f"{HOSTILE}: done." in tab.scripts
