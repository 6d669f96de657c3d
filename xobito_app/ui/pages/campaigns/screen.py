"""The list of campaigns."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.campaigns import commands, relay
from xobito_app.ui.pages.campaigns.page import campaigns
from xobito_app.ui.pages.campaigns.state import CampaignsState
from xobito_app.ui.screens import Screen

SCREENS = (
    Screen(
        routes.CAMPAIGNS,
        campaigns,
        (CampaignsState.load,),
        starts=(relay.register, commands.register),
    ),
)
