"""Real takes become exact numbers: what is seen and heard when, and what differs from the plan."""

from dataclasses import replace

import pytest

from shared.pipeline.edit.assembly import FADE, Take, assemble
from shared.pipeline.edit.edit import Appearance, Cue, Edit, Shot, Title
from shared.pipeline.plan.plan import Cutout, Length, Placement
from shared.pipeline.plan.request import FilmRequest, SceneRequest
from shared.pipeline.plan.staging import Background, BackgroundType, Position, Preset
from tests.pipeline.breaks import BREAKS
from tests.pipeline.films import CUT, PHOTO, WHITE, film, filmed, planned, spoken

SHORTEN = "Shorten the script, or add a scene with footage."
AGAIN = f" footage is seen again. {SHORTEN}"
SLOWLY = " the picture moves slowly into its last frame. "
HEARD = ' Shorten the script, or use "length": "longer", and all of it is heard.'
SEEN = ' Lengthen the script, or use "length": "longer", and all of them are seen.'
ANEW = 'POST /jobs/{id}/regenerate with "nodes": ["%s"] films it again.'


def speech(seconds: float, *cues: Cue) -> Take:
    """Return a presenter's take with transparency."""
    return Take(seconds, Cutout.ALPHA, cues)


def edited(request: FilmRequest, **takes: Take) -> Edit:
    """Edit a request's plan with takes as planned, but for those given (clip_2 is clip-2)."""
    made = planned(request)
    known = {clip.key: Take(float(clip.total)) for clip in made.clips}
    known |= {one.key: speech(one.seconds) for one in made.speeches}
    return assemble(made, request, known | {key.replace("_", "-"): take for key, take in takes.items()}, BREAKS)


def looks(made: Edit) -> list[tuple[str, float, float, float]]:
    """Return (node, start, seconds, fade) of each appearance."""
    return [(one.node, one.start, one.seconds, one.fade) for one in made.appearances]


def test_one_shot_is_one_stretch_of_the_last_links_file() -> None:
    """The scenes of a chain are not cut apart: the picture goes on as Veo filmed it."""
    made = edited(film(filmed(), filmed(), filmed()))

    assert made.shots == (Shot(seconds=22.0, node="clip-3", offset=0.0, footage=22.0),)
    assert (made.seconds, made.fps, made.files, made.warnings) == (22.0, 24, ("clip-3",), ())


def test_cuts_are_exactly_as_long_as_asked() -> None:
    """Three times 8 s are 24 s, whatever a few milliseconds the files differ."""
    made = edited(film(filmed(), filmed(), filmed(5), b_roll=CUT), clip_1=Take(8.04), clip_2=Take(7.98))

    assert [(shot.node, shot.seconds) for shot in made.shots] == [("clip-1", 8.0), ("clip-2", 8.0), ("clip-3", 5.0)]
    assert made.shots[1].footage == pytest.approx(7.98)
    assert made.warnings == ()


def test_footage_comes_again_when_the_speech_is_much_longer() -> None:
    """26.1 s of speech over 22 s of footage: 4.1 s of the scenes before are seen again in short cuts, and said."""
    made = edited(film(filmed(), filmed(), filmed(), avatar_script="Hi."), presenter_1=speech(26.1))

    assert made.seconds == pytest.approx(26.1, abs=1 / 24)
    assert [(one.node, one.offset, round(one.seconds, 2), round(one.footage, 2)) for one in made.shots] == [
        ("clip-3", 0.0, 22.0, 22.0),
        ("clip-3", 2.5, 3.0, 3.0),
        ("clip-3", 10.0, 1.12, 1.12),
    ]
    assert looks(made) == [("presenter-1", 0.0, made.seconds, 0.0)]
    assert made.warnings == ("The presenter speaks 26.1 s over 22 s of footage: for 4.1 s" + AGAIN,)


def test_the_last_frame_stands_when_the_speech_is_a_little_longer() -> None:
    """24 s of speech over 22 s of footage: the renderer moves into the last frame, and it is said."""
    made = edited(film(filmed(), filmed(), filmed(), avatar_script="Hi."), presenter_1=speech(24.0))

    assert [(shot.seconds, shot.footage) for shot in made.shots] == [(24.0, 22.0)]
    assert made.warnings == ("The presenter speaks 24 s over 22 s of footage: for 2 s" + SLOWLY + SHORTEN,)


def test_a_single_scene_begins_again() -> None:
    """There is no other footage: the scene's own is seen once more, from its start, as often as it takes."""
    made = edited(film(filmed(), avatar_script="Hi."), presenter_1=speech(20.0))

    assert [(one.offset, one.seconds) for one in made.shots] == [(0.0, 8.0), (0.0, 8.0), (0.0, 4.0)]


