"""The challenge Meta sends to a callback before it trusts it.

Meta: Webhooks, verification: `hub.mode`, `hub.verify_token`, `hub.challenge`.
"""

from __future__ import annotations

import secrets

import httpx

from xobito_app.simulator.errors import GraphError
from xobito_app.simulator.world import World

_MAX_URL = 200


async def verify_callback(world: World, url: str, verify_token: str) -> None:
    """Ask a callback to echo a challenge.

    Raises:
        GraphError: 100 for an address that cannot be one, 2200 when the echo fails.
    """
    if not url.startswith(("http://", "https://")) or len(url) > _MAX_URL:
        raise GraphError(
            100, message=f"(#100) The callback must be a URL of at most {_MAX_URL} characters."
        )
    challenge = str(secrets.randbelow(10**10))
    params = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": verify_token,
    }
    try:
        response = await world.courier.client.get(url, params=params)
    except httpx.HTTPError as error:
        raise _failed(f"The URL couldn't be reached: {type(error).__name__}") from None
    if response.status_code != 200:
        raise _failed(
            f"HTTP Status Code = {response.status_code}; HTTP Message = {response.reason_phrase}"
        )
    if response.text != challenge:
        raise _failed(
            f"Response does not match challenge, expected value = '{challenge}', "
            f"received = '{response.text[:40]}...'"
        )


def _failed(reason: str) -> GraphError:
    return GraphError(
        2200,
        message=f"(#2200) Callback verification failed with the following errors: {reason}",
    )
