"""Reflex's configuration, derived from the application's settings."""

import reflex as rx

from xobito_app.settings import get_settings

_settings = get_settings()

config = rx.Config(
    app_name="xobito_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # The screens ask the address they were loaded from (ui/build.py), whatever port this says.
    api_url="http://localhost:3000",
    deploy_url=_settings.public_url,
    cors_allowed_origins=list(_settings.own_origins),
    redis_url=_settings.redis_database(1) if _settings.redis_url else None,
    disable_plugins=[rx.plugins.SitemapPlugin],
)
