"""When a film is expected: the longest way through what is still to be done, from what has happened so far.

A part that has ended counts with its end. One that is being worked on is judged by the calls of its vendor and model
that lasted as long already; one that waits takes its time from when it can begin: its needs are there, its task is due,
its queue has moved on, and the avatar account has room for one more take.

Two moments are told: with even chances the film is there by the first (p50), nine times of ten by the second. Both
lie ahead: whatever is late is judged by the late ones (hole 97). Along a way the first add up, and so do the squares of
the distances between the two, as they do for times that do not depend on each other; where several parts are waited for
it is by the chance that all are there, for the last of two is later than either. A part older than ninety-nine of a
hundred calls tells nothing about its end any more: then only since when it is late is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import erf, hypot, prod, sqrt

from shared.pipeline.job.cast import speech_of
from shared.pipeline.job.job import AT_VENDOR, Job, Node, State
from shared.pipeline.job.timeouts import SECOND
from shared.pipeline.job.turns import has_task
from shared.pipeline.plan.plan import Kind
from shared.pipeline.vendors.figures import LATE, OUR_MACHINES, Curve, Outlook

_DEVIATIONS_90 = 1.2816  # of a normal, from its middle to nine tenths
_HALVINGS = 20
_REACH = 2.0  # spreads beyond the latest: nine tenths for all of hundreds of parts lie within


@dataclass(frozen=True, slots=True)
class Eta:
    """When a film is expected; neither where it has ended, will end without a film, or is too late to tell."""

    p50: datetime | None = None
    p90: datetime | None = None
    late_since: datetime | None = None  # when ninety-nine of a hundred such parts would have been there


@dataclass(frozen=True, slots=True)
class _End:
    """When a part ends: with even chances by `usual`, nine times of ten `spread` seconds later."""

    usual: datetime
    spread: float = 0.0

    @classmethod
    def of(cls, usual: datetime, p90: datetime) -> "_End":
        """Return the end that is there by these two moments."""
        return cls(usual, max((p90 - usual) / SECOND, 0.0))

    @property
    def p90(self) -> datetime:
        return self.usual + self.spread * SECOND

    def then(self, begins: datetime, p50: float, p90: float) -> "_End":
        """Return the end of a part that takes so many seconds from here, or from `begins` if that is later."""
        start = max(self.usual, begins)
        waits = max((self.p90 - start) / SECOND, 0.0)
        return _End(start + p50 * SECOND, hypot(waits, max(p90 - p50, 0.0)))

    def share_by(self, moment: datetime) -> float:
        """Return with which chance it is over by a moment: a normal with this middle and this ninth tenth."""
        over = (moment - self.usual) / SECOND
        if self.spread <= 0:
            return 1.0 if over >= 0 else 0.0
        return 0.5 * (1 + erf(over / self.spread * _DEVIATIONS_90 / sqrt(2)))


class _Late(Exception):
    def __init__(self, since: datetime) -> None:
        self.since = since


def eta(job: Job, now: datetime, outlook: Outlook) -> Eta:
    """Return when the film is expected, after `now`, as far as anybody can tell."""
    if job.ending or any(
        node.state in (State.FAILED, State.CANCELLED) and not node.finished for node in job.nodes.values()
    ):
        return Eta()
    try:
        ends = _ends(job, now, outlook)
    except _Late as late:
        return Eta(late_since=late.since)
    films = [ends[film.key] for film in job.plan.films]
    last = films[0] if len(films) == 1 else _all_of(films, now)
    return Eta(last.usual, last.p90)


def maker(job: Job, node: Node) -> tuple[str, str]:
    """Return who makes a part, and with which model: what its figures go by."""
    match node.kind:
        case Kind.CLIP:
            return node.provider, job.plan.model
        case Kind.PRESENTER:
            planned = speech_of(job, node)
            return node.provider, (node.claim.engine if node.claim else None) or (planned and planned.engine) or ""
        case _:
            return OUR_MACHINES, node.kind.value


def _ends(job: Job, now: datetime, outlook: Outlook) -> Mapping[str, _End]:
    ends: dict[str, _End] = {}
    takes = _at_account(job, now, outlook)
    for key, node in job.nodes.items():  # in the order of the graph: needs come first
        ends[key] = takes[key] if key in takes else _end(job, node, ends, now, outlook)
    return ends


def _end(job: Job, node: Node, ends: Mapping[str, _End], now: datetime, outlook: Outlook) -> _End:
    if node.finished:
        ended = node.ended_at or now
        return _End(ended)
    by = maker(job, node)
    curve = outlook.making(*by)
    if began := _began(node):
        return _going_on(node, curve, began, now)
    ready = _all_of([ends[key] for key in node.needs], now)
    turn = outlook.queueing(*by)
    begins = max(node.at or now, now)
    usual, late = (curve.quantile(share) * node.expected for share in (0.5, 0.9))
    return ready.then(begins, turn + usual, turn + late)


def _going_on(node: Node, curve: Curve, began: datetime, now: datetime) -> _End:
    """Judge a part by the calls that lasted as long as it has. Raises _Late beyond all but a hundredth of them."""
    expected = max(node.expected, 1.0)
    age = max((now - began) / SECOND, 0.0) / expected
    if curve.below(age) >= LATE:
        raise _Late(began + curve.quantile(LATE) * expected * SECOND)
    usual, late = (curve.quantile(share, age) * expected for share in (0.5, 0.9))
    return _End(began + usual * SECOND, max(late - usual, 0.0))


def _all_of(ends: list[_End], now: datetime) -> _End:
    """Return when the last of several is there: more of them are later than the latest alone."""
    going_on = [end for end in ends if end.p90 > now]
    if not going_on:
        return _End(now)
    if len(going_on) == 1:
        return going_on[0]
    return _End.of(_by_when(going_on, 0.5), _by_when(going_on, 0.9))


def _by_when(ends: list[_End], share: float) -> datetime:
    """Return by when all are there with this chance, to a millionth of what is searched."""
    low, last = max(end.usual for end in ends), max(end.p90 for end in ends)
    reach = (last - low) / SECOND + max(end.spread for end in ends)
    part, step = 0.0, 1.0
    for _ in range(_HALVINGS):
        step /= 2
        if prod(end.share_by(low + (part + step) * _REACH * reach * SECOND) for end in ends) < share:
            part += step
    return low + part * _REACH * reach * SECOND


def _began(node: Node) -> datetime | None:
    """Return since when a vendor, or our own machine, is at it; None when it waits."""
    if node.state in AT_VENDOR and node.claim:
        return node.claim.first_at or node.claim.at
    composing = node.kind is Kind.COMPOSE and has_task(node)
    return node.queued_at if composing else None


def _at_account(job: Job, now: datetime, outlook: Outlook) -> dict[str, _End]:
    """Return the end of every take: an avatar account makes only so many at once, the others wait for a place."""
    takes = [node for node in job.nodes.values() if node.kind is Kind.PRESENTER]
    ends = {node.key: _end(job, node, {}, now, outlook) for node in takes}
    # When the account's places are free again: with even chances, and nine times of ten. Each is a row of its own: were
    # both of one place taken, what is told would leap when another place becomes the first.
    usual, late = list[datetime](), list[datetime]()
    going_on = [node for node in takes if not node.finished]
    for node in sorted(going_on, key=lambda node: _began(node) is None):
        if job.plan.takes_at_once is not None and len(usual) >= job.plan.takes_at_once:
            free, curve = _End.of(min(usual), min(late)), outlook.making(*maker(job, node))
            ends[node.key] = _waiting(node, free, ends[node.key], curve, now)
            usual.remove(min(usual))
            late.remove(min(late))
        usual.append(ends[node.key].usual)
        late.append(ends[node.key].p90)
    return ends


def _waiting(node: Node, free: _End, alone: _End, curve: Curve, now: datetime) -> _End:
    """Return the end of a take that begins when a place is free, and no earlier than it would end alone."""
    usual, late = (curve.quantile(share) * node.expected for share in (0.5, 0.9))
    crowded = free.then(node.at or now, usual, late)
    return _End.of(max(alone.usual, crowded.usual), max(alone.p90, crowded.p90))
