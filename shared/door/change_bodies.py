"""The bodies of calls about a film that exists: new words, avatars and voices; another layout; its links."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.door.audio_bodies import EditAudioBody
from shared.door.bodies import Body, parsed
from shared.door.body_reading import read_object
from shared.door.body_types import BrandName, Judge, Name, Removable, Script, Text500, Text1000, of_form
from shared.door.clip_bodies import ClipStart, OwnClip
from shared.door.film_bodies import FlatBody, PositionBody
from shared.door.output_bodies import ContainerName, FocusBody, OutputsBody, PreviewName
from shared.door.picture_bodies import (
    DipColor,
    EditCardBody,
    HoldName,
    InsetName,
    PosterBody,
    ProductCardBody,
    SceneTransition,
    Transition,
    TransitionSeconds,
)
from shared.door.text_bodies import CaptionsByName, SafeAreaName, TextBody
from shared.door.voice_body import VoiceBody
from shared.pipeline.codec import from_plain
from shared.pipeline.job.recut import Recut
from shared.pipeline.job.revision import Change, SceneChange
from shared.pipeline.plan.brand import NO_BRAND
from shared.pipeline.plan.dress import Kit
from shared.pipeline.plan.kit import Rebrand, worn_over
from shared.pipeline.plan.request import VoiceSettings
from shared.pipeline.plan.typography import USUAL_TEXT

NO_KITS: Mapping[str, Kit | None] = {}
_PART_PATTERN, _LINK_PATTERN = (
    r"^(clip|presenter)-[0-9]{1,3}$",
    r"^((film|poster|mov|webm|gif|webp)(-[2-4])?|captions-(srt|vtt)(-[2-4])?|footage-[1-9][0-9]?)$",
)
Key = Annotated[
    str,
    Field(json_schema_extra={"pattern": _PART_PATTERN}),
    AfterValidator(of_form(_PART_PATTERN, 'must be a part\'s key like "clip-1" or "presenter-1"')),
]
_BOUGHT = (
    *("avatar_script", "visual_description", "camera_movement", "mood", "script"),
    *("avatar_id", "voice_id", "voice"),
)
_LAID_OUT = {
    *("avatar_position", "captions", "captions_by", "text", "safe_area", "background", "length"),
    *("aspect_ratio", "resolution", "order", "outputs", "focus", "container", "preview"),
    *("transition", "transition_seconds", "transition_color", "hold", "inset"),
    *("poster", "product_card", "intro", "outro"),
}
_SCENE_LAID_OUT = {"scene", "text_overlay", "background", "seconds", "transition", "clip", "clip_start"}
LinkName = Annotated[
    str,
    Field(json_schema_extra={"pattern": _LINK_PATTERN}),
    AfterValidator(of_form(_LINK_PATTERN, 'must be a link: "film", "poster", "webm", "footage-1"')),
]


class SceneChangeBody(Body):
    """New words for one scene, which is counted from 0."""

    scene: Annotated[int, Field(ge=0, le=19)]
    visual_description: Text1000 | None = None
    camera_movement: Text500 | None = None
    mood: Text500 | None = None
    text_overlay: Text500 | None = None
    script: Script | None = None
    avatar_id: Name | None = None
    voice_id: Name | None = None


def _each_once(scenes: list[SceneChangeBody]) -> list[SceneChangeBody]:
    counts = Counter(one.scene for one in scenes)
    if twice := [str(number) for number, count in counts.items() if count > 1]:
        raise ValueError(f"name {', '.join(twice)} more than once: put a scene's changes together")
    return scenes


class RetryBody(Body):
    """What to change before a failed job is tried again; nothing is fine."""

    avatar_script: Script | None = None
    avatar_id: Name | None = None
    voice_id: Name | None = None
    voice: Annotated[VoiceBody | None, Field(description="What of it is given is otherwise, in every take.")] = None
    scenes: Annotated[list[SceneChangeBody], Field(max_length=20), AfterValidator(_each_once)] | None = None
    dry_run: bool = False

    def change(self) -> Change:
        """Return the change."""
        scenes = {one.scene: SceneChange(**one.model_dump(exclude={"scene"})) for one in self.scenes or ()}
        return Change(self.avatar_script, self.avatar_id, self.voice_id, scenes, _voice(self.voice))


class RegenerateBody(RetryBody):
    """What to make anew: parts by key, and what to change."""

    nodes: Annotated[list[Key], Field(max_length=40)] | None = None


class EditSceneBody(SceneChangeBody):
    """How one scene, counted from 0 as in the order, is laid out."""

    text_overlay: Annotated[
        Removable | None, Field(description='Another text on the picture; null, or "", takes it away.')
    ] = None
    background: FlatBody | None = None
    seconds: Annotated[
        Annotated[float, Field(ge=1, le=60)] | None,
        Field(description="How long it is seen, within what was filmed; speech may hold it longer."),
    ] = None
    transition: SceneTransition | None = None
    clip: Annotated[OwnClip | None, Field(description="Another clip in place of the one the scene shows.")] = None
    clip_start: ClipStart | None = None


class EditSoundBody(Body):
    """What is heard beside the speech."""

    audio: Literal["bed", "mute", "duck"] | None = None


class EditBody(Body):
    """What is laid out otherwise in another version of the film; words to film or to speak are bought, and refused."""

    called = "the edit"

    avatar_script: Script | None = None
    avatar_id: Name | None = None
    voice_id: Name | None = None
    voice: VoiceBody | None = None
    scenes: Annotated[list[EditSceneBody], Field(max_length=20)] | None = None
    dry_run: bool = False
    order: Annotated[
        Annotated[list[Annotated[int, Field(ge=0, le=19)]], Field(max_length=20)] | None,
        Field(description="The scenes' numbers as they follow; those left out are not seen."),
    ] = None
    avatar_position: Annotated[
        PositionBody | None, Field(description="In place of the film's; null, or {}, is what suits its shape.")
    ] = None
    captions: bool | None = None
    captions_by: CaptionsByName | None = None
    brand: Annotated[
        BrandName | None,
        Field(description="Another brand kit for what the order left open; null, or `none`, takes the brand away."),
    ] = None
    text: Annotated[
        TextBody | None, Field(description="The look of words in place of the film's; null, or {}, is the usual one.")
    ] = None
    safe_area: SafeAreaName | None = None
    audio: EditAudioBody | None = None
    background: FlatBody | None = None
    length: Literal["film", "script", "longer"] | None = None
    b_roll: EditSoundBody | None = None
    aspect_ratio: Literal["9:16", "16:9", "1:1"] | None = None
    resolution: Literal["720p", "1080p"] | None = None
    outputs: OutputsBody | None = None
    container: ContainerName | None = None
    preview: PreviewName | None = None
    focus: FocusBody | None = None
    hold: HoldName | None = None
    inset: InsetName | None = None
    poster: Annotated[
        PosterBody | None, Field(description="Null, or {}, is the best frame of the film's beginning.")
    ] = None
    product_card: Annotated[ProductCardBody | None, Field(description="In place of the film's; null is none.")] = None
    transition: Transition | None = None
    transition_seconds: TransitionSeconds | None = None
    transition_color: DipColor | None = None
    intro: EditCardBody | None = None
    outro: EditCardBody | None = None

    def bought(self) -> Mapping[str, tuple[int | None, str]]:
        """Return what would be filmed or spoken anew: the scene (None: the film) and the field, by path."""
        top = {name: (None, name) for name in _BOUGHT if getattr(self, name, None) is not None}
        deep = {
            f"scenes.{index}.{name}": (scene.scene, name)
            for index, scene in enumerate(self.scenes or ())
            for name in _BOUGHT
            if getattr(scene, name, None) is not None
        }
        return {**top, **deep}

    def change(self) -> Change:
        """Return what would be filmed or spoken anew."""
        asked = set(SceneChangeBody.model_fields) - {"scene", "text_overlay"}
        given = [(one.scene, one.model_dump(include=asked, exclude_none=True)) for one in self.scenes or ()]
        scenes = {scene: SceneChange(**words) for scene, words in given if words}
        return Change(self.avatar_script, self.avatar_id, self.voice_id, scenes, _voice(self.voice))

    def brands(self) -> Mapping[str, str]:
        """Return the brand kits it names, by field."""
        worn = {f"outputs.{index}.brand": one.brand for index, one in enumerate(self.outputs or ()) if one.brand}
        return {"brand": self.brand, **worn} if self.brand else worn

    def recut(self, kits: Mapping[str, Kit | None] = NO_KITS) -> Recut:
        """Return the change; `kits` are those it names, by their labels."""
        said = self.model_dump(exclude_none=True)
        plain = self.model_dump(exclude_none=True, include=_LAID_OUT)
        plain |= {"audio": self.b_roll.audio} if self.b_roll and self.b_roll.audio else {}
        plain |= self.audio.model_dump(exclude_none=True) if self.audio else {}
        scenes = [scene.model_dump(exclude_none=True, include=_SCENE_LAID_OUT) for scene in self.scenes or ()]
        usual = tuple(name for name in plain.get("text", ()) if plain["text"][name] == getattr(USUAL_TEXT, name))
        plain |= {"usual_text": usual} if usual else {}
        outputs = [(each.pop("brand", None), each) for each in plain.get("outputs", ())]
        made = from_plain(Recut, {**plain, "scenes": scenes})
        if made.outputs is not None:
            worn = [asked and worn_over(said, kits[asked], asked) for asked, _ in outputs]
            dressed = zip(made.outputs, worn, strict=True)
            made = replace(made, outputs=tuple(replace(each, dress=dress or None) for each, dress in dressed))
        return replace(made, brand=Rebrand(kits[self.brand])) if self.brand else made


def parse_edit(raw: bytes, schemes: Collection[str] = ("https",), judge: Judge | None = None) -> EditBody:
    """Read the body of an edit, in which null takes a text, a look or a position away. Raises Mistakes.

    `schemes` is what links may begin with; `judge` says what is wrong with where one leads.
    """
    body, found = read_object(raw)
    for scene in body["scenes"] if isinstance(body.get("scenes"), list) else ():
        if isinstance(scene, dict) and scene.get("text_overlay", "") is None:
            scene["text_overlay"] = ""
    if isinstance(body.get("audio"), dict) and body["audio"].get("music", "") is None:
        body["audio"]["music"] = {"audio": ""}
    if body.get("brand", "") is None:
        body["brand"] = NO_BRAND
    if body.get("product_card", "") is None:
        body["product_card"] = {"when": "never"}
    for name in ("intro", "outro"):
        if body.get(name, {}) is None:
            body[name] = {"seconds": 0}
    for name in ("avatar_position", "text", "poster"):
        if body.get(name, {}) is None:
            body[name] = {}
    return parsed(EditBody, body, found, schemes, judge)


def _voice(body: VoiceBody | None) -> VoiceSettings | None:
    return from_plain(VoiceSettings, body.model_dump(exclude_none=True)) if body else None


class LinksBody(Body):
    """Which permanent links to revoke, by name; all of them when none is named."""

    links: Annotated[list[LinkName], Field(min_length=1, max_length=100)] | None = None


class KeepBody(Body):
    """Whether a job stays until somebody deletes it."""

    keep: bool
