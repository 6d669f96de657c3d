"""Speaking to Meta in a connection's name: where, with which token, over which pool."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from xobito_app.core.errors import Unavailable
from xobito_app.models.connection import Connection
from xobito_app.persistence.vault import vault
from xobito_app.settings import get_settings
from xobito_app.whatsapp.client import Client, Credentials

# A pool belongs to the event loop it was opened on.
_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Client]] = WeakKeyDictionary()


def base_url_of(connection: Connection) -> str:
    """Return the Graph host of a connection: Meta's, or the simulator's.

    Raises:
        Unavailable: The simulator was never started on this machine.
    """
    settings = get_settings()
    if not connection.is_simulated:
        return settings.graph_api_url
    if not settings.simulator_url:
        raise Unavailable("The simulator is not running.")
    return settings.simulator_url


def credentials_of(connection: Connection) -> Credentials:
    """Return a connection's token, opened.

    Raises:
        Unavailable: It was forgotten when the account was disconnected.
        AppError: It was sealed with another `SECRET_KEY`.
    """
    if not connection.token_sealed:
        raise Unavailable("This WhatsApp account is no longer connected.")
    return Credentials(vault().open(connection.token_sealed))


async def client_for(connection: Connection) -> Client:
    """Return the open client of this process and event loop for a connection's host."""
    url = base_url_of(connection)
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    if url not in clients:
        client = Client(url, get_settings().graph_api_version)
        await client.open()
        clients[url] = client
    return clients[url]


@contextmanager
def using_client(url: str, client: Client) -> Iterator[None]:
    """Have this event loop use an open client for a host meanwhile."""
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    clients[url] = client
    try:
        yield
    finally:
        clients.pop(url, None)


async def close_clients() -> None:
    """Close the clients of this event loop; the next use opens new ones."""
    for client in _clients.pop(asyncio.get_running_loop(), {}).values():
        await client.close()
