"""A request becomes one of four films, with exact lengths and a warning for each deviation."""

import pytest

from shared.pipeline.plan.plan import Backdrop, Length, Placement, Size, Stretch
from shared.pipeline.plan.planner import Defaults, nodes, plan, plan_from_document, plan_to_document
from shared.pipeline.plan.request import AspectRatio, SceneRequest
from shared.pipeline.plan.staging import Background, BackgroundType, Position, Preset
from tests.pipeline.films import (
    CUT,
    PHOTO,
    TABLES,
    WHITE,
    film,
    filmed,
    planned,
    spoken,
    words,
)

FILLED = (
    "for about %s footage is seen again, or the picture moves slowly into its last frame. "
    "Shorten the script, or add a scene with footage."
)


def spoken_over() -> SceneRequest:
    """Return a scene that only has a backdrop."""
    return SceneRequest(background=WHITE)


def test_presenter_over_b_roll() -> None:
    """The main case: one take over the whole film, made at the same time as the footage."""
    made = planned(film(filmed(), filmed(), avatar_script=words(12), image_url=PHOTO))

    assert [(speech.key, speech.scene, speech.avatar_id, speech.voice_id) for speech in made.speeches] == [
        ("presenter-1", None, "look-1", "voice-1")
    ]
    assert made.speeches[0].seconds == pytest.approx(12, abs=0.2)
    assert made.provider == "heygen"
    assert made.place == Placement(0.48, 0.0, 1.0, widest=0.54, middle=0.69)


def test_b_roll_only_needs_no_avatar() -> None:
    """Nobody speaks, so no tenant's provider is needed."""
    made = plan(film(filmed()), TABLES, Defaults())

    assert (made.speeches, made.provider, made.cost_to_provider_account) == ((), "", 0)


def test_reel() -> None:
    """Each script is a take of its own at its scene; a scene without one has no presenter."""
    made = planned(film(filmed(script="One."), filmed(), spoken("Three.", avatar_id="look-3")))

    assert [(one.key, one.scene, one.avatar_id, one.voice_id) for one in made.speeches] == [
        ("presenter-1", 0, "look-1", "voice-1"),
        ("presenter-3", 2, "look-3", None),
    ]
    assert [stretch.clip for stretch in made.stretches] == ["clip-1", "clip-2", None]


def test_presenter_only() -> None:
    """A script and a background, no scenes: as long as the speech, in any shape the provider films."""
    made = planned(film(avatar_script=words(20), background=WHITE, aspect_ratio=AspectRatio.SQUARE))

    assert made.clips == ()
    assert made.model == ""
    assert made.stretches == (Stretch(None, None, None, 0.0, made.speeches[0].seconds, Backdrop(color="#ffffff")),)
    assert made.planned_seconds == made.speeches[0].seconds
    assert made.size == Size(180, 180)
    assert made.place == Placement(0.84, 0.0, 1.0, widest=0.9, middle=0.5, alone=True)


def test_presenter_only_before_an_image() -> None:
    """The image behind a presenter is a node as well, needed by compose."""
    behind = Background(BackgroundType.IMAGE, image_url=PHOTO)

    made = planned(film(avatar_script="Hello.", background=behind))

    assert made.stretches[0].backdrop == Backdrop(image="image-1")
    assert made.pictures[0].field == "background.image_url"
    assert nodes(made)[-1].needs == ("image-1", "presenter-1")


def test_a_preset_background_is_a_color_of_the_tables() -> None:
    """Presets are names for colours, kept as data."""
    made = planned(film(avatar_script="Hello.", background=Background(BackgroundType.PRESET, preset="warm")))

    assert made.stretches[0].backdrop == Backdrop(color=TABLES.backdrops["warm"])


@pytest.mark.parametrize(("length", "seconds"), [(Length.LONGER, 20.0), (Length.FILM, 15.0), (Length.SCRIPT, 20.0)])
def test_length_decides_between_a_long_script_and_the_footage(length: Length, seconds: float) -> None:
    """The default is the longer."""
    made = planned(film(filmed(), filmed(), avatar_script="x" * 290, length=length))

    assert made.planned_seconds == seconds


def test_footage_shorter_than_the_script_is_said_with_numbers() -> None:
    """The customer knows before paying that footage will come again, and what can be done about it."""
    made = planned(film(filmed(), filmed(), avatar_script="x" * 290))

    assert made.warnings[-1] == "The script takes about 20 s to speak, the scenes 15 s: " + FILLED % "5 s"


def test_a_scene_before_a_backdrop_ends_with_its_script() -> None:
    """Nobody looks at an empty wall: 0.3 s after the last word the scene is over, and it lasts at least 2 s."""
    made = planned(film(spoken(words(3)), spoken("Hi."), spoken(words(12)), filmed(script=words(3))))

    assert [stretch.seconds for stretch in made.stretches] == pytest.approx([3.3, 2.0, 12.3, 8.0], abs=0.15)
    assert made.planned_seconds == pytest.approx(25.6, abs=0.3)
    assert made.warnings == ()


