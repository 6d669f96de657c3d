"""Celery tasks: thin shells around coroutines. Importing the package registers all of them."""

from __future__ import annotations

from xobito_app.jobs.tasks import heartbeat, whatsapp

__all__ = ["heartbeat", "whatsapp"]
