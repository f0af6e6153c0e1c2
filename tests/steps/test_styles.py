"""Speaking styles: ordered by the voice's own word where it has it; what a voice lacks is told with the order."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.pipeline.job.job import Ending
from shared.pipeline.job.revision import Change
from shared.pipeline.plan.personas import Persona, PersonaIds
from shared.pipeline.plan.request import FilmRequest, PresenterFailure, VoiceSettings
from shared.steps.problems import Problem
from tests.steps.calls import customer, told
from tests.steps.stage import AMBER, JENNY, LOOK, SPEECH, TENANT, VOICE, Stage, by_did, by_persona, presented, staged

RACHEL, ELVIRA = "elevenlabs/21m00Tcm4TlvDq8ikWAM", "es-ES-ElviraNeural"
CHEERFUL, SAD = VoiceSettings(style="cheerful"), VoiceSettings(style="sad")
LEFT_OUT = 'The style "cheerful" is left out where HeyGen films it: its voices have none.'


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: dict[str, Path]) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("styles"), did={}, canned=canned) as opened:
        yield opened


@pytest.fixture
def _ana(stage: Stage) -> Iterator[None]:
    """Let a test change the persona, and find it as it was."""
    known = stage.wiring.personas.get(TENANT.id, "ana")
    yield
    assert known
    stage.wiring.personas.put(TENANT.id, known)


def heard_by(voice_id: str | None) -> FilmRequest:
    """Return a cheerful film of D-ID's in a voice."""
    film = by_did(voice=CHEERFUL)
    return replace(film, scenes=tuple(replace(scene, voice_id=voice_id) for scene in film.scenes))


def spoken(stage: Stage, job_id: str) -> list[Mapping[str, Any]]:
    """Return how D-ID was asked to speak for a job, an entry an order."""
    assert stage.did
    found = [stage.did._clips.find(each["id"]) for each in stage.bill("did")]
    orders = [clip.request for clip in found if clip and job_id in clip.request["user_data"]]
    return [order["script"]["provider"].get("voice_config", {}) for order in orders]


def planned(stage: Stage, job_id: str) -> tuple[str, list[str | None], list[str | None]]:
    """Return who films a job's takes, their styles, and those of whoever takes over."""
    plan = stage.job(job_id).plan
    over = [take.style for each in plan.understudies for take in each.takes]
    return plan.provider, [take.style for take in plan.speeches], over


def test_a_style_is_ordered_of_the_service_that_has_it_and_is_part_of_the_take(stage: Stage) -> None:
    """HeyGen is first by quality and has no styles, so D-ID films; another style is another take, the same is none."""
    first = stage.order(by_persona(voice=CHEERFUL))
    stage.live(first)
    loaded = stage.wiring.jobs.load(first)
    assert loaded
    revise = stage.wiring.revise().regenerate

    made, _ = revise(TENANT, loaded, frozenset(), Change(voice=SAD), dry_run=False, trace="t")
    stage.live(made.id)
    with pytest.raises(Problem, match="nothing would be different"):
        revise(TENANT, loaded, frozenset(), Change(voice=CHEERFUL), dry_run=False, trace="t")

    assert ("did", ["cheerful"], [None]) == planned(stage, first)
    assert ("did", ["sad"], [None]) == planned(stage, made.id)
    assert (Ending.COMPLETED, VoiceSettings(style="sad")) == (stage.job(made.id).ending, made.request.voice)
    assert ([{"style": "cheerful"}], [{"style": "sad"}]) == (spoken(stage, first), spoken(stage, made.id))


def test_a_retry_speaks_as_it_was_ordered(stage: Stage) -> None:
    """The take that failed is ordered again in its style."""
    job_id = stage.order(by_did("Hello. [[fail:InternalError]]", voice=CHEERFUL))
    stage.live(job_id)
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    tried = len(spoken(stage, job_id))

    stage.wiring.revise().retry(TENANT, loaded, Change(), dry_run=False)
    stage.live(job_id)

    heard = spoken(stage, job_id)
    assert [{"style": "cheerful"}] * len(heard) == heard
    assert len(heard) > tried


