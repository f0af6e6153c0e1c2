"""start_presenter: claims a take and asks the avatar service for it, once; repeats an unclear call under its key.

No field of HeyGen's API tells how a look can be cut out, so a take is asked for with transparency, then on a key
colour, then plain; a refusal costs nothing and is remembered for the look. Which engine films a look is told, and
stands in the plan; only a look that could not be asked when the film was ordered is asked here, and its take booked
at the price of that engine, in the write that claims it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from shared.cloud.records import Loaded
from shared.cloud.secrets import Secret, Secrets
from shared.cloud.tenants import AccountStatus, Integration, Tenants
from shared.log import Fact, JobRef, log_job
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Job, Node, State
from shared.pipeline.job.names import attempt_name, idempotency_key
from shared.pipeline.job.unclear import looked_for, replayable
from shared.pipeline.job.vendors import account_owner
from shared.pipeline.plan.looks import Engine, engine_for, price_of
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.vendors.names import called
from shared.providers.ports import KeyChanged, PresenterVendor, Refused, TryLater
from shared.steps.breakers import Breakers
from shared.steps.commit import Commits, Heard
from shared.steps.cutouts import CANNOT, NEXT
from shared.steps.message import Message
from shared.steps.speech import planned, speech_order
from shared.steps.stopwatch import Stopwatch
from shared.steps.submit import send_claimed, sendable
from shared.steps.unclear_takes import key_gone, sought
from shared.steps.vendor_keys import key_of, keyless, newest_key, not_lent


@dataclass(frozen=True, slots=True)
class StartPresenter:
    """The step and what it needs."""

    commits: Commits
    breakers: Breakers
    presenters: Mapping[str, PresenterVendor]
    engines: Mapping[str, tuple[Engine, ...]]  # of each service, in the order we prefer them
    tenants: Tenants
    secrets: Secrets
    callback_url: Callable[[str, str], str]  # vendor, attempt
    stopwatch: Callable[[], Stopwatch]
    token: Callable[[], str]

    def __call__(self, message: Message) -> None:
        """Submit one take, or find out what became of an unclear one."""
        watch = self.stopwatch()
        loaded = self.commits.load(message.job)
        node = loaded.job.nodes.get(message.node) if loaded else None
        if loaded is None or node is None or not sendable(node, message):
            about = loaded.job if loaded else JobRef(message.job)
            log_job(Fact.NOTHING_TO_DO, about, "not queued", node=message.node)
            return
        job = loaded.job
        account = self.tenants.integration(account_owner(job, node), node.provider, job.plan.mode)
        starting = node.state is State.STARTING
        key = key_of(self.secrets, account, node.claim) if starting else newest_key(self.secrets, account)
        # Secret Manager is asked for both before the claim: key and path.
        url = self.callback_url(node.provider, str(attempt_name(job.id, node)))
        if starting:
            if key is None:
                self.commits.hear(loaded, key_gone(node))
            else:
                self._repeat(loaded, node, account, key, url, watch)
            return
        now = self.commits.jobs.now(loaded)
        if account and account.busy_until and account.busy_until > now:
            busy = on.Postponed(
                node.key, node.take, node.attempt, account.busy_until - now, f"{called(node.provider)} is at its limit"
            )
            self.commits.hear(loaded, busy)
            return
        mine = self.token()
        look = partial(self.presenters[node.provider].check_key, api_key=key.value) if key else None
        if held := self.breakers.hold(job, node, mine, now, look, account):
            self.commits.hear(loaded, held)
            return
        try:
            engine, rate = self._engine(job, node, key)
        except TryLater as later:
            self.commits.hear(loaded, on.Postponed(node.key, node.take, node.attempt, later.after, str(later)))
            return
        cutout = node.cutout or self._known(account, job, node)
        claim = on.Claimed(
            node.key,
            message.take,
            message.attempt,
            mine,
            secret=account.secret if account else None,
            secret_version=key.version if key else None,
            key_fingerprint=key.fingerprint if key else None,
            cutout=cutout,
            engine=engine,
            rate=rate,
            reconcile=self.presenters[node.provider].reconcile,
        )
        heard = self.commits.hear(loaded, claim)
        self._send(heard, node.key, mine, account, key, url, watch)

    def _repeat(
        self, loaded: Loaded, node: Node, account: Integration | None, key: Secret, url: str, watch: Stopwatch
    ) -> None:
        """Repeat under the same key; when the key is too old, look for the title instead."""
        mine = self.token()
        heard = self.commits.hear(loaded, on.Reclaimed(node.key, node.take, node.attempt, mine))
        if heard.owns(node.key, mine):
            self._send(heard, node.key, mine, account, key, url, watch)
            return
        began = self.commits.jobs.now(loaded)
        if loaded.job.barred_at is None and (node.claim is None or replayable(node, began, self.commits.timeouts)):
            return
        way = looked_for(node, self.commits.timeouts)
        self.commits.hear(loaded, sought(loaded, node, way, self.presenters[node.provider], key.value, began))

    def _send(
        self,
        heard: Heard,
        node_key: str,
        mine: str,
        account: Integration | None,
        key: Secret | None,
        url: str,
        watch: Stopwatch,
    ) -> None:
        if not heard.owns(node_key, mine):
            log_job(Fact.CLAIM_LOST, heard.job, node=node_key)
            return
        job, node = heard.job, heard.job.nodes[node_key]
        if account is None or key is None or account.status is not AccountStatus.ACTIVE:
            self.commits.hear(heard.loaded, keyless(job, node, mine))
            return
        owner = account_owner(job, node)
        order = speech_order(job, node, url, node.claim.engine if node.claim else None)
        presenter = self.presenters[node.provider]

        def send() -> str:
            try:
                return presenter.submit(
                    order,
                    api_key=key.value,
                    idempotency_key=idempotency_key(job.id, node),
                    total_seconds=self.commits.timeouts.of(node.provider).http,
                )
            except TryLater as busy:
                self.tenants.busy(owner, node.provider, job.plan.mode, self.commits.jobs.now(heard.loaded) + busy.after)
                raise

        def refusal(refused: Refused) -> on.NodeEvent | None:
            asked = node.claim.cutout if node.claim else None
            other = NEXT.get(asked) if asked and refused.code in CANNOT else None
            if other is None:
                return not_lent(job, node, mine, refused)
            self.tenants.learn(owner, account, order.avatar_id, other)
            return on.Released(node_key, mine, str(refused), timedelta(0), refused=True, cutout=other)

        send_claimed(
            heard,
            node_key,
            mine,
            send,
            commits=self.commits,
            breakers=self.breakers,
            stopwatch=watch,
            refusal=refusal,
        )

    def _engine(self, job: Job, node: Node, key: Secret | None) -> tuple[str | None, int | None]:
        """Return the engine the plan froze, else ask the look, which is free, and what a second costs then.

        No engine where the look does not tell, no price either where it cannot be asked at all: then the answer to the
        order says what is wrong. Raises TryLater.
        """
        speech = planned(job, node)
        if speech.engine or key is None:
            return speech.engine, None
        try:
            look = self.presenters[node.provider].avatar(speech.avatar_id, api_key=key.value)
        except (KeyChanged, Refused):
            return None, None
        engines = self.engines[node.provider]
        chosen = engine_for(look, engines)
        return chosen.id if chosen else None, price_of(look, engines)

    @staticmethod
    def _known(account: Integration | None, job: Job, node: Node) -> Cutout:
        return ((account.looks or {}).get(planned(job, node).avatar_id) if account else None) or Cutout.ALPHA
