"""The audit after a storm: every job ended, every want paid once, ledger and vendors' bills and months agree.

The vendors' stand-ins keep their own record of what they were asked for and what they bill; nothing of it comes from
abroll.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shared.cloud.records import Month
from shared.door import bill_views
from shared.pipeline.job.cast import speech_of
from shared.pipeline.job.entries import entries
from shared.pipeline.job.job import FREE, Attempt, Ending, Entry, Job, Node, Outcome, Payer
from shared.pipeline.job.ledger import bill
from shared.pipeline.job.names import AttemptName, read_attempt, read_object
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.understudies import cast_of
from shared.providers.did.order import attempt_of

PAID = (Kind.CLIP, Kind.PRESENTER)
MEASURED = 50  # a take's seconds, as the vendor bills them and as its file has them, differ by no more than this part
LENT = {"heygen": "hg_platform", "did": "cGxhdGZvcm06:did_platform_key"}  # the keys of the platform's own accounts


@dataclass(frozen=True, slots=True)
class Generation:
    """What a vendor made of one call."""

    name: AttemptName
    billed: bool
    amount: int  # micro-dollars
    account: str = ""  # the key of the account that pays; "" = our own at Google


@dataclass(slots=True)
class Audit:
    """What was found: complaints, which must be none, and figures."""

    complaints: list[str] = field(default_factory=list)
    unbilled: int = 0  # attempts given up that the vendor never billed: the ledger counts them as paid by contract
    unbilled_cost: int = 0  # micro-dollars
    paid: int = 0  # micro-dollars in all ledgers, both columns
    takes: int = 0
    older: bool = False  # a release that does not know a line's rate has moved the jobs, too


def generations(lines: Iterable[Mapping[str, Any]]) -> list[Generation]:
    """Read the stand-ins' bill lines; Veo names an attempt by its prefix, HeyGen and D-ID by a title."""
    return [
        Generation(
            _named(str(line["key"])), bool(line["billed"]), int(line["amount_micros"]), str(line.get("account", ""))
        )
        for line in lines
    ]


def _named(key: str) -> AttemptName:
    inside = key.removeprefix("gs://").partition("/")[2]
    found = read_object(f"{inside}film.mp4") if key.startswith("gs://") else read_attempt(attempt_of(key))
    if found is None:
        raise ValueError(f"{key} names no attempt of ours")
    return found


def audited(jobs: Sequence[Job], made: Sequence[Generation], *, older: bool = False) -> Audit:
    """Hold the jobs' own ledgers against the vendors' bills; `older` as `Audit` has it."""
    audit = Audit(older=older)
    by_attempt: dict[AttemptName, list[Generation]] = defaultdict(list)
    for each in made:
        by_attempt[each.name].append(each)
    billed = Counter((each.name.job, each.name.node, each.name.take) for each in made if each.billed)
    audit.takes = len(billed)
    audit.complaints += [f"{' '.join(map(str, take))}: billed {n} times" for take, n in billed.items() if n > 1]
    known = {job.id for job in jobs}
    audit.complaints += paid_again(jobs, made)
    audit.complaints += [f"{each.name}: a job nobody ordered" for each in made if each.name.job not in known]
    for job in jobs:
        _one(job, by_attempt, billed, audit)
    return audit


def paid_again(jobs: Iterable[Job], made: Iterable[Generation]) -> list[str]:
    """Name what is wanted now and was billed more than once over all vendors, `pay_again` allowing for one more."""
    billed = Counter((each.name.job, each.name.node, each.name.take) for each in made if each.billed)
    found = []
    for job in jobs:
        for node in job.nodes.values():
            times = sum(billed[job.id, node.key, take] for take in range(node.since, node.take + 1))
            if times > (2 if job.plan.pay_again else 1):
                found.append(f"{job.id} {node.key}: wanted once since take {node.since}, billed {times} times")
    return found


def two_faces(job: Job) -> list[str]:
    """Name the personas of a finished film that more than one avatar service shows (hole 77)."""
    shown = {node.key: node.provider for node in job.nodes.values() if node.kind is Kind.PRESENTER and node.output}
    casts = {cast_of(job.plan, key) for key in shown}
    faces = {cast: {shown[key] for key in cast if key in shown} for cast in casts}
    return [f"{job.id}: {', '.join(cast)} by {sorted(by)}" for cast, by in faces.items() if len(by) > 1]


