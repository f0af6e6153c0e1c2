"""Films: ordered once, watched, and fetched whole."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from .errors import FilmFailed, NotFound, StillRunning, Unavailable
from .schemas import (
    Accepted,
    Bill,
    Cancelled,
    DryRun,
    Edit,
    FeedbackKept,
    Film,
    Job,
    JobDeleted,
    JobRow,
    Regenerate,
    Retry,
    Revised,
    RevisedDryRun,
    Story,
)
from .transport import Patience, Sent, Transport, keyed

ENDED = ("completed", "failed", "cancelled")
PAUSES = (1.0, 2.0, 3.0, 5.0, 8.0)  # seconds between looks after a change; then
LONGEST_LOOK = 10.0
TRIES = 3  # of a download that breaks off
OTHER_FILES = ("mov", "webm", "gif", "webp")  # files of a film beside its MP4, by suffix
PAGE = 100  # jobs asked for at once

Seen = Callable[[Job], None]


class Films:
    """The films of a tenant. Every method raises AbrollError."""

    def __init__(self, transport: Transport, patience: Patience) -> None:
        self._transport = transport
        self._patience = patience

    def price(self, order: Film | Mapping[str, Any]) -> DryRun:
        """Return what an order would make and cost, with its warnings. Nothing is stored or spent."""
        asked = Sent(plain={**order, "dry_run": True})
        return cast("DryRun", self._transport.call("POST", "/create_job", asked, harmless=True))

    def create(self, order: Film | Mapping[str, Any], *, idempotency_key: str | None = None) -> Accepted:
        """Order a film.

        The same order under the same Idempotency-Key is one film however often it is sent; without one, each call makes
        a key of its own, under which it is repeated when an answer is lost. Keep one to go on after your process ended.
        """
        headers = keyed(idempotency_key)
        return cast("Accepted", self._transport.call("POST", "/create_job", Sent(plain=dict(order), headers=headers)))

    def get(self, job: str) -> Job:
        """Return how a job stands."""
        return cast("Job", self._transport.call("GET", f"/jobs/{_id(job)}"))

    def list(
        self,
        *,
        status: str | None = None,
        product_id: str | None = None,
        since: str | None = None,
        until: str | None = None,
        batch: str | None = None,
    ) -> Iterator[JobRow]:
        """Yield jobs, the newest first, page after page as they are looked at; `since`, `until`: ISO 8601."""
        asked = {"status": status, "product_id": product_id, "created_from": since, "created_to": until, "batch": batch}
        params = {"limit": str(PAGE), **{name: value for name, value in asked.items() if value is not None}}
        while True:
            page = self._transport.call("GET", "/jobs", Sent(params=params))
            yield from page["jobs"]
            cursor = page.get("next_cursor")
            if not cursor:
                return
            params["cursor"] = str(cursor)

    def events(self, job: str, *, timeout: float | None = None) -> Iterator[Job]:
        """Yield the job as it stands now and after each change, until it has ended.

        `timeout`: seconds. Raises StillRunning when they are over.
        """
        until = None if timeout is None else self._patience.now() + timeout
        told: tuple[object, ...] = ()
        quiet = 0
        while True:
            now = self.get(job)
            if (mark := _mark(now)) != told:
                told, quiet = mark, 0
                yield now
            if now["status"] in ENDED:
                return
            pause = PAUSES[quiet] if quiet < len(PAUSES) else LONGEST_LOOK
            quiet += 1
            if until is not None:
                left = until - self._patience.now()
                if left <= 0:
                    raise StillRunning(now)
                pause = min(pause, left)
            self._patience.sleep(pause)

    def wait(self, job: str, *, timeout: float | None = None, seen: Seen | None = None) -> Job:
        """Return the finished film's job; `seen` is told of each change on the way.

        `timeout`: seconds. Raises FilmFailed where it ended without a film, StillRunning when the time is over.
        """
        for now in self.events(job, timeout=timeout):
            if seen:
                seen(now)
        if now["status"] == "completed":
            return now
        error = now["error"] or {"code": now["status"], "message": now["summary"], "next_move": ""}
        raise FilmFailed(
            str(error.get("message") or now["summary"]),
            now,
            code=str(error.get("code") or now["status"]),
            next_move=str(error.get("next_move") or ""),
        )

    def timeline(self, job: str) -> Story:
        """Return what happened when, and which work overlapped."""
        return cast("Story", self._transport.call("GET", f"/jobs/{_id(job)}/timeline"))

    def bill(self, job: str) -> Bill:
        """Return every attempt and its cost."""
        return cast("Bill", self._transport.call("GET", f"/jobs/{_id(job)}/bill"))

    def cancel(self, job: str) -> Cancelled:
        """Stop a job; what was never sent to a vendor is refunded."""
        return cast("Cancelled", self._transport.call("POST", f"/jobs/{_id(job)}/cancel"))

    def delete(self, job: str) -> JobDeleted:
        """Delete an ended job with its film, for good; again it answers the same."""
        return cast("JobDeleted", self._transport.call("DELETE", f"/jobs/{_id(job)}"))

    def keep(self, job: str, *, keep: bool = True) -> Job:
        """Keep a job beyond its plan's days until it is deleted, or do so no more: then its days begin anew."""
        return cast("Job", self._transport.call("PATCH", f"/jobs/{_id(job)}", Sent({"keep": keep})))

    def feedback(
        self,
        job: str,
        rating: int | None = None,
        *,
        score: int | None = None,
        says: str = "",
        about: Sequence[str] = (),
        reasons: Sequence[str] = (),
        text: str = "",
    ) -> FeedbackKept:
        """Say how a film is, by its `score` from 1 to 10; what this key said of it before is replaced.

        The older form goes on: `rating` from 1 to 5, `reasons` and `text`. `about` names presenter, words, sound,
        footage.
        """
        said = {"score": score, "says": says, "about": list(about)}
        said |= {"rating": rating, "reasons": list(reasons), "text": text}
        wanted = {name: value for name, value in said.items() if value}
        return cast("FeedbackKept", self._transport.call("POST", f"/jobs/{_id(job)}/feedback", Sent(wanted)))

    def retry(
        self, job: str, changes: Retry | Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> Revised | RevisedDryRun:
        """Try a failed or cancelled job again, with other words if you like; what is finished is kept.

        With `dry_run` in the changes it is only priced.
        """
        return cast("Revised | RevisedDryRun", self._changed(job, "retry", changes, idempotency_key))

    def regenerate(
        self, job: str, changes: Regenerate | Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> Revised | RevisedDryRun:
        """Make a new film from a finished one: other words, another avatar or take. With `dry_run`: only priced."""
        return cast("Revised | RevisedDryRun", self._changed(job, "regenerate", changes, idempotency_key))

    def edit(
        self, job: str, changes: Edit | Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> Revised | RevisedDryRun:
        """Make another version of a film from the takes that exist: nothing is bought. With `dry_run`: only checked."""
        return cast("Revised | RevisedDryRun", self._changed(job, "edit", changes, idempotency_key))

    def download(self, job: str, to: str | Path, *, file: str | None = None, output: int = 1) -> Path:
        """Fetch the film to a file, which is there whole or not at all; return its path. Raises OSError too.

        `file`: which of the film's files, `mp4`, `mov`, `webm`, `gif` or `webp`; left out, the one `to` is named as.
        `output`: which of the order's `outputs`, from 1.
        """
        path = Path(to)
        ending = path.suffix[1:].lower()
        chosen = file or (ending if ending in OTHER_FILES else "mp4")
        for left in reversed(range(TRIES)):
            try:
                return self._fetch(job, path, chosen, output)
            except Unavailable:
                if not left:
                    raise
                self._patience.sleep(1.0)
        raise AssertionError("a try returns or raises")

    def _fetch(self, job: str, path: Path, chosen: str, output: int) -> Path:
        asked = {"file": chosen} if chosen != "mp4" else {}
        asked |= {"output": str(output)} if output != 1 else {}
        called = f"/jobs/{_id(job)}/film" + (f"?{urlencode(asked)}" if asked else "")
        part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
        try:
            with part.open("xb") as file, self._transport.file(called) as answer:
                for piece in answer.iter_raw():
                    file.write(piece)
                told = answer.headers.get("Content-Length")
                if told is not None and file.tell() != int(told):
                    raise Unavailable("the film broke off", code="unavailable", next_move="Fetch it again.")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return path

    def _changed(self, job: str, call: str, changes: Mapping[str, Any] | None, key: str | None) -> Any:
        sent = Sent(plain=dict(changes or {}), headers=keyed(key))
        return self._transport.call("POST", f"/jobs/{_id(job)}/{call}", sent)


def _id(job: str) -> str:
    """Return a job's id as a path's part: nothing else ever gets there."""
    try:
        return str(uuid.UUID(job))
    except (ValueError, AttributeError, TypeError):
        raise NotFound("not a job's id", code="not_found", next_move="Copy the id again; `list` shows all.") from None


def _mark(job: Job) -> tuple[object, ...]:
    return (job["status"], job["stage"], job["progress"], job["summary"])
