"""Judges a finished film by its figures: 10 less what each broken rule takes, told in words with seconds; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from shared.pipeline.plan.film_quality import Deduction, FilmQuality
from shared.pipeline.plan.picture import is_own
from shared.pipeline.quality.figures import (
    Figures,
    PersonFigures,
    SoundFigures,
    Span,
    SpeechFigures,
    Still,
    TextFigures,
)
from shared.pipeline.quality.rules import BEST, RULES, Fault

_OTHER_CLIP = "POST /jobs/{id}/edit with another clip, or another clip_start, for that scene."
_VOICE = -16.0  # LUFS a presenter's voice is mixed at
_QUITE = 0.004  # seconds, shares: what rounding makes of a limit
_TOLD = 3  # places of one fault that are named
_MOST_REASONS = 20  # reasons that are kept


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken rule: the case in words, where, and the node it is about."""

    fault: Fault
    says: str
    spans: tuple[Span, ...] = ()
    node: str = ""


def judged(figures: Figures) -> FilmQuality:
    """Return a film's score with its reasons, dearest first."""
    found = [*_length(figures), *_pictured(figures), *_placed(figures.standing), *_lettered(figures.written)]
    if figures.heard:
        found += [*_sounding(figures.heard, silence_asked=figures.silence_asked)]
    found += [*_voiced(figures.spoken)]
    taken = tuple(sorted(_once(map(_taken, found)), key=lambda one: -one.points))[:_MOST_REASONS]
    if figures.heard is None and figures.seen is None:
        return FilmQuality(None, taken, figures.unmeasured)
    score = round(max(0.0, BEST - sum(one.points for one in taken)), 1)
    return FilmQuality(score, taken, figures.unmeasured)


def _once(taken: Iterable[Deduction]) -> Iterator[Deduction]:
    """Yield deductions, of which the first of a rule takes its points; the others only tell where it is broken too."""
    broken: set[str] = set()
    for one in taken:
        yield replace(one, points=0.0) if one.about in broken else one
        broken.add(one.about)


def _taken(found: Broken) -> Deduction:
    rule, first = RULES[found.fault], found.spans[0] if found.spans else (None, None)
    move = _OTHER_CLIP if is_own(found.node) and "{node}" in rule.next_move else rule.next_move
    if "{node}" in move and not found.node:
        move = "Send abroll's operator the job's id."
    where = f"{_places(found.spans)}: " if found.spans else ""
    says = f"{where}{found.says}"
    return Deduction(
        found.fault.value, rule.points, says[0].upper() + says[1:], move.replace("{node}", found.node), *first
    )


def _places(spans: Sequence[Span]) -> str:
    told = ", ".join(f"{start:.1f}-{end:.1f} s" for start, end in spans[:_TOLD])
    more = len(spans) - _TOLD
    return f"{told} and {more} more" if more > 0 else told


def _length(figures: Figures) -> Iterator[Broken]:
    if figures.lasts is None:
        return
    off = figures.lasts - figures.planned
    if abs(off) > RULES[Fault.LENGTH].limit + figures.frame:  # a container rounds its end to a packet of sound
        yield Broken(Fault.LENGTH, f"the film lasts {figures.lasts:.2f} s, its cut is {figures.planned:.2f} s long")


def _sounding(heard: SoundFigures, *, silence_asked: bool) -> Iterator[Broken]:
    if heard.loudness is None:
        if not silence_asked:
            yield Broken(Fault.NOTHING_HEARD, "the film has no sound at all")
        return
    rule = RULES[Fault.TOO_LOUD_OR_QUIET]
    if heard.asked is not None and abs(heard.loudness - heard.asked) > rule.limit:
        says = f"the film is at {heard.loudness:.1f} LUFS where {heard.asked:g} was asked for"
        yield Broken(Fault.TOO_LOUD_OR_QUIET, says)
    if heard.asked is not None and heard.peak is not None and heard.peak > RULES[Fault.PEAKS].limit:
        yield Broken(Fault.PEAKS, f"peaks reach {heard.peak:.1f} dBTP: players and networks may distort them")
    silent = tuple(span for span in heard.silences if span[1] - span[0] > RULES[Fault.SILENCE].limit)
    if silent and not silence_asked:
        yield Broken(Fault.SILENCE, "nothing is heard", silent)
    if heard.late is not None and abs(heard.late) > RULES[Fault.SOUND_OFF].limit:
        when = "after" if heard.late > 0 else "before"
        yield Broken(Fault.SOUND_OFF, f"speech is heard {abs(heard.late):.2f} s {when} it is seen")


