"""Makes the edit of a film from its plan and the takes that really came back: what is seen and heard when.

Real lengths decide, on a grid of whole frames, so that nothing drifts. A scene that must last longer than planned goes
on with what was filmed beyond its end, then its last frame stands or footage comes again; a presenter who has finished
goes, once all is said. Texts come from the request, where they stand once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from shared.pipeline.edit.captions import Breaks, estimated, read_srt, show_markup
from shared.pipeline.edit.cards import between_cards
from shared.pipeline.edit.edit import MIDDLE, Appearance, Cue, Edit, OwnPoster, Shot, Title, Word
from shared.pipeline.edit.film_warnings import film_warnings
from shared.pipeline.edit.product import product_of
from shared.pipeline.edit.reprise import reprised
from shared.pipeline.edit.source_ranges import source_ranges
from shared.pipeline.edit.spoken_words import Span, spoken_words
from shared.pipeline.edit.timeline import FPS, TimelineEntry, timeline
from shared.pipeline.plan.beside import beside_key
from shared.pipeline.plan.blends import blend_seconds, ways
from shared.pipeline.plan.brand import NO_FONTS
from shared.pipeline.plan.image_fit import around
from shared.pipeline.plan.insets import inset_over
from shared.pipeline.plan.picture import Hold, Role
from shared.pipeline.plan.placement import placement
from shared.pipeline.plan.plan import Blend, Cutout, Plan, Speech
from shared.pipeline.plan.request import FilmRequest, script_of
from shared.pipeline.plan.typography import CaptionsBy

__all__ = ["FPS", "Breaks", "Take", "assemble", "read_srt"]

FRAME = 1 / FPS
STAYS = 1.0  # seconds a presenter who has finished may still stand there
FADE = 0.4  # seconds a finished presenter takes to go
INSET = 0.2  # seconds a title keeps from the cuts before and after it
SHORTEST_CUE = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Take:
    """What the node of a clip or a presenter brought: its file's length, and how a presenter can be laid over."""

    seconds: float
    cutout: Cutout | None = None
    cues: tuple[Cue, ...] = ()
    voiced: tuple[Span, ...] = ()  # from when to when somebody is heard in it, where captions are lit by the word
    levels: tuple[float, ...] = ()  # and how loud each 20 ms of it are


def assemble(
    plan: Plan, request: FilmRequest, takes: Mapping[str, Take], breaks: Breaks, left_out: Collection[str] = ()
) -> Edit:
    """Return the film's edit; `takes` by node key, those of the clips before a chain's last being optional.

    `breaks` tells where captions may be broken that are estimated from a script. The presenters `left_out` are not seen
    or heard: what they would have said is read, in the time they were planned to speak.

    Raises:
        KeyError: a take the film is made of is missing.
        ValueError: a presenter's take does not say how it can be laid over, or all takes are empty.
    """
    lengths = {clip.key: takes[clip.key].seconds for clip in plan.clips if clip.key in takes}
    lengths |= {each.own: takes[each.own].seconds for each in plan.stretches if each.own}
    heard = [speech for speech in plan.speeches if speech.key not in left_out]
    spoken = {speech.scene: speech.seconds for speech in plan.speeches}
    spoken |= {speech.scene: takes[speech.key].seconds for speech in heard}
    footage, surprises = source_ranges(plan, lengths)
    laid = timeline(plan, footage, spoken)
    looks = tuple(_look(plan, request, speech, laid, takes[speech.key]) for speech in heard)
    said = tuple(_cues(heard, request, looks, takes, breaks))
    read = [speech for speech in plan.speeches if speech.key in left_out]
    unsaid = tuple(_unspoken(read, request, laid, breaks))
    own = beside_key(plan, Role.POSTER)
    made = Edit(
        size=plan.size,
        fps=FPS,
        seconds=laid[-1].end,
        shots=_shots(plan, request, laid, whole=None in spoken),
        appearances=looks,
        titles=tuple(_titles(request, laid)),
        cues=_in_order(said if plan.captions else (), unsaid),
        spoken=_in_order(said, unsaid),
        sound=plan.sound,
        warnings=(*surprises, *film_warnings(plan, request, laid, spoken)),
        locale=request.voice.locale or "",
        loudness=plan.loudness,
        music=plan.music,
        text=request.text,
        logo=request.brand.logo if request.brand else None,
        fonts=request.brand.fonts if request.brand else NO_FONTS,
        safe_area=request.safe_area,
        focus=request.focus or MIDDLE,
        poster=request.poster.at if request.poster else None,
        product=product_of(plan, request, laid),
        own_poster=OwnPoster(own, request.image_fit, around(request)) if own else None,
        hold=request.hold or Hold.AUTO,
        dip=request.transition_color,
    )
    whole = between_cards(made, plan, request)
    return replace(whole, mirrored=plan.mirrored and any(shot.comes is Blend.SLIDE for shot in whole.shots))


def _shots(plan: Plan, request: FilmRequest, laid: tuple[TimelineEntry, ...], *, whole: bool) -> tuple[Shot, ...]:
    shots: list[Shot] = []
    for shot in _in_film_order(plan, request, laid, laid if whole else ()):
        if shots and _goes_on(shots[-1], shot):
            last = shots.pop()
            seconds = last.seconds + shot.seconds
            footage = min(max(shot.offset + shot.footage - last.offset, 0.0), seconds)
            shots.append(replace(last, seconds=seconds, footage=footage))
        else:
            shots.append(shot)
    return tuple(shots)


