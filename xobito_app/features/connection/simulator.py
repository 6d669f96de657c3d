"""The simulator's control API, as far as the app needs it: accounts to connect, and its clock."""

from __future__ import annotations

import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from xobito_app.core.errors import Unavailable
from xobito_app.features.connection.schemas import GivenCredentials
from xobito_app.settings import get_settings

_SECONDS = 10.0
# The simulator is plain HTTP on this machine; reading the authorities anew costs 50 ms a call.
_NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_NOT_RUNNING = "The simulator is not running. Start Xobito with `make run`, then try again."


def is_known() -> bool:
    """Tell whether a simulator was ever started on this machine's data directory."""
    settings = get_settings()
    return bool(settings.simulator_url) and _token_path().exists()


def _token_path() -> Path:
    return get_settings().data_path / "simulator" / "control_token"


async def call(method: str, path: str, **request: Any) -> dict[str, Any]:
    """Make one call below `/control`.

    Raises:
        Unavailable: The simulator does not run, or refused; the sentence says which.
    """
    settings = get_settings()
    if not is_known():
        raise Unavailable(_NOT_RUNNING)
    headers = {"X-Control-Token": _token_path().read_text().strip()}
    try:
        async with httpx.AsyncClient(
            timeout=_SECONDS, trust_env=False, verify=_NO_AUTHORITIES
        ) as client:
            url = f"{settings.simulator_url}/control{path}"
            response = await client.request(method, url, headers=headers, **request)
            answer = response.json()
    except (httpx.HTTPError, ValueError):
        raise Unavailable(_NOT_RUNNING) from None
    if response.status_code >= 400:
        raise Unavailable(f"The simulator refused: {answer.get('error', response.status_code)}")
    return answer


async def create_account(name: str) -> GivenCredentials:
    """Make a WhatsApp Business Account in the simulator and return what connects to it."""
    made = await call("POST", "/wabas", json={"name": name[:100]})
    return GivenCredentials.read(
        waba_id=made["waba_id"],
        phone_number_id=made["phone_number_id"],
        access_token=made["access_token"],
        app_id=made["app_id"],
        app_secret=made["app_secret"],
    )


async def drop_account(waba_id: str) -> None:
    """Remove an account that could not be connected; the simulator may be gone meanwhile."""
    with suppress(Unavailable):
        await call("DELETE", f"/wabas/{waba_id}")


async def read_clock_offset() -> float:
    """Return by how many seconds the simulated clock is ahead."""
    return float((await call("GET", "/clock")).get("offset_seconds") or 0.0)
