"""A socket may name any handler, at any time, with anything: nothing of it ends in a failure."""

import inspect
from contextlib import suppress

import pytest

from tests.ui.tabs import Tab, sign_in
from xobito_app.ui import security
from xobito_app.ui.failures import BROKEN

ODD = ["", "\x00\ud800", "<reflex.Var>x</reflex.Var>", "9" * 400, -1, [{}]]
ODD_FORM = {"key": "\x00", "body": ["x"], "name": None, "id": {}, "files": "[", "": "\ud800"}


def own_handlers():
    from reflex_base.registry import RegistrationContext

    handlers = RegistrationContext.ensure_context().event_handlers
    for name, _ in security.public_handlers():
        if "xobito_app" in name.split(".")[-2]:
            function = handlers[name].handler.fn
            yield name, list(inspect.signature(function).parameters)[1:]


HANDLERS = sorted(own_handlers())


@pytest.mark.parametrize("odd", [*ODD, ODD_FORM], ids=lambda odd: ascii(odd)[:30])
async def test_no_handler_fails_on_what_it_is_given(server, world, odd):
    token = await sign_in(world.owner.user_id, world.workspace_id)
    failed = []
    for name, parameters in HANDLERS:
        tab = Tab(server, f"{name} {ascii(odd)[:20]}", token)
        with suppress(Exception):
            await tab.send(name, **dict.fromkeys(parameters, odd))
        if BROKEN in tab.scripts:
            failed.append(name)
    assert failed == []
