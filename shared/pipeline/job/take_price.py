"""What a take costs: at the price of the engine that films it, known at its claim at the latest, by the second spoken.

A look that could not be asked when the film was ordered is priced as its service's dearest engine. The look is asked
again before the take's claim, and the claim books what its engine costs: less, or as much. It is never more than what
the order was told: ceiling, reservation and `Node.cost` stay as they were promised, and what was reserved beyond goes
back when the job ends (hole 227).
"""

from shared.pipeline.job.cast import speech_of
from shared.pipeline.job.job import Attempt, Job, Node, Output
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.dollars import dollars
from shared.pipeline.plan.plan import Speech
from shared.pipeline.plan.understudies import take_by
from shared.pipeline.plan.warned import Warned, WarningText
from shared.pipeline.vendors.names import called


def at_claim(job: Job, node: Node, told: int | None) -> tuple[int, int | None]:
    """Return what an attempt is booked at, micro-dollars, and its price a second, None where that is a guess.

    `told` is what a second costs with the engine that the look itself named just now; None = it was not asked.
    """
    take = speech_of(job, node)
    if take is None:
        return node.cost, None
    planned = _a_second(take)
    if told is None or told >= planned:
        return node.cost, None if told is None and take.engine is None else planned
    return min(node.cost, round(take.seconds * told)), told


def billed(job: Job, node: Node, film: Output, line: Attempt | None) -> int | None:
    """Return what the vendor bills for a film, micro-dollars; None where it is the price that was booked.

    A clip is billed as ordered, a take by the second that was really spoken, at the price its attempt was claimed at.
    A line of older code has none: it is billed at the plan's, of whoever was asked.
    """
    take = take_by(job.plan, node.key, (line and line.vendor) or node.provider)
    if take is None or film.seconds is None:
        return None
    rate = line.rate if line else None
    return round(film.seconds * (_a_second(take) if rate is None else rate))


def cheaper(job: Job, node: Node) -> WarningText | None:
    """Say that a take which was just claimed costs less than its order was told; None where it does not."""
    take, line = speech_of(job, node), node.attempts[-1] if node.attempts else None
    if take is None or line is None or line.rate is None or line.cost >= node.cost:
        return None
    engine = f" with {node.claim.engine}" if node.claim and node.claim.engine else ""
    says = (
        f"{node.key} was estimated at ${dollars(node.cost)} and is booked at ${dollars(line.cost)}, by the second "
        f"that is spoken: {called(node.provider)} films {take.avatar_id}{engine}, as it told when asked again"
    )
    return warning(Warned.TAKE_CHEAPER, says)


def _a_second(take: Speech) -> int:
    return round(take.cost / take.seconds)
