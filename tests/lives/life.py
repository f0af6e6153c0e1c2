"""One tenant's life on a whole small cloud, as Hypothesis tells it: films, faults, time, people, webhooks and keys.

Everything is real but time: Google's clients against the embedded servers, the vendors' stand-ins, fault proxies in
between. After each step nothing may be billed twice and no ended job may move; at the end, when all is mended, the
books must balance.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.blobs import FilesUnreachable
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.secret_names import CALLBACK_KEY as CALLBACK_SECRET
from shared.cloud.secrets import NoSecret, SecretsUnreachable
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import Ending
from shared.pipeline.job.names import attempt_name
from shared.pipeline.job.revision import Change
from shared.pipeline.plan.plan import Kind as Node
from shared.steps.callbacks import callback_path, vendor_path
from shared.steps.commit import StoreBusy
from shared.steps.message import Message
from shared.steps.problems import Problem
from tests.faults.cloud import StagedWiring, WrongClock
from tests.lives import kinds
from tests.lives.promises import Promises, held
from tests.steps.stage import CLIP, FILM, FILMS_WITH_ITS_KEY, SPEECH, TENANT, staged

UNANSWERED = (Problem, StoreBusy, StoreUnreachable, SecretsUnreachable, FilesUnreachable)  # what a caller is told 5xx
KEYS = (DEMO_KEY, "hg_second", "hg_third")
MOST = 3  # films of one life
CERTAIN = 3
SUCCESS: dict[str, object] = {"event_type": "avatar_video.success"}
STARTS = ("veo", "heygen-video", "presenter", "did", "compose")
NARROW = {queue: {"free": 1, "lanes": 1} for queue in STARTS}  # the second film waits in lanes
STEPS = {Node.CLIP: ("start_clip", "watch_clip"), Node.PRESENTER: ("start_presenter", "watch_presenter")}


class Life(RuleBasedStateMachine):
    """The rules; a failure is a story of them."""

    canned: ClassVar[Mapping[str, Path]] = {}
    kind: ClassVar[type[StagedWiring]] = StagedWiring
    tally: ClassVar[Counter[str]] = Counter()  # what all lives had in them
    films: Bundle[str] = Bundle("films")

    def __init__(self) -> None:
        super().__init__()
        self._held = ExitStack()
        folder = Path(self._held.enter_context(TemporaryDirectory(prefix="life-")))
        self.accounts = dict.fromkeys(KEYS, 1000.0)
        wallets = {"accounts": self.accounts}
        settings = staged(folder, heygen=wallets, did={}, canned=self.canned, portions=NARROW)
        self.stage = self._held.enter_context(settings)
        if self.kind is not StagedWiring:
            self.stage.cloud.kind = self.kind
            self.stage.cloud.wiring = self.stage.cloud.instance()
        self.twin = self.stage.cloud.instance()
        self.promises = Promises(self.stage)

    @property
    def _us(self) -> StagedWiring:
        return self.stage.wiring

    # A tenant orders, and changes its mind.

    @initialize(target=films, kind=kinds.kinds, troubles=st.lists(kinds.troubles, max_size=4))
    def begins(self, kind: str, troubles: list[kinds.Trouble]) -> str | MultipleResults[str]:
        """Order the first film in a world of troubles."""
        for trouble in troubles:
            self._befalls(trouble)
        return self._ordered(kind)

    @precondition(lambda self: len(self.promises.orders) < MOST)
    @rule(target=films, kind=kinds.kinds)
    def order(self, kind: str) -> str | MultipleResults[str]:
        """Order another film; what is answered 5xx is sent again under its key."""
        return self._ordered(kind)

    def _ordered(self, kind: str) -> str | MultipleResults[str]:
        key = f"film-{len(self.promises.orders)}"
        for _ in range(5):
            with suppress(*UNANSWERED):
                job_id = self.stage.order(kinds.FILMS[kind](), key, FILMS_WITH_ITS_KEY)
                self.promises.orders[job_id] = kind
                self.promises.named[job_id] = key
                return job_id
        return multiple()

    @rule(film=films)
    def order_again(self, film: str) -> None:
        """Send an order that was answered long ago once more."""
        if film not in self.promises.named:
            return
        with suppress(*UNANSWERED):
            kind = self.promises.orders[film]
            assert film == self.stage.order(kinds.FILMS[kind](), self.promises.named[film], FILMS_WITH_ITS_KEY)

    @rule(film=films, sure=st.integers(0, 3))
    def cancel(self, film: str, sure: int) -> None:
        """Cancel a job; most people think better of it."""
        if sure < CERTAIN:
            return
        self.promises.cancelled.add(film)
        with suppress(*UNANSWERED):
            loaded = self._us.commits.load(film)
            assert loaded
            self._us.commits.hear(loaded, CancelAsked("a test"))

    @precondition(lambda self: self.promises.with_ending(Ending.FAILED))
    @rule(which=st.integers(0, 2), change=st.sampled_from(kinds.CHANGES), rounds=kinds.rounds)
    def retry(self, which: int, change: Change, rounds: int) -> None:
        """Try a failed job again, perhaps with other words."""
        failed = self.promises.with_ending(Ending.FAILED)
        film = failed[which % len(failed)]
        self.promises.retried(film)
        with suppress(*UNANSWERED):
            loaded = self._us.commits.load(film)
            assert loaded
            self._us.revise().retry(FILMS_WITH_ITS_KEY, loaded, change, dry_run=False)
        self.goes_on(rounds)

    @precondition(lambda self: len(self.promises.orders) < MOST and self.promises.with_ending(Ending.COMPLETED))
    @rule(target=films, node=st.sampled_from((CLIP, SPEECH)))
    def regenerate(self, node: str) -> str | MultipleResults[str]:
        """Have one part of a finished film made anew."""
        film = self.promises.with_ending(Ending.COMPLETED)[-1]
        with suppress(*UNANSWERED):
            loaded = self._us.commits.load(film)
            assert loaded
            work, words = self._us.revise(), Change()
            one = frozenset({node})
            anew, _ = work.regenerate(FILMS_WITH_ITS_KEY, loaded, one, words, dry_run=False, trace="trace")
            self.promises.orders[anew.id] = self.promises.orders[film]
            return anew.id
        return multiple()

    @rule(key=st.sampled_from(KEYS))
    def rotate(self, key: str) -> None:
        """Put another HeyGen key, of another account."""
        with suppress(*UNANSWERED):
            put = self._us.tenant.accounts.keys.put
            put(TENANT.id, "heygen", "production", key, avatar_id=None, voice_id=None, register=False)
            self.promises.keys_changed = True

    @rule(key=st.sampled_from(KEYS))
    def revoke(self, key: str) -> None:
        """Let HeyGen forget a key; the others stay."""
        if len(self.accounts) > 1 and self.accounts.pop(key, 0.0):
            self.promises.keys_changed = True

    # Things go wrong.

    @rule(trouble=kinds.troubles, rounds=kinds.rounds)
    def trouble(self, trouble: kinds.Trouble, rounds: int) -> None:
        """Let a call of ours go wrong, or a task, an event or a webhook that comes to us; then life goes on."""
        self._befalls(trouble)
        self.goes_on(rounds)

    def _befalls(self, trouble: kinds.Trouble) -> None:
        self.promises.troubles.append(trouble)
        wire = self.stage.cloud.incoming if trouble.call in kinds.DOORS else self.stage.wire
        wire.on(trouble.call, trouble.kind, trouble.status, nth=trouble.nth, times=trouble.times)

    @rule(
        call=st.sampled_from(kinds.FREEZES),
        nth=kinds.few,
        seconds=kinds.seconds,
        sweep=st.booleans(),
        rounds=kinds.rounds,
    )
    def a_worker_freezes(self, call: str, nth: int, seconds: int, sweep: bool, rounds: int) -> None:
        """Let a worker stand still before a call, while others go on."""

        def meanwhile() -> None:
            self.stage.clock.forward(seconds)
            self.stage.vendors()
            if sweep:
                self._sweeps(self.twin)

        self.stage.wire.on(call, nth=nth, meanwhile=meanwhile)
        self.goes_on(rounds)

    @rule(waiting=st.integers(0, 5))
    def a_task_is_lost(self, waiting: int) -> None:
        """Let a task run out of retries: its name stays used."""
        names = [task.name for task in self.stage.waiting()]
        if names:
            self.promises.lost += 1
            self.stage.cloud.eyes.clients.tasks.delete_task(name=names[waiting % len(names)])

    @rule(film=films, node=st.sampled_from((CLIP, "clip-2", SPEECH, FILM)), back=st.integers(0, 2), watch=st.booleans())
    def an_old_task_comes(self, film: str, node: str, back: int, watch: bool) -> None:  # Hypothesis
        """Deliver a task again, or one of an attempt that is over."""
        found = self.stage.job(film).nodes.get(node)
        if found is None:
            return
        message = Message(film, node, found.take, max(1, found.attempt - back))
        step = STEPS[found.kind][watch] if found.kind in STEPS else "compose"
        with suppress(*UNANSWERED):
            getattr(self.twin, step)(message)

    @rule(
        film=films,
        vendor=st.sampled_from(("heygen", "did")),
        video=st.sampled_from(("another", "forged")),
        signed=st.booleans(),
    )
    def a_webhook_lies(self, film: str, vendor: str, video: str, signed: bool) -> None:  # Hypothesis
        """Tell of a take that is not this film's, or under no signature of ours."""
        node = self.stage.job(film).nodes.get(SPEECH)
        if node is None:
            return
        takes = self.stage.bill(vendor)
        named = str(takes[-1]["id"]) if takes and video == "another" else video
        with suppress(NoSecret, SecretsUnreachable):
            key = self._us.secrets.get(CALLBACK_SECRET).value if signed else "a guess"
            name = attempt_name(film, node)
            path, body = f"/heygen_webhook{callback_path(name, key)}", SUCCESS | {"event_data": {"video_id": named}}
            if vendor == "did":
                path, body = f"/provider_webhook{vendor_path(vendor, name, key)}", {"id": named, "status": "done"}
            with suppress(httpx.TransportError):
                httpx.post(self.stage.cloud.front.url + path, json=body, trust_env=False)

    @rule(ahead=st.sampled_from((0, 3600, -3600)))
    def restart(self, ahead: int) -> None:
        """Start a new instance, with empty caches; its machine's clock may be wrong."""
        clock = WrongClock(self.stage.clock, ahead) if ahead else None
        self.stage.cloud.wiring = self.stage.cloud.instance(clock)

    # Time and the platform.

    @rule(rounds=kinds.rounds)
    def goes_on(self, rounds: int) -> None:
        """Let tasks, vendors and events take their course for a while."""
        for _ in range(rounds):
            self.stage.round()

    @rule(seconds=kinds.seconds)
    def time_passes(self, seconds: int) -> None:
        """Let time pass in which nothing is delivered, and the sweep come by."""
        self.stage.filmed(seconds)
        self._sweeps(self._us)

    def _sweeps(self, who: StagedWiring) -> None:
        with suppress(StoreUnreachable):
            who.sweep()

    # What must hold.

    @invariant()
    def nothing_is_billed_twice(self) -> None:
        """At most one paid generation a take, at any moment."""
        held(self.promises.billed_twice())

    @invariant()
    def an_ended_job_stays_ended(self) -> None:
        """Only a person's retry opens it again."""
        held(self.promises.moved_after_the_end())

    def teardown(self) -> None:
        """Mend everything, let all jobs end, and hold all books against each other."""
        with self._held:
            self.accounts.update(dict.fromkeys(KEYS, 1000.0))
            for wire in (self.stage.wire, self.stage.cloud.incoming):
                self.tally.update(
                    f"{rule.fault.kind.value} {rule.pattern.pattern}" for rule in wire.rules if rule.struck
                )
                wire.mend()
            self.stage.cloud.wiring = self.stage.cloud.instance()
            held(self.promises.at_the_end(self.tally))