def test_a_scene_before_a_backdrop_lasts_until_its_text_is_read() -> None:
    """85 letters are read in 5.5 s, however short the script is."""
    made = planned(film(spoken("Hi.", text_overlay="x" * 85)))

    assert made.planned_seconds == 5.5


def test_a_duration_that_was_asked_for_is_kept_before_a_backdrop() -> None:
    """And the customer hears what will be seen after the last word, and how it is avoided."""
    made = planned(film(spoken(words(3), duration=8.0)))

    assert made.planned_seconds == 8.0
    says = "Scene 1 lasts 8 s, as asked, its script about 3.1 s: the background alone is seen for about 4.9 s. "
    assert made.warnings == (says + "Leave duration out, and the scene ends with its script.",)


def test_scenes_before_backdrops_share_a_speech_over_the_whole_film() -> None:
    """11 s of speech over one filmed scene of 8 s: two walls share what is left, none is shorter than 2 s."""
    made = planned(film(filmed(), spoken_over(), spoken_over(), avatar_script=words(12.7)))

    assert [stretch.seconds for stretch in made.stretches] == pytest.approx([8.0, 2.5, 2.5], abs=0.1)


CROWDED = (
    "has 500 letters, of which about 240 fit a 9:16 frame in the smallest letters: it takes about 29.9 s to read "
    "and is seen for 8 s. 127"
)


@pytest.mark.parametrize(
    ("letters", "seconds", "says"),
    [
        (59, 4.0, None),
        (
            60,
            4.0,
            "has 60 letters: it takes about 4 s to read and is seen for 4 s. 59",
        ),
        (
            120,
            4.0,
            "has 120 letters: it takes about 7.6 s to read and is seen for 4 s. 59",
        ),
        (120, 8.0, None),
        (500, 8.0, CROWDED),
    ],
)
def test_a_text_nobody_can_read_is_said_before_paying(letters: int, seconds: float, says: str | None) -> None:
    """People read 17 letters a second; the customer learns how many are too many, and how many are not."""
    made = planned(film(filmed(seconds, text_overlay="x" * letters), b_roll=CUT))

    assert made.warnings == (() if says is None else (_too_long(says),))


def _too_long(says: str) -> str:
    """Say it as the plan does; the case ends with the letters that can be read."""
    case, _, letters = says.rpartition(" ")
    return f"The text of scene 1 {case} Shorten text_overlay to about {letters} letters, or split it over scenes."


def test_a_script_over_a_backdrop_needs_no_more_footage() -> None:
    """Scenes before backdrops last as long as the speech they share, however long it is: nothing is lacking."""
    made = planned(film(spoken_over(), spoken_over(), avatar_script=words(30)))

    assert [stretch.seconds for stretch in made.stretches] == pytest.approx([15.15, 15.15], abs=0.2)
    assert made.warnings == ()


def test_a_film_of_a_fixed_length_keeps_its_backdrops() -> None:
    """`length` film means that the scenes decide."""
    made = planned(film(spoken("Hi."), length=Length.FILM))

    assert made.planned_seconds == 8.0


def test_a_reels_scene_lasts_as_long_as_its_script() -> None:
    """And the film is the sum of its scenes."""
    made = planned(film(filmed(script="x" * 290), filmed(script="x" * 29), b_roll=CUT))

    assert made.planned_seconds == 28.0
    assert made.warnings == (
        "Scene 1 will last about 20 s instead of 8 s: its script takes that long; " + FILLED % "12 s",
    )


@pytest.mark.parametrize(
    ("position", "place"),
    [
        (Position(scale=0.5), Placement(0.5, 0.0, 1.0, middle=0.69)),
        (Position(preset=Preset.TOP_LEFT), Placement(0.48, -0.7, -0.8, widest=0.54)),
        (Position(preset=Preset.BOTTOM_LEFT), Placement(0.48, -0.7, 1.0, widest=0.54)),
        (Position(preset=Preset.CENTER), Placement(0.48, 0.0, 1.0, widest=0.54)),
        (Position(preset=Preset.CENTER, scale=0.6, y=0.2), Placement(0.6, 0.0, 0.2)),
        (Position(x=-1.0), Placement(0.48, -1.0, 1.0, widest=0.54)),
    ],
)
def test_where_the_presenter_stands(position: Position, place: Placement) -> None:
    """Numbers win over the preset beside them, the rest is the default."""
    made = planned(film(filmed(), avatar_script="Hi.", avatar_position=position))

    assert made.place == place


def test_a_plan_survives_its_document() -> None:
    """Stored and read back it is the same plan."""
    made = planned(film(filmed(), spoken(), filmed(), image_url=PHOTO))

    assert plan_from_document(plan_to_document(made)) == made
