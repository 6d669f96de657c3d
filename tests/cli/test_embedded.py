import psycopg
import pytest
import redis

from xobito_app.cli.embedded import EmbeddedValkey
from xobito_app.settings import get_settings


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def test_the_application_role_can_bypass_no_row_level_security(database_url):
    with psycopg.connect(_plain(database_url)) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, False)


def test_the_password_is_asked_for(database_url):
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(_plain(database_url), password="wrong")


def test_valkey_asks_for_the_password(redis_url):
    address = redis_url.rpartition("@")[2]
    with (
        redis.Redis.from_url(f"redis://{address}") as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


@pytest.mark.parametrize(
    "name", ["postgres.url", "postgres.owner.url", "postgres.superuser", "valkey.url"]
)
def test_passwords_are_for_the_owner_only(database_url, redis_url, name):
    path = get_settings().data_path / "run" / name
    if not path.exists():
        pytest.skip("external server")
    assert path.stat().st_mode & 0o077 == 0


def test_valkey_gives_up_states_of_tabs_before_queues(redis_url):
    if not EmbeddedValkey(get_settings().data_path).url:
        pytest.skip("external server")
    with redis.Redis.from_url(f"{redis_url}/9") as client:
        given = client.config_get("maxmemory*")
        assert given["maxmemory-policy"] == "volatile-lru"
        assert int(given["maxmemory"]) == 512 * 1024**2
        client.config_set("maxmemory", client.info("memory")["used_memory"] + 8_000_000)
        try:
            client.rpush("queue", "work")
            for number in range(300):
                client.set(f"state {number}", "x" * 100_000, ex=3600)
            assert client.lrange("queue", 0, -1) == [b"work"]
            assert 0 < client.dbsize() < 250
        finally:
            client.config_set("maxmemory", given["maxmemory"])
            client.flushdb()
