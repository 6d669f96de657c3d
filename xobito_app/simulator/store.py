"""The simulator's memory: documents, customers, messages and pending work in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Doc = dict[str, Any]

MOST_TRAFFIC = 200_000
"""Entries of the record of traffic that are kept, the newest."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
  kind TEXT, key TEXT, waba_id TEXT, doc TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS documents_waba ON documents (kind, waba_id);
CREATE TABLE IF NOT EXISTS customers (
  id TEXT PRIMARY KEY, waba_id TEXT, phone TEXT, bsuid TEXT, doc TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS customers_phone ON customers (waba_id, phone) WHERE phone <> '';
CREATE UNIQUE INDEX IF NOT EXISTS customers_bsuid ON customers (waba_id, bsuid);
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, waba_id TEXT, number_id TEXT,
  customer_id TEXT, direction TEXT, at REAL, category TEXT, status TEXT, doc TEXT);
CREATE INDEX IF NOT EXISTS messages_chat ON messages (customer_id, seq);
CREATE INDEX IF NOT EXISTS messages_window ON messages (number_id, customer_id, direction, at);
CREATE INDEX IF NOT EXISTS messages_status ON messages (customer_id, direction, status);
CREATE INDEX IF NOT EXISTS messages_waba ON messages (waba_id, direction, at);
CREATE INDEX IF NOT EXISTS messages_category ON messages (number_id, category, at);
CREATE TABLE IF NOT EXISTS traffic (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, waba_id TEXT, number_id TEXT, peer TEXT, direction TEXT,
  at REAL, doc TEXT);
