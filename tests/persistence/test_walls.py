"""The two boundaries between workspaces, asked of PostgreSQL itself, each with the other away."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import xobito_app.xobito_app  # noqa: F401 - every feature, so that every repository exists
from tests.fixtures import make_empty_world
from xobito_app.cli.embedded import EmbeddedPostgres
from xobito_app.core.errors import NotFound
from xobito_app.core.events import PostCommit, Topic
from xobito_app.features.contacts.repository import ContactRepository, StatusRepository
from xobito_app.models import TABLES_WITHOUT_ROW_SECURITY
from xobito_app.models.contacts import Contact, ContactStatus
from xobito_app.persistence import rls, schema
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.unit_of_work import announce, enqueue, on_commit, unit_of_work
from xobito_app.settings import get_settings

INSIDE = (
    "(workspace_id = (NULLIF(current_setting('xobito.workspace_id'::text, true), ''::text))::uuid)"
)


@pytest.fixture
def application(_migrated):
    """The application's role, as the running application connects."""
    with psycopg.connect(schema.plain_url(), autocommit=True) as connection:
        yield connection


@pytest.fixture
async def neighbours(_migrated):
    """Two workspaces, each with the statuses they are born with."""
    return await make_empty_world(), await make_empty_world()


# What the catalogue says --------------------------------------------------------------------


def test_every_table_of_a_workspace_is_behind_row_level_security(application):
    rows = application.execute(
        """
        SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
            ARRAY(SELECT p.cmd || ' ' || p.permissive || ' ' || p.qual || ' ' || p.with_check
                  FROM pg_policies p WHERE p.tablename = c.relname AND p.schemaname = 'public')
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id'
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
            AND NOT a.attisdropped
        """
    ).fetchall()
    behind = {name: rest for name, *rest in rows if name not in TABLES_WITHOUT_ROW_SECURITY}
    assert {name for name, *_ in rows} >= TABLES_WITHOUT_ROW_SECURITY
    assert len(behind) > 20
    wall = [True, True, [f"ALL PERMISSIVE {INSIDE} {INSIDE}"]]
    assert {name: found for name, found in behind.items() if found != wall} == {}


def test_no_view_or_function_of_ours_lends_its_owners_rights(application):
    lent = application.execute(
        """
        SELECT relname FROM pg_class
        WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT p.proname FROM pg_proc p LEFT JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'
        WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace AND d.objid IS NULL
        """
    ).fetchall()
    assert lent == []


def test_the_applications_role_owns_nothing_and_bypasses_nothing(application):
    row = application.execute(
        """
        SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
            (SELECT count(*) FROM pg_class WHERE relowner = r.oid AND relpersistence <> 't'),
            (SELECT count(*) FROM pg_auth_members WHERE member = r.oid)
        FROM pg_roles r WHERE rolname = current_user
        """
    ).fetchone()
    assert row == (False, False, False, False, 0, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE contact DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE contact NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY workspace_wall ON contact",
        "CREATE POLICY open ON contact USING (true)",
        "DROP TABLE contact",
        "TRUNCATE contact CASCADE",
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "UPDATE alembic_version SET version_num = '0000'",
        "SET ROLE xobito_owner",
    ],
)
def test_the_applications_role_cannot_take_a_wall_away(application, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        application.execute(statement)


def test_switching_row_security_off_shows_nothing_either(application):
    application.execute("SET row_security = off")
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        application.execute("SELECT count(*) FROM contact")


async def test_one_role_for_everything_is_noticed(neighbours):
    async with unit_of_work() as uow:
        assert await rls.could_be_switched_off(uow.session) is False
    engine = create_async_engine(get_settings().database_owner_url, poolclass=NullPool)
    async with AsyncSession(engine) as session:
        assert await rls.could_be_switched_off(session) is True
    await engine.dispose()


# Each boundary with the other taken away --------------------------------------------------------


async def test_without_its_filter_a_statement_sees_one_workspace(neighbours):
    mine, other = neighbours
    async with unit_of_work(mine.workspace_id) as uow:
        found = (await uow.session.exec(select(ContactStatus.workspace_id))).all()
    assert set(found) == {mine.workspace_id}
    async with unit_of_work(mine.workspace_id) as uow:
        theirs = select(ContactStatus).where(col(ContactStatus.workspace_id) == other.workspace_id)
        assert (await uow.session.exec(theirs)).all() == []


async def test_without_its_filter_nothing_is_written_into_another_workspace(neighbours):
    mine, other = neighbours
    foreign = ContactStatus(workspace_id=other.workspace_id, name="Foreign", color="#112233")
    async with unit_of_work(mine.workspace_id) as uow:
        uow.session.add(foreign)
        with pytest.raises(DBAPIError, match="row-level security"):
            await uow.session.flush()
        await uow.session.rollback()


async def test_without_a_workspace_tables_look_empty(neighbours):
    async with unit_of_work() as uow:
        assert (await uow.session.exec(select(ContactStatus))).all() == []


async def test_without_row_level_security_repositories_see_one_workspace(neighbours):
    url = EmbeddedPostgres(get_settings().data_path).superuser_url
    if not url:
        pytest.skip("external server")
    mine, other = neighbours
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool
    )
    async with AsyncSession(engine) as session:
        everything = (await session.exec(select(ContactStatus.workspace_id))).all()
        assert {mine.workspace_id, other.workspace_id} <= set(everything)
        statuses = StatusRepository(session, mine.workspace_id)
        own = await statuses.all(statuses.scoped())
        assert {status.workspace_id for status in own} == {mine.workspace_id}
        theirs = StatusRepository(session, other.workspace_id)
        foreign = (await theirs.all(theirs.scoped()))[0]
        assert await statuses.find(foreign.id) is None
        assert await statuses.list_by_ids([foreign.id]) == {}
    await engine.dispose()


