"""Lays scene texts and captions out: how large, in which place, from which frame to which; pure.

A scene text takes the place where it is largest, whole and off the faces. Captions keep one place as long as the same
people are seen, and follow each other without a flicker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shared.media.boxes import Box
from shared.media.canvas import Lettering, PlacedPresenter
from shared.media.card_words import drawn_card, marks_on, zones_on
from shared.media.faces import OURS, OwnFonts
from shared.media.languages import language_of
from shared.media.logo import PlacedLogo
from shared.media.product_card import PlacedCard
from shared.media.segments import frames
from shared.media.wording import Wording, word
from shared.media.zones import Zone, asked_zone, caption_zones, clear_of, title_zones
from shared.pipeline.edit.edit import Cue, Edit, Title
from shared.pipeline.plan.plan import Size
from shared.pipeline.plan.typography import TextMotion, TextPlace

PAD = 0.55  # of the letters, between them and their panel's edge
_EASE = 0.2  # seconds a scene text takes to come and to go
_SLIDES = 0.03  # of the height: from how far below a scene text comes that slides
_CUE_EASE = 3  # frames captions take to come after a pause and to go before one
_PAUSE = 12  # frames without a caption that are no pause: the one before stays until the next
_FACE_SPARED = 0.05  # share of a face that captions may touch before they look for another place


@dataclass(frozen=True, slots=True)
class _Style:
    """How large words are, and how small a long text may become, as shares of the frame's shorter side."""

    letters: float
    least: float


_TITLE = _Style(0.076, 0.052)
_CUE_TALL, _CUE_WIDE = _Style(0.05, 0.044), _Style(0.06, 0.05)


@dataclass(frozen=True, slots=True)
class Saying:
    """A text on its way into the picture: its lines, its frames on the film, the faces seen meanwhile."""

    said: Title | Cue
    wording: Wording
    start: int
    end: int
    zones: tuple[Zone, ...]  # a title's one zone, all of a caption's
    faces: tuple[Box, ...]
    taken: tuple[Box, ...] = ()  # by the logo and cards seen meanwhile


@dataclass(frozen=True, slots=True)
class PaintedText:
    """A text's picture, or its pictures: `turns` as in Lettering."""

    saying: Saying
    path: Path
    width: int
    height: int
    turns: tuple[int, ...] | None = None


def saying_of(
    said: Title | Cue,
    edit: Edit,
    presenters: Sequence[PlacedPresenter],
    logo: PlacedLogo | None = None,
    fonts: OwnFonts = OURS,
    cards: Sequence[PlacedCard] = (),
) -> Saying:
    """Choose the place and the letters of a text among the presenters, logo and cards seen meanwhile."""
    cue_style = _CUE_WIDE if edit.size.width > edit.size.height else _CUE_TALL
    start, end = frames(said.start, edit.fps), frames(min(said.start + said.seconds, edit.seconds), edit.fps)
    seen = [look for look in presenters if look.start < end and look.end > start]
    people = [look.stand.box for look in seen]
    faces = tuple(look.face for look in seen)
    beside = (*((logo,) if logo else ()), *cards)
    taken = tuple(each.box for each in beside if each.start < end and each.end > start)
    card = drawn_card(edit, said.start)
    marks = marks_on(card, edit) if card else ()
    low = clear_of(caption_zones(edit.size, people, faces, edit.safe_area), taken, edit.size)
    if isinstance(said, Title):
        zones = title_zones(edit.size, people, faces, edit.safe_area)
        if edit.text.position is not TextPlace.AUTO:
            zones = (asked_zone(edit.size, edit.text.position, edit.safe_area),)
        elif card:
            zones = zones_on(edit, marks, zones)
        elif any(cue.start < said.start + said.seconds and cue.start + cue.seconds > said.start for cue in edit.cues):
            zones = tuple(_above(low[0].box.y, zone, edit.size) for zone in zones)
        clear = clear_of(zones, taken, edit.size)
        zone, wording = _best_zone(said, edit, fonts.heading, clear_of(clear, marks, edit.size), faces, people)
        if wording.shortened and marks:  # words that are lost are worse than a logo beneath them
            zone, wording = _best_zone(said, edit, fonts.heading, clear, faces, people)
        return Saying(said, wording, start, end, (zone,), faces)
    return Saying(said, _worded(said, cue_style, edit, low[0], fonts.body), start, end, low, faces, taken)


def _above(floor: int, zone: Zone, size: Size) -> Zone:
    """Let a title's zone end where the captions of the same moment begin, if it is not lost by that."""
    free = floor - zone.box.y
    return replace(zone, box=replace(zone.box, height=min(zone.box.height, free))) if free > size.height / 8 else zone


def _worded(said: Title | Cue, style: _Style, edit: Edit, zone: Zone, own: str) -> Wording:
    """Break a text into lines for a place; what its usual panel would shorten stands in the smallest panel there is."""
    side = min(edit.size.width, edit.size.height)
    letters, least = round(style.letters * edit.text.size * side), max(8, round(style.least * side))

    def fitted(largest: int) -> Wording:
        pad = 2 * round(PAD * largest)
        return word(
            said.text,
            letters=largest,
            least=min(least, largest),
            width=max(largest, zone.box.width - pad),
            height=max(least, zone.box.height - pad),
            language=language_of(said.text, edit.locale, edit.texts),
            own=own,
        )

    made = fitted(letters)
    return fitted(least) if made.shortened and least < letters else made


