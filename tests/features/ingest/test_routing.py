"""Whose a part of a delivery is, and what a delivery names."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from xobito_app.features.ingest.routing import Share, ids_in, kinds_in, routes_in, split
from xobito_app.models.connection import Route, RouteKind


def route(kind: RouteKind, external_id: str) -> Route:
    return Route(kind=kind, external_id=external_id, workspace_id=uuid4(), connection_id=uuid4())


ACCOUNT = route(RouteKind.WABA, "account")
NUMBER = route(RouteKind.NUMBER, "number")
NAMED = route(RouteKind.WABA, "named")
ROUTES = {(str(one.kind), one.external_id): one for one in (ACCOUNT, NUMBER, NAMED)}
EVERYBODY = {one.connection_id for one in ROUTES.values()}


def change(number: Any = None, named: Any = None, field: str = "messages") -> dict[str, Any]:
    value = {"metadata": {"phone_number_id": number}, "waba_info": {"waba_id": named}}
    return {"field": field, "value": value}


def delivery(*changes: Any, account: Any = "account") -> dict[str, Any]:
    return {"object": "x", "entry": [{"id": account, "changes": list(changes)}]}


@pytest.mark.parametrize(
    ("account", "number", "named", "owner"),
    [
        ("account", "number", "named", NUMBER),
        ("account", "number", None, NUMBER),
        (None, "number", None, NUMBER),
        ("account", "unknown", "named", ACCOUNT),
        ("account", None, None, ACCOUNT),
        ("unknown", None, "named", NAMED),
        (None, None, "named", NAMED),
        # An id is looked up as what it stands for.
        ("number", "account", None, None),
        ("unknown", "unknown", "unknown", None),
        (None, None, None, None),
    ],
)
def test_the_number_decides_then_the_account_then_the_account_it_is_about(
    account, number, named, owner
):
    body = delivery(change(number, named), account=account)
    (share,) = split(body, ROUTES, EVERYBODY)
    assert share == Share(owner.workspace_id if owner else None, is_refused=False)
    assert (owner in routes_in(body, ROUTES)) is bool(owner)


@pytest.mark.parametrize(
    ("signers", "only", "workspace_id", "is_refused"),
    [
        ({NUMBER.connection_id}, None, NUMBER.workspace_id, False),
        (EVERYBODY - {NUMBER.connection_id}, None, NUMBER.workspace_id, True),
        (set(), None, NUMBER.workspace_id, True),
        (EVERYBODY, NUMBER.workspace_id, NUMBER.workspace_id, False),
        (set(), NUMBER.workspace_id, NUMBER.workspace_id, True),
        (EVERYBODY, ACCOUNT.workspace_id, None, False),
        (set(), ACCOUNT.workspace_id, None, False),
    ],
)
def test_it_is_given_to_who_signed_it_and_never_moves_on(signers, only, workspace_id, is_refused):
    (share,) = split(delivery(change("number")), ROUTES, signers, only)
    assert (share.workspace_id, share.is_refused) == (workspace_id, is_refused)


def test_everybody_gets_their_own_changes_in_their_order():
    first, second, nobodys = change("number"), change("number", field="calls"), "rubbish"
    body = delivery(first, nobodys, second, account="unknown")
    body["entry"] += delivery()["entry"]
    assert split(body, ROUTES, EVERYBODY) == {
        Share(NUMBER.workspace_id): delivery(first, second, account="unknown"),
        Share(): delivery(nobodys, account="unknown"),
        Share(ACCOUNT.workspace_id): delivery(),
    }


@pytest.mark.parametrize("changes", [None, [], "rubbish", {"field": "messages"}])
def test_an_account_without_changes_is_still_somebody_s(changes):
    body = {"entry": [{"id": "account", "changes": changes}]}
    assert split(body, ROUTES, EVERYBODY) == {
        Share(ACCOUNT.workspace_id): {"entry": [{"id": "account", "changes": []}]}
    }
    assert routes_in(body, ROUTES) == [ACCOUNT]


@pytest.mark.parametrize(
    ("body", "accounts", "numbers"),
    [
        (delivery(change("1", "2"), change("3"), account="4"), {"4", "2"}, {"1", "3"}),
        (delivery(change(1, 2), account=4), {"4", "2"}, {"1"}),
        (delivery(change(None, ""), account=True), set(), set()),
        (delivery("rubbish", account=None), set(), set()),
        ({"entry": {}}, set(), set()),
        ([], set(), set()),
    ],
)
def test_the_ids_a_delivery_names(body, accounts, numbers):
    assert ids_in(body) == (accounts, numbers)


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        (["messages", "calls", "messages", None, ""], ["messages", "calls"]),
        (["a", "b", "c", "d"], ["a", "b", "c", "d"]),
        (["a", "b", "c", "d", "e"], ["a", "b", "c", "d"]),
        (["x" * 64], ["x" * 64]),
        (["x" * 65], ["x" * 64]),
    ],
)
def test_the_journal_names_the_first_four_kinds_of_news(fields, kinds):
    assert kinds_in(delivery(*({"field": field} for field in fields))) == kinds