CREATE INDEX IF NOT EXISTS traffic_peer ON traffic (number_id, peer, direction);
CREATE INDEX IF NOT EXISTS traffic_waba ON traffic (waba_id, seq);
CREATE TABLE IF NOT EXISTS pending (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT, waba_id TEXT, due REAL, doc TEXT);
"""


class Store:
    """Everything that must survive a restart; calls are quick enough for the event loop."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # It holds tokens: fake ones, but the habit counts.
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        # A killed process loses nothing; only a power cut could, and this is a simulator.
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def put(self, kind: str, key: str, doc: Doc, waba_id: str = "") -> None:
        """Write a document, replacing the one with its key."""
        self._db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?) ON CONFLICT (kind, key) "
            "DO UPDATE SET doc = excluded.doc, waba_id = excluded.waba_id",
            (kind, key, waba_id, json.dumps(doc)),
        )

    def find(self, kind: str, key: str) -> Doc | None:
        """Return a document, or None."""
        return self._one("SELECT doc FROM documents WHERE kind = ? AND key = ?", kind, key)

    def list_of(self, kind: str, waba_id: str | None = None) -> list[Doc]:
        """Return the documents of a kind by key, of one WABA or of all."""
        if waba_id is None:
            return self._all("SELECT doc FROM documents WHERE kind = ? ORDER BY key", kind)
        return self._all(
            "SELECT doc FROM documents WHERE kind = ? AND waba_id = ? ORDER BY key", kind, waba_id
        )

    def delete(self, kind: str, key: str) -> None:
        """Forget a document."""
        self._db.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key))

    def forget_waba(self, waba_id: str) -> None:
        """Forget everything that belongs to a WABA."""
        for table in ("documents", "customers", "messages", "traffic", "pending"):
            self._db.execute(f"DELETE FROM {table} WHERE waba_id = ?", (waba_id,))  # noqa: S608

    def put_customer(self, customer: Doc) -> None:
        """Write a customer."""
        row = (customer["waba_id"], customer["phone"], customer["bsuid"], json.dumps(customer))
        self._db.execute(
            "INSERT INTO customers (waba_id, phone, bsuid, doc, id) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET waba_id = excluded.waba_id, phone = excluded.phone, "
            "bsuid = excluded.bsuid, doc = excluded.doc",
            (*row, customer["id"]),
        )

    def find_customer(self, customer_id: str) -> Doc | None:
        """Return a customer, or None."""
        return self._one("SELECT doc FROM customers WHERE id = ?", customer_id)

    def find_customer_by(self, waba_id: str, *, phone: str = "", bsuid: str = "") -> Doc | None:
        """Return the customer with a phone (digits) or a BSUID, or None."""
        if phone:
            return self._one(
                "SELECT doc FROM customers WHERE waba_id = ? AND phone = ? AND phone <> ''",
                waba_id,
                phone,
            )
        return self._one(
            "SELECT doc FROM customers WHERE waba_id = ? AND bsuid = ?", waba_id, bsuid
        )

    def list_customers(self, waba_id: str, search: str = "", limit: int = 200) -> list[Doc]:
        """Return customers, those with the newest message first."""
        return self._all(
            "SELECT doc FROM customers WHERE waba_id = ? AND (? = '' OR doc LIKE ?) ORDER BY "
            "(SELECT max(seq) FROM messages WHERE customer_id = customers.id) DESC, rowid LIMIT ?",
            waba_id,
            search,
            f"%{search}%",
            limit,
        )

    def delete_customer(self, customer_id: str) -> None:
        """Forget a customer and the chat."""
        self._db.execute("DELETE FROM customers WHERE id = ?", (customer_id,))
        self._db.execute("DELETE FROM messages WHERE customer_id = ?", (customer_id,))

    def add_message(self, message: Doc) -> None:
        """Append a message; `category` is its price category, empty when incoming."""
        self._db.execute(
            "INSERT INTO messages (id, waba_id, number_id, customer_id, direction, at, category, "
            "status, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                message["id"],
                message["waba_id"],
                message["number_id"],
                message["customer_id"],
                message["direction"],
                message["at"],
                message.get("category", ""),
                message["status"],
                json.dumps(message),
            ),
        )

    def save_message(self, message: Doc) -> None:
        """Write a changed message back."""
        self._db.execute(
            "UPDATE messages SET status = ?, doc = ? WHERE id = ?",
            (message["status"], json.dumps(message), message["id"]),
        )

    def find_message(self, message_id: str) -> Doc | None:
        """Return a message, or None."""
        return self._one("SELECT doc FROM messages WHERE id = ?", message_id)

    def page_messages(
        self, customer_id: str, *, before: int | None, limit: int
    ) -> list[tuple[int, Doc]]:
        """Return the newest messages of a chat before a position, newest first."""
        rows = self._db.execute(
            "SELECT seq, doc FROM messages WHERE customer_id = ? AND seq < ? "
            "ORDER BY seq DESC LIMIT ?",
            (customer_id, before if before is not None else 1 << 62, limit),
        )
        return [(seq, json.loads(doc)) for seq, doc in rows]

    def list_messages(self, waba_id: str, direction: str, start: float, end: float) -> list[Doc]:
        """Return the messages of a WABA in a span of time, oldest first."""
        return self._all(
            "SELECT doc FROM messages WHERE waba_id = ? AND direction = ? AND at >= ? AND at < ? "
            "ORDER BY at",
            waba_id,
            direction,
            start,
            end,
        )

    def list_unread(self, customer_id: str, direction: str, statuses: Sequence[str]) -> list[Doc]:
        """Return the messages of a chat with one of the statuses, oldest first."""
        marks = ", ".join("?" for _ in statuses)
        return self._all(
            f"SELECT doc FROM messages WHERE customer_id = ? AND direction = ? "  # noqa: S608
            f"AND status IN ({marks}) ORDER BY seq",
            customer_id,
            direction,
            *statuses,
        )

    def last_inbound_at(self, number_id: str, customer_id: str) -> float | None:
        """Return when the customer last wrote to a number, in simulated seconds."""
        row = self._db.execute(
            "SELECT max(at) FROM messages WHERE number_id = ? AND customer_id = ? "
            "AND direction = 'in'",
            (number_id, customer_id),
        ).fetchone()
        return row[0]

    def count_category(self, number_id: str, category: str, since: float, limit: int) -> int:
        """Count sent messages of a price category since a moment, up to `limit`."""
        row = self._db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM messages WHERE number_id = ? AND category = ? "
            "AND at >= ? LIMIT ?)",
            (number_id, category, since, limit),
        ).fetchone()
        return int(row[0])

    def add_traffic(self, entry: Doc) -> None:
        """Put what came in, or was asked for, on record."""
        cursor = self._db.execute(
            "INSERT INTO traffic (waba_id, number_id, peer, direction, at, doc) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                entry["waba_id"],
                entry["number_id"],
                entry["peer"],
                entry["direction"],
                entry["at"],
                json.dumps(entry),
            ),
        )
        seq = int(cursor.lastrowid or 0)
        if seq % 1000 == 0:
            self._db.execute("DELETE FROM traffic WHERE seq <= ?", (seq - MOST_TRAFFIC,))

    def list_traffic(self, waba_id: str, after: int, limit: int) -> list[tuple[int, Doc]]:
        """Return the record of a WABA's traffic after a position, oldest first."""
        rows = self._db.execute(
            "SELECT seq, doc FROM traffic WHERE waba_id = ? AND seq > ? ORDER BY seq LIMIT ?",
            (waba_id, after, limit),
        )
        return [(seq, json.loads(doc)) for seq, doc in rows]

    def count_requests(self, number_id: str, peer: str) -> int:
        """Count the requests of a number to somebody that are on record."""
        row = self._db.execute(
            "SELECT count(*) FROM traffic WHERE number_id = ? AND peer = ? AND direction = 'out'",
            (number_id, peer),
        ).fetchone()
        return int(row[0])

    def add_pending(self, queue: str, waba_id: str, due: float, doc: Doc) -> int:
        """Keep work for later; returns its position."""
        cursor = self._db.execute(
            "INSERT INTO pending (queue, waba_id, due, doc) VALUES (?, ?, ?, ?)",
            (queue, waba_id, due, json.dumps(doc)),
        )
        return int(cursor.lastrowid or 0)

    def postpone(self, seq: int, due: float, doc: Doc) -> None:
        """Give kept work a later time."""
        self._db.execute(
            "UPDATE pending SET due = ?, doc = ? WHERE seq = ?", (due, json.dumps(doc), seq)
        )

    def done(self, seqs: Iterable[int]) -> None:
        """Forget finished work."""
        self._db.executemany("DELETE FROM pending WHERE seq = ?", [(seq,) for seq in seqs])

    def list_pending(self, queue: str) -> list[tuple[int, float, Doc]]:
        """Return all kept work of a queue."""
        rows = self._db.execute(
            "SELECT seq, due, doc FROM pending WHERE queue = ? ORDER BY due, seq", (queue,)
        )
        return [(seq, due, json.loads(doc)) for seq, due, doc in rows]

    def _one(self, statement: str, *values: Any) -> Doc | None:
        row = self._db.execute(statement, values).fetchone()
        return json.loads(row[0]) if row else None

    def _all(self, statement: str, *values: Any) -> list[Doc]:
        return [json.loads(row[0]) for row in self._db.execute(statement, values)]
