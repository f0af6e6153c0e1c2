"""The body of a brand kit: a logo, colours, and what orders have where they and their templates are silent."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from shared.door.audio_bodies import AudioBody
from shared.door.body_types import Color, of_form
from shared.door.film_bodies import FlatBody, PositionBody
from shared.door.picture_bodies import DipColor, HoldName, KitCardBody, Transition
from shared.door.strict_body import Body
from shared.door.text_bodies import CaptionsByName
from shared.pipeline.plan.brand import LEAST_LOGO, MOST_LOGO

_LOGO_ID = "must be the id that POST /tenant/uploads/logo answers"

_FONT_ID = "must be the id that POST /tenant/uploads/font answers"
FontId = Annotated[str, AfterValidator(of_form(r"[0-9a-f]{64}", _FONT_ID))]


class LogoBody(Body):
    """A logo on every film of the kit, inside the safe area, off faces and words."""

    image: Annotated[
        str,
        AfterValidator(of_form(r"[0-9a-f]{64}", _LOGO_ID)),
        Field(description="The id that POST /tenant/uploads/logo answered."),
    ]
    place: Annotated[
        Literal["auto", "top_left", "top_right", "bottom_left", "bottom_right"] | None,
        Field(description="Its corner; auto, the default, is top_right in films wider than high, else top_left."),
    ] = None
    size: Annotated[
        Annotated[float, Field(ge=LEAST_LOGO, le=MOST_LOGO)] | None,
        Field(description="Its width as a share of the film's; left out, what suits its shape."),
    ] = None
    when: Annotated[
        Literal["always", "scenes", "outro"] | None,
        Field(
            description="always, the default; scenes: not on intro and outro cards; outro: in the film's last three "
            "seconds. A card that shows the logo itself has no second one."
        ),
    ] = None
    opacity: Annotated[Annotated[float, Field(ge=0.2, le=1)] | None, Field(description="1 is the default.")] = None


class ColorsBody(Body):
    """A brand's colours."""

    primary: Annotated[
        Color | None, Field(description="Of the backdrop where nothing is filmed and neither order nor kit name one.")
    ] = None
    accent: Annotated[
        Color | None,
        Field(description="Of a bar in the panel of scene texts, before their letters, and behind the spoken word."),
    ] = None
    text: Annotated[Color | None, Field(description="Of letters; white where it is left out.")] = None
    panel: Annotated[Color | None, Field(description="Of what is around letters; dark where it is left out.")] = None


class FontsBody(Body):
    """A brand's fonts; letters they lack are painted with abroll's own."""

    heading: Annotated[FontId | None, Field(description="Of scene texts.")] = None
    body: Annotated[FontId | None, Field(description="Of captions.")] = None


class LookBody(Body):
    """How scene texts and captions look; their colours stand in `colors`."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        name: f"is unknown here; did you mean colors.{there}?"
        for name, there in (("color", "text"), ("accent", "accent"), ("panel", "panel"))
    }

    style: Literal["panel", "outline", "shadow"] | None = None
    position: Literal["auto", "top", "middle", "bottom"] | None = None
    animation: Literal["fade", "none", "slide"] | None = None
    size: Annotated[float, Field(ge=0.7, le=1.5)] | None = None


class BrandKitBody(Body):
    """A brand kit; each field is what orders have where they and their templates are silent."""

    called = "the kit"

    logo: LogoBody | None = None
    colors: ColorsBody | None = None
    fonts: FontsBody | None = None
    text: LookBody | None = None
    captions: bool | None = None
    captions_by: CaptionsByName | None = None
    avatar_position: PositionBody | None = None
    audio: AudioBody | None = None
    background: FlatBody | None = None
    transition: Transition | None = None
    transition_color: DipColor | None = None
    hold: HoldName | None = None
    inset: Annotated[
        Literal["auto", "rounded", "circle", "full"] | None,
        Field(description="The shape presenters are seen in; beside, which only some films have, is the order's own."),
    ] = None
    intro: KitCardBody | None = None
    outro: KitCardBody | None = None

    def plain(self) -> dict[str, Any]:
        """Return what was given."""
        return self.model_dump(exclude_none=True)
