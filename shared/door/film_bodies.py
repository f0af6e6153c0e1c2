"""The wire's form of a film's order, object by object; defaults stand in `shared/pipeline/plan/request.py`."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from shared.door.audio_bodies import AudioBody
from shared.door.body_types import (
    BrandName,
    Color,
    Dollars,
    ImageLink,
    Label,
    Link,
    MetadataName,
    Name,
    Offset,
    PersonaName,
    Scale,
    SceneImageLink,
    Script,
    Seconds,
    TemplateName,
    Text500,
    Text1000,
    Upload,
)
from shared.door.clip_bodies import ClipStart, OwnClip
from shared.door.output_bodies import ContainerName, FocusBody, OutputsBody, PreviewName
from shared.door.picture_bodies import (
    CardBody,
    DipColor,
    HoldName,
    InsetName,
    PosterBody,
    ProductCardBody,
    SceneTransition,
    Transition,
    TransitionSeconds,
)
from shared.door.strict_body import Body
from shared.door.text_bodies import CaptionsByName, SafeAreaName, TextBody
from shared.door.voice_body import VoiceBody


class ColorBody(Body):
    """A flat colour behind the presenter."""

    type: Literal["color"]
    color: Color


class ImageBody(Body):
    """A picture behind the presenter: a link or an upload (both is told by rules.py)."""

    type: Literal["image"]
    image_url: ImageLink | None = None
    image: Upload | None = None
    motion: Annotated[
        Literal["push_in", "pan_left", "pan_right"] | None,
        Field(description="How the picture moves while it is seen, slowly; left out, it stands still."),
    ] = None

    @model_validator(mode="after")
    def _has_a_picture(self) -> Self:
        if self.image_url is None and self.image is None:
            raise ValueError("of type image needs an image_url or an image (an upload)")
        return self


class PresetBody(Body):
    """A named backdrop."""

    type: Literal["preset"]
    preset: Label


FlatBody = Annotated[ColorBody | PresetBody, Field(discriminator="type")]
BackgroundBody = Annotated[ColorBody | ImageBody | PresetBody, Field(discriminator="type")]


class SceneBody(Body):
    """One scene."""

    visual_description: Text1000 | None = None
    camera_movement: Text500 | None = None
    mood: Text500 | None = None
    duration: Seconds | None = None
    text_overlay: Text500 | None = None
    script: Script | None = None
    persona: PersonaName | None = None
    avatar_id: Name | None = None
    voice_id: Name | None = None
    background: BackgroundBody | None = None
    image_url: SceneImageLink | None = None
    clip: OwnClip | None = None
    clip_start: ClipStart | None = None
    transition: SceneTransition | None = None


class PositionBody(Body):
    """Where the presenter stands."""

    scale: Scale | None = None
    x: Offset | None = None
    y: Offset | None = None
    preset: Literal["bottom_right", "bottom_left", "top_right", "top_left", "center"] | None = None


class BRollBody(Body):
    """How the footage is made."""

    join: Literal["extend", "cut"] | None = None
    audio: Literal["bed", "mute", "duck"] | None = None
    model: Literal["standard", "fast", "lite"] | None = None
    provider: Annotated[
        Literal["veo", "heygen", "auto"] | None,
        Field(
            description="Who films. veo, the default: 9:16 and 16:9, at our cost. heygen: HeyGen Video with your own "
            "key, 1:1 too, 720p, whole seconds of 5 to 15 a scene, on your HeyGen bill; 400 until abroll's operator "
            "has turned it on for you. auto: veo, and heygen for what veo cannot film where it is turned on. It is "
            "settled with the order: footage waits for its service, only a presenter changes it."
        ),
    ] = None


class TemplateBody(Body):
    """What a tenant's orders have where they are silent: any field of an order but what is one order's own."""

    called = "the order"
    elsewhere = dict.fromkeys(
        ("product_id", "content_id", "dry_run", "template", "variables"), "is said by each order, not by a template"
    )

    product_title: Text500 | None = None
    scenes: list[SceneBody] | None = None
    image_url: ImageLink | None = None
    image: Upload | None = None
    image_fit: Literal["crop", "blur", "color"] | None = None
    image_fit_color: Color | None = None
    persona: PersonaName | None = None
    avatar_id: Name | None = None
    voice_id: Name | None = None
    avatar_script: Script | None = None
    avatar_position: PositionBody | None = None
    aspect_ratio: Literal["9:16", "16:9", "1:1"] | None = None
    resolution: Literal["720p", "1080p"] | None = None
    outputs: OutputsBody | None = None
    container: ContainerName | None = None
    preview: PreviewName | None = None
    focus: FocusBody | None = None
    b_roll: BRollBody | None = None
    background: BackgroundBody | None = None
    voice: VoiceBody | None = None
    captions: bool | None = None
    captions_by: CaptionsByName | None = None
    text: TextBody | None = None
    safe_area: SafeAreaName | None = None
    hold: HoldName | None = None
    inset: InsetName | None = None
    poster: PosterBody | None = None
    product_card: ProductCardBody | None = None
    transition: Transition | None = None
    transition_seconds: TransitionSeconds | None = None
    transition_color: DipColor | None = None
    intro: CardBody | None = None
    outro: CardBody | None = None
    audio: AudioBody | None = None
    brand: BrandName | None = None
    length: Literal["film", "script", "longer"] | None = None
    provider: Label | None = None
    prefer: Literal["quality", "cost", "speed"] | None = None
    max_cost: Dollars | None = None
    on_presenter_failure: Literal["fail", "fallback", "without"] | None = None
    if_unclear: Literal["wait", "pay_again"] | None = None
    mode: Literal["production", "test"] | None = None
    mode_fallback: Annotated[
        Literal["test"] | None,
        Field(
            description="What is done where no production account can be used at the order's avatar service: yours is "
            "missing, paused or was refused, and abroll has none there that stands in. test: your own test account "
            "there films all of it instead, as mode test does, and a warning says so; left out, such an order is "
            "refused. It is settled once, when it is ordered. An order that gives mode itself takes no mode_fallback "
            "from a template.",
            examples=["test"],
        ),
    ] = None
    webhook_url: Link | None = None
    metadata: dict[MetadataName, Annotated[str, Field(max_length=500)]] | None = None


class FilmBody(TemplateBody):
    """The whole body of create_job; its product's id is its title where it has none."""

    product_id: Name | None = None
    content_id: Name | None = None
    script: Script | None = None
    dry_run: bool | None = None
    template: TemplateName | None = None
    variables: dict[str, Any] | None = None
