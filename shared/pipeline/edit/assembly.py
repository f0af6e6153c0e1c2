"""Makes the edit of a film from its plan and the takes that really came back: what is seen and heard when.

Real lengths decide, on a grid of whole frames, so that nothing drifts. A scene that must last longer than planned goes
on with what was filmed beyond its end, then its last frame stands or footage comes again; a presenter who has finished
fades out. Texts come from the request, where they stand once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from shared.pipeline.edit.captions import Breaks, estimated, read_srt, show_markup
from shared.pipeline.edit.edit import Appearance, Cue, Edit, Shot, Title
from shared.pipeline.edit.film_warnings import film_warnings
from shared.pipeline.edit.reprise import reprised
from shared.pipeline.edit.source_ranges import source_ranges
from shared.pipeline.edit.timeline import FPS, TimelineEntry, timeline
from shared.pipeline.plan.placement import placement
from shared.pipeline.plan.plan import Cutout, Plan, Speech
from shared.pipeline.plan.request import FilmRequest, script_of

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


def assemble(plan: Plan, request: FilmRequest, takes: Mapping[str, Take], breaks: Breaks) -> Edit:
    """Return the film's edit; `takes` by node key, those of the clips before a chain's last being optional.

    `breaks` tells where captions may be broken that are estimated from a script.

    Raises:
        KeyError: a take the film is made of is missing.
        ValueError: a presenter's take does not say how it can be laid over, or all takes are empty.
    """
    lengths = {clip.key: takes[clip.key].seconds for clip in plan.clips if clip.key in takes}
    spoken = {speech.scene: takes[speech.key].seconds for speech in plan.speeches}
    footage, surprises = source_ranges(plan, lengths)
    laid = timeline(plan, footage, spoken)
    looks = tuple(_look(plan, request, speech, laid, takes[speech.key]) for speech in plan.speeches)
    return Edit(
        size=plan.size,
        fps=FPS,
        seconds=laid[-1].end,
        shots=_shots(laid, whole=None in spoken),
        appearances=looks,
        titles=tuple(_titles(request, laid)),
        cues=tuple(_cues(plan, request, looks, takes, breaks)) if plan.captions else (),
        sound=plan.sound,
        warnings=(*surprises, *film_warnings(plan, request, laid, spoken)),
        locale=request.voice.locale or "",
    )


def _shots(laid: tuple[TimelineEntry, ...], *, whole: bool) -> tuple[Shot, ...]:
    shots: list[Shot] = []
    for shot in (one for entry in laid for one in _entry_shots(entry, laid if whole else ())):
        if shots and _goes_on(shots[-1], shot):
            last = shots.pop()
            seconds = last.seconds + shot.seconds
            footage = min(max(shot.offset + shot.footage - last.offset, 0.0), seconds)
            shots.append(replace(last, seconds=seconds, footage=footage))
        else:
            shots.append(shot)
    return tuple(shots)


def _entry_shots(entry: TimelineEntry, laid: tuple[TimelineEntry, ...]) -> tuple[Shot, ...]:
    """Return a scene's shots; a speech over the whole film may see its other scenes again."""
    again = reprised(entry, [one for one in laid if one is not entry])
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
        return Shot(seconds=entry.seconds, node=backdrop.image, still=True)
    return Shot(seconds=entry.seconds, node=None, color=backdrop.color)


def _goes_on(last: Shot, shot: Shot) -> bool:
    """Tell whether a shot is the same picture going on, so that no cut need be made in it."""
    if (last.node, last.color, last.still) != (shot.node, shot.color, shot.still):
        return False
    moving = last.node is not None and not last.still
    held = last.seconds - last.footage > FRAME
    seamless = abs(last.offset + last.seconds - shot.offset) <= FRAME
    return not moving or (seamless and not held)


def _look(plan: Plan, request: FilmRequest, speech: Speech, laid: tuple[TimelineEntry, ...], take: Take) -> Appearance:
    """Let the presenter appear for the whole film, or for the scene of the script."""
    if take.cutout is None:
        raise ValueError(f"{speech.key}: its take does not say how it can be laid over (cutout)")
    start, end, place = 0.0, laid[-1].end, plan.place
    if speech.scene is not None:
        entry = next(one for one in laid if one.stretch.scene == speech.scene)
        start, end = entry.start, entry.end
        place = placement(request, footage=entry.source is not None)
    leaves = start + take.seconds < end - STAYS
    seconds = take.seconds if leaves else end - start
    return Appearance(
        node=speech.key,
        start=start,
        seconds=seconds,
        cutout=take.cutout,
        place=place,
        fade=min(FADE, seconds / 2) if leaves else 0.0,
    )


def _titles(request: FilmRequest, laid: tuple[TimelineEntry, ...]) -> Iterator[Title]:
    for entry in laid:
        text = None if entry.stretch.scene is None else request.scenes[entry.stretch.scene].text_overlay
        if text is not None:
            inset = min(INSET, entry.seconds / 4)
            yield Title(text, round(entry.start + inset, 3), round(entry.seconds - 2 * inset, 3))


def _cues(
    plan: Plan, request: FilmRequest, looks: tuple[Appearance, ...], takes: Mapping[str, Take], breaks: Breaks
) -> Iterator[Cue]:
    """Move each take's cues to where it stands on the film; without any, estimate them from its script."""
    for speech, look in zip(plan.speeches, looks, strict=True):
        take = takes[speech.key]
        script = script_of(request, speech.scene)
        told = [cue for cue in take.cues if cue.start < take.seconds]
        if show_markup(told, script):
            told = []
        for cue in told or estimated(script, take.seconds, breaks):
            seconds = min(cue.seconds, look.seconds - cue.start)
            if seconds >= SHORTEST_CUE:
                yield Cue(cue.text, round(look.start + cue.start, 3), round(seconds, 3))
