"""Browser tabs without a browser: events go through the gate into the states, as in production."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from contextlib import asynccontextmanager, suppress
from typing import Any

from reflex_base.event import Event
from reflex_base.event.processor.base_state_processor import BaseStateEventProcessor

from xobito_app.core.errors import AppError
from xobito_app.features.accounts import cookies
from xobito_app.features.accounts import service as accounts
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

    async def emit_update(self, update: Any, token: str) -> None:
        """Stand in for the websocket."""
        self.updates[token].append(update)


class Tab:
    """One tab, with the cookie of its browser."""

    def __init__(self, server: Server, name: str, session_token: str = "") -> None:
        self.server = server
        self.name = name
        self.session_token = session_token
        self.path = "/inbox"

    async def send(self, handler: str, **payload: Any) -> None:
        """Send an event by the full name of its handler, and wait until it is done."""
        router_data = {
            "pathname": self.path.partition("#")[0],
            "asPath": self.path,
            "headers": kept_headers(
                {
                    "cookie": f"{cookies.session_cookie()}={self.session_token}",
                    "origin": "http://localhost",
                }
            ),
            "ip": "203.0.113.9",
            "query": {},
            "token": self.name,
        }
        heard = without_fragment({"router_data": router_data})
        event = Event(name=handler, payload=payload, router_data=heard["router_data"])
        future = await self.server.processor.enqueue(self.name, event)
        # What a handler raises is told to the tab as well, which is what tests look at.
        with suppress(AppError):
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
        """Return the last value sent of one var, by the end of its state's name."""
        return next(v for k, v in self.deltas.items() if k.endswith(f"{state}.{name}"))

    @property
    def scripts(self) -> str:
        """Everything the browser was told to do beside showing values."""
        return " ".join(
            str(event.payload)
            for update in self.server.updates[self.name]
            for event in update.events or ()
        )


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
