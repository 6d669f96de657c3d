"""The workspace itself: its people, roles and settings."""

from __future__ import annotations

from xobito_app.core.feature import Feature

FEATURE = Feature(
    "workspaces",
    log_areas={
        "workspace": "Workspace",
        "settings": "Settings",
        "staff": "Team members",
        "role": "Roles",
    },
    log_words={
        "workspace.created": "created the workspace {name}",
        "workspace.renamed": "renamed the workspace to {name}",
        "workspace.handed_over": "made {name} the owner of the workspace",
        "workspace.logo_changed": "changed the workspace’s logo",
        "settings.changed": "changed the settings",
        "staff.invited": "invited {name}",
        "staff.invite_withdrawn": "withdrew the invitation of {name}",
        "staff.joined": "joined the workspace",
        "staff.created": "added {name} to the team",
        "staff.changed": "changed the access of {name}",
        "staff.removed": "removed {name} from the team",
        "staff.reset_link": "made a password reset link for {name}",
        "role.created": "created the role {name}",
        "role.changed": "changed the role {name}",
        "role.deleted": "deleted the role {name}",
    },
)
