"""Who may call which handler: marks on handlers, and the gate that refuses every other event.

Any socket can name any public method of any State, so the gate denies by default: a handler
without a mark is refused, whoever asks.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar
from uuid import UUID

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import StateUpdate
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Forbidden, Unauthenticated
from xobito_app.core.events import PostCommit, Topic
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.accounts import service as accounts
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.persistence.unit_of_work import on_commit, unit_of_work
from xobito_app.ui import arguments, browser
from xobito_app.ui.components.toasts import toast_error
from xobito_app.ui.cookies import client_address, session_hash

log = logging.getLogger(__name__)

NOT_ALLOWED = "Your role does not allow this."
FRESH_SECONDS = 5.0
"""How long a viewer is believed without asking the database again."""
_MOST_VIEWERS = 5000
_NOT_HERE = "This is not possible here."
GUARD_MARK = "_xobito_guard"
"""The attribute of a handler that says who may call it."""
_shared_session: ContextVar[AsyncSession | None] = ContextVar("shared_session", default=None)
_FRAMEWORK = frozenset(
    {
        "hydrate",
        "hydrate_and_load",
        "set_is_hydrated",
        "on_load_internal",
        "update_vars_internal",
        "handle_frontend_exception",
    }
)
_HYDRATES = frozenset({"hydrate", "hydrate_and_load"})
_TO_SIGN_IN = (
    "(() => window.location.assign('/sign-in?next='"
    " + encodeURIComponent(window.location.pathname + window.location.search)))"
)

Handler = TypeVar("Handler", bound=Callable[..., Any])
StateClass = TypeVar("StateClass", bound="type[AppState]")
P = ParamSpec("P")
R = TypeVar("R")
Right = Literal["view", "create", "edit", "delete"]
Permitted = Permission | tuple[Permission, ...] | None


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may call a handler.

    Attributes:
        permissions: One of these is enough; none means that being signed in is enough.
        is_public: Nobody needs to be signed in.
        rights: The handler belongs to a building block: each state that is built on it says with
            `permitted` which permissions these rights are. Until it has, nobody passes.
    """

    permissions: tuple[Permission, ...] = ()
    is_public: bool = False
    rights: tuple[Right, ...] = ()

    def allows(self, actor: Actor) -> bool:
        """Tell whether a signed-in person passes."""
        return not self.permissions or any(actor.can(p) for p in self.permissions)


def guarded(*permissions: Permission) -> Callable[[Handler], Handler]:
    """Let a handler be called by those who hold one of the permissions; by any person if none."""

    def mark(handler: Handler) -> Handler:
        setattr(handler, GUARD_MARK, Guard(permissions))
        return handler

    return mark


def guarded_by(*rights: Right) -> Callable[[Handler], Handler]:
    """Mark a handler of a building block: the states built on it name the permissions."""

    def mark(handler: Handler) -> Handler:
        setattr(handler, GUARD_MARK, Guard(rights=rights))
        return handler

    return mark


def permitted(
    *,
    view: Permitted = None,
    create: Permitted = None,
    edit: Permitted = None,
    delete: Permitted = None,
) -> Callable[[StateClass], StateClass]:
    """Name the permissions of the handlers a state has from building blocks.

    Args:
        view: Who may see and search; an empty tuple lets everybody who is signed in.
        create: Who may add; whoever may edit, unless said otherwise.
        edit: Who may change; nobody, unless said.
        delete: Who may delete; whoever may edit, unless said otherwise.
    """
    named: dict[Right, Permitted] = {
        "view": view,
        "create": edit if create is None else create,
        "edit": edit,
        "delete": edit if delete is None else delete,
    }

    def name_permissions(state: StateClass) -> StateClass:
        for handler in state.event_handlers.values():
            guard = getattr(handler.fn, GUARD_MARK, None)
            if guard and guard.rights:
                # The handler is this state's own copy, see `BaseState._bind_mixin_members`.
                setattr(handler.fn, GUARD_MARK, _resolved(guard, named) or guard)
        return state

    return name_permissions


