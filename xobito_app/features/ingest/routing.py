"""Whose a delivery is: Meta may put several workspaces' news into one post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from xobito_app.models.connection import Route, RouteKind


def _objects(holder: object, key: str) -> Iterator[dict[str, Any]]:
    items = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))


def _under(holder: object, *keys: str) -> str:
    for key in keys:
        holder = holder.get(key) if isinstance(holder, dict) else None
    return str(holder) if isinstance(holder, str | int) else ""


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


def split(
    body: dict[str, Any], routes: Mapping[tuple[str, str], Route]
) -> dict[UUID | None, dict[str, Any]]:
    """Return each workspace's own part of a delivery; None holds what is nobody's.

    A number decides before the account it stands under, since that is where a message belongs.
    """

    def owner(entry: dict[str, Any], change: dict[str, Any]) -> UUID | None:
        number = routes.get(
            (RouteKind.NUMBER, _under(change, "value", "metadata", "phone_number_id"))
        )
        account = routes.get((RouteKind.WABA, _under(entry, "id"))) or routes.get(
            (RouteKind.WABA, _under(change, "value", "waba_info", "waba_id"))
        )
        route = number or account
        return route.workspace_id if route else None

    parts: dict[UUID | None, dict[str, Any]] = {}
    for entry in _objects(body, "entry"):
        shares: dict[UUID | None, list[Any]] = {}
        changes = entry.get("changes")
        for change in changes if isinstance(changes, list) else []:
            whose = owner(entry, change) if isinstance(change, dict) else owner(entry, {})
            shares.setdefault(whose, []).append(change)
        if not shares:
            shares[owner(entry, {})] = []
        for whose, share in shares.items():
            part = parts.setdefault(whose, {**body, "entry": []})
            part["entry"].append({**entry, "changes": share})
    return parts
