"""Delivers signed webhooks to the subscribed apps, retries them, and disturbs them when asked.

Meta: Webhooks: at least once, in no promised order, with up to 1000 updates in one post, tried
again for up to 7 days.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import logging
import random
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import httpx

from xobito_app.simulator import signing
from xobito_app.simulator.hub import Hub
from xobito_app.simulator.store import Doc, Store

log = logging.getLogger(__name__)

GAPS = (1.0, 3.0, 10.0, 30.0, 120.0, 600.0, 3600.0, 4 * 3600.0)
"""Seconds between tries; the last one repeats until the keeping time is over."""
KEEP = 7 * 24 * 3600.0
"""Seconds after which Meta gives an undelivered webhook up."""
ANSWER_WITHIN = 20.0
_LANES = 32
_MAX_PARALLEL = 32
_REORDER_WITHIN = 2.0

Row = tuple[float, int, Doc]

CALM: Doc = {"duplicate": 0, "reorder": False, "delay_ms": 0, "batch": 1, "batch_ms": 0, "drop": 0}
"""The disturbances of a WABA as they start: none."""


class Courier:
    """Takes changes, keeps them until a callback answers 200, and remembers the last answers."""

    def __init__(
        self, store: Store, hub: Hub, speed: float, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self._store = store
        self._hub = hub
        self._speed = speed
        self._transport = transport
        self._heaps: dict[str, list[Row]] = {}
        self._wakes: dict[str, asyncio.Event] = {}
        self._loops: dict[str, asyncio.Task[None]] = {}
        self._posts: set[asyncio.Task[None]] = set()
        self._rules: dict[str, Doc] = {}
        self._lanes: dict[tuple[str, int], asyncio.Lock] = {}
        self._parallel = asyncio.Semaphore(_MAX_PARALLEL)
        self._client: httpx.AsyncClient | None = None
        self.answers: deque[Doc] = deque(maxlen=200)
        self.counts: dict[str, dict[str, int]] = {}

    def start(self) -> None:
        """Open the client and take up what was not delivered before."""
        self._client = httpx.AsyncClient(
            transport=self._transport, timeout=ANSWER_WITHIN, follow_redirects=False
        )
        for seq, due, doc in self._store.list_pending("webhooks"):
            self._push(doc["waba_id"], (due, seq, doc))

    async def stop(self) -> None:
        """Stop; undelivered webhooks stay in the store."""
        tasks = [*self._loops.values(), *self._posts]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client:
            await self._client.aclose()

    @property
    def client(self) -> httpx.AsyncClient:
        """The HTTP client towards the apps."""
        if self._client is None:
            raise RuntimeError("The courier has not been started.")
        return self._client

    @client.setter
    def client(self, client: httpx.AsyncClient) -> None:
        self._client = client

    def disturbances(self, waba_id: str) -> Doc:
        """Return how a WABA's webhooks are disturbed."""
        if waba_id not in self._rules:
            kept = self._store.find("disturbances", waba_id) or {}
            self._rules[waba_id] = {**CALM, **kept}
        return self._rules[waba_id]

    def disturb(self, waba_id: str, rules: Doc) -> Doc:
        """Disturb a WABA's webhooks from now on; returns the rules in force."""
        whole = {**self.disturbances(waba_id), **rules}
        self._rules[waba_id] = whole
        self._store.put("disturbances", waba_id, whole, waba_id)
        return whole

    def emit(
        self, waba_id: str, field: str, value: Doc, *, lane: str, at: int, entry_id: str = ""
    ) -> None:
        """Send a change to every app subscribed to the WABA.

        Args:
            waba_id: Whose event it is.
            field: Meta's webhook field.
            value: The `value` of the change.
            lane: Events of one lane (a customer) arrive in order unless reordering is asked for.
            at: Simulated seconds, for `entry.time`.
            entry_id: The entry's id when it is not the WABA's.
        """
        rules = self.disturbances(waba_id)
        for app_id in self._subscribed_apps(waba_id, field):
            if random.random() < rules["drop"]:  # noqa: S311
                self._count(waba_id, "dropped")
                continue
            for copy in range(1 + int(rules["duplicate"])):
                due = time.time() + rules["delay_ms"] / 1000
                due += copy * random.uniform(0.05, 0.5) / self._speed  # noqa: S311
                if rules["reorder"]:
                    due += random.uniform(0, _REORDER_WITHIN) / self._speed  # noqa: S311
                self._keep(
                    due,
                    {
                        "waba_id": waba_id,
                        "app_id": app_id,
                        "field": field,
                        "value": value,
                        "time": at,
                        "entry_id": entry_id or waba_id,
                        "lane": lane,
                        "since": time.time(),
                        "tries": 0,
                    },
                )

    def waiting(self, waba_id: str | None = None) -> list[Doc]:
        """Return the undelivered webhooks, at most 200, the next one first."""
        heaps = self._heaps.items()
        rows = [row for key, heap in heaps if waba_id in (None, key) for row in heap]
        return [
            {
                "waba_id": doc["waba_id"],
                "field": doc["field"],
                "tries": doc["tries"],
                "due_in_seconds": round(due - time.time(), 1),
            }
            for due, _, doc in heapq.nsmallest(200, rows, key=lambda row: row[:2])
        ]

    def waiting_count(self, waba_id: str | None = None) -> int:
        """Count the undelivered webhooks."""
        return sum(len(heap) for key, heap in self._heaps.items() if waba_id in (None, key))

    def retry_now(self, waba_id: str) -> int:
        """Make everything undelivered of a WABA due at once; returns how many."""
        heap = self._heaps.get(waba_id, [])
        self._heaps[waba_id] = [(0.0, seq, doc) for _, seq, doc in heap]
        heapq.heapify(self._heaps[waba_id])
        if waba_id in self._wakes:
            self._wakes[waba_id].set()
        return len(heap)

    def forget(self, waba_id: str) -> None:
        """Drop everything kept for a WABA."""
        self._heaps.pop(waba_id, None)
        self.counts.pop(waba_id, None)
        self._rules.pop(waba_id, None)
        if loop := self._loops.pop(waba_id, None):
            loop.cancel()

    def callback_of(self, app_id: str, waba_id: str, number_id: str = "") -> str:
        """Return where an app wants a WABA's webhooks: number, then WABA, then app."""
        number = self._store.find("number", number_id) if number_id else None
        if number and (url := number.get("webhook_override", {}).get(app_id)):
            return url
        subscription = self._store.find("subscribed_app", f"{waba_id}:{app_id}") or {}
        if url := subscription.get("override_callback_uri"):
            return url
        return (self._store.find("app_subscription", app_id) or {}).get("callback_url", "")

    def _subscribed_apps(self, waba_id: str, field: str) -> list[str]:
        apps = []
        for subscription in self._store.list_of("subscribed_app", waba_id):
            app_id = subscription["app_id"]
            webhook = self._store.find("app_subscription", app_id)
            # An override without fields chosen counts as all fields: Meta keeps the choice in the
            # app's dashboard, which the simulator has not.
            if webhook is None or field in webhook["fields"]:
                apps.append(app_id)
        return apps

    def _keep(self, due: float, doc: Doc) -> None:
        seq = self._store.add_pending("webhooks", doc["waba_id"], due, doc)
        self._push(doc["waba_id"], (due, seq, doc))

    def _push(self, waba_id: str, row: Row) -> None:
        heapq.heappush(self._heaps.setdefault(waba_id, []), row)
        wake = self._wakes.setdefault(waba_id, asyncio.Event())
        wake.set()
        loop = self._loops.get(waba_id)
        if loop is None or loop.done():
            self._loops[waba_id] = asyncio.create_task(self._run(waba_id, wake))

    async def _run(self, waba_id: str, wake: asyncio.Event) -> None:
        while True:
            taken = self._take(waba_id)
            if taken:
                await self._parallel.acquire()
                post = asyncio.create_task(self._deliver(waba_id, taken))
                self._posts.add(post)
                post.add_done_callback(self._posts.discard)
                continue
            wake.clear()
            heap = self._heaps.get(waba_id)
            wait = max(0.001, self._due_of(waba_id, heap) - time.time()) if heap else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), wait)

    def _due_of(self, waba_id: str, heap: Sequence[Row]) -> float:
        """Return when the next POST leaves: gathering waits for the batch to fill or its time."""
        rules = self.disturbances(waba_id)
        ready = len(heap) >= rules["batch"]
        gathering = 0.0 if ready or rules["batch"] <= 1 else rules["batch_ms"] / 1000
        return heap[0][0] + gathering

    def _take(self, waba_id: str) -> list[Row]:
        heap = self._heaps.get(waba_id)
        now = time.time()
        if not heap or self._due_of(waba_id, heap) > now:
            return []
        size = max(1, int(self.disturbances(waba_id)["batch"]))
        taken = [heapq.heappop(heap)]
        while heap and len(taken) < size and heap[0][0] <= now:
            if heap[0][2]["app_id"] != taken[0][2]["app_id"]:
                break
            taken.append(heapq.heappop(heap))
        return taken

    async def _deliver(self, waba_id: str, rows: list[Row]) -> None:
        lane = self._lanes.setdefault((waba_id, hash(rows[0][2]["lane"]) % _LANES), asyncio.Lock())
        try:
            async with lane:
                answer = await self._post(waba_id, rows)
        finally:
            self._parallel.release()
        if answer in (200, None):
            self._store.done(seq for _, seq, _ in rows)
            self._count(waba_id, "delivered" if answer else "unwanted", len(rows))
            return
        self._count(waba_id, "refused", len(rows))
        for _, seq, doc in rows:
            self._retry_later(seq, doc)

    async def _post(self, waba_id: str, rows: list[Row]) -> int | None:
        """POST a payload; returns the status, 0 without an answer, None without a callback."""
        first = rows[0][2]
        number_id = first["value"].get("metadata", {}).get("phone_number_id", "")
        url = self.callback_of(first["app_id"], waba_id, number_id)
        app = self._store.find("app", first["app_id"])
        if not url or app is None:
            return None
        body = signing.encode(signing.envelope([doc for _, _, doc in rows]))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signing.sign(body, app["app_secret"]),
        }
        started = time.monotonic()
        note: dict[str, Any] = {"status": 0, "error": ""}
        try:
            response = await self.client.post(url, content=body, headers=headers)
            note = {"status": response.status_code, "error": response.text[:300]}
        except httpx.HTTPError as error:
            note["error"] = type(error).__name__
        self.answers.append(
            {
                "waba_id": waba_id,
                "url": url,
                "fields": sorted({doc["field"] for _, _, doc in rows}),
                "events": len(rows),
                "at": time.time(),
                "milliseconds": round((time.monotonic() - started) * 1000, 1),
                **note,
            }
        )
        if note["status"] != 200:
            log.warning("simulator.webhook_refused", extra={"status": note["status"]})
            self._hub.tell("webhook_refused", waba_id, status=note["status"])
        return note["status"]

    def _retry_later(self, seq: int, doc: Doc) -> None:
        if time.time() - doc["since"] > KEEP:
            self._store.done([seq])
            self._count(doc["waba_id"], "given_up")
            return
        gap = GAPS[min(doc["tries"], len(GAPS) - 1)] / self._speed
        doc["tries"] += 1
        due = time.time() + gap
        self._store.postpone(seq, due, doc)
        self._push(doc["waba_id"], (due, seq, doc))

    def _count(self, waba_id: str, what: str, events: int = 1) -> None:
        counts = self.counts.setdefault(waba_id, {})
        counts[what] = counts.get(what, 0) + events
