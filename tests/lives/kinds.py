"""What can happen in a life: films to order, calls that go wrong, and how."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hypothesis import strategies as st

from shared.pipeline.job.revision import Change, SceneChange
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, FilmRequest, SceneRequest
from tests import spoiled
from tests.faults.wire import Kind
from tests.steps.stage import LOOK, VOICE, footage, presented

TEXT = "A mug on a table"


def two_scenes() -> FilmRequest:
    """Return a film of two clips that are made side by side, the second under a presenter."""
    first = SceneRequest(visual_description=TEXT, duration=4)
    second = SceneRequest(visual_description=TEXT, duration=4, script="Hi.", avatar_id=LOOK, voice_id=VOICE)
    return FilmRequest(product_title="Mug", scenes=(first, second), b_roll=BRoll(join=Join.CUT))


# What the vendors make of them, without faults, is in the name; the first three must be finished whatever happens.
FILMS: dict[str, Callable[[], FilmRequest]] = {
    "footage": footage,
    "presented": presented,
    "two scenes": two_scenes,
    "refused": lambda: footage(f"{TEXT} [[rai:63429089]]"),
    "capacity": lambda: footage(f"{TEXT} [[err:8]]"),
    "filtered": lambda: footage(f"{TEXT} [[filter]]"),
    "vanishing": lambda: footage(f"{TEXT} [[lost:film]]"),
    "without a webhook": lambda: presented("Hi. [[nocallback]]"),
    "two webhooks": lambda: presented("Hi. [[callback:twice]]"),
    "failing take": lambda: presented("Hi. [[fail:rendering_failed]]"),
}
# Delivered as files that are not what was ordered; what becomes of each says tests/spoiled.py.
SPOILED: dict[str, Callable[[], FilmRequest]] = {
    **{f"clip {file}": partial(footage, spoiled.marked(file, TEXT)) for file in spoiled.KINDS},
    **{f"take {file}": partial(presented, spoiled.marked(file, "Hi.")) for file in (*spoiled.KINDS, "cut.2", "html.5")},
}
LIKELY = st.sampled_from((*sorted(FILMS), *("footage", "presented", "two scenes") * 5))
kinds = st.one_of(LIKELY, LIKELY, st.sampled_from(tuple(SPOILED)))
FILMS |= SPOILED
CHANGES = (
    Change(),
    Change(scenes={0: SceneChange(visual_description=TEXT)}),
    Change(scenes={0: SceneChange(script="Hi.")}),
)
HOPELESS = {"refused", "capacity", "filtered", "failing take"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Calls like this go wrong in this way, from the `nth` on, so many times."""

    call: str
    kind: Kind
    status: str
    nth: int = 1
    times: int = 1


STORE = (
    "^firestore Commit",
    "^firestore BatchGetDocuments",
    "^firestore Run",
    "^tasks (Create|Get)",
    "^secrets Access",
)
FILES = ("^storage GET", "^storage P", "^iam")
VENDORS = ("^veo .*fetchPredict", "^heygen GET /v3/videos", "^heygen GET /resource", "^heygen GET /v3/(?!videos)")
VEO, HEYGEN = "^veo .*predictLongRunning", "^heygen POST /v3/videos$"
DOORS = ("^POST /(start|watch)_", "^POST /compose", "^POST /veo_output", "^POST /heygen_webhook")
rounds = st.integers(1, 6)
few, often = st.integers(1, 3), st.sampled_from((1, 1, 2))

outgoing = st.one_of(
    st.builds(Trouble, st.sampled_from(STORE), st.just(Kind.REFUSE), st.sampled_from(("", "ABORTED")), few, often),
    st.builds(Trouble, st.sampled_from(STORE), st.just(Kind.LOSE), st.just(""), few, often),
    st.builds(Trouble, st.just(STORE[0]), st.just(Kind.REFUSE), st.just("DEADLINE_EXCEEDED"), few, st.just(60)),
    st.builds(Trouble, st.just("^tasks CreateTask"), st.just(Kind.REFUSE), st.just("PERMISSION_DENIED"), few, often),
    st.builds(Trouble, st.sampled_from(FILES), st.sampled_from((Kind.REFUSE, Kind.LOSE)), st.just(""), few, often),
    st.builds(Trouble, st.sampled_from(VENDORS), st.just(Kind.REFUSE), st.sampled_from(("429", "503")), few, often),
    st.builds(Trouble, st.sampled_from(VENDORS), st.sampled_from((Kind.LOSE, Kind.RESET)), st.just(""), few, often),
)
PAID_STATUS = ("429", "500", "503", "404", "402")
submits = st.one_of(
    st.builds(Trouble, st.sampled_from((VEO, HEYGEN)), st.just(Kind.REFUSE), st.sampled_from(PAID_STATUS), few, often),
    st.builds(Trouble, st.sampled_from((VEO, HEYGEN)), st.sampled_from((Kind.LOSE, Kind.RESET)), st.just(""), few),
    st.builds(Trouble, st.just(HEYGEN), st.just(Kind.TWICE), st.just("")),
)
# A dropped message is one that is answered "200" unread; one answered "503" is late.
incoming = st.builds(
    Trouble,
    st.sampled_from(DOORS),
    st.sampled_from((Kind.REFUSE, Kind.LOSE, Kind.TWICE)),
    st.sampled_from(("200", "503")),
    few,
    often,
)
FREEZES = ("^firestore Commit", "^firestore BatchGet", "^storage P", "^tasks CreateTask", "^(veo|heygen) .*(fetch|GET)")
troubles = st.one_of(outgoing, submits, submits, incoming)
seconds = st.sampled_from((1, 6, 31, 65, 125, 220, 280, 620, 1210, 3700))
