"""Scenes become shots: what is one chain, which image starts it, and where each scene stands in its file."""

from dataclasses import replace

import pytest

from shared.pipeline.plan.plan import Backdrop, Feature, Stretch
from shared.pipeline.plan.request import (
    BRoll,
    Quality,
    Resolution,
)
from tests.pipeline.films import (
    CUT,
    PHOTO,
    TABLES,
    chain_lengths,
    film,
    filmed,
    planned,
    shown,
    spoken,
    with_references,
)


def test_three_scenes_make_one_shot_of_22_seconds() -> None:
    """8 + 7 + 7: extensions add exactly 7 s, and the last link's file holds them all."""
    made = planned(film(filmed(), filmed(), filmed()))

    assert [(clip.key, clip.feature, clip.seconds, clip.total, clip.before) for clip in made.clips] == [
        ("clip-1", Feature.TEXT, 8, 8, None),
        ("clip-2", Feature.EXTENSION, 7, 15, "clip-1"),
        ("clip-3", Feature.EXTENSION, 7, 22, "clip-2"),
    ]
    assert shown(made) == [("clip-3", 0.0, 8.0), ("clip-3", 8.0, 7.0), ("clip-3", 15.0, 7.0)]
    assert made.planned_seconds == 22.0
    assert made.warnings == (
        (
            "Scenes 2 and 3 last 7 s instead of 8 s: Veo makes a shot longer in fixed steps "
            '(in all 22 s instead of 24 s). Order with b_roll.join "cut", which keeps exact lengths.'
        ),
    )


def test_three_cuts_make_exactly_24_seconds() -> None:
    """Joined by cuts every scene is a clip of its own, and nothing deviates."""
    made = planned(film(filmed(), filmed(), filmed(), b_roll=CUT))

    assert [clip.before for clip in made.clips] == [None, None, None]
    assert shown(made) == [("clip-1", 0.0, 8.0), ("clip-2", 0.0, 8.0), ("clip-3", 0.0, 8.0)]
    assert (made.planned_seconds, made.warnings) == (24.0, ())


@pytest.mark.parametrize(("asked", "bought"), [(4, 4), (4.5, 6), (5, 6), (6, 6), (6.5, 8), (7, 8), (8, 8)])
def test_a_cut_buys_the_shortest_clip_that_is_long_enough(asked: float, bought: int) -> None:
    """Veo films 4, 6 or 8 s; the rest is trimmed."""
    made = planned(film(filmed(asked), b_roll=CUT))

    assert made.clips[0].seconds == bought
    assert shown(made) == [("clip-1", 0.0, asked)]


def test_a_shots_first_scene_is_trimmed_at_its_start_and_the_last_at_its_end() -> None:
    """So that the shot goes on without a jump; a scene in the middle is exactly 7 s, and said so."""
    made = planned(film(filmed(5), filmed(5), filmed(5)))

    assert shown(made) == [("clip-3", 1.0, 5.0), ("clip-3", 6.0, 7.0), ("clip-3", 13.0, 5.0)]
    assert made.warnings == (
        (
            "Scene 2 lasts 7 s instead of 5 s: Veo makes a shot longer in fixed steps "
            '(in all 17 s instead of 15 s). Order with b_roll.join "cut", which keeps exact lengths.'
        ),
        (
            "20 s of footage are bought ($4.00), 17 s of it are shown: at 720p these shots are filmed in 6 or 7 s. "
            "The rest costs $0.60. Give these scenes a longer duration, and it is shown."
        ),
    )


def test_a_single_scene_keeps_its_first_frame() -> None:
    """A shot of one scene is trimmed at its end: it begins with the photo."""
    made = planned(film(filmed(5), image_url=PHOTO))

    assert shown(made) == [("clip-1", 0.0, 5.0)]


@pytest.mark.parametrize(
    ("count", "chains"),
    [(1, [1]), (5, [5]), (6, [3, 3]), (7, [4, 3]), (11, [4, 4, 3]), (16, [4, 4, 4, 4]), (20, [5, 5, 5, 5])],
)
def test_many_scenes_make_balanced_shots(count: int, chains: list[int]) -> None:
    """No chain is longer than an even division makes it: the longest decides how long everybody waits."""
    made = planned(film(*[filmed()] * count))

    assert chain_lengths(made) == chains


def test_chain_totals_are_those_veo_can_reach() -> None:
    """8, 15, 22, 29, 36 s, and the film an extension starts from is never above 30 s."""
    made = planned(film(*[filmed()] * 5))

    assert [clip.total for clip in made.clips] == [8, 15, 22, 29, 36]


def test_a_shot_never_crosses_a_scene_without_footage() -> None:
    """A presenter before a backdrop divides the footage into two shots."""
    made = planned(film(filmed(), filmed(), spoken(), filmed(), filmed()))

    assert [(clip.key, clip.before) for clip in made.clips] == [
        ("clip-1", None),
        ("clip-2", "clip-1"),
        ("clip-4", None),
        ("clip-5", "clip-4"),
    ]
    assert made.stretches[2] == Stretch(2, None, None, 0.0, 2.0, Backdrop(color="#ffffff"), least=2.0)


