"""The database engine of this process."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Unavailable
from xobito_app.settings import get_settings

_engine: AsyncEngine | None = None


def get_engine() -> AsyncEngine:
    """Return the engine, made on first use.

    Raises:
        Unavailable: No database is configured or prepared.
    """
    global _engine
    if _engine is None:
        url = get_settings().database_url
        if not url:
            raise Unavailable("No database: set DATABASE_URL, or start with `make run`.")
        _engine = create_async_engine(
            url,
            pool_size=12,
            max_overflow=12,
            pool_pre_ping=True,
            pool_recycle=1800,
            connect_args={"connect_timeout": 10, "prepare_threshold": 3},
        )
    return _engine


def sessions() -> async_sessionmaker[AsyncSession]:
    """Return the maker of sessions on the engine."""
    return async_sessionmaker(get_engine(), class_=AsyncSession, expire_on_commit=False)


async def dispose() -> None:
    """Close all connections; the next use makes a new engine."""
    global _engine
    if _engine is not None:
        await _engine.dispose()
        _engine = None
