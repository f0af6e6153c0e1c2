"""Looks a finished film over: what it is made of says where things stand, its own frames and sound say the rest.

Whatever cannot be measured is said in the report and costs the film nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import TypeVar

from shared.media.beds import UNDER
from shared.media.boxes import Box, safe_area
from shared.media.canvas import Lettering, PlacedPresenter
from shared.media.errors import MediaFailed, MediaRefused
from shared.media.ffmpeg import Budget, Demuxer, Source
from shared.media.listening import VoiceHeard, listened
from shared.media.logo import PlacedLogo
from shared.media.product_card import PlacedCard
from shared.media.segments import Cut
from shared.media.sound import DUCKED
from shared.media.takes import LOUDNESS
from shared.media.watching import Overlay, PictureSeen, looked_for, measuring, watched
from shared.pipeline.edit.edit import MIDDLE, PRODUCT, Edit
from shared.pipeline.plan.film_quality import FilmQuality
from shared.pipeline.plan.plan import Sound
from shared.pipeline.quality.figures import Figures, PersonFigures, SoundFigures, SpeechFigures, TextFigures
from shared.pipeline.quality.judging import judged

_T = TypeVar("_T")
Heard = tuple[SoundFigures, tuple[VoiceHeard, ...]]  # of a film's sound, and of each presenter's take
_LEAST_TALL, _LEAST_WIDE = 0.044, 0.05  # of the shorter side: letters that are read on a phone
_PLACE_TALL, _PLACE_WIDE, _PLACE_SQUARE = (0.36, 0.22), (0.30, 0.44), (0.36, 0.32)  # of width and height


@dataclass(frozen=True, slots=True)
class FinishedFilm:
    """A finished film and how it was laid out."""

    film: Path
    seconds: float  # as its container says
    edit: Edit
    row: tuple[Cut, ...]
    loud: frozenset[str]  # the footage that has a sound of its own
    presenters: tuple[PlacedPresenter, ...]
    words: tuple[Lettering, ...]
    logo: PlacedLogo | None = None
    cards: tuple[PlacedCard, ...] = ()


def inspected(
    laid: FinishedFilm, folder: Path, budget: Budget, heard: Heard | None = None, seen: PictureSeen | None = None
) -> FilmQuality:
    """Return the report of a film; never raises for what it cannot measure.

    `heard`: its sound was listened to already; `seen`: its picture was watched.
    """
    lacking: dict[str, str] = {}
    film = Source(laid.film, Demuxer.MP4)

    def tried(what: str, measure: Callable[[Budget], _T]) -> _T | None:
        try:
            return measure(measuring(budget, laid.edit.seconds))
        except (MediaFailed, MediaRefused) as failed:
            lacking[what] = f"{what}: {failed.why}"
        except Exception as broken:  # noqa: BLE001  # a bug in a side matter: the film is there
            lacking[what] = f"{what}: {type(broken).__name__}"
        return None

    def told() -> tuple[str, ...]:
        return tuple(lacking[what] for what in ("sound", "picture", "layout") if what in lacking)

    with ThreadPoolExecutor(1) as beside:  # either keeps one core busy
        hearing = beside.submit(
            tried, "sound", lambda own: heard or listened(film, laid.edit, laid.seconds, laid.presenters, folder, own)
        )
        over = overlays(laid.presenters, laid.words, laid.logo, laid.cards)
        wanted = looked_for(laid.edit, laid.row, over, laid.words)
        picture = seen or tried("picture", lambda own: watched(film, wanted, folder, own))
    sound = hearing.result()
    voices = sound[1] if sound else ()
    contrasts = dict(picture.contrasts) if picture else {}
    figures = tried(
        "layout",
        lambda _: Figures(
            planned=laid.edit.seconds,
            frame=1 / laid.edit.fps,
            lasts=laid.seconds,
            heard=sound[0] if sound else None,
            spoken=tuple(_spoken(laid, voices)),
            seen=picture.figures if picture else None,
            standing=tuple(_standing(laid)),
            written=tuple(_written(laid, contrasts)),
            silence_asked=laid.edit.sound is Sound.MUTE and laid.edit.music is None,
            unmeasured=told(),
        ),
    )
    return judged(figures) if figures else FilmQuality(unmeasured=told())


def overlays(
    presenters: Sequence[PlacedPresenter],
    words: Sequence[Lettering],
    logo: PlacedLogo | None,
    cards: Sequence[PlacedCard],
) -> tuple[Overlay, ...]:
    """Return what lies over a film's footage."""
    people = [Overlay(one.card.box if one.card else one.stand.box, one.start, one.end) for one in presenters]
    texts = [Overlay(one.box, one.start, one.end) for one in words]
    marks = [Overlay(logo.box, logo.start, logo.end)] if logo else []
    return (*people, *texts, *marks, *(Overlay(card.box, card.start, card.end) for card in cards))