def test_footage_beyond_the_planned_end_is_shown_before_a_frame_is_held() -> None:
    """The last scene asks 5 s of the 7 s filmed; a long speech brings the other 2 s back."""
    made = edited(film(filmed(), filmed(5), avatar_script="Hi."), presenter_1=speech(20.0))

    assert made.shots[0] == Shot(seconds=15.0, node="clip-2", offset=0.0, footage=15.0)
    assert made.warnings == ("The presenter speaks 20 s over 15 s of footage: for 5 s" + AGAIN,)


def test_a_presenter_who_has_finished_goes_once_all_is_said() -> None:
    """No word is said by somebody who fades already; the film goes on without the presenter."""
    made = edited(film(filmed(), filmed(), avatar_script="Hi."), presenter_1=speech(9.5))

    assert made.seconds == 15.0
    assert looks(made) == [("presenter-1", 0.0, 9.5 + FADE, FADE)]


def test_length_film_ends_with_the_footage() -> None:
    """What is not heard any more is said."""
    made = edited(film(filmed(), filmed(), avatar_script="Hi.", length=Length.FILM), presenter_1=speech(18.0))

    assert made.seconds == 15.0
    assert looks(made) == [("presenter-1", 0.0, 15.0, 0.0)]
    assert made.warnings == ("The presenter speaks 18 s, the film lasts 15 s: 3 s are not heard." + HEARD,)


def test_length_script_ends_with_the_speech() -> None:
    """What is not seen any more is said; scenes beyond the end are gone, their titles too."""
    made = edited(
        film(filmed(), filmed(text_overlay="Now"), avatar_script="x" * 58, length=Length.SCRIPT, b_roll=CUT),
        presenter_1=speech(5.0),
    )

    assert made.shots == (Shot(seconds=5.0, node="clip-1", offset=0.0, footage=5.0),)
    assert made.titles == ()
    assert made.warnings == ("The film ends with the script after 5 s: 1 s of the scenes are not seen." + SEEN,)


def test_a_reels_scenes_stretch_to_their_speech() -> None:
    """Every presenter starts with the scene; scene 1 waits for its speech, scene 2 for its picture."""
    made = edited(
        film(filmed(script="One."), filmed(script="Two."), b_roll=CUT),
        presenter_1=speech(10.5),
        presenter_2=speech(6.0),
    )

    assert [(shot.seconds, shot.footage) for shot in made.shots] == [(10.5, 8.0), (8.0, 8.0)]
    assert looks(made) == [("presenter-1", 0.0, 10.5, 0.0), ("presenter-2", 10.5, 6.0 + FADE, FADE)]
    assert made.warnings == ("Scene 1: the presenter speaks 10.5 s over 8 s of footage: for 2.5 s" + SLOWLY + SHORTEN,)


def test_a_scene_held_within_a_shot_goes_on_where_it_stopped() -> None:
    """The footage after it belongs to the next scene and is not shown twice."""
    made = edited(film(filmed(script="One."), filmed()), presenter_1=speech(10.0))

    assert made.shots == (
        Shot(seconds=10.0, node="clip-2", offset=0.0, footage=8.0),
        Shot(seconds=7.0, node="clip-2", offset=8.0, footage=7.0),
    )


def test_a_scene_before_a_backdrop_ends_with_its_speech() -> None:
    """The real speech decides, not the estimate: 0.3 s after its take, and the presenter stays until then."""
    made = edited(film(spoken("One."), filmed(script="Two."), b_roll=CUT), presenter_1=speech(4.7))

    assert [shot.seconds for shot in made.shots] == [5.0, 8.0]
    assert looks(made)[0] == ("presenter-1", 0.0, 5.0, 0.0)


def test_a_reels_fixed_lengths() -> None:
    """By film the speech is cut, by script the picture; both are said."""
    reel = film(filmed(script="x" * 72), b_roll=CUT)

    by_film = edited(replace(reel, length=Length.FILM), presenter_1=speech(10.0))
    by_script = edited(replace(reel, length=Length.SCRIPT), presenter_1=speech(5.0))

    assert by_film.warnings == ("Scene 1: the presenter speaks 10 s, the scene lasts 8 s: 2 s are not heard." + HEARD,)
    assert by_script.warnings == ("Scene 1 ends with its script after 5 s of 7.2 s." + SEEN,)
    assert (by_film.seconds, by_script.seconds) == (8.0, 5.0)