def test_a_scene_with_its_own_image_starts_a_new_shot() -> None:
    """An extension cannot take an image in, so the shot is cut there, and a warning says so."""
    made = planned(film(filmed(), filmed(), filmed(image_url="https://shop.example/red.jpg"), image_url=PHOTO))

    assert [(clip.feature, clip.image) for clip in made.clips] == [
        (Feature.IMAGE, "image-1"),
        (Feature.EXTENSION, None),
        (Feature.IMAGE, "image-2"),
    ]
    assert [(picture.key, picture.field) for picture in made.pictures] == [
        ("image-1", "image_url"),
        ("image-2", "scenes.2.image_url"),
    ]
    assert made.warnings[0].startswith("The shot is cut before scene 3")


def test_the_photo_starts_every_shot() -> None:
    """With several chains the product must look the same in each."""
    made = planned(film(*[filmed()] * 7, image="up_1"))

    assert [clip.image for clip in made.clips if clip.before is None] == ["image-1", "image-1"]
    assert [picture.field for picture in made.pictures] == ["image"]


def test_joined_by_cuts_only_the_first_scene_starts_from_the_photo() -> None:
    """The film does not jump back to the same still; a warning names the scenes that do not see it."""
    made = planned(film(filmed(), filmed(), filmed(), image_url=PHOTO, b_roll=CUT))

    assert [clip.feature for clip in made.clips] == [Feature.IMAGE, Feature.TEXT, Feature.TEXT]
    assert made.warnings[0] == (
        "The photo is not seen in scenes 2 and 3, filmed from the description alone. "
        'Give each such scene an image_url, or order with b_roll.join "extend".'
    )


def test_joined_by_cuts_further_scenes_carry_the_photo_as_reference_where_the_model_can() -> None:
    """A reference clip is 8 s long whatever the scene asks."""
    made = planned(film(filmed(), filmed(5), filmed(8), image_url=PHOTO, b_roll=CUT), with_references())

    assert [(clip.feature, clip.image, clip.seconds) for clip in made.clips] == [
        (Feature.IMAGE, "image-1", 8),
        (Feature.REFERENCE, "image-1", 8),
        (Feature.REFERENCE, "image-1", 8),
    ]
    assert shown(made)[1] == ("clip-2", 0.0, 5.0)
    (said,) = made.warnings
    assert "24 s of footage are bought ($4.80), 21 s of it are shown: at 720p these shots are filmed in 8 s." in said


def test_no_reference_where_the_model_films_it_too_short() -> None:
    """A reference clip shorter than the scene would leave a still: the words alone are filmed."""
    made = planned(film(filmed(), filmed(7), image_url=PHOTO, b_roll=CUT), with_references(6))

    assert [clip.feature for clip in made.clips] == [Feature.IMAGE, Feature.TEXT]


def test_one_image_used_twice_is_one_node() -> None:
    """Images are known by their source, not by the field they stand in."""
    made = planned(film(filmed(image_url=PHOTO), filmed(image_url=PHOTO), b_roll=CUT))

    assert [picture.key for picture in made.pictures] == ["image-1"]
    assert [clip.image for clip in made.clips] == ["image-1", "image-1"]


def test_without_extension_every_scene_is_a_shot() -> None:
    """A model that cannot extend films them at the same time, and a warning says so."""
    veo = TABLES.footage[Quality.LITE]
    lengths = {way: veo.lengths[way] for way in (Feature.TEXT, Feature.IMAGE)}
    known = replace(TABLES, footage={Quality.LITE: replace(veo, lengths={**lengths})})

    made = planned(film(filmed(), filmed(), b_roll=BRoll(model=Quality.LITE)), known)

    assert chain_lengths(made) == [1, 1]
    assert "Veo makes one shot at most 1 scene long" in made.warnings[0]


def test_full_hd_is_filmed_in_8_seconds_and_trimmed() -> None:
    """At 1080p Veo films 8 s only."""
    made = planned(film(filmed(4), b_roll=CUT, resolution=Resolution.FULL_HD))

    assert (made.clips[0].seconds, made.stretches[0].seconds) == (8, 4.0)


def test_the_photo_moves_on_when_the_first_scene_has_an_image_of_its_own() -> None:
    """Joined by cuts, the first scene without an image of its own starts from it."""
    made = planned(film(filmed(image_url="https://shop.example/red.jpg"), filmed(), image_url=PHOTO, b_roll=CUT))

    assert [picture.field for picture in made.pictures] == ["scenes.0.image_url", "image_url"]
    assert [clip.image for clip in made.clips] == ["image-1", "image-2"]


@pytest.mark.parametrize(("longest_input", "links"), [(30, 5), (29, 5), (28, 4), (15, 3), (14, 2), (8, 2), (7, 1)])
def test_chains_end_where_the_film_to_extend_gets_too_long(longest_input: float, links: int) -> None:
    """An extension starts from at most this many seconds of film, whatever our own limit is."""
    veo = TABLES.footage[Quality.STANDARD]
    footage = {Quality.STANDARD: replace(veo, longest_input=longest_input)}
    known = replace(TABLES, footage=footage, limits=replace(TABLES.limits, links=9))

    made = planned(film(*[filmed()] * 20), known)

    assert max(chain_lengths(made)) == links


def test_our_own_limit_counts_as_well() -> None:
    """Shorter chains than Veo could make are a setting."""
    made = planned(film(*[filmed()] * 4), replace(TABLES, limits=replace(TABLES.limits, links=2)))

    assert chain_lengths(made) == [2, 2]
