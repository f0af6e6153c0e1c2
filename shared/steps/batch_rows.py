"""The rows of a batch: kept as a file of orders as they were understood, a line each, and named one by one.

A row's order is frozen when the batch is taken: a template, a brand kit or defaults that change later change no row.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.cloud.blobs import Blobs
from shared.codes import Code
from shared.pipeline.job.batch import FilmBatch
from shared.pipeline.plan.kit import as_asked
from shared.pipeline.plan.request import FilmRequest, from_document, to_document
from shared.steps.idempotency import BuyingCall, Judge, unjudged
from shared.steps.problems import Problem

BATCH_ROUTE = "batches"
LARGEST_FILE = 24 * 2**20  # bytes: its orders, with what templates and brand kits have filled in
ROWS_MIME = "application/jsonl"


@dataclass(frozen=True, slots=True)
class RowsFile:
    """Orders as they are kept, and where each begins."""

    data: bytes
    starts: tuple[int, ...]


def batch_call(tenant: str, key: str | None, wanted: Any) -> BuyingCall:
    """Return the call that sends a batch: the same key is the same batch."""
    return BuyingCall(tenant, BATCH_ROUTE, key, wanted)


def row_call(batch: FilmBatch, row: int, request: FilmRequest, judge: Judge = unjudged) -> BuyingCall:
    """Return the call that orders a row: its job's id follows from the batch's and the row's number."""
    return BuyingCall(batch.tenant, BATCH_ROUTE, f"{batch.id}.{row}", as_asked(to_document(request)), judge)


def row_job(batch: FilmBatch, row: int) -> str:
    """Return the id of a row's job, whether it is there or not."""
    return BuyingCall(batch.tenant, BATCH_ROUTE, f"{batch.id}.{row}", None).job_id()


def rows_object(tenant: str, batch: str, content: str) -> str:
    """Return the name of a batch's file of rows; no other kind of file begins so."""
    return f"batches/{tenant}/{batch}/rows-{content[:16]}.jsonl"


def packed(requests: Sequence[FilmRequest]) -> RowsFile:
    """Return orders as a file. Raises Problem where that is too large."""
    lines = [json.dumps(to_document(each), ensure_ascii=False).encode() + b"\n" for each in requests]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    if starts[-1] > LARGEST_FILE:
        message = f"the rows, with what their templates say, have more than {LARGEST_FILE >> 20} MB"
        raise Problem(Code.PAYLOAD_TOO_LARGE, message, next_move="send them as several batches")
    return RowsFile(b"".join(lines), tuple(starts))


@dataclass(frozen=True, slots=True)
class BatchRows:
    """The files in the films bucket."""

    blobs: Blobs
    bucket: str

    def store(self, tenant: str, batch: str, content: str, file: RowsFile) -> str:
        """Keep a batch's rows; return where. Raises FilesUnreachable."""
        uri = f"gs://{self.bucket}/{rows_object(tenant, batch, content)}"
        return self.blobs.write(uri, [file.data], mime=ROWS_MIME, expected=len(file.data)).uri

    def order(self, batch: FilmBatch, row: int) -> FilmRequest:
        """Return a row's order. Raises NoFile, FilesUnreachable, Unreadable."""
        start, end = batch.starts[row - 1], batch.starts[row]
        return _read(self.blobs.read(batch.rows_uri, start, end - start))

    def products(self, batch: FilmBatch) -> Iterator[tuple[str | None, str]]:
        """Yield each row's product id and title. Raises NoFile, FilesUnreachable, Unreadable."""
        data = self.blobs.read(batch.rows_uri, 0, batch.starts[-1])
        for start, end in zip(batch.starts, batch.starts[1:], strict=False):
            said = json.loads(data[start:end])
            yield said.get("product_id"), str(said.get("product_title", ""))


def _read(line: bytes) -> FilmRequest:
    return from_document(json.loads(line))
