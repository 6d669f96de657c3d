"""What people, screens and other systems do with campaigns.

Reading asks for CAMPAIGNS_VIEW, making a draft for CAMPAIGNS_CREATE, changing one for
CAMPAIGNS_EDIT or CAMPAIGNS_CREATE, deleting for CAMPAIGNS_DELETE; launching, undoing, pausing,
resuming, cancelling and trying again for CAMPAIGNS_LAUNCH.
"""

from __future__ import annotations

from xobito_app.features.campaigns.drafting.drafts import (
    create_campaign as create_campaign,
    delete_campaign as delete_campaign,
    get_campaign as get_campaign,
    list_campaigns as list_campaigns,
    page_campaigns as page_campaigns,
)
from xobito_app.features.campaigns.guarding.retrying import (
    over_limit as over_limit,
    plan_retry as plan_retry,
    retry_campaign as retry_campaign,
)
from xobito_app.features.campaigns.guarding.steering import (
    cancel_campaign as cancel_campaign,
    pause_campaign as pause_campaign,
    resume_campaign as resume_campaign,
)
from xobito_app.features.campaigns.launching.dry_run import (
    dry_run as dry_run,
    export_excluded as export_excluded,
    list_excluded as list_excluded,
    preview as preview,
)
from xobito_app.features.campaigns.launching.editing import (
    take_file as take_file,
    take_list as take_list,
    update_campaign as update_campaign,
)
from xobito_app.features.campaigns.launching.launch import (
    find_late as find_late,
    launch_campaign as launch_campaign,
    undo_launch as undo_launch,
)
from xobito_app.features.campaigns.rates import (
    delete_rate as delete_rate,
    list_rates as list_rates,
    save_rate as save_rate,
)
from xobito_app.features.campaigns.reporting.recipients import (
    export_recipients as export_recipients,
    list_recipients as list_recipients,
)
from xobito_app.features.campaigns.reporting.report import (
    ask_for_clicks as ask_for_clicks,
    read_report as read_report,
)
