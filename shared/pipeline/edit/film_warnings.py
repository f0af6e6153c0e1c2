"""What a customer should know about the finished film: where the takes made it differ from the plan, with numbers."""

from collections.abc import Iterator, Mapping

from shared.pipeline.edit.reprise import HELD
from shared.pipeline.edit.timeline import TimelineEntry
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.insets import filled_by
from shared.pipeline.plan.picture import Hold
from shared.pipeline.plan.plan import Length, Plan
from shared.pipeline.plan.reading import unread
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.timing import say
from shared.pipeline.plan.warned import Warned, WarningText

NOTICEABLE = 0.3  # seconds; less nobody sees


def film_warnings(
    plan: Plan, request: FilmRequest, laid: tuple[TimelineEntry, ...], spoken: Mapping[int | None, float]
) -> Iterator[WarningText]:
    """Yield a sentence for every frame held, word not heard or not read, and second not shown."""
    film = laid[-1].end
    poster = request.poster.at if request.poster else None
    if poster is not None and poster >= film:
        says = f"The poster was to be the frame at {say(poster)}, the film ends at {say(film)}: it is the last one"
        yield warning(Warned.POSTER_BEYOND, says)
    if None in spoken:
        yield from _whole(plan, request.hold, laid, film, spoken[None])
    for entry in laid:
        scene = entry.stretch.scene
        if scene is not None and None not in spoken:
            yield from _scene(plan.length, request.hold, scene, entry, spoken.get(scene))
        elif (
            scene is not None and entry.held > NOTICEABLE and not (entry is laid[-1] and _outlasts(spoken[None], entry))
        ):
            yield _short(request.hold, scene, entry)
        text = None if scene is None else request.scenes[scene].text_overlay
        if scene is not None and text and (said := unread(scene, text, entry.seconds, request.aspect_ratio)):
            yield said


def _whole(
    plan: Plan, hold: Hold | None, laid: tuple[TimelineEntry, ...], film: float, said: float
) -> Iterator[WarningText]:
    picture = film - laid[-1].held
    unseen = sum(stretch.seconds for stretch in plan.stretches if stretch.scene is not None) - film
    if laid[-1].held > NOTICEABLE and _outlasts(said, laid[-1]):
        says = f"The presenter speaks {say(said)} over {say(picture)} of footage: {_filled(hold, laid[-1].held)}"
        yield warning(Warned.FOOTAGE_STRETCHED, says)
    if said - film > NOTICEABLE:
        says = f"The presenter speaks {say(said)}, the film lasts {say(film)}: {say(said - film)} are not heard"
        yield warning(Warned.SCRIPT_UNHEARD, says)
    if plan.length is Length.SCRIPT and unseen > NOTICEABLE:
        says = f"The film ends with the script after {say(film)}: {say(unseen)} of the scenes are not seen"
        yield warning(Warned.SCENES_UNSEEN, says)


def _scene(
    length: Length, hold: Hold | None, scene: int, entry: TimelineEntry, said: float | None
) -> Iterator[WarningText]:
    if said is None:
        if entry.held > NOTICEABLE:
            yield _short(hold, scene, entry)
        return
    if entry.held > NOTICEABLE:
        yield warning(
            Warned.FOOTAGE_STRETCHED,
            f"Scene {scene + 1}: the presenter speaks {say(said)} over {say(entry.seconds - entry.held)} of footage: "
            f"{_filled(hold, entry.held)}",
        )
    if said - entry.seconds > NOTICEABLE:
        yield warning(
            Warned.SCRIPT_UNHEARD,
            f"Scene {scene + 1}: the presenter speaks {say(said)}, the scene lasts {say(entry.seconds)}: "
            f"{say(said - entry.seconds)} are not heard",
        )
    if length is Length.SCRIPT and entry.seconds < entry.stretch.seconds - NOTICEABLE:
        says = f"Scene {scene + 1} ends with its script after {say(entry.seconds)} of {say(entry.stretch.seconds)}"
        yield warning(Warned.SCENES_UNSEEN, says)


def _short(hold: Hold | None, scene: int, entry: TimelineEntry) -> WarningText:
    return warning(
        Warned.FOOTAGE_SHORT,
        f"Scene {scene + 1} has {say(entry.seconds - entry.held)} of footage for {say(entry.seconds)}: "
        f"{_filled(hold, entry.held)}",
        node=entry.source.node if entry.source else "",
    )


def _outlasts(said: float, last: TimelineEntry) -> bool:
    """Tell whether it is the speech that needs the last scene longer than its footage."""
    return said > last.end - last.held + NOTICEABLE


def _filled(hold: Hold | None, lack: float) -> str:
    """Say what is seen where footage is lacking."""
    return filled_by(hold, lack, HELD)
