"""What start_clip and watch_clip do for a vendor that films with the tenant's own key and honours idempotency keys.

An answer that was lost is asked for again under its key, and is found out no other way. The vendor's link dies, so a
clip is done when its file lies in the films bucket, and was found to be what was ordered (pipeline README,
"Reconcile").
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from shared.cloud.blobs import Blobs
from shared.cloud.records import Loaded
from shared.cloud.secrets import Secret, Secrets
from shared.cloud.tenants import AccountStatus, Integration, Tenants
from shared.codes import Code
from shared.log import Fact, log_job
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Job, Node, State
from shared.pipeline.job.names import attempt_name, idempotency_key
from shared.pipeline.job.unclear import looked_for, replayable
from shared.pipeline.job.vendors import account_of, account_owner
from shared.pipeline.vendors.names import called
from shared.providers.ports import (
    Failure,
    Filmed,
    KeyChanged,
    KeyedClipOrder,
    KeyedFootageVendor,
    Lost,
    Pending,
    Refused,
    TryLater,
)
from shared.steps.breakers import Breakers
from shared.steps.clip_files import ClipFiles
from shared.steps.clips import keyed_order, made_from, planned, unsafe_move
from shared.steps.commit import Commits, Heard
from shared.steps.fetching import Unfetched, Unfit
from shared.steps.stopwatch import Stopwatch
from shared.steps.submit import send_claimed
from shared.steps.unclear_takes import key_gone
from shared.steps.vendor_keys import key_of, keyless, newest_key


@dataclass(frozen=True, slots=True)
class KeyedClips:
    """The work and what it needs; `vendors` by the node's provider."""

    commits: Commits
    breakers: Breakers
    vendors: Mapping[str, KeyedFootageVendor]
    tenants: Tenants
    secrets: Secrets
    blobs: Blobs
    files: ClipFiles
    token: Callable[[], str]

    def start(self, loaded: Loaded, node: Node, watch: Stopwatch) -> None:
        """Claim a clip and ask for it, once, or ask again under its key."""
        job = loaded.job
        account = self._account(job, node)
        again = node.state is State.STARTING
        key = key_of(self.secrets, account, node.claim) if again else newest_key(self.secrets, account)
        if again and key is None:
            self.commits.hear(loaded, key_gone(node))
            return
        named = (node.key, node.take, node.attempt)
        now = self.commits.jobs.now(loaded)
        if not again and account and account.busy_until and account.busy_until > now:
            why = f"{account.provider} is at its limit"
            self.commits.hear(loaded, on.Postponed(*named, account.busy_until - now, why))
            return
        mine = self.token()
        look = partial(self.vendors[node.provider].check_key, api_key=key.value) if key else None
        if held := self.breakers.hold(job, node, mine, now, look, account):
            self.commits.hear(loaded, held)
            return
        order = keyed_order(job, node, self.blobs)  # reads the picture: before the claim, like the key
        claim = on.Reclaimed(*named, mine) if again else self._claim(job, node, mine, account, key)
        heard = self.commits.hear(loaded, claim)
        if not heard.owns(node.key, mine):
            self._not_ours(loaded, node, again=again)
            return
        if account is None or key is None or account.status is not AccountStatus.ACTIVE:
            self.commits.hear(heard.loaded, keyless(job, node, mine))
            return
        self._send(heard, heard.job.nodes[node.key], mine, account, key, order, watch)

    def watch(self, loaded: Loaded, node: Node) -> None:
        """Look once and commit what was seen."""
        if node.state is not State.RUNNING or not node.provider_id:
            log_job(Fact.NOTHING_TO_DO, loaded.job, node.state.value, node=node.key)
            return
        seen = self._seen(loaded, node, node.provider_id)
        self.commits.hear(loaded, seen)
        self.breakers.heard(loaded.job, node, seen, self.commits.jobs.now(loaded))

    def _not_ours(self, loaded: Loaded, node: Node, *, again: bool) -> None:
        """An unclear call that is asked again no more is heard out: only its own news can still tell."""
        began = self.commits.jobs.now(loaded)
        if again and (loaded.job.barred_at or not replayable(node, began, self.commits.timeouts)):
            way = looked_for(node, self.commits.timeouts)
            self.commits.hear(loaded, on.NothingFound(node.key, node.take, node.attempt, way, at=began))
        else:
            log_job(Fact.CLAIM_LOST, loaded.job, node=node.key)

    def _claim(self, job: Job, node: Node, mine: str, account: Integration | None, key: Secret | None) -> on.Claimed:
        """Say under which key, and from which picture, the one call may be made."""
        return on.Claimed(
            node.key,
            node.take,
            node.attempt,
            mine,
            input=made_from(job, node),
            secret=account.secret if account else None,
            secret_version=key.version if key else None,
            key_fingerprint=key.fingerprint if key else None,
            reconcile=self.vendors[node.provider].reconcile,
        )

    def _send(
        self,
        heard: Heard,
        node: Node,
        mine: str,
        account: Integration,
        key: Secret,
        order: KeyedClipOrder,
        watch: Stopwatch,
    ) -> None:
        job = heard.job

        def send() -> str:
            try:
                return self.vendors[node.provider].submit(
                    order,
                    api_key=key.value,
                    idempotency_key=idempotency_key(job.id, node),
                    total_seconds=self.commits.timeouts.of(node.provider).http,
                )
            except TryLater as busy:  # its presenters wait as well: they share the account's places
                until = self.commits.jobs.now(heard.loaded) + busy.after
                self.tenants.busy(account_owner(job, node), account.provider, job.plan.mode, until)
                raise

        def refusal(refused: Refused) -> on.NodeEvent | None:
            if refused.code is not Code.SAFETY:
                return None
            move = unsafe_move(job, node, refused.blamed)
            return on.Rejected(node.key, mine, refused.code, str(refused), move)

        send_claimed(
            heard,
            node.key,
            mine,
            send,
            commits=self.commits,
            breakers=self.breakers,
            stopwatch=watch,
            refusal=refusal,
        )

    def _seen(self, loaded: Loaded, node: Node, video: str) -> on.NodeEvent:
        job, named = loaded.job, (node.key, node.take, node.attempt)
        key = key_of(self.secrets, self._account(job, node), node.claim)
        if key is None:
            return key_gone(node)
        try:
            seen = self.vendors[node.provider].poll(video, api_key=key.value)
        except KeyChanged:
            return on.KeyDenied(*named)
        except Lost:
            return on.IdUnknown(*named)
        except TryLater as later:
            log_job(Fact.POLL_FAILED, job, str(later), node=node.key)
            return on.PendingSeen(*named, sign=later.sign)
        match seen:
            case Pending():
                return on.PendingSeen(*named)
            case Failure(code, why, next_move, after):
                if code is Code.SAFETY:
                    next_move = unsafe_move(job, node, seen.blamed)
                return on.FailureHeard(*named, code, why, next_move, after)
            case Filmed():
                return self._fetched(job, node, video, seen)

    def _fetched(self, job: Job, node: Node, video: str, filmed: Filmed) -> on.NodeEvent:
        """Take in the finished file, if it is the clip that was ordered."""
        named = (node.key, node.take, node.attempt)
        try:
            film = self.files.archive(filmed, attempt_name(job.id, node), planned(job, node))
        except Unfit as unfit:
            log_job(Fact.FETCH_FAILED, job, f"not the clip that was ordered: {unfit.why}", node=node.key)
            vendor, wrong = called(node.provider), unfit.why.rstrip(".")
            why = f"{vendor} says {node.key} is finished, but {wrong}; the clip counts as paid"
            move = f"retry the job: it orders this clip again; ask {called(node.provider)} about video {video}"
            return on.FileRefused(*named, unfit.code, why, move)
        except Unfetched as failed:
            log_job(Fact.FETCH_FAILED, job, str(failed), node=node.key)
            return on.PendingSeen(*named, hinted=True, unfetched=str(failed))
        return on.FilmArrived(*named, film, provider_id=video)

    def _account(self, job: Job, node: Node) -> Integration | None:
        return self.tenants.integration(account_owner(job, node), account_of(node.provider), job.plan.mode)
