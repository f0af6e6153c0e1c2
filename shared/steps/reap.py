"""reap: deletes the jobs whose time is over, and the files of deleted ones; the one function that may delete a file.

A deleted job is looked at twice: three minutes after its deletion, when every call that had read it has ended, and at
LAST_REAP, when nothing that was on its way to our buckets can still arrive; an object that does arrive later has it
looked at once more. Files that another job names stay for it, and go with the last one that names them. Each look does
the same again, so a look that died half way is repeated (hole 52).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.cloud.audit import BY_RETENTION
from shared.cloud.blobs import Blobs, FilesUnreachable
from shared.cloud.deletions import Deletions, Found, FoundJob, Receipt
from shared.cloud.jobs import Conflict, Doubtful, StoreUnreachable
from shared.cloud.records import Page, Unread
from shared.log import Fact, JobRef, crashed, log, log_job
from shared.pipeline.job.job import Job
from shared.pipeline.job.names import parts_folder
from shared.steps.audited import Actor
from shared.steps.commit import JobGone, StoreBusy
from shared.steps.delete_job import DeleteJob, files_of

REAP_PAGE = 50
REAP_TICK = 40.0  # seconds in which work on another job may begin; the function's limit is 120
LAST_REAP = timedelta(minutes=35)  # no clip is filmed and no film composed for longer
LOOK_LATER = timedelta(minutes=10)  # a version is being composed, or a service failed
LOOK_TOMORROW = timedelta(days=1)  # a version is kept, or nobody can read what is there
MOST_KIN = 2000  # jobs that were made from one
_OWNER = re.compile(r"gs://[^/]+/jobs/(?P<job>[0-9a-f-]{36})/")


class NotYet(Exception):
    """A job's files cannot be told from those of others now."""