def test_presenter_only_is_as_long_as_the_speech() -> None:
    """The estimate is forgotten once the take is there."""
    made = edited(film(avatar_script="Hi.", background=WHITE), presenter_1=speech(33.5))

    assert made.shots == (Shot(seconds=33.5, node=None, color="#ffffff"),)
    assert looks(made) == [("presenter-1", 0.0, 33.5, 0.0)]


def test_an_image_behind_a_presenter_is_a_still() -> None:
    """Two scenes before the same image are one picture."""
    behind = Background(BackgroundType.IMAGE, image_url=PHOTO)

    made = edited(film(SceneRequest(script="One."), SceneRequest(script="Two."), background=behind))

    assert made.shots == (Shot(seconds=4.0, node="image-1", still=True),)


def test_a_presenter_before_a_backdrop_stands_in_the_middle() -> None:
    """In a reel each scene has the place that suits what is behind."""
    made = edited(film(filmed(script="One."), spoken("Two.")))

    assert [one.place for one in made.appearances] == [
        Placement(0.48, 0.0, 1.0, widest=0.54, middle=0.69),
        Placement(0.78, 0.0, 1.0, widest=0.96, middle=0.5, alone=True),
    ]


def test_a_presenter_before_a_backdrop_leaves_room_for_the_scenes_text() -> None:
    """The figure is smaller, so that the text stands above the head and not on the chest."""
    made = edited(film(spoken("Two.", text_overlay="Now")))

    assert made.appearances[0].place.scale == 0.7


def test_an_extension_that_came_alone_is_joined_behind() -> None:
    """Should Veo return only the 7 s it added, the parts are joined, and the film is as long as planned."""
    made = edited(film(filmed(), filmed(), filmed()), clip_2=Take(7.0), clip_3=Take(7.0))

    assert made.shots == (
        Shot(seconds=8.0, node="clip-1", offset=0.0, footage=8.0),
        Shot(seconds=7.0, node="clip-2", offset=0.0, footage=7.0),
        Shot(seconds=7.0, node="clip-3", offset=0.0, footage=7.0),
    )
    says = "Veo returned clip-3 as 7 s instead of the whole shot of 22 s: "
    assert made.warnings == (says + "the parts of the shot are joined one behind the other. " + ANEW % "clip-3",)


def test_a_whole_shot_made_from_a_part_is_joined_too() -> None:
    """clip-2 came alone, clip-3 holds clip-2 and its own 7 s: nothing is lost or shown twice."""
    made = edited(film(filmed(), filmed(), filmed()), clip_2=Take(7.0), clip_3=Take(14.0))

    assert made.shots == (
        Shot(seconds=8.0, node="clip-1", offset=0.0, footage=8.0),
        Shot(seconds=14.0, node="clip-3", offset=0.0, footage=14.0),
    )


def test_links_real_lengths_move_the_boundaries() -> None:
    """A shot goes on without a jump although each link is a little longer than planned."""
    made = edited(film(filmed(5), filmed(), filmed()), clip_1=Take(6.04), clip_2=Take(13.08), clip_3=Take(20.12))

    assert len(made.shots) == 1
    assert made.shots[0].offset == pytest.approx(1.04)
    assert made.shots[0].footage == pytest.approx(19.08, abs=0.05)
    assert made.warnings == ()


def test_a_clip_that_is_too_short_is_held_and_said() -> None:
    """The scene keeps its length."""
    made = edited(film(filmed(), filmed(), b_roll=CUT), clip_1=Take(6.0))

    assert [(shot.seconds, shot.footage) for shot in made.shots] == [(8.0, 6.0), (8.0, 8.0)]
    assert made.warnings == (
        "Veo returned clip-1 as 6 s instead of 8 s. " + ANEW % "clip-1",
        "Scene 1 has 6 s of footage for 8 s: for 2 s" + SLOWLY + ANEW % "clip-1",
    )


def test_a_short_clip_under_a_whole_speech_is_said_too() -> None:
    """The presenter speaks over all scenes; the second one lacks footage."""
    request = film(filmed(), filmed(), filmed(), avatar_script="Hi.", b_roll=CUT)

    made = edited(request, clip_2=Take(6.0), presenter_1=speech(20.0))

    assert made.warnings == (
        "Veo returned clip-2 as 6 s instead of 8 s. " + ANEW % "clip-2",
        "Scene 2 has 6 s of footage for 8 s: for 2 s" + SLOWLY + ANEW % "clip-2",
    )


def test_a_scene_without_picture_is_an_error() -> None:
    """A plan always has footage or a backdrop; a damaged one is not rendered as black."""
    request = film(avatar_script="Hi.", background=WHITE)
    made = planned(request)
    damaged = replace(made, stretches=(replace(made.stretches[0], backdrop=None),))

    with pytest.raises(ValueError, match="neither footage nor a backdrop"):
        assemble(damaged, request, {"presenter-1": speech(3.0)}, BREAKS)


