"""What belongs to no tenant: the form of new jobs, the models, and whether orders are taken."""

from collections.abc import Callable
from dataclasses import replace

from infra.admin.told import Told, done, moment
from shared.pipeline.codec import to_plain
from shared.pipeline.job.schema import OLDEST, WRITES
from shared.pipeline.vendors.state import OperatorStop, VendorsState
from shared.steps.pressure import DRAIN_LOOK
from shared.wiring import Wiring

LONGEST_WHY = 200  # characters: callers read it
CHANGES = 5  # tries: others write the same document at the same moment
Move = Callable[[VendorsState], VendorsState]


def forms(wiring: Wiring, form: int | None = None) -> Told:
    """Set the form new jobs are born in, if one is given; say it, and how many live jobs bar the code before it."""
    if form is not None:
        wiring.jobs.forms.set(form)
    bars = wiring.jobs.ahead(OLDEST)
    written, born = ", ".join(map(str, WRITES)), wiring.jobs.forms.form()
    says = (
        f"new jobs are born in form {born}; this code writes {written}; "
        f"{bars} live jobs bar a roll-back to code of schema {OLDEST}"
    )
    return {"form": born, "writes": list(WRITES), "jobs_that_bar_a_roll_back": bars, "says": says}


def models(wiring: Wiring, *, again: bool = False) -> Told:
    """Return each model as the radar saw it last, and those that are known and off.

    `again` first forgets what the radar saw. Raises SystemExit.
    """
    off = {model.id: model.off for model in wiring.tables.footage_off.values()}
    state = changed(wiring, lambda one: replace(one, models={}) if again and one.models else one)
    rows = {model: to_plain(row) for model, row in sorted(state.models.items())}
    told: Told = {"models": rows, "off": off}
    return told if rows else {**told, "says": "the radar has looked at no model yet; it looks daily"}


def drain(wiring: Wiring, why: str = "", *, off: bool = False, dry_run: bool = False) -> Told:
    """Take no new orders, or take them again; what was ordered goes on. Raises SystemExit."""
    if len(why) > LONGEST_WHY:
        raise SystemExit(f"a reason has at most {LONGEST_WHY} characters: callers read it")
    now = wiring.now()

    def moved(state: VendorsState) -> VendorsState:
        if dry_run or off is (state.drained is None):
            return state
        return replace(state, drained=None if off else OperatorStop(now, why))

    before = changed(wiring, lambda state: state).drained
    after = changed(wiring, moved).drained
    if off:
        return done("orders are taken again, by every instance a minute from now", dry_run=dry_run, since=None)
    said = (
        f"new orders, retries and versions are answered 503 draining, Retry-After {DRAIN_LOOK}, by every instance a "
        "minute from now; what was ordered goes on"
    )
    since = after or before
    return done(said, dry_run=dry_run, since=moment(since.at) if since else None, why=since.why if since else why)


def changed(wiring: Wiring, move: Move) -> VendorsState:
    """Change what is known of vendors; a few times where others write as well. Raises SystemExit."""
    for _ in range(CHANGES):
        state = wiring.vendor_states.change(move)
        if state is not None:
            return state
    raise SystemExit("vendors/state could not be read or written now; try again")
