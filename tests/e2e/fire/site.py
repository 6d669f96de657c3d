"""An installation with campaigns at work: launched through the REST API, watched from outside."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from os import kill
from typing import Any

import httpx
import psycopg
import redis
from psycopg.rows import dict_row

from tests.e2e.fire.record import Entry
from tests.e2e.fire.workers import Workers
from tests.e2e.installation import Installation

PAGE = 5000
QUIET = {"batch": 100, "batch_ms": 100}
"""How the simulator hands on what it has to tell: many things in one post, as Meta does."""
UNLIMITED = {"messaging_limit": "TIER_UNLIMITED"}
TEMPLATE, LANGUAGE = "bienvenida", "es"
VARIABLES = {TEMPLATE: {"body": {"1": {"column": "name", "fallback": "there"}}}}


def phones(count: int, *, first: int = 2_000_000) -> list[str]:
    """Return numbers of people nobody knows yet."""
    return [f"+1650{first + place}" for place in range(count)]


def wait_until(
    is_so: Callable[[], bool], *, seconds: float, every: float = 0.25, what: str = "it"
) -> None:
    """Wait for something to become true.

    Raises:
        AssertionError: It does not.
    """
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"{what} did not come true in {seconds:.0f} s"
        time.sleep(every)


class Site:
    """One installation, its simulated account, and the campaigns in it."""

    def __init__(self, place: Installation) -> None:
        self.place = place
        self.account = place.account()
        self.waba = f"/wabas/{self.account['waba_id']}"
        # Before anybody else writes or is written to: the list begins with the newest chats.
        self.regulars: list[dict[str, Any]] = place.customers()[:3]
        self._client = httpx.Client(timeout=60)
        self._headers: dict[str, str] = {}
        self._base = ""
        self._entries: list[Entry] = []
        self._seq = 0
        self.entries()
        self._entries.clear()

    def prepare(self, *, account: dict[str, Any] | None = None, **settings: Any) -> None:
        """Sync an account of this kind, and make a token.

        Args:
            account: Settings of the simulated account.
            settings: Of the workspace.
        """
        wanted = {**UNLIMITED, **(account or {})}
        self.place.control("POST", f"{self.waba}/settings", json=wanted)
        self.place.control("POST", f"{self.waba}/disturbances", json=QUIET)
        told = json.loads(self.place.command("tests.e2e.fire.prepare", json.dumps(settings)))
        self._headers = {"Authorization": f"Bearer {told['token']}"}
        self._base = f"{self.place.url}/api/v1/{told['slug']}"

    def close(self) -> None:
        self._client.close()

    # The REST API ------------------------------------------------------------------------

    def rest(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make a call of the REST API and return what it answers."""
        answer = self._client.request(method, self._base + path, headers=self._headers, json=body)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json().get("data", {}) if answer.content else {}

    def launch(
        self,
        numbers: Sequence[str],
        *,
        name: str = "Spring",
        template: str = TEMPLATE,
        language: str = LANGUAGE,
    ) -> str:
        """Launch a campaign to these people, and return its id; it begins in five seconds."""
        people = [{"phone": number, "columns": {"name": number[-4:]}} for number in numbers]
        made = self.rest(
            "POST",
            "/campaigns",
            {
                "name": name,
                "template_name": template,
                "template_language": language,
                "audience": {"recipients": people},
                "variables": VARIABLES.get(template, {}),
            },
        )
        self.rest("POST", f"/campaigns/{made['id']}/launch", {"confirm": len(people)})
        return made["id"]

    def campaign(self, campaign_id: str) -> dict[str, Any]:
        return self.rest("GET", f"/campaigns/{campaign_id}")

    def act(self, campaign_id: str, verb: str) -> float:
        """Pause, resume or cancel; return when that was answered."""
        self.rest("POST", f"/campaigns/{campaign_id}/{verb}")
        return time.time()

    def end(self, campaign_id: str) -> None:
        """Cancel a campaign, unless it is over."""
        if self.campaign(campaign_id)["status"] in {"sending", "paused", "scheduled"}:
            self.act(campaign_id, "cancel")

    # The simulator -----------------------------------------------------------------------

    def faults(self, shares: Mapping[str, float], *, seed: int = 7) -> None:
        plan = {"seed": seed, "shares": dict(shares)}
        self.place.control("POST", f"{self.waba}/faults", json=plan)

    def entries(self) -> list[Entry]:
        """Return the simulator's record since this site was made."""
        while True:
            query = {"after": self._seq, "limit": PAGE}
            rows = self.place.control("GET", f"{self.waba}/traffic", params=query)["data"]
            self._entries += [Entry.of(row) for row in rows]
            self._seq = rows[-1]["seq"] if rows else self._seq
            if len(rows) < PAGE:
                return self._entries

    def undelivered(self) -> int:
        """Return how many webhooks the simulator still has to hand over."""
        query = {"waba_id": self.account["waba_id"]}
        return self.place.control("GET", "/state", params=query)["undelivered"]

    def know(self, number: str) -> dict[str, Any]:
        """Return the simulated customer who has this number."""
        given = {"name": f"Customer {number[-4:]}", "phone": number}
        return self.place.control("POST", f"{self.waba}/customers", json=given)

    def tell(self, field: str, value: dict[str, Any]) -> float:
        """Have the simulator send a webhook; return when."""
        self.place.control("POST", f"{self.waba}/raw", json={"field": field, "value": value})
        return time.time()

    def tell_failed(self, wamid: str, code: int) -> float:
        """Have the simulator say that a message failed; return when."""
        errors = [{"code": code, "title": "as told"}]
        return self.tell_status(wamid, "failed", errors=errors)

    def tell_status(self, wamid: str, word: str, *, attempt: str = "", **more: Any) -> float:
        """Have the simulator tell a status of a message, named by its attempt too if given."""
        status = {"id": wamid, "status": word, "timestamp": str(int(time.time())), **more}
        if attempt:
            status["biz_opaque_callback_data"] = attempt
        metadata = {
            "display_phone_number": self.account["display_phone_number"],
            "phone_number_id": self.account["phone_number_id"],
        }
        whole = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": [status]}
        return self.tell("messages", whole)

    # The database and Redis --------------------------------------------------------------

    @contextmanager
    def database(self) -> Iterator[psycopg.Cursor[dict[str, Any]]]:
        """Open the database as the one who sees all workspaces, once it is there."""
        with self._connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            yield cursor

    def _connect(self) -> psycopg.Connection[Any]:
        opened: list[psycopg.Connection[Any]] = []

        def is_open() -> bool:
            url = (self.place.data / "run" / "postgres.superuser").read_text().strip()
            with suppress(psycopg.OperationalError):
                opened.append(psycopg.connect(url, autocommit=True, connect_timeout=5))
            return bool(opened)

        wait_until(is_open, seconds=60, what="PostgreSQL")
        return opened[0]

    def rows(self, campaign_id: str) -> dict[str, dict[str, Any]]:
        """Return the recipients of a campaign by their number in digits."""
        with self.database() as cursor:
            found = cursor.execute(
                "SELECT phone, state, reason, error_code, attempt_id, wamid, settled_at"
                " FROM campaign_recipient WHERE campaign_id = %s",
                [campaign_id],
            )
            return {row["phone"].lstrip("+"): row for row in found}

    def states(self, campaign_id: str) -> dict[str, int]:
        with self.database() as cursor:
            found = cursor.execute(
                "SELECT state, count(*) AS people FROM campaign_recipient"
                " WHERE campaign_id = %s GROUP BY state",
                [campaign_id],
            )
            return {row["state"]: row["people"] for row in found}

    def people_in(self, campaign_id: str, state: str) -> set[str]:
        """Return the numbers of those in a state."""
        with self.database() as cursor:
            found = cursor.execute(
                "SELECT phone FROM campaign_recipient WHERE campaign_id = %s AND state = %s",
                [campaign_id, state],
            )
            return {row["phone"] for row in found}

    def wait_until_heard(self, customer_id: str, *, patience: float = 10.0) -> None:
        """Let a customer write, and wait until that stands in the inbox."""
        text = f"heard {time.time_ns()}"
        with self.database() as cursor:

            def is_heard() -> bool:
                found = cursor.execute("SELECT 1 FROM message WHERE body = %s", [text])
                return found.fetchone() is not None

            self.place.write(customer_id, text)
            wait_until(is_heard, seconds=patience, every=0.005, what="hearing a customer")

    def end_leases(self, campaign_id: str) -> None:
        """Let the time pass after which whoever has had something in hand is taken for dead."""
        with self.database() as cursor:
            cursor.execute(
                "UPDATE campaign_recipient SET claimed_at = claimed_at - interval '95 seconds'"
                " WHERE campaign_id = %s AND claimed_at < now() - interval '5 seconds'",
                [campaign_id],
            )

    def restart_postgres(self) -> None:
        """Have PostgreSQL end every session at once and come back."""
        process_id = self.place.program("postgres")
        assert process_id
        kill(process_id, signal.SIGINT)
        self.place.wait_for_another("postgres", process_id, seconds=60)

    def redis(self) -> redis.Redis:
        """Return a client of the installation's Redis, where rates are kept."""
        url = (self.place.data / "run" / "valkey.url").read_text().strip()
        return redis.Redis.from_url(f"{url}/2")

    def flush_redis(self) -> None:
        """Take everything out of Redis, while it runs."""
        with self.redis() as client:
            client.flushall()

    def is_slowed(self) -> bool:
        """Tell whether the number's pace was ever cut for refusals, in the last hour."""
        with self.redis() as client:
            return bool(client.hexists(f"xobito:pace:{self.account['phone_number_id']}", "cut"))


@contextmanager
def fire(*, workers: int = 2, **prepared: Any) -> Iterator[tuple[Site, Workers]]:
    """Run an installation of its own with so many bulk workers for the length of a block."""
    place = Installation()
    pool = Workers(place, workers)
    try:
        place.start()
        place.fill()
        site = Site(place)
        site.prepare(**prepared)
        pool.start()
        wait_until(lambda: len(pool.process_ids()) >= workers, seconds=60, what="every worker")
        yield site, pool
        site.close()
    finally:
        pool.stop()
        place.stop()