def _in_film_order(
    plan: Plan, request: FilmRequest, laid: tuple[TimelineEntry, ...], others: tuple[TimelineEntry, ...]
) -> Iterator[Shot]:
    """Yield every scene's shots, the first of each as the scene comes."""
    found = ways(plan, request)
    for entry in laid:
        first, *more = _entry_shots(entry, others, request.hold)
        how = found[entry.stretch.scene]
        yield replace(first, comes=how, blend=blend_seconds(request, how))
        yield from more


def _entry_shots(entry: TimelineEntry, laid: tuple[TimelineEntry, ...], hold: Hold | None) -> tuple[Shot, ...]:
    """Return a scene's shots; a speech over the whole film may see its other scenes again."""
    again = reprised(entry, [one for one in laid if one is not entry], hold)
    shot = _shot(entry)
    seconds = entry.seconds - sum(one.seconds for one in again)
    return (replace(shot, seconds=seconds, footage=min(shot.footage, seconds)), *again)


def _shot(entry: TimelineEntry) -> Shot:
    if entry.source:
        footage = entry.seconds - entry.held
        return Shot(seconds=entry.seconds, node=entry.source.node, offset=entry.source.offset, footage=footage)
    backdrop = entry.stretch.backdrop
    if backdrop is None or (backdrop.image is None and backdrop.color is None):
        raise ValueError(f"scene {entry.stretch.scene} has neither footage nor a backdrop")
    if backdrop.image is not None:
        return Shot(seconds=entry.seconds, node=backdrop.image, still=True, motion=backdrop.motion)
    return Shot(seconds=entry.seconds, node=None, color=backdrop.color, drawn=backdrop.drawn)


def _goes_on(last: Shot, shot: Shot) -> bool:
    """Tell whether a shot is the same picture going on, so that no cut need be made in it."""
    if (last.node, last.color, last.drawn, last.still) != (shot.node, shot.color, shot.drawn, shot.still):
        return False
    moving = last.node is not None and not last.still
    held = last.seconds - last.footage > FRAME
    seamless = abs(last.offset + last.seconds - shot.offset) <= FRAME
    return not moving or (seamless and not held)


def _look(plan: Plan, request: FilmRequest, speech: Speech, laid: tuple[TimelineEntry, ...], take: Take) -> Appearance:
    """Let the presenter appear for the whole film, or for the scene of the script."""
    if take.cutout is None:
        raise ValueError(f"{speech.key}: its take does not say how it can be laid over (cutout)")
    (start, end), place = _span(speech, laid), plan.place
    footage = any(one.source for one in laid)
    if speech.scene is not None:
        entry = next(one for one in laid if one.stretch.scene == speech.scene)
        footage = entry.source is not None
        place = placement(request, footage=footage)
    leaves = start + take.seconds < end - STAYS
    seconds = take.seconds + FADE if leaves else end - start
    return Appearance(
        node=speech.key,
        start=start,
        seconds=seconds,
        cutout=take.cutout,
        place=place,
        fade=FADE if leaves else 0.0,
        shape=inset_over(request, footage=footage),
    )


def _titles(request: FilmRequest, laid: tuple[TimelineEntry, ...]) -> Iterator[Title]:
    for entry in laid:
        text = None if entry.stretch.scene is None else request.scenes[entry.stretch.scene].text_overlay
        if text is not None:
            inset = min(INSET, entry.seconds / 4)
            yield Title(text, round(entry.start + inset, 3), round(entry.seconds - 2 * inset, 3))


def _cues(
    heard: Sequence[Speech],
    request: FilmRequest,
    looks: tuple[Appearance, ...],
    takes: Mapping[str, Take],
    breaks: Breaks,
) -> Iterator[Cue]:
    """Move each take's cues to where it stands on the film; without any, estimate them from its script.

    Captions that are lit by the word say when each of theirs is said.
    """
    for speech, look in zip(heard, looks, strict=True):
        take = takes[speech.key]
        script = script_of(request, speech.scene)
        told = [cue for cue in take.cues if cue.start < take.seconds]
        if show_markup(told, script):
            told = []
        cues: Iterable[Cue] = told or estimated(script, take.seconds, breaks)
        if request.captions_by is CaptionsBy.WORD:
            cues = [
                replace(cue, words=spoken_words(cue, breaks.words(cue.text), take.voiced, take.levels)) for cue in cues
            ]
        yield from _placed(cues, look.start, look.seconds)


def _unspoken(
    read: Sequence[Speech], request: FilmRequest, laid: tuple[TimelineEntry, ...], breaks: Breaks
) -> Iterator[Cue]:
    """Show the words of a presenter who was left out, whether or not captions were asked for: nobody says them."""
    for speech in read:
        start, end = _span(speech, laid)
        yield from _placed(estimated(script_of(request, speech.scene), speech.seconds, breaks), start, end - start)


def _placed(cues: Iterable[Cue], start: float, span: float) -> Iterator[Cue]:
    for cue in cues:
        seconds = min(cue.seconds, span - cue.start)
        if seconds >= SHORTEST_CUE:
            end = cue.start + seconds
            words = tuple(
                Word(word.text, round(start + word.start, 3), round(min(word.seconds, end - word.start), 3))
                for word in cue.words
                if word.start < end
            )
            yield Cue(cue.text, round(start + cue.start, 3), round(seconds, 3), words)


def _in_order(*cues: Iterable[Cue]) -> tuple[Cue, ...]:
    return tuple(sorted(chain(*cues), key=lambda cue: cue.start))


def _span(speech: Speech, laid: tuple[TimelineEntry, ...]) -> tuple[float, float]:
    """Return from when to when a script has the film: all of it, or its scene."""
    if speech.scene is None:
        return 0.0, laid[-1].end
    entry = next(one for one in laid if one.stretch.scene == speech.scene)
    return entry.start, entry.end
