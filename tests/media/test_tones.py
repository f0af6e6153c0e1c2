"""What a phone films is shown as it was meant: HDR becomes BT.709, and all else a file says of its colours is heard."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from shared.media.compose import compose
from shared.media.probe import probe
from shared.media.tones import Light, light_of, toned
from shared.pipeline.plan.plan import Size
from tests.media.makers import Pixels, edit, ffmpeg, pixels, shot
from tests.patience import PATIENCE

Floats = npt.NDArray[np.float64]

PAPER = 203.0  # nits
LUMINANCE = np.array([0.2627, 0.6780, 0.0593])  # BT.2020's
TO_WIDE = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])  # from BT.709
TO_P3 = np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]])  # from BT.709
FRAME, EACH, NEAR = Size(96, 192), 0.25, 7.0  # pixels, seconds of a shot, steps of 255 a colour may be off
SKIN, DARK_SKIN, GREY, RED = (225, 172, 150), (110, 72, 55), (108, 108, 108), (200, 20, 20)  # of a film never HDR
SEEN: Mapping[str, tuple[int, int, int]] = {
    "skin": SKIN,
    "dark skin": DARK_SKIN,
    "grey": GREY,
    "red": RED,
    "paper": (238, 238, 238),
    "lamp": (255, 255, 255),
}


def _light(seen: tuple[int, int, int]) -> Floats:
    """Return the nits of a colour on a screen whose white is paper's, in BT.2020."""
    return np.asarray(TO_WIDE @ (np.array(seen) / 255) ** 2.4 * PAPER)


LIGHTS = [*map(_light, (SKIN, DARK_SKIN, GREY, RED)), np.full(3, PAPER), np.full(3, 1000.0)]


def hlg(nits: Floats) -> Floats:
    """BT.2100: the signal of a screen of 1,000 nits, whose gamma of 1.2 is of the luminance."""
    shown = nits / 1000
    scene = shown * (shown @ LUMINANCE) ** (1 / 1.2 - 1)
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.asarray(np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright))


def pq(nits: Floats) -> Floats:
    """SMPTE ST 2084."""
    power = (nits / 10_000) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


@dataclass(frozen=True, slots=True)
class Told:
    """How a clip is coded and what it says of its colours."""

    name: str
    signals: Floats  # RGB of each band, 0 to 1
    weights: tuple[float, float]  # of red and blue in its luma
    says: str
    coded: tuple[str, ...]
    deep: bool = True
    full: bool = False


HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:lossless=1:pools=1")
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lossless", "1")
AVC = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "1")
WIDE = "color_primaries=bt2020:colorspace=bt2020nc"
PLAIN = np.array(list(SEEN.values())) / 255
CLIPS = (
    Told("hlg.mov", np.array([*map(hlg, LIGHTS)]), (0.2627, 0.0593), f"{WIDE}:color_trc=arib-std-b67", HEVC),
    Told("pq.webm", np.array([*map(pq, LIGHTS)]), (0.2627, 0.0593), f"{WIDE}:color_trc=smpte2084", VP9),
    Told("deep.mp4", PLAIN, (0.2126, 0.0722), "color_primaries=bt709:colorspace=bt709:color_trc=bt709", HEVC),
    Told(
        "p3.mov",
        (((PLAIN**2.4) @ TO_P3.T).clip(0)) ** (1 / 2.4),
        (0.2126, 0.0722),
        "color_primaries=smpte432:colorspace=bt709:color_trc=bt709",
        HEVC,
    ),
    Told("full.mp4", PLAIN, (0.2126, 0.0722), "colorspace=bt709", AVC, deep=False, full=True),
    Told("old.mp4", PLAIN, (0.299, 0.114), "colorspace=smpte170m", AVC, deep=False),
)


def made(clip: Told, folder: Path) -> Path:
    """Make half a second of colours in bands."""
    bands, most = len(clip.signals), 1023 if clip.deep else 255
    step = (most + 1) // 256
    red, blue = clip.weights
    luma = clip.signals @ np.array([red, 1 - red - blue, blue])
    blueness = (clip.signals[:, 2] - luma) / (2 - 2 * blue)
    redness = (clip.signals[:, 0] - luma) / (2 - 2 * red)
    span, low, chroma = (most, 0, most) if clip.full else (219 * step, 16 * step, 224 * step)
    planes = (luma * span + low, blueness * chroma + 128 * step, redness * chroma + 128 * step)
    high = FRAME.height // bands
    rows = [plane.repeat(high // part * FRAME.width // part) for plane, part in zip(planes, (1, 2, 2), strict=True)]
    frame = np.round(np.concatenate(rows)).clip(0, most).astype("<u2" if clip.deep else "u1")
    raw = folder / "raw"
    raw.write_bytes(frame.tobytes() * 6)
    given = (
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p10le" if clip.deep else "yuv420p",
        "-s",
        f"{FRAME.width}x{FRAME.height}",
    )
    said = f"setparams=range={'pc' if clip.full else 'tv'}:{clip.says}"
    ffmpeg(*given, "-r", "12", "-i", raw, "-vf", said, *clip.coded, folder / clip.name)
    return folder / clip.name


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Pixels]:
    """Return a frame of one film that shows every clip, by the clip's name; HLG on a card, too."""
    folder = tmp_path_factory.mktemp("tones")
    files = {clip.name: made(clip, folder) for clip in CLIPS}
    card = replace(shot(EACH, "hlg.mov"), padded=True)
    asked = edit(*(shot(EACH, name) for name in files), card, size=FRAME)
    found = pixels(compose(asked, files, folder, timeout=PATIENCE).film, FRAME)
    return {name: found[6 * number + 3] for number, name in enumerate([*files, "card"])}


@pytest.mark.parametrize("name", [*(clip.name for clip in CLIPS), "card"])
def test_a_colour_is_seen_as_it_was_meant(shown: Mapping[str, Pixels], name: str) -> None:
    """Paper is nearly white, a lamp is white, and skin, grey and red are as in a film that was never HDR."""
    high = FRAME.height // len(SEEN)
    middle = {
        kind: shown[name][high * band + high // 4 : high * (band + 1) - high // 4, 8:-8].reshape(-1, 3).mean(axis=0)
        for band, kind in enumerate(SEEN)
    }

    away = {kind: float(np.abs(seen - SEEN[kind]).max()) for kind, seen in middle.items()}

    assert {} == {kind: (far, middle[kind].round()) for kind, far in away.items() if far > NEAR}


def test_a_probe_says_how_light_is_meant(tmp_path: Path) -> None:
    """By the file's numbers; where it says nothing it is taken as players do, and a logarithm is nobody's light."""
    asked = {"hlg.mov": (9, 18), "pq.webm": (9, 16), "full.mp4": (2, 2)}
    found = {clip.name: probe(made(clip, tmp_path)) for clip in CLIPS if clip.name in asked}

    assert asked == {name: (facts.primaries, facts.transfer) for name, facts in found.items()}
    assert [Light.HLG, Light.PQ, Light.STANDARD, Light.OTHER] == [light_of(number) for number in (18, 16, 2, 9)]
    assert [True, True, False] == [toned(*numbers) for numbers in ((9, 14), (12, 1), (1, 1))]
