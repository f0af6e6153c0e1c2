"""What is heard: voices at their time and loudness, footage silent or lowered."""

from pathlib import Path

import numpy as np
import pytest

from shared.pipeline.plan.plan import Cutout, Sound
from tests.media.conftest import Render
from tests.media.makers import BLUE, Person, colored, edit, ffmpeg, film, level, looks, samples, shot, take

VOICE, WORLD = 880.0, 300.0


def test_silent_film_has_a_sound_track(render: Render, mute_clip: Path) -> None:
    """A film in which nothing sounds carries silence, as long as its picture."""
    made = render(edit(shot(1.5)), clip=mute_clip)

    heard = samples(made.film)
    assert 1.5 * 48000 == pytest.approx(len(heard), abs=2048)
    assert 0 == float(np.abs(heard).max())


def test_voice_starts_with_its_presenter(render: Render, mute_clip: Path, alpha_take: Path) -> None:
    """A voice is heard from its appearance's start until its end."""
    made = render(edit(shot(3), looks=(looks(start=1, seconds=1),)), clip=mute_clip, presenter=alpha_take)

    loud = np.abs(samples(made.film)[:, 0]) > 0.02
    assert 1.0 == pytest.approx(np.flatnonzero(loud)[0] / 48000, abs=0.03)
    assert 2.0 == pytest.approx(np.flatnonzero(loud)[-1] / 48000, abs=0.05)


def test_muted_footage_is_not_heard(render: Render, clip: Path, alpha_take: Path) -> None:
    """Muted, nothing of the footage's own sound is left."""
    made = render(edit(shot(2), looks=(looks(),)), clip=clip, presenter=alpha_take)

    heard = samples(made.film)
    assert level(heard, VOICE, 0.5, 1.5) > -20
    assert level(heard, WORLD, 0.5, 1.5) < -60


def test_ducked_footage_is_lower_under_speech(render: Render, clip: Path, alpha_take: Path) -> None:
    """Ducked, the footage falls by at least 8 dB under speech and comes back after it."""
    asked = edit(shot(3), looks=(looks(seconds=1.5),), sound=Sound.DUCK)

    made = render(asked, clip=clip, presenter=alpha_take)

    heard = samples(made.film)
    assert level(heard, WORLD, 0.5, 1.4) < level(heard, WORLD, 2.4, 2.9) - 8
    assert level(heard, WORLD, 0.5, 1.4) > -60
    assert level(heard, VOICE, 0.5, 1.4) > level(heard, WORLD, 0.5, 1.4) + 8


def test_footage_without_sound_can_be_ducked(render: Render, mute_clip: Path, clip: Path, alpha_take: Path) -> None:
    """A silent clip between sounding ones is just silent."""
    asked = edit(shot(1), shot(1, "other"), looks=(looks(start=1.5, seconds=0.5),), sound=Sound.DUCK)

    made = render(asked, clip=mute_clip, other=clip, presenter=alpha_take)

    heard = samples(made.film)
    assert level(heard, WORLD, 0.1, 0.9) < -60
    assert level(heard, WORLD, 1.05, 1.45) > -30


def test_only_silent_footage_can_be_ducked(render: Render, mute_clip: Path) -> None:
    """Ducking where nothing has a sound track gives silence."""
    made = render(edit(shot(1), colored(0.5), sound=Sound.DUCK), clip=mute_clip)

    assert 0 == float(np.abs(samples(made.film)).max())


def test_held_frame_is_silent(render: Render, clip: Path) -> None:
    """While a last frame is held the footage makes no sound."""
    made = render(edit(shot(2, footage=1), sound=Sound.DUCK), clip=clip)

    heard = samples(made.film)
    assert level(heard, WORLD, 0.2, 0.8) > -30
    assert level(heard, WORLD, 1.2, 1.8) < -60


@pytest.mark.parametrize("volume", [-33.0, -12.0])
def test_voices_come_to_one_loudness(render: Render, tmp_path: Path, mute_clip: Path, volume: float) -> None:
    """A quiet voice is raised and a loud one lowered to about -16 LUFS, within 15 dB."""
    person = take(tmp_path / "voice.mp4", Person(tone=VOICE), BLUE)
    quiet = tmp_path / "quiet.mp4"
    ffmpeg("-i", person, "-c:v", "copy", "-af", f"volume={volume + 21}dB", "-c:a", "aac", quiet)

    made = render(edit(shot(2), looks=(looks(Cutout.INSET),)), clip=mute_clip, presenter=quiet)

    peak = float(np.abs(samples(made.film)).max())
    assert 0.1 < peak < 0.45


def test_sound_never_clips(render: Render, tmp_path: Path, alpha_take: Path) -> None:
    """Loud footage and two voices at once stay under full scale."""
    loud = tmp_path / "loud.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "color=blue:s=180x320:r=24:d=2", "-f", "lavfi", "-i", "sine=f=300:d=2,volume=24dB"),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", loud),
    )
    asked = edit(shot(2), looks=(looks(), looks(node="second")), sound=Sound.DUCK)

    made = render(asked, clip=loud, presenter=alpha_take, second=alpha_take)

    assert float(np.abs(samples(made.film)).max()) < 0.95


def test_take_without_sound_is_told(render: Render, tmp_path: Path) -> None:
    """A presenter nobody hears is a fact for the warnings."""
    still = take(tmp_path / "still.webm", Person(seconds=1, tone=None), None)

    made = render(edit(colored(1), looks=(looks(seconds=1),)), presenter=still)

    assert ("presenter: the take has no sound",) == made.warnings


def test_silent_take_is_told(render: Render, tmp_path: Path) -> None:
    """A sound track that holds nothing is told as well."""
    silent = tmp_path / "silent.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "color=white:s=180x320:r=24:d=1", "-f", "lavfi", "-i", "anullsrc=d=1"),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", silent),
    )

    made = render(edit(colored(1), looks=(looks(Cutout.INSET, seconds=1),)), presenter=silent)

    assert ("presenter: the take is silent",) == made.warnings


def test_continuous_chain_has_continuous_sound(render: Render, tmp_path: Path) -> None:
    """Scenes cut from one continuous file leave no gap in its sound."""
    chain = film(tmp_path / "chain.mp4", BLUE, each=3, tone=WORLD)

    made = render(edit(shot(1), shot(1, offset=1), shot(1, offset=2), sound=Sound.DUCK), clip=chain)

    heard = samples(made.film)
    assert level(heard, WORLD, 0.9, 1.1) == pytest.approx(level(heard, WORLD, 0.4, 0.6), abs=1)