@dataclass(frozen=True, slots=True)
class Reap:
    """The step and what it needs."""

    deletions: Deletions
    delete_job: DeleteJob
    blobs: Blobs
    buckets: tuple[str, ...]
    list_gone: Callable[[str, str], None]  # lets a root say that a version of its film is deleted
    close_tenants: Callable[[], int]  # goes on with tenants that are being closed
    reap_batches: Callable[[], int]  # ends what is left of deleted batches
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def __call__(self) -> dict[str, int]:
        """See to what is due; return how many jobs expired and how many receipts were looked at."""
        end = self.monotonic() + REAP_TICK
        expired = self._through(self.deletions.expired, self._expire, "expire_at", end)
        reaped = self._through(self.deletions.due, self._reap, "reap_at", end)
        if expired or reaped:
            log(Fact.REAPED, f"{expired} jobs whose time was over, {reaped} deleted ones", expired=expired)
        return {"expired": expired, "reaped": reaped, "batches": self.reap_batches(), "closing": self.close_tenants()}

    def _through(
        self,
        page: Callable[..., Page[Found]],
        work: Callable[[FoundJob], None],
        due: str,
        end: float,
    ) -> int:
        count, now, last = 0, self.now(), None
        while True:
            found = page(now, REAP_PAGE, last)
            for each in found.found:
                if self.monotonic() >= end:
                    return count
                self._contained(each, work, due)
                count += 1
            last = found.last
            if last is None:
                return count

    def _contained(self, each: Found, work: Callable[[FoundJob], None], due: str) -> None:
        """Do one, whatever it raises: no document stops all others."""
        about = JobRef(each.id, each.receipt.deleted_of if isinstance(each, FoundJob) and each.receipt else "")
        try:
            if isinstance(each, FoundJob):
                work(each)
                return
            log_job(Fact.NEWER if each.newer else Fact.UNREADABLE, about, each.why)
            wait = LOOK_TOMORROW
        except (Conflict, Doubtful) as lost:
            log_job(Fact.NOTHING_TO_DO, about, str(lost))  # the next tick sees how it stands
            return
        except NotYet as early:
            log_job(Fact.NOTHING_TO_DO, about, str(early))
            wait = LOOK_LATER
        except JobGone:
            wait = LOOK_LATER  # the root went at this moment
        except (StoreBusy, StoreUnreachable, FilesUnreachable) as failed:
            log_job(Fact.STORE_FAILED, about, str(failed))
            wait = LOOK_LATER
        except Exception:  # noqa: BLE001  # a bug of ours over this document
            crashed("a deleted job could not be seen to", about)
            wait = LOOK_TOMORROW
        try:
            self.deletions.move(each, **{due: self.now() + wait})
        except (Conflict, Doubtful) as lost:
            log_job(Fact.NOTHING_TO_DO, about, str(lost))

    def _expire(self, seen: FoundJob) -> None:
        job, now = seen.job, self.now()
        if job is None:
            self.deletions.move(seen, expire_at=None)
            return
        until = job.stay.until(job.ended_at)
        if until is None or until > now:  # older code has written what it knew
            self.deletions.move(seen, expire_at=until)
        elif left := self.delete_job.versions_of(job):
            self.deletions.move(seen, expire_at=max((_ends(each, now) for each in left), default=now))
        else:
            self.delete_job.put(seen, job, Actor(BY_RETENTION))

    def _reap(self, seen: FoundJob) -> None:
        receipt = seen.receipt
        if receipt is None:
            self.deletions.move(seen, reap_at=None)
            return
        doomed = tuple(uri for owner in owners_of(receipt) for uri in self._doomed(owner, receipt))
        doomed += tuple(
            uri for bucket in self.buckets for uri in self._under(f"gs://{bucket}/{parts_folder(receipt.id)}")
        )
        for uri in doomed:
            self.blobs.delete(uri)
        told = self.deletions.end_deliveries(receipt.deleted_of, receipt.id)
        if receipt.root:
            self.list_gone(receipt.root, receipt.id)
        about = JobRef(receipt.id, receipt.deleted_of)
        log_job(Fact.FILES_DELETED, about, f"{len(doomed)} files, {told} deliveries")
        last = receipt.deleted_at + LAST_REAP
        if self.now() < last:
            self.deletions.move(seen, reap_at=last)
        else:
            self.deletions.move(seen, reap_at=None, files=None)

    def _doomed(self, owner: str, receipt: Receipt) -> Iterator[str]:
        """Yield the objects in a job's folders that went with this receipt and that nobody names any more."""
        kin = tuple(self._kin(owner))
        root = self.deletions.look(owner) if owner != receipt.id else None
        if isinstance(root, Unread):
            raise NotYet(f"job {owner} cannot be read")
        if root is None or root.job is None:
            found: Iterable[str] = (
                uri for bucket in self.buckets for uri in self._under(f"gs://{bucket}/jobs/{owner}/")
            )
        elif any(job.ending is None for job in kin):
            raise NotYet(f"a version of {owner} is being made, maybe of the same picture")
        else:
            kin = (*kin, root.job)
            mine = [_stem(uri) for uri in receipt.files if _owner(uri) == owner]
            found = (uri for stem in mine for uri in self._under(stem) if _is_of(uri, stem))
        named = {_stem(uri) for job in kin for uri in files_of(job)}
        yield from (uri for uri in found if not any(_is_of(uri, stem) for stem in named))

    def _under(self, prefix: str) -> Iterator[str]:
        return (each.uri for each in self.blobs.list(prefix))

    def _kin(self, job_id: str) -> Iterator[Job]:
        """Yield the jobs that were made from one, over whatever was deleted in between. Raises NotYet."""
        todo, known = [job_id], {job_id}
        while todo:
            for each in self.deletions.made_from(todo.pop()):
                if isinstance(each, Unread):
                    raise NotYet(f"job {each.id}, which was made from {job_id}, cannot be read: {each.why}")
                if each.id in known:
                    continue
                known.add(each.id)
                if len(known) > MOST_KIN:
                    raise NotYet(f"more than {MOST_KIN} jobs were made from {job_id}")
                todo.append(each.id)
                if each.job:
                    yield each.job


def _ends(version: Found, now: datetime) -> datetime:
    """Return when a version may have gone, so that its root can."""
    job = version.job if isinstance(version, FoundJob) else None
    return max((job and job.stay.until(job.ended_at)) or now, now + LOOK_TOMORROW)


def owners_of(receipt: Receipt) -> tuple[str, ...]:
    """Return the jobs in whose folders a deleted job's files lie, itself first."""
    return tuple(dict.fromkeys((receipt.id, *(owner for uri in receipt.files if (owner := _owner(uri))))))


def _owner(uri: str) -> str | None:
    found = _OWNER.match(uri)
    return found and found["job"]


def _stem(uri: str) -> str:
    """Return what a file's name has in common with its poster's and its captions'."""
    folder, _, name = uri.rpartition("/")
    return f"{folder}/{name.partition('.')[0]}"


def _is_of(uri: str, stem: str) -> bool:
    return uri.startswith(stem) and not uri[len(stem) : len(stem) + 1].isalnum()
