"""The storm's table: what it did, and what it cost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.codes import Code
from shared.pipeline.job.job import Job, Outcome
from tests.storm.books import Audit
from tests.storm.customers import Customers, Order
from tests.storm.findings import Findings, nudges
from tests.storm.gusts import Gusts
from tests.storm.hints import HINTS, Fate, Hints, Kind
from tests.storm.killer import Killer
from tests.storm.mischief import UNHEARD, Mischief
from tests.storm.recovery import Bound, recoveries, said


@dataclass(frozen=True, slots=True)
class Weather:
    """All that is not as it should be."""

    gusts: Gusts
    hints: Hints
    killer: Killer
    mischief: Mischief

    def clear(self) -> None:
        """Let the sun come out; only people go on as they are."""
        self.killer.over.set()
        self.gusts.calm()
        self.hints.calm()


def given_up_twice(job: Job) -> bool:
    """Say whether a clip's call went unanswered twice: the job has reached its ceiling, and may fail, by contract."""
    silent = (Outcome.GIVEN_UP, Outcome.NOTHING_MADE)
    given_up = sum(line.outcome in silent for node in job.nodes.values() for line in node.attempts)
    return given_up > 1 and job.trouble is not None and job.trouble.code in ("spend_ceiling", "unanswered")


def table(
    orders: Sequence[Order],
    findings: Findings,
    audit: Audit,
    weather: Weather,
    customers: Customers,
    heard: Counter[str],
    most: Mapping[str, Bound],
    more: Mapping[str, str],
) -> str:
    """Return a row a fact; `more` are rows that come second."""
    gusts, hints, killer = weather.gusts, weather.hints, weather.killer
    endings = Counter(job.ending.value if job.ending else "live" for job in findings.jobs)
    unlucky = sum(map(given_up_twice, findings.jobs))
    written = heard["committed"] + heard["job_created"]
    refused = sum(order.fails is Code.SAFETY for order in orders)
    rows = {
        "jobs": f"{len(orders)} ordered, {dict(endings)}, {refused} refused on purpose, "
        f"{unlucky} given up after two unanswered calls",
        "spoiled files": _spoiled(orders, findings.jobs),
        **more,
        "kills": f"{sum(killer.kills.values())}: {dict(killer.kills)}; longest dark "
        + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in sorted(killer.dark.items())),
        "calls": f"{gusts.passed.total()} by the proxies, {gusts.tally.total()} went wrong",
        "faults": "; ".join(f"{service}: {_listed(gusts, service)}" for service in _services(gusts)),
        "hints": "; ".join(_came(hints, kind) for kind in HINTS) + f"; {hints.overtaken} handed on after a newer one",
        "tasks, ticks": "; ".join(_came(hints, kind) for kind in (Kind.TASKS, Kind.TICKS)),
        "mischief": _pranks(weather.mischief),
        "customers": f"{len(customers.timeouts)} orders taken; sent again after {dict(customers.answers) or 'nothing'}",
        "commits": f"{gusts.passed['firestore Commit']} sent, {written} logged as new: "
        f"{gusts.passed['firestore Commit'] - written} were conflicts, faults, other documents or lost by a kill",
        "503 to a task": f"{heard['store_failed']}; crashed {heard['crashed']}; alarms {heard['alarm']}",
        "reconciles": f"{heard['submit_ended Unclear']} unclear submits, {heard['committed Reclaimed']} repeated keys, "
        f"{heard['committed NothingFound']} looks under a prefix that found nothing",
        "at risk": f"{audit.unbilled} attempts given up that no vendor billed, ${audit.unbilled_cost / 1e6:.2f} of "
        f"${audit.paid / 1e6:.2f} in the ledgers: counted as paid, as the protocol has it",
        "nudges": str(nudges(findings.jobs)),
        "takes billed": f"{audit.takes}, each once" if not audit.complaints else f"{audit.takes}, see the complaints",
        "longest recovery": said(recoveries(findings.jobs), most),
    }
    wide = max(map(len, rows))
    return "\n".join(f"{name:<{wide}}  {text}" for name, text in rows.items())


def _spoiled(orders: Sequence[Order], jobs: Sequence[Job]) -> str:
    files = sum("[[file" in str(order.request) for order in orders)
    ordered = sum(order.retry is not None for order in orders)
    return f"{files}, {ordered} of them no film; {sum(len(job.purchases) > 1 for job in jobs)} jobs retried"


def _came(hints: Hints, kind: Kind) -> str:
    fates = ", ".join(f"{fate.value} {hints.tally[kind, fate]}" for fate in Fate if hints.tally[kind, fate])
    return f"{kind.value}: {hints.came[kind]} came, {fates or 'all as they should'}"


def _pranks(mischief: Mischief) -> str:
    names = sorted({name for name, _ in mischief.tally})
    each = ", ".join(f"{name} {_answers(mischief, name)}" for name in names)
    unheard = sum(n for (_, said), n in mischief.tally.items() if said == UNHEARD)
    return f"{mischief.tally.total()} calls, {mischief.refused()} refused, {unheard} unheard: {each}"


def _answers(mischief: Mischief, name: str) -> str:
    said: Iterable[tuple[str, int]] = ((code, n) for (which, code), n in mischief.tally.items() if which == name)
    return "/".join(f"{n}x{code}" for code, n in sorted(said) if code != UNHEARD)


def _services(gusts: Gusts) -> list[str]:
    return sorted({service for service, _ in gusts.tally})


def _listed(gusts: Gusts, service: str) -> str:
    return ", ".join(f"{kind} {n}" for (which, kind), n in sorted(gusts.tally.items()) if which == service)
