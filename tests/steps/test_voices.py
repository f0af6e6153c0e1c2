"""What a voice lacks is told when a film is ordered, by its field, and nothing is asked or paid for it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from shared.pipeline.plan.personas import Persona, PersonaIds
from shared.pipeline.plan.request import FilmRequest, VoiceSettings
from shared.steps.problems import Problem
from tests.steps.stage import AMBER, JENNY, LOOK, TENANT, VOICE, Stage, by_did, by_persona, presented, staged

RACHEL, JOANNA = "elevenlabs/21m00Tcm4TlvDq8ikWAM", "amazon/Joanna"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("voices"), did={}) as opened:
        yield opened


def spoken_by(voice_id: str | None, **voice: float | str) -> FilmRequest:
    """Return a film of D-ID's in a voice that is to speak so."""
    film = by_did(voice=VoiceSettings(**voice))  # type: ignore[arg-type]  # fields of several types
    return replace(film, scenes=tuple(replace(scene, voice_id=voice_id) for scene in film.scenes))


@pytest.mark.parametrize(
    ("film", "field", "why"),
    [
        (spoken_by(RACHEL, pitch=2), "voice.pitch", "elevenlabs's voices have none"),
        (spoken_by(RACHEL, locale="en-GB"), "voice.locale", "elevenlabs's voices have none"),
        (spoken_by(RACHEL, speed=1.4), "voice.speed", "elevenlabs's voices speak at 0.7 to 1.2"),
        (spoken_by(JOANNA, speed=1.1), "voice.speed", "amazon's have none"),
        (spoken_by(None, speed=1.1), "voice.speed", "without a voice_id the presenter's own voice speaks as it is"),
    ],
)
def test_what_a_voice_lacks_is_refused_by_its_field(stage: Stage, film: FilmRequest, field: str, why: str) -> None:
    """The order is refused before the service is asked anything."""
    before = stage.wire.count("^did")

    with pytest.raises(Problem) as told:
        stage.order(film)

    assert {field: [f"D-ID cannot order {field}: {why}."]} == told.value.details
    assert before == stage.wire.count("^did")


@pytest.mark.parametrize(
    "film",
    [
        spoken_by(JENNY, speed=1.4, pitch=2, locale="en-US"),
        spoken_by(RACHEL, speed=1.2),
        presented(voice=VoiceSettings(speed=1.4, pitch=2)),
    ],
    ids=["Microsoft's", "ElevenLabs'", "HeyGen's"],
)
def test_what_a_voice_can_is_ordered(stage: Stage, film: FilmRequest) -> None:
    """By each service's own fields."""
    assert stage.job(stage.order(film)).request.voice == film.voice


def test_who_cannot_speak_so_takes_nobody_over(stage: Stage) -> None:
    """The persona's voice at D-ID has no pitch: the order says that nobody takes over, and why."""
    ids = {"heygen": PersonaIds(LOOK, VOICE), "did": PersonaIds(AMBER, RACHEL)}
    stage.wiring.personas.put(TENANT.id, Persona("ana", "Ana", ids))

    job = stage.job(stage.order(by_persona(voice=VoiceSettings(pitch=2))))

    assert () == job.plan.understudies
    assert any("D-ID cannot order voice.pitch" in each for each in job.warnings)
