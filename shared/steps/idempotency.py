"""One rule for every call that can buy: the same call twice buys once, and is answered as it was the first time.

A call is recognised by its `Idempotency-Key`, within its tenant and its route, so that a key of one call never meets
another's; what it asked for is kept as a hash beside it. A call that makes a job names the job's id after the key; a
call that buys more for a job writes the key into the job (`Purchase`), in the commit that reserves. So there is no
collection of keys, and nothing to clean up: the key lives as long as what it bought. Whoever repeats a call gets its
tasks enqueued once more, which heals a crash between commit and enqueue (hole 51).

Without a key, a call that makes a job makes a new one each time, but for an edit, which is named by what it asks for:
the same edit of the same film is the same version. A call about a job that is there is named after what the job had
been bought until then, so that two at once buy once.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.cloud.records import Loaded
from shared.codes import Code
from shared.pipeline.job.job import Job, Purchase
from shared.steps.problems import Problem

Judge = Callable[[], str | None]  # the id of the key that asks; Problem where it may buy no more, as it was revoked
NAMESPACE = uuid.UUID("6f6d0c1e-6a0b-5a57-9a53-ab7011000001")


def unjudged() -> str | None:
    """Allow: nobody is behind this call whose rights could end."""
    return None


@dataclass(frozen=True, slots=True)
class BuyingCall:
    """A call that can buy: whose it is, which, under which key, and for what (`wanted` is plain JSON)."""

    tenant: str
    route: str
    key: str | None
    wanted: Any
    judge: Judge = unjudged  # asked again right before each commit that buys
    by_content: bool = False  # without a key it is named by what it asks for: asked twice, it makes one job

    @property
    def request_hash(self) -> str:
        """Tells a repeated call from another one under the same key."""
        return _hash(self.wanted)

    def job_id(self) -> str:
        """Return the id of the job this call makes."""
        if not self.named:
            return str(uuid.uuid4())
        scoped = self._scoped(self.key) if self.key else self._scoped(self.request_hash, "unnamed")
        return str(uuid.uuid5(NAMESPACE, scoped))

    @property
    def named(self) -> bool:
        """Tell whether the job it makes is found again under the same id."""
        return bool(self.key) or self.by_content

    def about(self, job: Job) -> str:
        """Return the name of this call about a job that is there, as the job stood when it was read."""
        return _hash(self._scoped(self.key) if self.key else self._scoped(f"after {len(job.purchases)}", "unnamed"))

    def made(self, job: Job) -> Purchase:
        """Return what a job that was found under this call's id was bought with. Raises Problem for another request."""
        return self._same(job.purchases[0])

    def done(self, job: Job, name: str) -> Purchase | None:
        """Return what was bought for a job under this name, None if nothing. Raises Problem for another request."""
        found = next((each for each in job.purchases if each.name == name), None)
        return self._same(found) if found else None

    def _same(self, found: Purchase) -> Purchase:
        if found.request_hash == self.request_hash:
            return found
        if self.key:
            raise Problem(Code.IDEMPOTENCY_CONFLICT)
        message = "another call about this job came first, and asked for something else"
        raise Problem(Code.IDEMPOTENCY_CONFLICT, message, next_move="read the job; an Idempotency-Key names a call")

    def _scoped(self, *named: str | None) -> str:
        return json.dumps([self.tenant, self.route, *named])


def still_there(known: Loaded | None) -> Loaded:
    """Return the job whose id is taken. Raises Problem where it was deleted: its id, and so its key, is used up."""
    if known is None:
        raise Problem(Code.JOB_DELETED)
    return known


def _hash(plain: Any) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()
