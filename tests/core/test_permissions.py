"""The closed list of permissions, who holds which, and the check that asks for one."""

from uuid import uuid4

import pytest

from xobito_app.core.errors import Forbidden
from xobito_app.core.ids import UserId, WorkspaceId
from xobito_app.core.permissions import (
    ALL,
    SEEDED_ROLES,
    Actor,
    Permission,
    require,
    system_actor,
)

CAN = Permission.CONTACTS_VIEW
OTHER = Permission.CONTACTS_EDIT


def actor(*permissions, is_owner=False):
    return Actor(
        WorkspaceId(uuid4()), UserId(uuid4()), "Ana", frozenset(permissions), is_owner=is_owner
    )


def test_the_list_is_that_of_the_product():
    """product.md §2, resource by resource."""
    resources: dict[str, set[str]] = {}
    for permission in Permission:
        resource, _, action = permission.value.partition(".")
        resources.setdefault(resource, set()).add(action)
    crud = {"view", "create", "edit", "delete"}
    assert resources == {
        "contacts": crud | {"import", "export"},
        **{thing: {"manage"} for thing in ("groups", "statuses", "sources", "custom_fields")},
        "inbox": {
            *("view_assigned", "view_unassigned", "view_team", "view_all"),
            *("reply", "assign", "note", "delete"),
        },
        "templates": crud | {"sync"},
        "campaigns": crud | {"launch"},
        **{bot: crud | {"publish"} for bot in ("flows", "message_bots", "template_bots")},
        **{thing: {"view", "manage"} for thing in ("canned_replies", "ai_prompts")},
        "tickets": {"view", "create", "reply", "assign", "close"},
        "staff": crud,
        "roles": crud,
        "activity_log": {"view", "delete"},
        "connection": {"view", "manage"},
        "settings": {"view", "edit"},
        "webhooks": {"manage"},
        "api_tokens": {"manage"},
        "billing": {"view"},
        "simulator": {"use"},
    }


@pytest.mark.parametrize(
    ("who", "asked", "passes"),
    [
        (actor(CAN), (CAN,), True),
        (actor(CAN), (OTHER,), False),
        (actor(CAN), (OTHER, CAN), True),
        (actor(OTHER), (CAN, Permission.CONTACTS_DELETE), False),
        (actor(), (CAN,), False),
        (actor(), (), False),
        (actor(is_owner=True), (CAN,), True),
    ],
)
def test_one_of_the_permissions_is_enough_and_none_is_not(who, asked, passes):
    if passes:
        require(who, *asked)
    else:
        with pytest.raises(Forbidden):
            require(who, *asked)


def test_an_owner_holds_everything_without_being_given_anything():
    assert all(actor(is_owner=True).can(permission) for permission in Permission)
    assert not any(actor().can(permission) for permission in Permission)


def test_the_system_acts_with_every_right_and_as_nobody():
    system = system_actor(WorkspaceId(uuid4()))
    assert system.user_id is None
    assert system.permissions == ALL == frozenset(Permission)
    assert not system.is_owner


@pytest.mark.parametrize(
    ("role", "permission", "holds"),
    [
        ("Admin", Permission.API_TOKENS_MANAGE, True),
        ("Admin", Permission.ROLES_DELETE, True),
        ("Manager", Permission.INBOX_VIEW_ALL, True),
        ("Manager", Permission.CAMPAIGNS_LAUNCH, True),
        ("Manager", Permission.STAFF_VIEW, True),
        ("Manager", Permission.STAFF_EDIT, False),
        ("Manager", Permission.ROLES_VIEW, False),
        ("Manager", Permission.CONNECTION_MANAGE, False),
        ("Manager", Permission.SETTINGS_EDIT, False),
        ("Manager", Permission.WEBHOOKS_MANAGE, False),
        ("Manager", Permission.API_TOKENS_MANAGE, False),
        ("Manager", Permission.ACTIVITY_LOG_DELETE, False),
        ("Agent", Permission.INBOX_REPLY, True),
        ("Agent", Permission.INBOX_VIEW_TEAM, False),
        ("Agent", Permission.INBOX_VIEW_ALL, False),
        ("Agent", Permission.CONTACTS_DELETE, False),
        ("Agent", Permission.CONTACTS_EXPORT, False),
        ("Viewer", Permission.INBOX_VIEW_ALL, True),
        ("Viewer", Permission.INBOX_REPLY, False),
        ("Viewer", Permission.CONTACTS_EDIT, False),
    ],
)
def test_what_the_first_roles_may(role, permission, holds):
    assert (permission in SEEDED_ROLES[role]) is holds


def test_a_viewer_changes_nothing():
    reads = {"view", "view_assigned", "view_unassigned", "view_team", "view_all"}
    assert {p.value.partition(".")[2] for p in SEEDED_ROLES["Viewer"]} <= reads
