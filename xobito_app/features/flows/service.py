"""What people and other features do with flows."""

from __future__ import annotations

from xobito_app.features.flows.editing.choices import (
    Choices as Choices,
    fixed_ports as fixed_ports,
    list_choices as list_choices,
    node_defaults as node_defaults,
    node_nouns as node_nouns,
)
from xobito_app.features.flows.editing.drafts import (
    change_flow as change_flow,
    check_flow as check_flow,
    create_flow as create_flow,
    delete_flow as delete_flow,
    get_flow as get_flow,
    list_changes as list_changes,
    list_flows as list_flows,
    rename_flow as rename_flow,
    replace_graph as replace_graph,
)
from xobito_app.features.flows.editing.trying import (
    delete_talk as delete_talk,
    list_talks as list_talks,
    run_talks as run_talks,
    save_talk as save_talk,
    try_flow as try_flow,
)
from xobito_app.features.flows.editing.versions import (
    Unpublishable as Unpublishable,
    list_pending as list_pending,
    list_versions as list_versions,
    publish_flow as publish_flow,
    roll_back_flow as roll_back_flow,
    unpublish_flow as unpublish_flow,
)
from xobito_app.features.flows.reading import (
    count_nodes as count_nodes,
    find_live as find_live,
    get_session as get_session,
    list_sessions as list_sessions,
)
from xobito_app.features.flows.running.handing import (
    give_back as give_back,
    stop_talk as stop_talk,
    take_over as take_over,
)
