import psycopg
import pytest
import redis

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
