"""Rows of the database as values and back, inside the caller's transaction."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from .resources import Description, Stored
from .rules import Digests, Version
from .wire import no_bucket


@dataclass(frozen=True, slots=True)
class BucketRow:
    """A bucket as it is kept."""

    name: str
    location: str
    age_days: tuple[tuple[str, int], ...]
    created: datetime


def find_bucket(rows: sqlite3.Connection, name: str) -> BucketRow:
    """Read a bucket; 404 where there is none."""
    row = rows.execute("SELECT * FROM buckets WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise no_bucket()
    return bucket_of(row)


def bucket_of(row: sqlite3.Row) -> BucketRow:
    """Read a row of `buckets`."""
    rules = tuple((prefix, age) for prefix, age in json.loads(row["age_days"]))
    return BucketRow(row["name"], row["location"], rules, datetime.fromisoformat(row["created"]))


def find(rows: sqlite3.Connection, bucket: str, name: str) -> Stored | None:
    """Read a live object, None where there is none."""
    row = rows.execute("SELECT * FROM objects WHERE bucket = ? AND name = ?", (bucket, name)).fetchone()
    return stored_of(row) if row else None


def next_generation(rows: sqlite3.Connection, now: datetime) -> int:
    """Take the next generation: the clock's microseconds, or one more than the last where that is higher."""
    (last,) = rows.execute("SELECT last_generation FROM counter").fetchone()
    generation = max(int(last) + 1, int(now.timestamp() * 1_000_000))
    rows.execute("UPDATE counter SET last_generation = ?", (generation,))
    return generation


def put(rows: sqlite3.Connection, stored: Stored) -> None:
    """Write an object over what had its name."""
    rows.execute(
        "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            stored.bucket,
            stored.name,
            stored.version.generation,
            stored.version.metageneration,
            stored.size,
            stored.digests.crc32c,
            stored.digests.md5,
            stored.file,
            stored.created.isoformat(),
            stored.updated.isoformat(),
            stored.description.to_text(),
        ),
    )


def stored_of(row: sqlite3.Row) -> Stored:
    """Read a row of `objects`."""
    return Stored(
        row["bucket"],
        row["name"],
        Version(row["generation"], row["metageneration"]),
        row["size"],
        Digests(row["crc32c"], row["md5"]),
        row["file"],
        datetime.fromisoformat(row["created"]),
        datetime.fromisoformat(row["updated"]),
        Description.from_text(row["description"]),
    )
