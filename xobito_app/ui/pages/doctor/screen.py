"""The doctor."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.doctor.page import doctor
from xobito_app.ui.pages.doctor.state import DoctorState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.DOCTOR, doctor, (DoctorState.load,)),)
