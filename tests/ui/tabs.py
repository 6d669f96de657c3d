"""Browser tabs without a browser: events go through the gate into the states, as in production."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from reflex.istate.manager.token import BaseStateToken
from reflex.state import State, StateUpdate
from reflex_base.event import Event
from reflex_base.event.processor.base_state_processor import BaseStateEventProcessor

from xobito_app.features.accounts import cookies, service as accounts
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.failures import tell_failure
from xobito_app.ui.sockets import kept_headers, without_fragment
from xobito_app.xobito_app import app


class Server:
    """The part of a web process that handles events, and what it sent to each tab."""

    def __init__(self, state_manager: Any = None) -> None:
        self.updates: dict[str, list[Any]] = defaultdict(list)
        self.processor = BaseStateEventProcessor(
            middleware=app, backend_exception_handler=tell_failure
        )
        self.processor.configure(
            state_manager=state_manager,
            event_namespace=self,  # type: ignore[arg-type]
        )
        self.token_to_sid: dict[str, str] = {}
        self.disconnected: list[str] = []

    @property
    def event_namespace(self) -> Server:
        """Be the application too, as far as the relay knows it."""
        return self

    async def emit_update(self, update: Any, token: str) -> None:
        """Stand in for the websocket."""
        self.updates[token].append(update)

    async def disconnect(self, socket_id: str) -> None:
        """End a connection, as the server does."""
        self.disconnected.append(socket_id)
        for token, known in list(self.token_to_sid.items()):
            if known == socket_id:
                del self.token_to_sid[token]

    @asynccontextmanager
    async def modify_state(self, token: Any) -> AsyncIterator[Any]:
        """Change a tab's state from outside of its events and send the difference."""
        context = self.processor._root_context
        assert context
        async with context.state_manager.modify_state_with_links(token) as state:
            yield state
            delta = await state._get_resolved_delta()
            state._clean()
            if delta:
                await self.emit_update(StateUpdate(delta=delta), token.ident)

    @asynccontextmanager
    async def locked(self, tab: Tab) -> AsyncIterator[Any]:
        """Hold the lock of a tab, as a long handler does."""
        context = self.processor._root_context
        assert context
        token = BaseStateToken(ident=tab.name, cls=State)
        async with context.state_manager.modify_state_with_links(token) as state:
            yield state


class Tab:
    """One tab, with the cookie of its browser."""

    def __init__(self, server: Server, name: str, session_token: str = "") -> None:
        self.server = server
        self.name = name
        self.session_token = session_token
        self.path = "/inbox"
        self.query: dict[str, str] = {}
        self.socket_id = f"socket of {name}"
        server.token_to_sid[name] = self.socket_id

    async def send(self, handler: str, **payload: Any) -> None:
        """Send an event by the full name of its handler, and wait until it is done."""
        router_data = {
            "pathname": self.path.partition("#")[0],
            "asPath": f"{self.path}?{urlencode(self.query)}" if self.query else self.path,
            "headers": kept_headers(
                {
                    "cookie": f"{cookies.session_cookie()}={self.session_token}",
                    "origin": "http://localhost",
                }
            ),
            "ip": "203.0.113.9",
            "query": self.query,
            "token": self.name,
            "sid": self.socket_id,
        }
        heard = without_fragment({"router_data": router_data})
        event = Event(name=handler, payload=payload, router_data=heard["router_data"])
        future = await self.server.processor.enqueue(self.name, event)
        # What a handler raises is told to the tab as well, which is what tests look at.
        with suppress(Exception):
            await future.wait_all()
        while running := list(self.server.processor._tasks.values()):
            await asyncio.wait(running)

    @property
    def deltas(self) -> dict[str, Any]:
        """Everything the states of this tab sent, later values over earlier ones."""
        shown: dict[str, Any] = {}
        for update in self.server.updates[self.name]:
            for state, values in (update.delta or {}).items():
                for name, value in values.items():
                    shown[f"{state.rsplit('.', 1)[-1]}.{name.removesuffix('_rx_state_')}"] = value
        return shown

    def value(self, state: str, name: str) -> Any:
        """Return the last value sent of one var, by the end of its state's name.

        The state of that very name comes before those whose names only end in it.
        """
        for end in (f"____{state}.{name}", f"{state}.{name}"):
            for key, value in self.deltas.items():
                if key.endswith(end):
                    return value
        raise AssertionError(f"Nothing was sent of {state}.{name}.")

    @property
    def scripts(self) -> str:
        """Everything the browser was told to do beside showing values."""
        return " ".join(
            str(event.payload)
            for update in self.server.updates[self.name]
            for event in update.events or ()
        )

    @property
    def reloads(self) -> int:
        """How often the browser was told to load its page's content anew."""
        updates = self.server.updates[self.name]
        names = [event.name for update in updates for event in update.events or ()]
        return sum(name.endswith(".on_load_internal") for name in names)


def _calls(tab: Tab):
    for update in tab.server.updates[tab.name]:
        for event in update.events or ():
            if event.name == "_call_function":
                yield event.payload["function"]


def revealed(tab: Tab, name: str) -> Any:
    """Return the last secret the page was told to show under a name."""
    begin = f'() => xobito.reveal("{name}", '
    shown = [call for call in _calls(tab) if call.startswith(begin)]
    return json.loads(shown[-1].removeprefix(begin).removesuffix(")"))


@asynccontextmanager
async def running_server(state_manager: Any = None):
    """Run the event processor, with states in memory unless told where else."""
    server = Server(state_manager)
    async with server.processor:
        yield server


async def sign_in(user_id, workspace_id) -> str:
    """Return the cookie of a fresh session."""
    async with unit_of_work() as uow:
        return await accounts.open_session(uow.session, user_id, workspace_id)


def handler_name(handler: Any) -> str:
    """Return the full name under which a socket calls a handler."""
    from reflex_base.utils.format import format_event_handler

    return format_event_handler(handler)
