"""What screens are built of: states that load, list and save, and how they look."""

from xobito_app.core.paging import Page
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.ui.blocks.form_state import (
    Form,
    FormState,
    PageFormState,
    QuestionState,
    RowFormState,
    SecretState,
    show_errors,
)
from xobito_app.ui.blocks.form_view import (
    Fields,
    confirm,
    confirm_delete,
    delete_title,
    form,
    form_dialog,
    new_button,
    page_form,
    shown_once,
)
from xobito_app.ui.blocks.list_state import ListState, SelectionState, whole
from xobito_app.ui.blocks.list_view import (
    Choices,
    choice_options,
    filter_chips,
    filter_date,
    filter_in_force,
    filter_select,
    list_foot,
    list_page,
    list_view,
    loaded,
    search_box,
    selection_bar,
    staged,
    tick,
    toolbar,
)
from xobito_app.ui.blocks.page_state import DetailState, PageState, StagedState
from xobito_app.ui.blocks.rights import allowed, can
from xobito_app.ui.blocks.rows import (
    actions_cell,
    cell,
    edit_items,
    line_of,
    main_cell,
    person_cell,
    progress_line,
)
