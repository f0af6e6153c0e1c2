"""watch_presenter: asks the avatar service about a take and fetches its file; a webhook is only a hint to look.

The vendor's link dies, so the take is done when its file lies in our bucket (hole 42), and was found to be what was
ordered; otherwise a fresh link is asked for a few times, then the take has failed and was paid. A key that no longer
works ends the attempt as paid: another account is never asked about it (hole 30).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.cloud.records import Loaded
from shared.cloud.secrets import Secrets
from shared.cloud.tenants import Integration, Tenants
from shared.codes import Code
from shared.log import Fact, JobRef, log_job
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Job, Node, Reconcile, State
from shared.pipeline.job.line import reconcile_of
from shared.pipeline.job.names import AttemptName, attempt_name
from shared.pipeline.job.timeouts import SECOND
from shared.pipeline.job.unclear import looked_for
from shared.pipeline.job.vendors import account_owner
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.vendors.names import called
from shared.providers.ports import Failure, Filmed, KeyChanged, Lost, Pending, PresenterVendor, TryLater
from shared.steps.breakers import Breakers
from shared.steps.commit import Commits
from shared.steps.cutouts import CANNOT, NEXT
from shared.steps.fetching import Unfetched, Unfit
from shared.steps.late_news import LateNews, told_by
from shared.steps.message import Message
from shared.steps.presenter_files import Archived, PresenterFiles
from shared.steps.speech import planned
from shared.steps.unclear_takes import key_gone, sought
from shared.steps.vendor_keys import key_of


@dataclass(frozen=True, slots=True)
class WatchPresenter:
    """The step and what it needs."""

    commits: Commits
    breakers: Breakers
    presenters: Mapping[str, PresenterVendor]
    tenants: Tenants
    secrets: Secrets
    files: PresenterFiles

    def __call__(self, message: Message) -> None:
        """Look once and commit what was seen."""
        loaded = self.commits.load(message.job)
        node = loaded.job.nodes.get(message.node) if loaded else None
        if loaded is None or node is None:
            log_job(Fact.NOTHING_TO_DO, loaded.job if loaded else JobRef(message.job), "no such", node=message.node)
            return
        if message.teller not in ("", told_by(loaded.job, node, message)):
            log_job(Fact.FORGED, loaded.job, f"{message.teller} spoke about a take of another", node=node.key)
            return
        current = (message.take, message.attempt) == (node.take, node.attempt)
        if not current or node.state not in (State.STARTING, State.RUNNING):
            late = LateNews(self.presenters, self.tenants, self.secrets)
            if event := late.heard(loaded, node, message):
                self.commits.hear(loaded, event)
            else:
                log_job(Fact.NOTHING_TO_DO, loaded.job, "nothing to look at", node=message.node)
            return
        video = node.provider_id or message.hint
        seen = self._seen(loaded, node, video, hinted=bool(message.hint)) if video else self._unnamed(loaded, node)
        if seen is None:
            return
        if video and node.state is State.STARTING and isinstance(seen, on.FileRefused | on.PendingSeen):
            named = on.IdHeard(node.key, node.take, node.attempt, video)
            loaded = self.commits.hear(loaded, named).loaded
            if isinstance(seen, on.PendingSeen) and not seen.unfetched:
                return
        self.commits.hear(loaded, seen)
        self.breakers.heard(loaded.job, node, seen, self.commits.jobs.now(loaded))

    def _account(self, job: Job, node: Node) -> Integration | None:
        return self.tenants.integration(account_owner(job, node), node.provider, job.plan.mode)

    def _unnamed(self, loaded: Loaded, node: Node) -> on.NodeEvent | None:
        """Look for an unclear take of a vendor without keys, once nobody can be waiting for its answer any more."""
        began = self.commits.jobs.now(loaded)
        life = self.commits.timeouts.of(node.provider).claim * SECOND
        expired = node.claim is not None and began >= node.claim.at + life
        if not expired or reconcile_of(node) is Reconcile.IDEMPOTENCY_KEY:
            log_job(Fact.NOTHING_TO_DO, loaded.job, "no id to look at yet", node=node.key)
            return None
        account = self._account(loaded.job, node)
        key = key_of(self.secrets, account, node.claim)
        if key is None:
            return key_gone(node)
        way = looked_for(node, self.commits.timeouts)
        return sought(loaded, node, way, self.presenters[node.provider], key.value, began)

    def _seen(self, loaded: Loaded, node: Node, video: str, *, hinted: bool) -> on.NodeEvent | None:
        job, about = loaded.job, (node.key, node.take, node.attempt)
        account = self._account(job, node)
        key = key_of(self.secrets, account, node.claim)
        if key is None:
            return key_gone(node)
        try:
            seen, title = self.presenters[node.provider].poll(video, api_key=key.value)
        except KeyChanged:
            return on.KeyDenied(*about)
        except Lost:
            return on.IdUnknown(*about) if node.provider_id else None
        except TryLater as later:
            log_job(Fact.POLL_FAILED, job, str(later), node=node.key)
            return on.PendingSeen(*about, hinted=hinted, sign=later.sign) if node.provider_id else None
        name = attempt_name(job.id, node)
        if not node.provider_id and title != str(name):
            log_job(Fact.FORGED, job, f"a hint named a take that is not ours: {video}", node=node.key)
            return None
        return self._event(loaded, node, name, video, seen, hinted=hinted)

    def _event(
        self,
        loaded: Loaded,
        node: Node,
        name: AttemptName,
        video: str,
        seen: Pending | Filmed | Failure,
        *,
        hinted: bool,
    ) -> on.NodeEvent:
        about = (node.key, node.take, node.attempt)
        match seen:
            case Failure(code, why, next_move, after):
                other = self._instead(loaded, node, code)
                return on.FailureHeard(*about, code, why, next_move, timedelta(0) if other else after, cutout=other)
            case Pending():
                return on.PendingSeen(*about, hinted=hinted)
            case Filmed() if seen.avatar_id not in (None, (wanted := planned(loaded.job, node).avatar_id)):
                vendor = called(node.provider)
                why = f"{vendor} filmed {seen.avatar_id}, and {wanted} was ordered; the take counts as paid"
                move = f"ask {vendor} about video {video}, then retry the job"
                return on.FailureHeard(*about, Code.WRONG_PRESENTER, why, move, paid=True)
            case Filmed():
                return self._fetched(loaded, node, name, video, seen)

    def _fetched(self, loaded: Loaded, node: Node, name: AttemptName, video: str, filmed: Filmed) -> on.NodeEvent:
        """Take in the finished file, if it is one; what it turned out to be is remembered for its look."""
        job, about = loaded.job, (node.key, node.take, node.attempt)
        asked, speech = (node.claim.cutout if node.claim else None) or Cutout.INSET, planned(job, node)
        try:
            archived = self.files.archive(
                filmed, name, asked=asked, estimated=speech.seconds, captions=job.plan.subtitled
            )
        except Unfit as unfit:
            log_job(Fact.FETCH_FAILED, job, f"not the take that was ordered: {unfit.why}", node=node.key)
            why = (
                f"{called(node.provider)} says {node.key} is finished, but {_begun(unfit.why)}; the take counts as paid"
            )
            move = f"retry the job: it orders this take again; ask {called(node.provider)} about video {video}"
            return on.FileRefused(*about, unfit.code, why, move)
        except Unfetched as failed:
            log_job(Fact.FETCH_FAILED, job, str(failed), node=node.key)
            return on.PendingSeen(*about, hinted=True, unfetched=str(failed))
        self._remembered(loaded, node, asked, archived)
        return on.FilmArrived(*about, archived.output, provider_id=video, warnings=archived.warnings)

    def _remembered(self, loaded: Loaded, node: Node, asked: Cutout, archived: Archived) -> None:
        """Ask a look for another way next time that took the order and delivered an opaque take."""
        if archived.output.cutout is asked or asked not in NEXT:
            return
        account = self._account(loaded.job, node)
        if account and archived.output.cutout is Cutout.INSET:
            self.tenants.learn(
                account_owner(loaded.job, node), account, planned(loaded.job, node).avatar_id, NEXT[asked]
            )

    def _instead(self, loaded: Loaded, node: Node, code: Code) -> Cutout | None:
        """A look that turned out unable to be cut out that way is asked for another way, and remembered."""
        asked = node.claim.cutout if node.claim else None
        other = NEXT.get(asked) if asked and code in CANNOT else None
        account = self._account(loaded.job, node)
        if other and account:
            self.tenants.learn(account_owner(loaded.job, node), account, planned(loaded.job, node).avatar_id, other)
        return other


def _begun(why: str) -> str:
    """Let a sentence go on another."""
    return why[:1].lower() + why[1:].rstrip(".")
