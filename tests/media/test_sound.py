"""What is heard: voices at their time and loudness, footage silent or lowered."""

from pathlib import Path

import numpy as np
import pytest

from infra.bed import bed
from shared.media.beds import BED, BED_LOUDNESS, BED_SECONDS, RATE
from shared.media.ffmpeg import Budget, Demuxer, Source
from shared.media.laid import laid_out
from shared.media.listening import listened
from shared.media.mastering import encoded, mastered, mixed
from shared.pipeline.plan.heard import Loudness
from shared.pipeline.plan.plan import Cutout, Sound
from shared.pipeline.quality.rules import Fault
from tests.media.conftest import Render
from tests.media.makers import (
    BLUE,
    Person,
    colored,
    edit,
    ffmpeg,
    film,
    level,
    looks,
    loudness,
    samples,
    shot,
    silences,
    take,
)
from tests.patience import PATIENCE

VOICE, WORLD = 880.0, 300.0


@pytest.fixture(scope="session")
def voice(bench: Path) -> Path:
    """Return a take of six seconds."""
    return take(bench / "voice.webm", Person(seconds=6, tone=VOICE), None)


@pytest.fixture(scope="session")
def street(bench: Path) -> Path:
    """Return twenty seconds of footage with a quiet sound, the first ten of which are silent."""
    path = bench / "street.mp4"
    hum = "sine=f=300:d=20:r=48000,volume='if(gt(t,10),0.2,0)':eval=frame"
    picture = "color=blue:s=180x320:r=24:d=20"
    ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", hum, "-pix_fmt", "yuv420p", "-c:a", "aac", path)
    return path


@pytest.mark.parametrize(
    ("speech", "sound", "asked"),
    [
        ((0, 6), Sound.BED, Loudness.SOCIAL),
        ((7, 6), Sound.BED, Loudness.WEB),
        (None, Sound.BED, Loudness.BROADCAST),
        ((0, 6), Sound.DUCK, Loudness.SOCIAL),
        (None, Sound.DUCK, Loudness.BROADCAST),
        ((0, 6), Sound.BED, None),
        ((0, 1.2), Sound.BED, Loudness.SOCIAL),
    ],
    ids=[
        "silent end",
        "silent beginning",
        "nobody speaks",
        "footage under speech",
        "footage alone",
        "an older plan",
        "few words",
    ],
)
def test_no_film_is_silent_unless_asked(
    render: Render, street: Path, voice: Path, speech: tuple[float, float] | None, sound: Sound, asked: Loudness | None
) -> None:
    """Twenty seconds with six of speech, one, or none: no digital silence, as loud as asked, peaks below -1 dBTP."""
    people = () if speech is None else (looks(start=speech[0], seconds=speech[1]),)

    made = render(edit(shot(20), looks=people, sound=sound, loudness=asked), clip=street, presenter=voice)

    whole, peak = loudness(made.film)
    assert [] == silences(made.film)
    assert (asked or Loudness.WEB) == pytest.approx(whole, abs=0.5)
    assert peak <= -1.0


def test_what_is_heard_while_it_is_coded_is_what_players_play(voice: Path, street: Path, tmp_path: Path) -> None:
    """Its loudness, its peaks and its silence are those of the file, to the last digit."""
    row, who = shot(2.7, "clip", offset=9.0), looks(Cutout.ALPHA, start=0, seconds=2.7)
    asked = edit(row, looks=(who,), sound=Sound.DUCK, loudness=Loudness.SOCIAL)
    files = {"clip": street, "presenter": voice}
    with laid_out(asked, files, tmp_path, timeout=PATIENCE) as laid:
        made, people = mastered(laid), laid.layout.presenters
        file, folder = Source(made.file, Demuxer.MP4), laid.bench.folder
        heard = listened(file, laid.layout.edit, laid.layout.frames / 24, people, folder, Budget(PATIENCE))

    assert heard == (made.figures, made.voices)


@pytest.mark.parametrize("asked", [None, Loudness.WEB])
def test_nothing_of_a_mixed_sound_lies_about_but_the_mix(street: Path, tmp_path: Path, asked: Loudness | None) -> None:
    """A function's folder is memory: what footage sounded like alone is gone, of an older plan's film, too."""
    film = edit(shot(2, "clip", offset=12.0), sound=Sound.DUCK, loudness=asked)
    with laid_out(film, {"clip": street}, tmp_path, timeout=PATIENCE) as laid:
        made = mixed(laid)

        assert [made.mixed.path] == [*laid.bench.folder.glob("*.wav")]


def test_what_coding_adds_to_peaks_is_taken_off_again(render: Render, tmp_path: Path) -> None:
    """Bursts of noise pass the limiter and come out of the encoder above -1 dBTP: the film's are below."""
    clip, work = tmp_path / "bursts.mp4", tmp_path / "work"
    bursts = "anoisesrc=a=1:c=white:r=48000:d=6:seed=1,volume='if(lt(mod(t,0.5),0.02),1,0.02)':eval=frame"
    picture = "color=blue:s=180x320:r=24:d=6"
    ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", bursts, "-pix_fmt", "yuv420p", "-c:a", "aac", clip)
    asked = edit(shot(6), sound=Sound.DUCK, loudness=Loudness.SOCIAL)
    work.mkdir()
    with laid_out(asked, {"clip": clip}, work, timeout=PATIENCE) as laid:
        _, coded = loudness(encoded(mixed(laid), laid.bench.folder, laid.bench.budget).path)

    made = render(asked, clip=clip)

    _, peak = loudness(made.film)
    assert coded > -1.0
    assert peak <= -1.0
    assert Fault.PEAKS not in {each.about for each in made.quality.deductions}