def _resolved(guard: Guard, named: dict[Right, Permitted]) -> Guard | None:
    """Return the guard with permissions in place of rights; None when none of them is named."""
    said = [named[right] for right in guard.rights if named[right] is not None]
    if not said:
        return None
    each = [one if isinstance(one, tuple) else (one,) for one in said if one is not None]
    return Guard() if () in each else Guard(tuple(dict.fromkeys(p for one in each for p in one)))


def public(handler: Handler) -> Handler:
    """Let a handler be called by anybody at all: sign-in, set-up and links only."""
    setattr(handler, GUARD_MARK, Guard(is_public=True))
    return handler


def guard_of(function: Any) -> Guard | None:
    """Return the mark of a handler; one whose permissions are not named is as good as none."""
    guard = getattr(function, GUARD_MARK, None)
    return None if guard is None or guard.rights else guard


def public_handlers() -> Iterator[tuple[str, Guard | None]]:
    """Yield every handler a socket can name, with its guard.

    The framework's own are left out: those the gate lets pass, and `setvar`, which it refuses.
    """
    for name, registered in RegistrationContext.ensure_context().event_handlers.items():
        if not _is_framework(registered.handler.fn) and not name.endswith(".setvar"):
            yield name, guard_of(registered.handler.fn)


def _is_framework(function: Any) -> bool:
    return function.__module__ == "reflex.state" and function.__name__ in _FRAMEWORK


class _Viewers:
    """Who stands behind which cookie, believed for a few seconds."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Viewer | None]] = {}
        self._generation = 0

    async def find(self, key: str, address: str) -> Viewer | None:
        """Return the person behind the hash of a session token."""
        if not key:
            return None
        until, viewer = self._known.get(key, (0.0, None))
        if until > time.monotonic():
            return viewer
        generation = self._generation
        async with unit_of_work() as uow:
            viewer = await accounts.identify_hash(uow, key, address=address)
        # What was read before a change of rights must not outlive the news of it.
        if generation == self._generation:
            if len(self._known) >= _MOST_VIEWERS:
                self._known.clear()
            self._known[key] = (time.monotonic() + FRESH_SECONDS, viewer)
        return viewer

    def forget(self, user_id: UUID | None) -> None:
        """Ask the database anew for one person, or for all."""
        self._generation += 1
        for key, (_, viewer) in list(self._known.items()):
            if user_id is None or viewer is None or viewer.user_id == user_id:
                del self._known[key]


_viewers = _Viewers()


def forget(user_id: UUID) -> None:
    """Drop what is remembered of a person, whose rights or sessions changed."""
    _viewers.forget(user_id)


def forget_all() -> None:
    """Drop what is remembered of everybody, as when a role changed."""
    _viewers.forget(None)


async def _hear(post_commit: PostCommit) -> None:
    if any(notice.topic in (Topic.ACCESS, Topic.SETTINGS) for notice in post_commit.notices):
        forget_all()


def watch_commits() -> None:
    """Drop remembered people as soon as this process itself changes rights.

    Changes made by other processes arrive as notices; the relay calls `forget_all` for them.
    """
    on_commit(_hear)


async def find_viewer(state: rx.State) -> Viewer | None:
    """Return who sits before a tab, or None when nobody is signed in."""
    return await _viewers.find(session_hash(state), client_address(state))


async def is_held(state: rx.State) -> bool:
    """Tell whether a tab's person has to choose a password of their own before anything else."""
    if not (key := session_hash(state)):
        return False
    async with unit_of_work() as uow:
        known = await accounts.identify_hash(uow, key, even_held=True)
        return known is not None and await accounts.identify_hash(uow, key) is None


async def current_viewer(state: rx.State) -> Viewer:
    """Return who sits before a tab.

    Raises:
        Unauthenticated: Nobody is signed in.
    """
    viewer = await find_viewer(state)
    if viewer is None:
        raise Unauthenticated("Sign in again.")
    return viewer