def product_place(edit: Edit) -> Box:
    """Return the box in which footage shows its product."""
    size = edit.size
    at = PRODUCT if edit.focus == MIDDLE else MIDDLE  # what a crop is laid around is its middle
    if size.width > size.height:
        wide, high = _PLACE_WIDE
    else:
        wide, high = _PLACE_TALL if size.width * 4 < size.height * 3 else _PLACE_SQUARE
    left, top = round((at.x - wide / 2) * size.width), round((at.y - high / 2) * size.height)
    return Box(left, top, round(wide * size.width), round(high * size.height))


def outside(box: Box, edit: Edit) -> float:
    """Return which share of a box an app may cover; what stands on even pixels may share a pair with its edge."""
    size, safe = edit.size, safe_area(edit.size, edit.safe_area)
    left, top = (2 * floor(at / 2) for at in (size.width * safe.left, size.height * safe.top))
    right, low = (2 * ceil(at / 2) for at in (size.width * (1 - safe.right), size.height * (1 - safe.bottom)))
    free = Box(left, top, right - left, low - top)
    return 1 - box.shared_with(free) / box.area


def _spoken(laid: FinishedFilm, voices: Sequence[VoiceHeard]) -> Iterator[SpeechFigures]:
    beds = [UNDER if laid.edit.music.duck else laid.edit.music.level] if laid.edit.music else []
    if laid.edit.sound is Sound.DUCK and laid.loud:
        beds.append(LOUDNESS + DUCKED)
    for one, voice in zip(laid.presenters, voices, strict=False):
        level = None if voice.loudness is None or one.take.gain is None else voice.loudness + one.take.gain
        over = None if level is None or not beds else level - max(beds)
        span = (round(one.start / laid.edit.fps, 2), round(one.end / laid.edit.fps, 2))
        yield SpeechFigures(one.take.node, span, level, over, voice.clipped)


def _standing(laid: FinishedFilm) -> Iterator[PersonFigures]:
    edit, place = laid.edit, product_place(laid.edit)
    for one in laid.presenters:
        seen = one.face
        hides = one.stand.box.shared_with(place) / place.area if _filmed(laid, one.start, one.end) else None
        yield PersonFigures(
            one.take.node,
            (round(one.start / edit.fps, 2), round(one.end / edit.fps, 2)),
            seen.height / edit.size.height,
            0.0 if one.stand.fills else outside(seen, edit),
            hides,
        )


def _filmed(laid: FinishedFilm, start: int, end: int) -> bool:
    """Tell whether footage is seen for half of a stretch at least: a backdrop shows no product."""
    filmed = sum(
        min(end, cut.end) - max(start, cut.start)
        for cut in laid.row
        if cut.shot.node and not cut.shot.still and cut.start < end and cut.end > start
    )
    return 2 * filmed >= end - start


def _written(laid: FinishedFilm, contrasts: Mapping[int, float]) -> Iterator[TextFigures]:
    edit, place = laid.edit, product_place(laid.edit)
    side = min(edit.size.width, edit.size.height)
    least = _LEAST_WIDE if edit.size.width > edit.size.height else _LEAST_TALL
    for number, word in enumerate(laid.words):
        meanwhile = [one for one in laid.presenters if one.start < word.end and one.end > word.start]
        faces = [one.face for one in meanwhile]
        yield TextFigures(
            span=(round(word.start / edit.fps, 2), round(word.end / edit.fps, 2)),
            letters=word.letters / side if word.letters else None,
            least=least,
            outside=outside(word.box, edit),
            over_face=max((word.box.shared_with(one) / one.area for one in faces), default=0.0),
            hides=word.box.shared_with(place) / place.area if _filmed(laid, word.start, word.end) else 0.0,
            contrast=contrasts.get(number),
            shortened=word.shortened,
        )