def _best_zone(
    said: Title, edit: Edit, own: str, zones: Sequence[Zone], faces: Sequence[Box], people: Sequence[Box]
) -> tuple[Zone, Wording]:
    """Choose where a scene text is largest, whole, off the faces and beside people; of equal places the first."""
    size = edit.size

    def cost(zone: Zone, wording: Wording) -> float:
        box = zone.spot(zone.box.width, round((len(wording.lines) * wording.step + 2 * PAD) * wording.letters), size)
        covered = max((box.shared_with(one) / one.area for one in faces), default=0.0)
        crowded = max(0.0, box.height / zone.box.height - 1)
        over = max((box.shared_with(one) / box.area for one in people), default=0.0)
        smaller = 1 - wording.letters / (_TITLE.letters * min(size.width, size.height))
        lost = 1 - min(1.0, sum(len(line) for line in wording.lines) / len(said.text)) if wording.shortened else 0.0
        return 4 * covered + 2 * crowded + over + smaller + 3 * lost + wording.shortened

    tried = [(zone, _worded(said, _TITLE, edit, zone, own)) for zone in zones]
    return min(tried, key=lambda each: round(cost(*each), 2))


def laid_out(edit: Edit, painted: Sequence[PaintedText]) -> tuple[Lettering, ...]:
    """Find every text's place and its last frame; captions that follow each other stay steady."""
    titles = [each for each in painted if isinstance(each.saying.said, Title)]
    cues = sorted((each for each in painted if isinstance(each.saying.said, Cue)), key=lambda each: each.saying.start)
    made: list[Lettering] = []
    for each in titles:
        box = each.saying.zones[0].spot(each.width, each.height, edit.size)
        ease = min(frames(_EASE, edit.fps), (each.saying.end - each.saying.start) // 4)
        ease = 0 if edit.text.animation is TextMotion.NONE else ease
        slides = round(_SLIDES * edit.size.height) if edit.text.animation is TextMotion.SLIDE else 0
        lettering = Lettering(each.path, box, each.saying.start, each.saying.end, ease, ease, slides)
        made.append(_told(lettering, each.saying.wording))
    return (*made, *_laid_cues(cues, made, edit.size))


def _laid_cues(cues: Sequence[PaintedText], titles: Sequence[Lettering], size: Size) -> Iterator[Lettering]:
    zones, laid = _cue_zones(cues, titles, size), list[Lettering]()
    for index, each in enumerate(cues):
        saying, goes_on, went_on = each.saying, False, False
        if index + 1 < len(cues):
            goes_on = _follows(saying, cues[index + 1].saying)
        if index:
            went_on = _follows(cues[index - 1].saying, saying)
        end = cues[index + 1].saying.start if goes_on else saying.end
        taken = [other.box for other in laid if other.end > saying.start]
        zone = zones[saying.zones, saying.faces]
        if taken:  # two people speak at once
            zone = min(
                (zone, *saying.zones), key=lambda one: _hidden(one.spot(each.width, each.height, size), (), taken)
            )
        ease = min(_CUE_EASE, (end - saying.start) // 4)
        box = zone.spot(each.width, each.height, size)
        comes, goes = 0 if went_on else ease, 0 if goes_on else ease
        lettering = Lettering(each.path, box, saying.start, end, comes, goes, turns=each.turns)
        laid.append(_told(lettering, saying.wording))
    yield from laid


def _told(lettering: Lettering, wording: Wording) -> Lettering:
    """Return painted words with what the film's report asks about them."""
    return replace(lettering, letters=wording.letters, shortened=wording.shortened)


def _follows(before: Saying, after: Saying) -> bool:
    """Tell whether a caption comes so soon after another that no pause is seen between them."""
    return before.start < after.start and 0 <= after.start - before.end < _PAUSE


def _cue_zones(
    cues: Sequence[PaintedText], titles: Sequence[Lettering], size: Size
) -> dict[tuple[tuple[Zone, ...], tuple[Box, ...]], Zone]:
    """Choose one place for all captions seen beside the same presenters: they must not jump from cue to cue."""
    chosen: dict[tuple[tuple[Zone, ...], tuple[Box, ...]], Zone] = {}
    for key in dict.fromkeys((each.saying.zones, each.saying.faces) for each in cues):
        same = [each for each in cues if (each.saying.zones, each.saying.faces) == key]
        wide, high = max(each.width for each in same), max(each.height for each in same)
        taken = [
            title.box
            for title in titles
            if any(title.start < each.saying.end and title.end > each.saying.start for each in same)
        ]
        taken += {box for each in same for box in each.saying.taken}  # a place that is too low for words ends in them
        chosen[key] = min(key[0], key=lambda zone: _hidden(zone.spot(wide, high, size), key[1], taken))
    return chosen


def _hidden(spot: Box, faces: Sequence[Box], taken: Sequence[Box]) -> float:
    """Return how much of faces, and of what it would share with other words, a logo or cards, a place would hide."""
    most = max((spot.shared_with(one) / one.area for one in faces), default=0.0)
    words = max((spot.shared_with(one) / one.area for one in taken), default=0.0)
    return round((0.0 if most <= _FACE_SPARED else most) + 2 * words, 2)
