"""Films whose presenter another avatar service can take over, for it knows the persona too, or that can do without."""

from dataclasses import replace
from typing import Any

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.creation import UNBOUNDED, new_job
from shared.pipeline.job.job import Job
from shared.pipeline.job.portions import Portions
from shared.pipeline.plan.plan import Plan, Understudy
from shared.pipeline.plan.request import FilmRequest
from tests.pipeline.films import CUT, film, filmed, planned
from tests.pipeline.machine.story import JOB, PRESENTER, START, WAITS, Story

ONE = film(filmed(), avatar_script="Good morning.", persona="ana", avatar_id="look-1", voice_id="voice-1")
PAIR = film(
    filmed(script="Good morning.", persona="ana", avatar_id="look-1"),
    filmed(script="Good night.", persona="ana", avatar_id="look-1"),
    b_roll=CUT,
)
MATE = "presenter-2"
PRICE = 95_000  # micro-dollars of a take at the second service


def recast(plan: Plan, cost: int = PRICE, **changed: Any) -> Plan:
    """Let D-ID know all of a plan's takes too, for `cost` micro-dollars each."""
    takes = tuple(
        replace(take, avatar_id="amber", voice_id="jenny", engine="clips", cost=cost, wait=40.0)
        for take in plan.speeches
    )
    understudy = Understudy("ana", "did", takes, "2 of 2 by quality")
    return replace(plan, **{"understudies": (understudy,)} | changed)


def guess(plan: Plan) -> Plan:
    """Return a plan whose looks could not be asked: which engine films them, and so their price, is a guess."""
    return replace(plan, speeches=tuple(replace(take, engine=None) for take in plan.speeches))


def cast_job(request: FilmRequest = ONE, left: Portions = UNBOUNDED, *, guessed: bool = False, **changed: Any) -> Job:
    """Return a new job for a film; `changed` says how its plan differs from one with an understudy.

    Where it is `guessed`, the looks of its first service could not be asked.
    """
    plan = recast(planned(request), **changed)
    return new_job(
        job_id=JOB,
        tenant="shop",
        request=request,
        plan=guess(plan) if guessed else plan,
        images={},
        film_token="secret",
        request_hash="hash",
        usage_doc="2026-11",
        now=START,
        timeouts=WAITS,
        left=left,
    )


def cast_story(request: FilmRequest = ONE, node: str = PRESENTER, **changed: Any) -> Story:
    """Begin with such a job."""
    return Story(cast_job(request, **changed), node)


def rejected(code: Code = Code.CREDITS, token: str = "a", node: str = PRESENTER) -> on.Rejected:
    return on.Rejected(node, token, code, "the account has no credits left", "top it up")
