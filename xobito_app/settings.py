"""Typed settings from the environment, read once; the only module that reads it."""

from __future__ import annotations

import os
import secrets
import sys
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from xobito_app.core.net import Network, read_networks


class Settings(BaseSettings):
    """The installation's configuration; names are those of product.md §1."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    data_dir: Path = Field(Path(".xobito"), alias="XOBITO_DATA_DIR")
    port: int = Field(3000, ge=1, le=65535, alias="PORT")
    public_url_given: str = Field("", alias="PUBLIC_URL")
    database_url_given: str = Field("", alias="DATABASE_URL", repr=False)
    database_owner_url_given: str = Field("", alias="DATABASE_OWNER_URL", repr=False)
    redis_url_given: str = Field("", alias="REDIS_URL", repr=False)
    trusted_proxies_given: str = Field("", alias="TRUSTED_PROXIES")
    secret_key_given: str = Field("", alias="SECRET_KEY", repr=False)
    graph_api_url: str = Field("https://graph.facebook.com", alias="GRAPH_API_URL")
    graph_api_version: str = Field("v26.0", alias="GRAPH_API_VERSION")
    simulator: Literal["", "0", "1"] = Field("", alias="XOBITO_SIMULATOR")
    smtp_url: str = Field("", alias="SMTP_URL", repr=False)
    allow_private_urls: bool = Field(False, alias="XOBITO_ALLOW_PRIVATE_URLS")
    web_workers: int = Field(1, ge=1, le=64, alias="WEB_WORKERS")
    worker_concurrency: int = Field(100, ge=1, le=1000, alias="WORKER_CONCURRENCY")
    facebook_app_id: str = Field("", alias="FACEBOOK_APP_ID")
    facebook_app_secret: str = Field("", alias="FACEBOOK_APP_SECRET", repr=False)
    facebook_config_id: str = Field("", alias="FACEBOOK_CONFIG_ID")
    log_level: str = Field("INFO", alias="LOG_LEVEL")
    simulator_port_given: int = Field(0, ge=0, le=65535, alias="XOBITO_SIMULATOR_PORT")

    @field_validator("graph_api_url", "public_url_given")
    @classmethod
    def _whole_address(cls, value: str) -> str:
        value = value.rstrip("/")
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("write the whole address, e.g. https://inbox.example.com")
        return value

    @cached_property
    def data_path(self) -> Path:
        """The data directory, absolute."""
        return self.data_dir.expanduser().absolute()

    @field_validator("trusted_proxies_given")
    @classmethod
    def _networks(cls, value: str) -> str:
        try:
            read_networks(value)
        except ValueError as error:
            raise ValueError(f"{error}, e.g. 10.0.0.0/8, 127.0.0.1") from None
        return value

    @cached_property
    def trusted_proxies(self) -> tuple[Network, ...]:
        """The proxies in front of us, whose word on where a request comes from is taken."""
        return read_networks(self.trusted_proxies_given)

    @property
    def public_url(self) -> str:
        """The address people and Meta reach this installation under, without a final slash."""
        return self.public_url_given or f"http://localhost:{self.port}"

    @property
    def own_origins(self) -> tuple[str, ...]:
        """The origins of our own pages: that of `PUBLIC_URL`, or this machine while none is given.

        Forms and sockets of pages from anywhere else are refused.
        """
        if self.public_url_given:
            parts = urlsplit(self.public_url_given.lower())
            # As browsers write it: without the port that goes without saying.
            implied = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
            return (f"{parts.scheme}://{parts.netloc.removesuffix(implied)}",)
        return tuple(f"http://{name}:{self.port}" for name in ("localhost", "127.0.0.1"))

    @cached_property
    def secret_key(self) -> str:
        """`SECRET_KEY`, or the one generated on first use and kept in the data directory."""
        if self.secret_key_given:
            return self.secret_key_given
        path = self.data_path / "secret_key"
        if not path.exists():
            self.data_path.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f"secret_key.{secrets.token_hex(4)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            try:
                # A hard link fails when another process was first; then that one's key counts.
                path.hardlink_to(draft)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()

    def _address_of(self, server: str) -> str:
        """Return the URL an embedded server left behind when it was prepared."""
        path = self.data_path / "run" / f"{server}.url"
        return path.read_text().strip() if path.exists() else ""

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of PostgreSQL with the psycopg driver; empty when none is prepared."""
        return _with_driver(self.database_url_given or self._address_of("postgres"))

    @property
    def database_owner_url(self) -> str:
        """The same database for the role that owns its tables, which only migrations use.

        An external database may have one role for both; then it is `database_url`.
        """
        if self.database_url_given:
            return _with_driver(self.database_owner_url_given) or self.database_url
        return _with_driver(self._address_of("postgres.owner"))

    @property
    def redis_url(self) -> str:
        """URL of Redis or Valkey without a database number; empty when none is prepared."""
        return self.redis_url_given or self._address_of("valkey")

    def redis_database(self, number: int) -> str:
        """Return the Redis URL for one of our databases.

        0 is Celery's, 1 is Reflex's state, 2 is notices, rate buckets and presence.
        """
        base, _, query = self.redis_url.partition("?")
        scheme, _, rest = base.partition("://")
        host = rest.split("/", 1)[0]
        return f"{scheme}://{host}/{number}" + (f"?{query}" if query else "")

    @property
    def simulator_url(self) -> str:
        """Where the simulator answers on this machine; empty before its first start.

        Its port is a free one that the `simulator` command chose and keeps in the data
        directory, unless `XOBITO_SIMULATOR_PORT` says which.
        """
        if self.simulator_port_given:
            return f"http://127.0.0.1:{self.simulator_port_given}"
        return self._address_of("simulator")


def _with_driver(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator else scheme


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings, read from the environment on first use."""
    return Settings()  # pyright: ignore[reportCallIssue]


def child_environment(**changes: str) -> dict[str, str]:
    """Return the environment for a process we start: ours, this interpreter's programs first.

    The wheels put `node` and `bun` beside the interpreter; an older one of the system must
    not be found before them.
    """
    programs = os.path.dirname(sys.executable)
    path = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, **changes}
