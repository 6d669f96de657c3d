"""The report of one campaign."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.campaign_report import relay
from xobito_app.ui.pages.campaign_report.page import report
from xobito_app.ui.pages.campaign_report.state import RecipientsState, ReportState
from xobito_app.ui.screens import Screen

SCREENS = (
    Screen(
        routes.CAMPAIGNS,
        report,
        (ReportState.load, RecipientsState.load),
        extra_path="/[campaign]",
        starts=(relay.register,),
    ),
)
