"""Says which footage is bought and not shown: a clip has one of a few lengths, a scene any."""

from collections.abc import Iterator, Mapping

from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.plan import Clip, Length, Speech, Stretch
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.timing import say
from shared.pipeline.plan.warned import Warned, WarningText

SECONDS = 0.5  # less than that nobody asks about


def unshown_warnings(
    request: FilmRequest, clips: tuple[Clip, ...], stretches: Mapping[int, Stretch], takes: tuple[Speech, ...]
) -> Iterator[WarningText]:
    """Tell seconds bought, seconds shown and what the rest costs; a speech that lasts longer shows more of a clip."""
    shown = {scene: stretch.seconds for scene, stretch in stretches.items()}
    if request.length is not Length.FILM:
        _speak(clips, stretches, takes, shown)
    unseen = {clip.key: clip.seconds - shown[clip.scene] for clip in clips}
    if sum(unseen.values()) <= SECONDS:
        return
    bought = sum(clip.seconds for clip in clips)
    wasted = sum(clip.cost / clip.seconds * unseen[clip.key] for clip in clips) / 1e6
    price = sum(clip.cost for clip in clips) / 1e6
    lengths = " or ".join(f"{seconds}" for seconds in sorted({clip.seconds for clip in clips}))
    yield warning(
        Warned.FOOTAGE_UNSHOWN,
        f"{say(bought)} of footage are bought (${price:.2f}), {say(bought - sum(unseen.values()))} of it are shown: at "
        f"{request.resolution.value} these shots are filmed in {lengths} s. The rest costs ${wasted:.2f}",
    )


def _speak(
    clips: tuple[Clip, ...], stretches: Mapping[int, Stretch], takes: tuple[Speech, ...], shown: dict[int, float]
) -> None:
    """Lengthen what is shown by what each speech adds, as far as its clip goes on."""
    spare = {clip.scene: clip.total - stretches[clip.scene].offset - shown[clip.scene] for clip in clips}
    last = max(shown, default=None)
    film = sum(shown.values())
    for take in takes:
        scene = last if take.scene is None else take.scene
        if scene is None or scene not in shown:
            continue
        more = take.seconds - (film if take.scene is None else shown[scene])
        shown[scene] += min(max(more, 0.0), max(spare[scene], 0.0))
