"""The wizard, for a campaign not begun and for a draft."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.campaign_wizard.audience_state import AudienceState
from xobito_app.ui.pages.campaign_wizard.check_state import CheckState
from xobito_app.ui.pages.campaign_wizard.draft_state import DraftState
from xobito_app.ui.pages.campaign_wizard.filter_state import AudienceFilterState
from xobito_app.ui.pages.campaign_wizard.launch_state import LaunchState
from xobito_app.ui.pages.campaign_wizard.page import wizard
from xobito_app.ui.pages.campaign_wizard.template_state import TemplateStepState
from xobito_app.ui.pages.campaign_wizard.variables_state import VariablesState
from xobito_app.ui.screens import Screen

_LOADS = (
    DraftState.load,
    TemplateStepState.load,
    AudienceState.load,
    AudienceFilterState.load,
    VariablesState.load,
    CheckState.load,
    LaunchState.load,
)
SCREENS = (
    Screen(routes.CAMPAIGNS, wizard, _LOADS, extra_path="/new"),
    Screen(routes.CAMPAIGNS, wizard, _LOADS, extra_path="/[campaign]/edit"),
)