async def test_one_row_is_found_by_its_id_and_a_missing_one_is_said_to_be(neighbours):
    mine, other = neighbours
    async with unit_of_work(mine.workspace_id) as uow:
        statuses = StatusRepository(uow.session, mine.workspace_id)
        rows = await statuses.all(statuses.scoped())
        assert len(rows) > 1
        for row in rows:
            assert await statuses.find(row.id) is row
            assert await statuses.get(row.id) is row
            assert await statuses.get(row.id, lock=True) is row
        with pytest.raises(NotFound, match=statuses.missing):
            await statuses.get(other.workspace_id)
        assert await statuses.find(other.workspace_id) is None
        asked = [rows[0].id, other.workspace_id]
        assert await statuses.list_by_ids(asked) == {rows[0].id: rows[0]}
        assert await statuses.list_by_ids([]) == {}


@pytest.mark.parametrize(("lock", "is_held"), [({}, False), ({"lock": True}, True)])
async def test_a_row_is_locked_on_request_alone(neighbours, lock, is_held):
    mine, _ = neighbours
    async with unit_of_work(mine.workspace_id) as uow, unit_of_work(mine.workspace_id) as beside:
        statuses = StatusRepository(uow.session, mine.workspace_id)
        row = (await statuses.all(statuses.scoped()))[0]
        await statuses.get(row.id, **lock)
        elsewhere = StatusRepository(beside.session, mine.workspace_id)
        one = elsewhere.scoped().where(col(ContactStatus.id) == row.id)
        free = await elsewhere.all(one.with_for_update(skip_locked=True))
        assert bool(free) is not is_held


def test_the_tables_to_be_fenced_are_those_that_are(application):
    fenced = application.execute(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p')"
    ).fetchall()
    assert set(rls.fenced_tables()) == {name for (name,) in fenced}


@pytest.mark.parametrize("kind", ["wake_up", "notice", "both", "neither"])
async def test_what_was_collected_leaves_after_the_commit_and_once(neighbours, kind):
    mine, _ = neighbours
    heard: list[PostCommit] = []

    async def hear(post_commit: PostCommit) -> None:
        heard.append(post_commit)

    for _ in range(2):
        on_commit(hear)
    async with unit_of_work(mine.workspace_id) as uow:
        if kind in {"wake_up", "both"}:
            enqueue(uow.session, "a.job", 7)
        if kind in {"notice", "both"}:
            announce(uow.session, mine.workspace_id, Topic.CONTACT, 7)
        assert heard == []
    assert len(heard) == (kind != "neither")
    for post_commit in heard:
        assert len(post_commit.wake_ups) == (kind != "notice")
        assert len(post_commit.notices) == (kind != "wake_up")
        assert [wake_up.delay for wake_up in post_commit.wake_ups] == [0.0] * len(
            post_commit.wake_ups
        )


def all_repositories(base=Repository):
    for kind in base.__subclasses__():
        yield kind
        yield from all_repositories(kind)


@pytest.mark.parametrize("kind", sorted(set(all_repositories()), key=lambda kind: kind.__name__))
def test_every_repository_begins_inside_its_workspace(kind):
    if not hasattr(kind, "model") or not hasattr(kind.model, "__table__"):
        pytest.skip("a base of repositories")
    statement = str(kind(None, "here").scoped())
    table = kind.model.__tablename__
    assert f"WHERE {table}.workspace_id = :workspace_id_1" in " ".join(statement.split())


# What stays behind in a pooled connection ---------------------------------------------------


async def test_a_workspace_does_not_outlive_its_transaction(neighbours):
    mine, _ = neighbours
    asked = text("SELECT pg_backend_pid(), current_setting('xobito.workspace_id', true)")
    async with unit_of_work(mine.workspace_id) as uow:
        first = (await (await uow.session.connection()).execute(asked)).one()
    assert first[1] == str(mine.workspace_id)
    for _ in range(30):
        async with unit_of_work() as uow:
            later = (await (await uow.session.connection()).execute(asked)).one()
        if later[0] == first[0]:
            assert not later[1]
            return
    pytest.fail("The connection did not come back from the pool.")


async def test_a_failed_transaction_leaves_no_workspace_behind_either(neighbours):
    mine, _ = neighbours
    with pytest.raises(RuntimeError):
        async with unit_of_work(mine.workspace_id):
            raise RuntimeError
    for _ in range(30):
        async with unit_of_work() as uow:
            assert (await uow.session.exec(select(Contact))).all() == []


async def test_entering_another_workspace_leaves_the_first(neighbours):
    mine, other = neighbours
    async with unit_of_work(mine.workspace_id) as uow:
        await uow.enter(other.workspace_id)
        found = (await uow.session.exec(select(ContactStatus.workspace_id))).all()
        contacts = ContactRepository(uow.session, mine.workspace_id)
        assert await contacts.all(contacts.scoped()) == []
    assert set(found) == {other.workspace_id}