@pytest.mark.parametrize("dry_run", [True, False])
def test_what_heygen_lacks_is_told_with_the_order(stage: Stage, dry_run: bool) -> None:
    """Named by the order, HeyGen films without; the order and its dry run say so, with what can be done."""
    shop = customer(stage.wiring, TENANT.id)
    scene = {"visual_description": "A mug", "duration": 4, "script": "Hi.", "avatar_id": LOOK, "voice_id": VOICE}
    body = {"product_title": "Mug", "scenes": [scene], "voice": {"style": "cheerful"}, "dry_run": dry_run}

    answer = told(shop.call("POST", "/create_job", body))

    assert [LEFT_OUT] == [each[: len(LEFT_OUT)] for each in answer["warnings"] if "style" in each]
    assert any("GET /catalog/voices" in each for each in answer["warnings"])


def test_who_takes_over_speaks_without_a_style_it_lacks(stage: Stage) -> None:
    """D-ID films and has it; HeyGen, which would take over, has none: the order says both before anything is paid."""
    job_id = stage.order(by_persona(voice=CHEERFUL, on_presenter_failure=PresenterFailure.FALLBACK))

    assert ("did", ["cheerful"], [None]) == planned(stage, job_id)
    assert any(LEFT_OUT in each for each in stage.job(job_id).warnings)


@pytest.mark.parametrize(
    ("voice", "why"),
    [
        (RACHEL, "elevenlabs's voices have none"),
        (ELVIRA, "Elvira has none"),
        (None, "without a voice_id the presenter's own voice speaks as it is"),
    ],
)
def test_a_voice_without_styles_speaks_in_its_own_way(stage: Stage, voice: str | None, why: str) -> None:
    """A nuance is no reason to refuse a film."""
    job_id = stage.order(heard_by(voice))

    assert ("did", [None], []) == planned(stage, job_id)
    assert any(f"is left out where D-ID films it: {why}" in each for each in stage.job(job_id).warnings)


def test_a_word_that_no_voice_has_is_refused_with_those_it_has(stage: Stage) -> None:
    """A slip of the pen costs nothing."""
    before = stage.submits("did")

    with pytest.raises(Problem) as refused:
        stage.order(by_did(voice=VoiceSettings(style="cheerfull")))

    known = "Jenny has angry, cheerful, friendly, newscast, sad, whispering"
    assert {"voice.style": [f'"cheerfull" is none of its voice\'s: {known}']} == refused.value.details
    assert before == stage.submits("did")


@pytest.mark.parametrize(
    ("asked", "expected"), [(VoiceSettings(), "newscast"), (SAD, "sad")], ids=["the persona's", "the order's"]
)
@pytest.mark.usefixtures("_ana")
def test_a_persona_brings_its_style(stage: Stage, asked: VoiceSettings, expected: str) -> None:
    """At the service it was given for, where the order says nothing."""
    ids = {"did": PersonaIds(AMBER, JENNY, "newscast")}
    stage.wiring.personas.put(TENANT.id, Persona("ana", "Ana", ids))

    job_id = stage.order(by_persona(voice=asked))

    assert ("did", [expected], []) == planned(stage, job_id)


@pytest.mark.parametrize(
    ("at", "field", "why"),
    [
        (
            {"heygen": {"avatar_id": LOOK, "style": "cheerful"}},
            "at.heygen.style",
            "cannot be spoken at HeyGen: its voices have none",
        ),
        (
            {"did": {"avatar_id": AMBER, "voice_id": "en-US-GuyNeural", "style": "sad"}},
            "at.did.style",
            "is none of its voice's: Guy has cheerful, newscast",
        ),
    ],
)
def test_a_persona_keeps_no_style_its_voice_lacks(stage: Stage, at: object, field: str, why: str) -> None:
    """Told when it is put."""
    refused = customer(stage.wiring, TENANT.id).call("PUT", "/tenant/personas/carl", {"at": at})

    assert (400, {field: [why]}) == (refused.status_code, told(refused)["details"])


def test_the_catalogue_lists_styles(stage: Stage) -> None:
    """Where people look before they order."""
    listed = told(customer(stage.wiring, TENANT.id).call("GET", "/catalog/voices?provider=did&search=guy"))

    assert [["cheerful", "newscast"]] == [each["styles"] for each in listed["voices"]]


def test_an_edit_refuses_another_voice_with_its_price(stage: Stage) -> None:
    """How a take is spoken is bought, like its words."""
    job_id = stage.order(presented())
    stage.live(job_id)

    refused = customer(stage.wiring, TENANT.id).call("POST", f"/jobs/{job_id}/edit", {"voice": {"speed": 1.2}})

    assert "is made anew, which is bought" in told(refused)["details"]["voice"][0]
    assert SPEECH in stage.job(job_id).nodes
