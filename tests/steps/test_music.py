"""Music of a film: uploaded, named by an order, kept in the plan, changed and taken away by an edit."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from shared.codes import Code
from shared.door.change_bodies import parse_edit
from shared.pipeline.plan.staging import Audio, MusicOrder
from shared.steps.judged_music import facts_of
from shared.steps.problems import Problem
from tests.media.makers import ffmpeg
from tests.steps.stage import TENANT, Stage, presented, staged

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Google's refused download, unread


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Return a stage."""
    with staged(tmp_path_factory.mktemp("music"), canned=canned) as made:
        yield made


@pytest.fixture(scope="module")
def tune(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return four seconds of a tone."""
    path = tmp_path_factory.mktemp("tune") / "tune.flac"
    ffmpeg("-f", "lavfi", "-i", "sine=f=500:d=4", path)
    return path.read_bytes()


def lived(stage: Stage, job_id: str) -> None:
    """Be the platform until a job has ended."""
    for _ in range(100):
        if stage.ended(job_id):
            return
        stage.round()
    raise AssertionError(f"{job_id} has not ended")


def test_music_lies_under_a_film_until_an_edit_takes_it_away(stage: Stage, tune: bytes) -> None:
    """The plan keeps the very file; the film is composed with it; an edit with null makes one without, for nothing."""
    facts = facts_of(tune)
    name = stage.wiring.music.keep(TENANT.id, tune, facts)
    order = MusicOrder(name, level=-24.0)
    job_id = stage.order(replace(presented(), audio=Audio(music=order)))
    lived(stage, job_id)

    film = stage.job(job_id)
    edit = parse_edit(b'{"audio": {"music": null}}').recut()
    made, _ = stage.wiring.edit_film()(TENANT, film, edit, dry_run=False, trace="t")
    lived(stage, made.id)

    bare, music = stage.job(made.id), film.plan.music
    assert music is not None
    assert ("flac", -24.0, f"{name}.flac") == (facts.suffix, music.level, music.uri.rsplit("/", 1)[1])
    assert ("completed", "completed") == (str(film.ending), str(bare.ending))
    assert (None, None) == (bare.plan.music, bare.request.audio.music)
    assert film.nodes["compose"].output != bare.nodes["compose"].output


def test_music_is_a_tenants_own_and_long_enough(stage: Stage, tune: bytes) -> None:
    """Another tenant's upload is not there; one that would begin at its end leaves too little; noise is no music."""
    facts = facts_of(tune)
    name, mine = (stage.wiring.music.keep(tenant, tune, facts) for tenant in ("other", TENANT.id))
    found = stage.wiring.music.found

    with pytest.raises(Problem) as foreign:
        stage.order(replace(presented(), audio=Audio(music=MusicOrder("0" * 64))))
    with pytest.raises(Problem) as late:
        found(TENANT.id, MusicOrder(mine, start=2.0))
    with pytest.raises(Problem) as noise:
        facts_of(b"noise")

    assert found("other", MusicOrder(name)).uri != found(TENANT.id, MusicOrder(mine)).uri
    assert ["audio.music.audio"] == list(foreign.value.details)
    lasts = f"which lasts {facts.seconds:.1f} s: begin at {facts.seconds - 3:g} s or earlier"
    assert {"audio.music.start": [f"leaves less than 3 s of the music, {lasts}"]} == late.value.details
    assert found(TENANT.id, MusicOrder(mine, start=facts.seconds - 3))
    assert Code.NOT_MUSIC is noise.value.code
