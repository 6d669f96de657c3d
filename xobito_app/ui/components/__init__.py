"""The pieces screens are made of; import them from here."""

from xobito_app.ui.components.buttons import (
    button,
    download_button,
    icon_button,
    link_button,
    text_button,
    tooltip,
)
from xobito_app.ui.components.charts import column_chart, funnel, stacked_bar
from xobito_app.ui.components.fields import (
    check_field,
    copyable,
    drop_field,
    drop_script,
    field,
    field_error,
    picture_field,
    search_field,
    select_field,
    switch,
    switch_field,
    text_area,
    text_field,
)
from xobito_app.ui.components.floating import (
    confirm_dialog,
    dialog,
    dialog_close,
    dialog_foot,
    menu,
    menu_item,
    menu_label,
    menu_line,
    popover,
    row_menu,
)
from xobito_app.ui.components.layout import (
    card,
    card_head,
    list_card,
    padded_card,
    page_body,
    page_header,
    section,
    tab_name,
    tab_strip,
    table,
    tabs,
)
from xobito_app.ui.components.marks import (
    avatar,
    badge,
    chip,
    color_dot,
    count,
    dot,
    key,
    removable,
    tone_of,
)
from xobito_app.ui.components.pickers import person_button, picker_line, picker_list
from xobito_app.ui.components.secrets import conceal, reveal, shown_once
from xobito_app.ui.components.states import (
    empty_line,
    empty_state,
    error_state,
    note,
    problem,
    skeleton_rows,
)
from xobito_app.ui.components.toasts import toast_error, toast_success, toast_undo
