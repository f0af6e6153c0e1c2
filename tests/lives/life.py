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

from hypothesis import strategies as st
from hypothesis.stateful import (
    MultipleResults,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from infra.admin import accounts
from infra.local.vendors.did.settings import DEMO_KEY as DID_KEY
from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.jobs import StoreUnreachable
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import Ending
from shared.pipeline.job.revision import Change
from tests.faults.cloud import StagedWiring, WrongClock
from tests.lives import kinds
from tests.lives.mishaps import UNANSWERED, Mishaps
from tests.lives.outages import OUTAGES, RICH, Fall, Outage, Outages
from tests.lives.promises import Promises, held
from tests.steps.stage import CLIP, FILMS_WITH_ITS_KEY, SPEECH, TENANT, staged
from tests.storm.books import LENT

KEYS = (DEMO_KEY, "hg_second", "hg_third")
MOST = 3  # films of one life
CERTAIN = 3
MINUTE = 55.0  # seconds, which a round fills up to sixty
STARTS = ("veo", "heygen-video", "presenter", "did", "compose")
NARROW = {queue: {"free": 1, "lanes": 1} for queue in STARTS}  # the second film waits in lanes


class Life(Mishaps):
    """The rules; a failure is a story of them."""

    canned: ClassVar[Mapping[str, Path]] = {}
    kind: ClassVar[type[StagedWiring]] = StagedWiring
    tally: ClassVar[Counter[str]] = Counter()  # what all lives had in them
    films = Mishaps.films

    def __init__(self) -> None:
        super().__init__()
        self._held = ExitStack()
        folder = Path(self._held.enter_context(TemporaryDirectory(prefix="life-")))
        self.accounts = dict.fromkeys(KEYS, RICH)
        self.credits = {DID_KEY: RICH, LENT["did"]: RICH}
        purses = {"heygen": {"accounts": self.accounts}, "did": {"accounts": self.credits}}
        settings = staged(folder, heygen=purses["heygen"], did=purses["did"], canned=self.canned, portions=NARROW)
        self.stage = self._held.enter_context(settings)
        accounts.put(
            self.stage.wiring, "did", api_key=LENT["did"], webhook=False
        )  # the platform's, and none of its own
        self.stage.wiring.tenants.delete_integration(TENANT.id, "did", "production")
        if self.kind is not StagedWiring:
            self.stage.cloud.kind = self.kind
            self.stage.cloud.wiring = self.stage.cloud.instance()
        self.twin = self.stage.cloud.instance()
        self.promises = Promises(self.stage)
        self.outages = Outages(self.stage, {"heygen": self.accounts, "did": self.credits})

    # A tenant orders, and changes its mind.

    @initialize(
        target=films,
        kind=kinds.kinds,
        troubles=st.lists(kinds.troubles, max_size=4),
        outage=st.one_of(st.none(), st.none(), OUTAGES),
    )
    def begins(
        self, kind: str, troubles: list[kinds.Trouble], outage: Outage | None = None
    ) -> str | MultipleResults[str]:
        """Order the first film in a world of troubles, in which an avatar service may be down."""
        for trouble in troubles:
            self._befalls(trouble)
        return self._outlived(outage) if outage else self._ordered(kind)

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

    @precondition(lambda self: not self.promises.outages)
    @rule(target=films, outage=OUTAGES)
    def a_vendor_goes_down(self, outage: Outage) -> str | MultipleResults[str]:
        """Let an avatar service be down for a while, amid whatever it is making, and order a film then."""
        return self._outlived(outage)

    def _outlived(self, outage: Outage) -> str | MultipleResults[str]:
        """Order a film while a service is down, or before its purse is empty: to an empty one nothing is sold."""
        self.promises.outages.add(outage.vendor)
        self.tally[f"{outage.vendor} {outage.fall}"] += 1
        if outage.fall is not Fall.BROKE:
            self.outages.begin(outage)
        film = self._ordered(outage.film) if len(self.promises.orders) < MOST else multiple()
        if outage.fall is Fall.BROKE:
            self.outages.begin(outage)
        for _ in range(outage.minutes):
            self.stage.round()
            self.stage.filmed(MINUTE)
            self._sweeps(self._us)
        self.outages.end()
        return film

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
            self.accounts.update(dict.fromkeys(KEYS, RICH))
            self.outages.end()
            for wire in (self.stage.wire, self.stage.cloud.incoming):
                self.tally.update(
                    f"{rule.fault.kind.value} {rule.pattern.pattern}" for rule in wire.rules if rule.struck
                )
                wire.mend()
            self.stage.cloud.wiring = self.stage.cloud.instance()
            held(self.promises.at_the_end(self.tally))