def test_speech_is_at_its_loudness_and_the_bed_far_below(render: Render, mute_clip: Path, voice: Path) -> None:
    """The bed takes nothing from the voice: 20 dB lower while somebody speaks, and softly there afterwards."""
    asked = edit(shot(3), shot(3), shot(3), shot(3), looks=(looks(seconds=6),), sound=Sound.BED)
    dry = edit(shot(3), shot(3), shot(3), shot(3), looks=(looks(seconds=6),))

    with_bed = samples(render(asked, "bed", clip=mute_clip, presenter=voice).film)
    without = samples(render(dry, "dry", clip=mute_clip, presenter=voice).film)

    under, after = (
        20 * float(np.log10(np.sqrt(np.mean(part**2))))
        for part in (with_bed[48000 : 5 * 48000] - without[48000 : 5 * 48000], with_bed[8 * 48000 : 10 * 48000])
    )
    assert level(with_bed, VOICE, 1, 5) == pytest.approx(level(without, VOICE, 1, 5), abs=0.3)
    assert under < -32
    assert -36 < after < -24


@pytest.mark.parametrize("seconds", [2, 4, 8])
def test_a_short_film_without_speech_is_as_loud_as_any(render: Render, mute_clip: Path, seconds: int) -> None:
    """The bed comes and goes in a share of the film, so that most of it is heard at -16 LUFS."""
    made = render(edit(*(shot(2) for _ in range(seconds // 2)), sound=Sound.BED), clip=mute_clip)

    whole, _ = loudness(made.film)
    assert -16 == pytest.approx(whole, abs=0.7)


def test_a_presenter_who_speaks_to_the_end_needs_no_bed(render: Render, voice: Path) -> None:
    """Where nothing is filmed and nobody is silent for longer than a breath, there is only the voice."""
    plain = render(edit(colored(6), looks=(looks(seconds=6),)), "plain", presenter=voice)
    made = render(edit(colored(6), looks=(looks(seconds=6),), sound=Sound.BED), "bed", presenter=voice)

    assert plain.film.read_bytes() == made.film.read_bytes()


def test_silence_can_be_asked_for(render: Render, mute_clip: Path, voice: Path) -> None:
    """Muted, the film is silent after the last word."""
    made = render(edit(shot(3), shot(3), shot(3), looks=(looks(seconds=6),)), clip=mute_clip, presenter=voice)

    assert [3.0] == pytest.approx(silences(made.film), abs=0.1)


def test_a_long_film_hears_no_seam(render: Render, mute_clip: Path) -> None:
    """The bed is 24 s long and closes in a circle: around its seam it is as steady as anywhere."""
    made = render(edit(*(shot(3) for _ in range(10)), sound=Sound.BED), clip=mute_clip)

    heard = samples(made.film)[:, 0]
    seconds = [float(np.sqrt(np.mean(heard[at : at + 12000] ** 2))) for at in range(48000, 27 * 48000, 12000)]
    around = float(np.abs(np.diff(heard[round(23.9 * 48000) : round(24.1 * 48000)])).max())
    assert max(seconds) < 4 * min(seconds)
    assert around <= 1.2 * float(np.abs(np.diff(heard)).max())


def test_the_bed_is_what_its_maker_makes() -> None:
    """`python -m infra.bed` wrote the file: it is as long and as loud as it says, and sounds like the music made."""
    made, kept = bed(), samples(BED)

    whole, _ = loudness(BED)
    length = round(BED_SECONDS * RATE)
    one, two = (part[:length] - part[:length].mean() for part in (made[0], kept[:, 0].astype(float)))
    assert BED_LOUDNESS == pytest.approx(whole, abs=0.2)
    assert len(made[0]) == length <= len(kept)
    assert np.corrcoef(one, two)[0, 1] > 0.95


def test_silent_film_has_a_sound_track(render: Render, mute_clip: Path) -> None:
    """A muted film in which nobody speaks carries silence, as long as its picture."""
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
    """Where nothing has a sound track the bed is heard instead."""
    made = render(edit(shot(3), colored(0.5), sound=Sound.DUCK), clip=mute_clip)

    assert float(np.abs(samples(made.film)).max()) > 0.02


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

    move = 'POST /jobs/{id}/regenerate with "nodes": ["presenter"] orders it again.'
    assert (f"presenter: the take has no sound. {move}",) == made.warnings


def test_silent_take_is_told(render: Render, tmp_path: Path) -> None:
    """A sound track that holds nothing is told as well."""
    silent = tmp_path / "silent.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "color=white:s=180x320:r=24:d=1", "-f", "lavfi", "-i", "anullsrc=d=1"),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", silent),
    )

    made = render(edit(colored(1), looks=(looks(Cutout.INSET, seconds=1),)), presenter=silent)

    move = 'POST /jobs/{id}/regenerate with "nodes": ["presenter"] orders it again.'
    assert (f"presenter: the take is silent. {move}",) == made.warnings


def test_continuous_chain_has_continuous_sound(render: Render, tmp_path: Path) -> None:
    """Scenes cut from one continuous file leave no gap in its sound."""
    chain = film(tmp_path / "chain.mp4", BLUE, each=3, tone=WORLD)

    made = render(edit(shot(1), shot(1, offset=1), shot(1, offset=2), sound=Sound.DUCK), clip=chain)

    heard = samples(made.film)
    assert level(heard, WORLD, 0.9, 1.1) == pytest.approx(level(heard, WORLD, 0.4, 0.6), abs=1)