def test_the_files_of_earlier_links_are_optional() -> None:
    """A regenerated film adopts the last link; the others may be gone."""
    request = film(filmed(), filmed(), filmed())

    made = assemble(planned(request), request, {"clip-3": Take(22.0)}, BREAKS)

    assert made.files == ("clip-3",)


def test_titles_keep_off_the_cuts() -> None:
    """A scene's text stands during its scene, drawn as it was sent."""
    text = '50% off: it\'s "ñandú" [new], {x} \\ €'

    made = edited(film(filmed(), filmed(text_overlay=text), b_roll=CUT))

    assert made.titles == (Title(text, 8.2, 7.6),)


def test_a_text_nobody_can_read_is_said_with_the_films_own_seconds() -> None:
    """The plan saw 8 s for it; the speech was shorter, and so is the scene."""
    text = "x" * 100

    made = edited(film(filmed(script="Hi.", text_overlay=text), length=Length.SCRIPT), presenter_1=speech(4.0))

    says = "The text of scene 1 has 100 letters: it takes about 6.4 s to read and is seen for 4 s. "
    assert made.warnings[-1] == says + "Shorten text_overlay to about 59 letters, or split it over scenes."


def test_a_title_of_a_very_short_scene_is_seen_nevertheless() -> None:
    """Half a second: the text stands in its middle half."""
    made = edited(film(filmed(script="Hi.", text_overlay="Now"), length=Length.SCRIPT), presenter_1=speech(0.5))

    assert made.titles == (Title("Now", 0.125, 0.25),)


def test_captions_are_moved_to_where_the_take_stands() -> None:
    """A cue beyond the presenter's appearance is cut off or gone."""
    cues = (Cue("Hello", 0.0, 1.5), Cue("there", 7.0, 3.0), Cue("gone", 9.0, 1.0))

    made = edited(
        film(filmed(), filmed(script="Hello there gone."), captions=True, length=Length.FILM, b_roll=CUT),
        presenter_2=speech(10.0, *cues),
    )

    assert made.cues == (Cue("Hello", 8.0, 1.5), Cue("there", 15.0, 1.0))


def test_captions_are_estimated_when_the_provider_sent_none() -> None:
    """Each sentence lasts its share of the letters."""
    made = edited(film(filmed(), avatar_script="One two. One two.", captions=True), presenter_1=speech(6.0))

    assert made.cues == (Cue("One two.", 0.0, 3.0), Cue("One two.", 3.0, 3.0))


def test_captions_are_estimated_when_the_providers_show_markup() -> None:
    """Its cues end within a tag; ours show the words alone."""
    request = film(filmed(), avatar_script="Hot <prosody rate='slow'>tea</prosody> now.", captions=True)
    torn = (Cue("Hot <prosody rate", 0.0, 2.0), Cue("='slow'>tea now.", 2.0, 4.0))

    made = edited(request, presenter_1=speech(6.0, *torn))

    assert made.cues == (Cue("Hot tea now.", 0.0, 6.0),)


def test_no_captions_unless_asked_for() -> None:
    """Providers send subtitles always."""
    made = edited(film(filmed(), avatar_script="Hi."), presenter_1=speech(6.0, Cue("Hi.", 0.0, 1.0)))

    assert made.cues == ()


def test_a_take_that_cannot_be_laid_over_is_an_error() -> None:
    """The step that fetched it must say how."""
    with pytest.raises(ValueError, match="presenter-1: its take does not say"):
        edited(film(filmed(), avatar_script="Hi."), presenter_1=Take(3.0))


def test_a_missing_take_is_named() -> None:
    """Compose waits for all of them."""
    request = film(filmed())

    with pytest.raises(KeyError, match="clip-1"):
        assemble(planned(request), request, {}, BREAKS)


def test_a_film_of_nothing_is_refused() -> None:
    """Empty takes make no film."""
    with pytest.raises(ValueError, match="no length"):
        edited(film(avatar_script="Hi.", background=WHITE), presenter_1=speech(0.0))


def test_how_a_take_is_laid_over_reaches_the_edit() -> None:
    """Transparent, keyed or as an inset: the take knows; its place is the one asked for all the same."""
    asked = Position(scale=0.7, preset=Preset.BOTTOM_LEFT)

    made = edited(film(filmed(), avatar_script="Hi.", avatar_position=asked), presenter_1=Take(8.0, Cutout.INSET))

    assert made.appearances == (Appearance("presenter-1", 0.0, 8.0, Cutout.INSET, Placement(0.7, -0.7, 1.0), fade=0.0),)
