"""What holds in every life: nothing billed twice, an ended job stays ended, and at the end the books balance."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.pipeline.job.entries import entries
from shared.pipeline.job.job import Attempt, Ending, Job, Outcome
from shared.pipeline.job.revision import Change, SceneChange
from tests import spoiled
from tests.lives.kinds import HOPELESS, SPOILED, Trouble
from tests.steps.stage import FILMS_WITH_ITS_KEY, TENANT, Stage
from tests.storm.books import Generation, audited, generations, month_wrong, paid_again

NO_CREDITS = "402"
DOWN = ("capacity", "credits", "timeout", "unanswered")  # what a film whose avatar service was down may end by
LATE = 300.0  # seconds after which a lane is looked at
LONG_DEAD = 4  # lost tasks, from which on a job may be given up as stuck


def held(broken: list[str]) -> None:
    """Raise AssertionError naming every broken promise."""
    if broken:
        raise AssertionError("; ".join(broken))


@dataclass
class Promises:
    """What was ordered and what befell it, and what must be true of it."""

    stage: Stage
    orders: dict[str, str] = field(default_factory=dict)  # job: kind of film
    named: dict[str, str] = field(default_factory=dict)  # job: the Idempotency-Key it was ordered under
    cancelled: set[str] = field(default_factory=set)
    troubles: list[Trouble] = field(default_factory=list)
    outages: set[str] = field(default_factory=set)  # avatar services that were down
    keys_changed: bool = False
    lost: int = 0
    ended: dict[str, Ending] = field(default_factory=dict)

    def retried(self, film: str) -> None:
        """A person opens this job again, perhaps."""
        self.ended.pop(film, None)

    def with_ending(self, ending: Ending) -> list[str]:
        """Return the jobs last seen with this ending."""
        return [film for film, known in self.ended.items() if known is ending]

    def billed_twice(self) -> list[str]:
        """Name the takes that were billed more than once, and what is wanted now and was, over all vendors."""
        made = self._made()
        billed = Counter((each.name.job, each.name.node, each.name.take) for each in made if each.billed)
        twice = [f"{' '.join(map(str, take))}: billed {times} times" for take, times in billed.items() if times > 1]
        return [*twice, *paid_again([self.stage.job(film) for film in self.orders], made)]

    def moved_after_the_end(self) -> list[str]:
        """Name the jobs that had ended and have not any more, or otherwise."""
        found: list[str] = []
        for film in self.orders:
            ending = self.stage.job(film).ending
            known = self.ended.get(film)
            if known and ending is not known:
                found.append(f"{film}: was {known}, is {ending}")
            if ending:
                self.ended[film] = ending
        return found

    def at_the_end(self, tally: Counter[str]) -> list[str]:
        """Let every job end, without further faults, and say what is wrong; count how they ended."""
        lived = [self.stage.job(job_id) for job_id in self._lived()]
        wrong = [wrong for job in lived for wrong in spoiled.wrongs(job)]
        jobs = self._ordered_again(lived, tally)
        nodes = [node for job in jobs for node in job.nodes.values()]
        tally.update(f"job {job.ending}: {job.trouble.code if job.trouble else 'fine'}" for job in jobs)
        tally.update(f"spoiled: {kind} ordered" for kind in self.orders.values() if kind in SPOILED)
        tally.update(f"attempt {line.outcome}" for node in nodes for line in node.attempts)
        tally.update(f"told {moment.what}" for job in jobs for moment in job.timeline if moment.node == "job")
        switches = ("switched", "left out")
        tally.update(moment.what for job in jobs for moment in job.timeline if moment.what in switches)
        tally.update("nudge" for job in jobs for moment in job.timeline if moment.what == "nudged")
        return [*wrong, *self._wrong(jobs), *self.billed_twice()]

    def _lived(self) -> list[str]:
        collection = self.stage.cloud.eyes.clients.firestore.collection("jobs")
        ids = [document.id for document in collection.list_documents()]
        for job_id in ids:
            self.stage.live(job_id)
        return ids

    def _ordered_again(self, jobs: list[Job], tally: Counter[str]) -> list[Job]:
        """Do what each job says that failed by a file: retry it, this time with words that spoil nothing."""
        for job in jobs:
            if spoiled.failed_by_its_file(job):
                tally[f"spoiled: {self.orders.get(job.id)} ordered again"] += 1
                loaded = self.stage.wiring.commits.load(job.id)
                assert loaded
                self.stage.wiring.revise().retry(FILMS_WITH_ITS_KEY, loaded, _sound(job), dry_run=False)
                self.stage.live(job.id)
        return [self.stage.job(job.id) for job in jobs]

    def _wrong(self, jobs: list[Job]) -> Iterator[str]:
        yield from audited(jobs, self._made()).complaints
        held = [entry for job in jobs for entry in entries(job.money)]
        for doc in sorted({entry.doc for entry in held}):
            month = self.stage.cloud.eyes.jobs.month(TENANT.id, doc)
            yield from month_wrong([entry for entry in held if entry.doc == doc], month)
            yield from (f"{doc}: {count} nodes stay open for {queue}" for queue, count in month.open.items() if count)
        yield from (wrong for job in jobs for wrong in spoiled.wrongs(job))
        yield from (f"a task is left: {task.name}" for task in self.stage.waiting())
        yield from self._held_lanes()
        yield from (f"{job.id}: {job.ending}: {job.trouble}" for job in jobs if not self._as_it_may(job))

    def _held_lanes(self) -> Iterator[str]:
        """Name the lanes whose turn somebody holds though the sweep has been there: nobody is left who could."""
        self.stage.clock.forward(LATE)
        self.stage.wiring.sweep()
        for lane in self.stage.cloud.eyes.clients.firestore.collection("lanes").stream():
            if holder := (lane.to_dict() or {}).get("holder"):
                yield f"lane {lane.id} is held: {holder}"

    def _as_it_may(self, job: Job) -> bool:
        """A film may only miss for a reason: the person's own, the vendor's word, or the money spent in vain."""
        if job.ending is Ending.COMPLETED or job.id in self.cancelled:
            return True
        if self.orders.get(job.id) in HOPELESS:
            return True
        code = job.trouble.code if job.trouble else ""
        if code in DOWN and self.outages:
            return not _spares_its_presenters(job)
        given_up = sum(_unanswered(line) for node in job.nodes.values() for line in node.attempts)
        match code:
            case "spend_ceiling" | "unanswered":
                return given_up > 1
            case "key_changed" | "no_provider_key" | "key_rejected":
                return self.keys_changed
            case "credits":
                return any(trouble.status == NO_CREDITS for trouble in self.troubles)
            case "stuck":
                return self.lost + sum(trouble.times for trouble in self.troubles) >= LONG_DEAD
            case _:
                return False

    def _made(self) -> list[Generation]:
        return generations([line for vendor in ("veo", "heygen", "did") for line in self.stage.bill(vendor)])


def _spares_its_presenters(job: Job) -> bool:
    """Tell whether a job failed for a presenter that its order could do without."""
    failed = job.trouble.node if job.trouble else None
    return job.plan.without_presenter and bool(failed and failed.startswith("presenter-"))


def _unanswered(line: Attempt) -> bool:
    """Tell whether a call was given up in silence; a finished file that was none is given up too, and says so."""
    spoilt = line.why is not None and spoiled.PAID in line.why
    return line.outcome in (Outcome.GIVEN_UP, Outcome.NOTHING_MADE) and not spoilt


def _sound(job: Job) -> Change:
    """Return the change that takes all marks out of a film's words."""
    scenes = {
        number: SceneChange(
            visual_description=spoiled.unmarked(scene.visual_description or "") or None,
            script=spoiled.unmarked(scene.script or "") or None,
        )
        for number, scene in enumerate(job.request.scenes)
    }
    return Change(scenes=scenes)
