"""Handlers of building blocks find their permissions in each state that is built on them."""

import pytest
import reflex as rx
from reflex.state import BaseState
from reflex_base.registry import RegistrationContext

from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core.permissions import Permission
from xobito_app.ui.pages.canned.macros import MacrosState
from xobito_app.ui.pages.canned.replies import RepliesState, ReplyFormState
from xobito_app.ui.security import GUARD_MARK, AppState, Guard, guard_of, guarded_by, permitted

VIEW, EDIT = Permission.CANNED_REPLIES_VIEW, Permission.CANNED_REPLIES_MANAGE
DELETE = Permission.CONTACTS_DELETE


class Block(AppState, mixin=True):
    count: rx.Field[int] = rx.field(0)

    @rx.event
    @guarded_by("view")
    async def look(self): ...

    @rx.event
    @guarded_by("create", "edit")
    async def save(self): ...

    @rx.event
    @guarded_by("delete")
    async def drop(self): ...


@pytest.fixture
def build():
    """Make states that are gone after the test: every state of the application is looked at."""
    context = RegistrationContext.ensure_context()
    known = (context.event_handlers, context.base_states)
    before = [dict(one) for one in known]
    siblings = set(AppState.get_substates())

    def make(**named):
        class Built(Block, AppState):
            pass

        return permitted(**named)(Built) if named else Built

    yield make
    for one, was in zip(known, before, strict=True):
        one.clear()
        one.update(was)
    AppState.get_substates().intersection_update(siblings)


@pytest.mark.parametrize(
    ("named", "look", "save", "drop"),
    [
        ({}, None, None, None),
        ({"view": VIEW}, Guard((VIEW,)), None, None),
        ({"view": ()}, Guard(), None, None),
        ({"edit": EDIT}, None, Guard((EDIT,)), Guard((EDIT,))),
        ({"view": (VIEW, EDIT), "edit": EDIT}, Guard((VIEW, EDIT)), Guard((EDIT,)), Guard((EDIT,))),
        ({"create": VIEW, "edit": EDIT}, None, Guard((VIEW, EDIT)), Guard((EDIT,))),
        ({"edit": EDIT, "delete": DELETE}, None, Guard((EDIT,)), Guard((DELETE,))),
    ],
)
def test_rights_become_the_permissions_a_state_names(build, named, look, save, drop):
    state = build(**named)
    found = [guard_of(getattr(state, name).fn) for name in ("look", "save", "drop")]
    assert found == [look, save, drop]


def test_what_one_state_names_opens_no_other(build):
    one, other = build(view=VIEW), build()
    assert guard_of(one.look.fn) == Guard((VIEW,))
    assert guard_of(other.look.fn) is None
    assert guard_of(Block.look) is None


def test_each_state_has_vars_of_its_own():
    assert RepliesState.base_vars["stage"] is not MacrosState.base_vars["stage"]
    assert "rows" not in BaseState.__fields__
    assert RepliesState.load.fn is not MacrosState.load.fn


async def test_a_block_without_permissions_is_refused_whoever_asks(server, world, monkeypatch):
    monkeypatch.setattr(RepliesState.load.fn, GUARD_MARK, Guard(rights=("view",)))
    owner = Tab(server, "owner", await sign_in(world.owner.user_id, world.workspace_id))
    await owner.send(handler_name(RepliesState.load))
    assert "not possible" in owner.scripts
    assert owner.deltas.get("replies_state.stage") is None


async def test_a_block_asks_for_the_permission_of_its_state(server, world):
    viewer = await make_member(world, "Viewer")
    tab = Tab(server, "viewer", await sign_in(viewer.user_id, world.workspace_id))
    tab.path = "/canned-replies"
    await tab.send(handler_name(RepliesState.load))
    assert tab.value("replies_state", "stage") in {"empty", "ready"}
    await tab.send(handler_name(ReplyFormState.write_new))
    assert "Your role does not allow this." in tab.scripts
    assert tab.deltas.get("reply_form_state.is_open") is None