async def current_actor(state: rx.State, *permissions: Permission) -> Actor:
    """Return the actor for a service call; with permissions, one of them must be held.

    Raises:
        Unauthenticated: Nobody is signed in.
        Forbidden: None of the permissions is held.
    """
    actor = (await current_viewer(state)).actor
    if not Guard(permissions).allows(actor):
        raise Forbidden(NOT_ALLOWED)
    return actor


class AppState(rx.State):
    """Base of every state."""

    # The session and workspace this tab's state was filled for; see `Gate`.
    _owner: str = ""

    async def _viewer(self) -> Viewer:
        return await current_viewer(self)

    async def _actor(self, *permissions: Permission) -> Actor:
        return await current_actor(self, *permissions)

    async def _call(
        self,
        service: Callable[Concatenate[AsyncSession, Actor, P], Awaitable[R]],
        /,
        *args: P.args,
        **given: P.kwargs,
    ) -> R:
        """Call one service as this tab's person, in a transaction of their workspace.

        Inside `_transaction` it takes part in that one. What it raises is told by
        `failures.tell_failure`, unless the handler catches it.
        """
        actor = await self._actor()
        if session := _shared_session.get():
            return await service(session, actor, *args, **given)
        async with unit_of_work(actor.workspace_id) as uow:
            return await service(uow.session, actor, *args, **given)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        """Have all that is called inside happen in one transaction, or not at all."""
        if session := _shared_session.get():
            yield session
            return
        actor = await self._actor()
        async with unit_of_work(actor.workspace_id) as uow:
            token = _shared_session.set(uow.session)
            try:
                yield uow.session
            finally:
                _shared_session.reset(token)


def to_sign_in() -> Event:
    """Return the event that leads to the sign-in page and back; a full load, for new headers."""
    return browser.call(_TO_SIGN_IN)


class Gate(Middleware):
    """Refuses every event whose handler is not marked, or not for this person."""

    async def preprocess(self, app: rx.App, state: Any, event: Event) -> StateUpdate | None:
        """Return None to let the event pass, or what to tell the browser instead."""
        registered = RegistrationContext.get().event_handlers.get(event.name)
        if registered is None:
            return _answer()
        function = registered.handler.fn
        if _is_framework(function):
            if function.__name__ in _HYDRATES:
                await self._bind(state)
            return None
        guard = guard_of(function)
        if guard is None:
            log.warning("gate.unmarked", extra={"handler": event.name})
            return _answer(toast_error(_NOT_HERE))
        if not _take_arguments(function, event):
            log.warning("gate.arguments", extra={"handler": event.name})
            return _answer(toast_error(_NOT_HERE))
        if guard.is_public:
            return None
        viewer = await find_viewer(state)
        if viewer is None:
            return _answer(to_sign_in())
        if guard.allows(viewer.actor):
            return None
        log.info("gate.refused", extra={"handler": event.name, "user_id": viewer.user_id})
        # A page that opens says in its own place that it is not part of the role.
        return _answer() if _loads_page(app, state, event) else _answer(toast_error(NOT_ALLOWED))

    async def _bind(self, state: Any) -> None:
        """Empty the state of a tab whose person changed since it was filled."""
        viewer = await find_viewer(state)
        owner = f"{viewer.session_id} {viewer.actor.workspace_id}" if viewer else ""
        root = state._get_root_state()
        shared = await root.get_state(AppState)
        if shared._owner != owner:
            if shared._owner:
                root.reset()
            shared._owner = owner


def _take_arguments(function: Any, event: Event) -> bool:
    """Put texts the database takes in place of those that came; False when they do not fit."""
    try:
        event.payload.update(arguments.storable(event.payload))
    except ValueError:
        return False
    return arguments.fits(function, event.payload)


def _loads_page(app: rx.App, state: Any, event: Event) -> bool:
    loads = app.get_load_events(state.router.url.path)
    return event.name in {load.name for load in Event.from_event_type(loads)}


def _answer(*events: Event) -> StateUpdate:
    return StateUpdate(events=list(events))
