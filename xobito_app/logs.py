"""Structured logging: one JSON line an event, with a correlation id and without secrets."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
"""Follows one cause through request, job and event."""

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_FORBIDDEN = ("token", "secret", "password", "cookie", "authorization", "phone", "body", "query")


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object; fields whose name smells of a secret are masked."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        if cause := correlation_id.get():
            line["correlation_id"] = cause
        for name, value in vars(record).items():
            if name not in _STANDARD:
                masked = any(word in name.lower() for word in _FORBIDDEN)
                line[name] = "***" if masked else value
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        text = json.dumps(line, default=str, ensure_ascii=False)
        # What a stranger sent may hold half a character, which no stream takes.
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def configure(level: str = "INFO") -> None:
    """Send everything to standard error as JSON lines; noisy libraries only from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # httpx logs whole URLs at INFO, and URLs carry tokens (debug_token).
    for name in ("httpx", "httpcore", "aiohttp", "celery", "kombu", "amqp", "alembic", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