def _one(
    job: Job,
    made: Mapping[AttemptName, list[Generation]],
    billed: Mapping[tuple[str, str, int], int],
    audit: Audit,
) -> None:
    say = audit.complaints
    if job.ending is None:
        say.append(f"{job.id}: has not ended")
        return
    ours, risked = 0, 0
    for node in job.nodes.values():
        if node.kind not in PAID:
            continue
        adopted = job.parent is not None and not node.attempts
        times = billed.get((job.id, node.key, node.take), 0)
        if job.ending is Ending.COMPLETED and node.waived_at is None and times != (0 if adopted else 1):
            say.append(f"{job.id} {node.key}: completed, and its take was not billed once")
        for line in node.attempts:
            amount, risk = _line(job, node, line, made.get(_name(job, node, line), []), audit)
            mine = (line.payer or node.payer) is Payer.US
            ours += amount if mine else 0
            risked += risk if mine else 0
            audit.unbilled += 1 if risk else 0
            audit.unbilled_cost += risk
    compute = sum(node.cost for node in job.nodes.values() if node.kind is Kind.COMPOSE and node.output)
    say += adds_up(job)
    say += two_faces(job)
    columns = bill(job.nodes.values())
    paid = columns.paid_by_us
    audit.paid += paid + columns.billed_by_provider
    if paid != ours + risked + compute:
        say.append(f"{job.id}: the ledger says {paid}, the vendors' bill {ours}, given up {risked}, compute {compute}")
    money = job.money
    after = sum(line.cost for node in job.nodes.values() for line in node.attempts if _came_after_the_end(job, line))
    if money.reserved != money.charged + money.refunded or money.charged + after != paid:
        say.append(f"{job.id}: reserved {money.reserved}, charged {money.charged}, refunded {money.refunded}")


def adds_up(job: Job) -> list[str]:
    """Say where the bill a person reads does not add up: its lines' cost, by payer, against its sums."""
    shown = bill_views.billed(job)
    sums = {"us": Decimal(0), "provider_account": Decimal(0)}
    found = []
    for line in shown["lines"]:
        sums[line["payer"]] += Decimal(line["cost"])
        free, price = Decimal(line["cost"]) == 0, Decimal(line["cost"]) + Decimal(line["not_charged"])
        if price and line["charged"] is free:
            found.append(f"{job.id}: a line costs {line['cost']} and is charged: {line['charged']}")
    for name, payer in (("paid_by_us", "us"), ("billed_by_provider", "provider_account")):
        if Decimal(shown[name]) != sums[payer]:
            found.append(f"{job.id}: {name} is {shown[name]}, its lines {sums[payer]}")
    return found


def _line(job: Job, node: Node, line: Attempt, found: list[Generation], audit: Audit) -> tuple[int, int]:
    """Hold one attempt against what the vendor made of it; return (amount, amount at risk and never billed)."""
    say = audit.complaints
    about = f"{_name(job, node, line)}, {line.outcome.value}"
    if len(found) > 1:
        say.append(f"{about}: the vendor was asked {len(found)} times")
    amount = sum(each.amount for each in found if each.billed)
    counted = line.outcome not in FREE
    payer = line.payer or node.payer
    ours = ("", *LENT.values())
    others = [each.account for each in found if (payer is Payer.US) is not (each.account in ours)]
    say += [f"{about}: made with the account {key or 'at Google'}, and the ledger says {payer} pays" for key in others]
    if any(each.billed for each in found):
        if not counted:
            say.append(f"{about}: billed, and the ledger calls it free")
        if _differs(job, node, line, amount, older=audit.older):
            say.append(f"{about}: the vendor bills {amount}, the ledger {line.cost}")
        return line.cost, 0
    if counted and line.outcome is not Outcome.GIVEN_UP:
        say.append(f"{about}: counted as paid, and the vendor never billed it")
    return 0, line.cost if counted else 0


def _differs(job: Job, node: Node, line: Attempt, amount: int, *, older: bool) -> bool:
    """Tell whether a vendor bills something else than the ledger says it does."""
    if node.kind is Kind.CLIP:
        return amount != line.cost
    speech, about = speech_of(job, node), line.cost // MEASURED
    if line.outcome is not Outcome.DONE:
        return False  # booked as planned
    unasked = speech is not None and speech.engine is None
    guessed = unasked and (line.rate is None or older)  # its engine was not known at the claim, either
    return not (0 if guessed else line.cost - about) <= amount <= line.cost + about


def _came_after_the_end(job: Job, line: Attempt) -> bool:
    """Tell whether a film came when its job was settled: it is in the ledger, at our expense."""
    return line.outcome is Outcome.LATE and bool(line.ended_at and job.ended_at and line.ended_at > job.ended_at)


def _name(job: Job, node: Node, line: Attempt) -> AttemptName:
    return AttemptName(job.id, node.key, line.take, line.attempt)


def months_settled(jobs: Sequence[Job], months: Mapping[str, Month], films: Mapping[str, int]) -> list[str]:
    """Hold all of each tenant's months, added up, against its jobs; `films` is how many it has ordered."""
    say: list[str] = []
    for tenant, month in months.items():
        mine = [job for job in jobs if job.tenant == tenant]
        say += [
            f"{tenant}: {wrong}" for wrong in month_wrong([each for job in mine for each in entries(job.money)], month)
        ]
        given_back = sum(job.money.films == 0 for job in mine)
        if month.films != films[tenant] - given_back:
            say.append(f"{tenant}: {month.films} films, {films[tenant]} ordered, {given_back} given back")
    return say


def month_wrong(held: Sequence[Entry], month: Month) -> list[str]:
    """Hold a month against the entries that stand in it, once all of their jobs have ended."""
    sums = (
        sum(entry.films for entry in held),
        sum(entry.charged for entry in held),
        sum(entry.refunded for entry in held),
    )
    say = [f"{month.reserved} stay reserved"] if month.reserved else []
    if sums != (month.films, month.charged, month.refunded):
        found = f"films, charged, refunded: {(month.films, month.charged, month.refunded)}"
        say.append(f"{found}, its jobs' entries {sums}")
    return say
