"""What can happen in a life: films to order, calls that go wrong, and how."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hypothesis import strategies as st

from shared.pipeline.job.revision import Change, SceneChange
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, Filmer, FilmRequest, IfUnclear, PresenterFailure, SceneRequest
from tests import spoiled
from tests.faults.wire import Kind
from tests.steps.stage import LOOK, VOICE, by_did, by_persona, footage, presented

TEXT = "A mug on a table"


def two_scenes() -> FilmRequest:
    """Return a film of two clips that are made side by side, the second under a presenter."""
    first = SceneRequest(visual_description=TEXT, duration=4)
    second = SceneRequest(visual_description=TEXT, duration=4, script="Hi.", avatar_id=LOOK, voice_id=VOICE)
    return FilmRequest(product_title="Mug", scenes=(first, second), b_roll=BRoll(join=Join.CUT))


BROKE = "Hi. [[broke]]"  # HeyGen's wallet is empty for it: D-ID takes over, or nobody
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
    "by D-ID": by_did,
    "by D-ID, told early": lambda: by_did("Hello. [[webhook:early]]"),
    "failing at D-ID": lambda: by_did("Hello. [[fail:InternalError]]"),
    "by a persona": by_persona,
    "a cast": lambda: by_persona(scenes=2),
    "switched": lambda: by_persona(BROKE),
    "switched cast": lambda: by_persona(BROKE, scenes=2),
    "paid again": lambda: by_persona("Hi. [[nocallback]]", if_unclear=IfUnclear.PAY_AGAIN),
    "left out": lambda: by_persona(BROKE, provider="heygen", on_presenter_failure=PresenterFailure.WITHOUT),
    "fails everywhere": lambda: by_persona("Hi. [[fail]]"),
    "on one key": lambda: presented(b_roll=BRoll(provider=Filmer.HEYGEN)),
    "or failed": lambda: by_persona(on_presenter_failure=PresenterFailure.FAIL),
    "or by the other": lambda: by_persona(on_presenter_failure=PresenterFailure.FALLBACK),
    "or without": lambda: by_persona(scenes=2, on_presenter_failure=PresenterFailure.WITHOUT),
    "by D-ID or the other": lambda: by_persona(provider="did", on_presenter_failure=PresenterFailure.FALLBACK),
}
# Delivered as files that are not what was ordered; what becomes of each says tests/spoiled.py.
SPOILED: dict[str, Callable[[], FilmRequest]] = {
    **{f"clip {file}": partial(footage, spoiled.marked(file, TEXT)) for file in spoiled.KINDS},
    **{f"take {file}": partial(presented, spoiled.marked(file, "Hi.")) for file in (*spoiled.KINDS, "cut.2", "html.5")},
}
BY_PERSONA = ("by a persona", "a cast", "or failed", "or by the other", "or without", "by D-ID or the other")
OFTEN = ("footage", "presented", "two scenes") * 6 + ("a cast", "switched", "on one key") * 3
LIKELY = st.sampled_from((*sorted(FILMS), *OFTEN))
kinds = st.one_of(LIKELY, LIKELY, st.sampled_from(tuple(SPOILED)))
FILMS |= SPOILED
CHANGES = (
    Change(),
    Change(scenes={0: SceneChange(visual_description=TEXT)}),
    Change(scenes={0: SceneChange(script="Hi.")}),
)
HOPELESS = {"refused", "capacity", "filtered", "failing take", "failing at D-ID", "fails everywhere"}


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
VENDORS = (
    "^veo .*fetchPredict",
    *("^heygen GET /v3/videos", "^heygen GET /resource", "^heygen GET /v3/(?!videos)"),
    *("^did GET /clips$", "^did GET /clips/clp", "^did GET /resource"),
)
KEYED = ("^heygen POST /v3/videos$", "^heygen POST /v3/models/videos$")
WITH_A_PURSE = ("^did POST /clips$", *KEYED)
SUBMITS = ("^veo .*predictLongRunning", *WITH_A_PURSE)
DOORS = ("^POST /(start|watch)_", "^POST /compose", "^POST /veo_output", "^POST /(heygen|provider)_webhook")
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
PAID_STATUS = ("429", "500", "503", "404")
submits = st.one_of(
    st.builds(Trouble, st.sampled_from(SUBMITS), st.just(Kind.REFUSE), st.sampled_from(PAID_STATUS), few, often),
    st.builds(Trouble, st.sampled_from(WITH_A_PURSE), st.just(Kind.REFUSE), st.just("402"), few, often),
    st.builds(Trouble, st.sampled_from(SUBMITS), st.sampled_from((Kind.LOSE, Kind.RESET)), st.just(""), few),
    st.builds(Trouble, st.sampled_from(KEYED), st.just(Kind.TWICE), st.just("")),
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
FREEZES = (
    *("^firestore Commit", "^firestore BatchGet", "^storage P", "^tasks CreateTask"),
    "^(veo|heygen|did) .*(fetch|GET)",
)
troubles = st.one_of(outgoing, submits, submits, incoming)
seconds = st.sampled_from((1, 6, 31, 65, 125, 220, 280, 620, 1210, 3700))
