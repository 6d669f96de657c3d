"""Whose a delivery is: Meta may put several workspaces' news into one post."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xobito_app.models.connection import Route, RouteKind
from xobito_app.whatsapp import coerce

_KINDS = 4
_KIND_LENGTH = 64


def _objects(holder: object, key: str) -> Iterator[dict[str, Any]]:
    items = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))


def _under(holder: object, *keys: str) -> str:
    for key in keys:
        holder = holder.get(key) if isinstance(holder, dict) else None
    return coerce.identifier(holder) or ""


def ids_in(body: object) -> tuple[set[str], set[str]]:
    """Return the ids a delivery names: WhatsApp Business Accounts and phone numbers."""
    accounts: set[str] = set()
    numbers: set[str] = set()
    for entry in _objects(body, "entry"):
        accounts.add(_under(entry, "id"))
        for change in _objects(entry, "changes"):
            accounts.add(_under(change, "value", "waba_info", "waba_id"))
            numbers.add(_under(change, "value", "metadata", "phone_number_id"))
    return accounts - {""}, numbers - {""}


@dataclass(frozen=True, slots=True)
class Share:
    """To whom a part of a delivery goes.

    Attributes:
        workspace_id: Whose it is; None when nobody is connected to what it names.
        is_refused: It names something of theirs, but their own app secret did not sign it.
    """

    workspace_id: UUID | None = None
    is_refused: bool = False


def routes_in(body: object, routes: Mapping[tuple[str, str], Route]) -> list[Route]:
    """Return the routes that decide about the changes of a delivery."""
    found: dict[UUID, Route] = {}
    for entry in _objects(body, "entry"):
        for change in [*_objects(entry, "changes"), {}]:
            if route := _route(entry, change, routes):
                found[route.id] = route
    return list(found.values())


def split(
    body: dict[str, Any],
    routes: Mapping[tuple[str, str], Route],
    signers: Collection[UUID],
    only: UUID | None = None,
) -> dict[Share, dict[str, Any]]:
    """Return each workspace's own part of a delivery, and the parts nobody is given.

    A number decides before the account it stands under, since that is where a message belongs.

    Args:
        body: What came.
        routes: Those of every id it names.
        signers: The connections whose own app secret signed it.
        only: The workspace it was found to belong to before; nobody else is given any of it now.
    """

    def share_of(entry: dict[str, Any], change: dict[str, Any]) -> Share:
        route = _route(entry, change, routes)
        if route is None or (only is not None and route.workspace_id != only):
            return Share()
        return Share(route.workspace_id, is_refused=route.connection_id not in signers)

    parts: dict[Share, dict[str, Any]] = {}
    for entry in _objects(body, "entry"):
        shares: dict[Share, list[Any]] = {}
        changes = entry.get("changes")
        for change in changes if isinstance(changes, list) else []:
            whose = share_of(entry, change if isinstance(change, dict) else {})
            shares.setdefault(whose, []).append(change)
        if not shares:
            shares[share_of(entry, {})] = []
        for whose, share in shares.items():
            part = parts.setdefault(whose, {**body, "entry": []})
            part["entry"].append({**entry, "changes": share})
    return parts


def kinds_in(body: object) -> list[str]:
    """Return the first few different webhook fields a body names, for the journal."""
    names = (
        _under(change, "field")[:_KIND_LENGTH]
        for entry in _objects(body, "entry")
        for change in _objects(entry, "changes")
    )
    return list(dict.fromkeys(name for name in names if name))[:_KINDS]


def _route(
    entry: dict[str, Any], change: dict[str, Any], routes: Mapping[tuple[str, str], Route]
) -> Route | None:
    number = (RouteKind.NUMBER, _under(change, "value", "metadata", "phone_number_id"))
    account = (RouteKind.WABA, _under(entry, "id"))
    named = (RouteKind.WABA, _under(change, "value", "waba_info", "waba_id"))
    return routes.get(number) or routes.get(account) or routes.get(named)
