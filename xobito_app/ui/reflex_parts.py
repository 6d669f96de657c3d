"""The few parts of Reflex that are not under `rx`, named in one place."""

from __future__ import annotations

from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_connection_errors
from reflex_components_core.react_router.dom import ReactRouterLink
from reflex_components_sonner.toast import Toaster

__all__ = ["ErrorBoundary", "ReactRouterLink", "Toaster", "has_connection_errors"]
