"""What an edit asks for: how scenes and film are laid out otherwise; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from shared.pipeline.plan.heard import Loudness
from shared.pipeline.plan.kit import Rebrand
from shared.pipeline.plan.picture import Container, FilmCard, Hold, Inset, OwnFile, Poster, Preview, ProductCard
from shared.pipeline.plan.plan import Blend, Length, Sound
from shared.pipeline.plan.request import AspectRatio, Focus, OutputRequest, Resolution
from shared.pipeline.plan.staging import Background, MusicOrder, Position
from shared.pipeline.plan.typography import AppArea, CaptionsBy, Typography

PATHS = {
    "audio": "b_roll.audio",
    "loudness": "audio.loudness",
    "music": "audio.music",
}  # where an order has a field in a map


@dataclass(frozen=True, slots=True)
class SceneRecut:
    """What changes about how one scene is laid out; None leaves it."""

    scene: int  # its number in the order, counted from 0
    text_overlay: str | None = None  # "" removes it
    background: Background | None = None
    seconds: float | None = None
    transition: Blend | None = None
    clip: str | None = None  # another upload's id
    clip_start: float | None = None
    clip_facts: OwnFile | None = None  # of the new clip, looked up before


@dataclass(frozen=True, slots=True)
class Recut:
    """What changes about how a film is laid out; None leaves it."""

    brand: Rebrand | None = None
    avatar_position: Position | None = None  # an empty one is the place of the film's shape
    captions: bool | None = None
    captions_by: CaptionsBy | None = None
    text: Typography | None = None  # in place of the film's
    safe_area: AppArea | None = None
    loudness: Loudness | None = None
    music: MusicOrder | None = None  # one without audio takes the film's away
    background: Background | None = None
    length: Length | None = None
    audio: Sound | None = None
    aspect_ratio: AspectRatio | None = None
    resolution: Resolution | None = None
    focus: Focus | None = None
    hold: Hold | None = None
    poster: Poster | None = None  # an empty one is the best frame of the film's beginning
    product_card: ProductCard | None = None  # one that is never seen takes the film's away
    container: Container | None = None  # MP4 takes the film's away
    preview: Preview | None = None
    inset: Inset | None = None
    transition: Blend | None = None
    transition_seconds: float | None = None
    transition_color: str | None = None
    intro: FilmCard | None = None  # of no seconds takes the film's away
    outro: FilmCard | None = None
    outputs: tuple[OutputRequest, ...] | None = None  # the films it makes from now on, in place of the present ones
    usual_text: tuple[str, ...] | None = None  # what of `text` is said as it usually is
    order: tuple[int, ...] | None = None  # scenes by number, as they follow; those left out are not seen
    scenes: tuple[SceneRecut, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are given, by their paths in the edit."""
        return self._paths([f"scenes.{index}" for index in range(len(self.scenes))])

    @property
    def changed(self) -> tuple[str, ...]:
        """The same fields, by their paths in the order."""
        return self._paths([f"scenes.{each.scene}" for each in self.scenes])

    def _paths(self, scenes: Sequence[str]) -> tuple[str, ...]:
        top = [
            (PATHS.get(name, name), getattr(self, name))
            for name in _names(Recut)
            if name not in ("scenes", "usual_text")
        ]
        deep = (
            (f"{scene}.{name}", getattr(each, name))
            for scene, each in zip(scenes, self.scenes, strict=True)
            for name in _names(SceneRecut)
            if name not in ("scene", "clip_facts")
        )
        return tuple(path for path, value in (*top, *deep) if value is not None)


def _names(of: type[Recut | SceneRecut]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(of))