def _voiced(spoken: Iterable[SpeechFigures]) -> Iterator[Broken]:
    for one in spoken:
        if one.level is None:
            says = f"{one.node} is seen but not heard: its take has no sound"
            yield Broken(Fault.SPEECH_QUIET, says, (one.span,), one.node)
            continue
        if one.level < _VOICE - RULES[Fault.SPEECH_QUIET].limit:
            says = f"{one.node} speaks at {one.level:.0f} LUFS, {_VOICE - one.level:.0f} below what voices are mixed at"
            yield Broken(Fault.SPEECH_QUIET, says, (one.span,), one.node)
        elif one.over_bed is not None and one.over_bed < RULES[Fault.SPEECH_DROWNED].limit - _QUITE:
            least = RULES[Fault.SPEECH_DROWNED].limit
            says = (
                f"speech stands {one.over_bed:.0f} LU above what is heard beside it; {least:.0f} is understood at once"
            )
            yield Broken(Fault.SPEECH_DROWNED, says, (one.span,))
        if one.clipped:
            yield Broken(Fault.SPEECH_CLIPPED, f"{one.node} is distorted: its take is clipped", one.clipped, one.node)


def _pictured(figures: Figures) -> Iterator[Broken]:
    if figures.seen is None:
        return
    for fault, stills, says in (
        (Fault.BLACK, figures.seen.black, "the picture is black"),
        (Fault.FLAT, figures.seen.flat, "the picture is one flat colour"),
        (Fault.FROZEN, figures.seen.frozen, "the picture stands still"),
    ):
        long = [one for one in stills if one.span[1] - one.span[0] > RULES[fault].limit + _QUITE]
        yield from _stills(fault, long, says)


def _stills(fault: Fault, stills: Sequence[Still], says: str) -> Iterator[Broken]:
    if stills:
        node = next((one.node for one in stills if one.node), "")
        of = f" ({node}'s footage)" if node else ""
        yield Broken(fault, says + of, tuple(one.span for one in stills), node)


def _placed(standing: Sequence[PersonFigures]) -> Iterator[Broken]:
    for one in standing:
        if one.face_high < RULES[Fault.FACE_SMALL].limit:
            says = f"{one.node}'s face has {one.face_high:.1%} of the height and is hardly seen"
            yield Broken(Fault.FACE_SMALL, says, (one.span,))
        elif one.face_outside > RULES[Fault.FACE_OUTSIDE].limit:
            says = f"{one.face_outside:.0%} of {one.node}'s face is outside what apps leave free"
            yield Broken(Fault.FACE_OUTSIDE, says, (one.span,))
        if one.hides is not None and one.hides > RULES[Fault.PRODUCT_HIDDEN].limit:
            yield Broken(Fault.PRODUCT_HIDDEN, f"{one.node} covers {one.hides:.0%} of the product's place", (one.span,))


def _lettered(written: Sequence[TextFigures]) -> Iterator[Broken]:
    faint = [one for one in written if one.contrast is not None and one.contrast < RULES[Fault.TEXT_FAINT].limit]
    if faint:
        worst = min(one.contrast or 0.0 for one in faint)
        says = (
            f"words have {worst:.1f} to 1 against what is behind them; {RULES[Fault.TEXT_FAINT].limit:g} to 1 is read"
        )
        yield Broken(Fault.TEXT_FAINT, says, tuple(one.span for one in faint))
    small = [one for one in written if one.letters is not None and one.letters < one.least * (1 - _QUITE)]
    if small:
        size, least = min((one.letters or 0.0, one.least) for one in small)
        says = f"letters have {size:.1%} of the frame's shorter side; {least:.1%} is read on a phone"
        yield Broken(Fault.TEXT_SMALL, says, tuple(one.span for one in small))
    ended = [one for one in written if one.shortened]
    if ended:
        says = f"{len(ended)} texts are" if len(ended) > 1 else "a text is"
        spans = tuple(one.span for one in ended)
        yield Broken(Fault.TEXT_SHORTENED, f'{says} too long for the frame and ended early with "…"', spans)
    for fault, says, shares in (
        (Fault.TEXT_OUTSIDE, "of the letters stand outside what apps leave free", [one.outside for one in written]),
        (Fault.TEXT_OVER_FACE, "of a face is behind words", [one.over_face for one in written]),
        (Fault.TEXT_OVER_PRODUCT, "of the product's place is behind words", [one.hides for one in written]),
    ):
        over = [one for one, share in zip(written, shares, strict=True) if share > RULES[fault].limit]
        if over:
            yield Broken(fault, f"{max(shares):.0%} {says}", tuple(one.span for one in over))
