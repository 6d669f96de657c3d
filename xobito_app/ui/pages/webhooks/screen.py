"""Outbound webhooks."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.webhooks.page import webhooks
from xobito_app.ui.pages.webhooks.state import DeliveryLogState, WebhooksState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.WEBHOOKS, webhooks, (WebhooksState.load, DeliveryLogState.load)),)
