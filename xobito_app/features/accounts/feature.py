"""People, their sign-ins and their second factors."""

from __future__ import annotations

from xobito_app.core.feature import Feature

FEATURE = Feature(
    "accounts",
    log_areas={
        "session": "Sign-ins",
        "account": "Accounts",
        "password": "Passwords",
        "second_factor": "Two-factor authentication",
    },
    log_words={
        "session.opened": "signed in",
        "session.ended": "signed out a browser",
        "account.changed": "changed their profile",
        "account.photo_changed": "changed their photo",
        "password.changed": "changed their password",
        "password.reset": "set a new password with a link",
        "second_factor.on": "turned two-factor authentication on",
        "second_factor.off": "turned two-factor authentication off",
    },
)
