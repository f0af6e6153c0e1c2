"""What a film loses points for, by its figures alone: each limit, and that what was asked for costs nothing."""

from dataclasses import replace

import pytest

from shared.pipeline.quality.figures import (
    Figures,
    PersonFigures,
    PictureFigures,
    SoundFigures,
    SpeechFigures,
    Still,
    TextFigures,
)
from shared.pipeline.quality.judging import judged
from shared.pipeline.quality.rules import RULES, Fault

SOUND = SoundFigures(-14.2, -14.0, -1.4, (), 0.004)
SPEECH = SpeechFigures("presenter-1", (0.0, 8.0), -16.0, 20.0, ())
PERSON = PersonFigures("presenter-1", (0.0, 8.0), 0.16, 0.0, 0.1)
TEXT = TextFigures((0.2, 3.8), 0.076, 0.044, 0.0, 0.0, 0.0, 7.0)
GOOD = Figures(8.0, 1 / 24, 8.0, SOUND, (SPEECH,), PictureFigures((), (), ()), (PERSON,), (TEXT,))
FAULTY = [
    (Fault.TOO_LOUD_OR_QUIET, replace(GOOD, heard=replace(SOUND, loudness=-15.0))),
    (Fault.PEAKS, replace(GOOD, heard=replace(SOUND, peak=-0.4))),
    (Fault.NOTHING_HEARD, replace(GOOD, heard=replace(SOUND, loudness=None))),
    (Fault.SILENCE, replace(GOOD, heard=replace(SOUND, silences=((3.0, 4.7),)))),
    (Fault.SPEECH_QUIET, replace(GOOD, spoken=(replace(SPEECH, level=-25.0, over_bed=11.0),))),
    (Fault.SPEECH_DROWNED, replace(GOOD, spoken=(replace(SPEECH, over_bed=4.0),))),
    (Fault.SPEECH_CLIPPED, replace(GOOD, spoken=(replace(SPEECH, clipped=((1.0, 2.0),)),))),
    (Fault.SOUND_OFF, replace(GOOD, heard=replace(SOUND, late=-0.3))),
    (Fault.LENGTH, replace(GOOD, lasts=7.5)),
    (Fault.FROZEN, replace(GOOD, seen=PictureFigures((Still((1.0, 2.0), "clip-1"),), (), ()))),
    (Fault.BLACK, replace(GOOD, seen=PictureFigures((), (Still((1.0, 2.0), "clip-1"),), ()))),
    (Fault.FLAT, replace(GOOD, seen=PictureFigures((), (), (Still((1.0, 3.5), "clip-1"),)))),
    (Fault.FACE_OUTSIDE, replace(GOOD, standing=(replace(PERSON, face_outside=0.4),))),
    (Fault.FACE_SMALL, replace(GOOD, standing=(replace(PERSON, face_high=0.03),))),
    (Fault.PRODUCT_HIDDEN, replace(GOOD, standing=(replace(PERSON, hides=0.61),))),
    (Fault.TEXT_OVER_PRODUCT, replace(GOOD, written=(replace(TEXT, hides=0.4),))),
    (Fault.TEXT_OVER_FACE, replace(GOOD, written=(replace(TEXT, over_face=0.3),))),
    (Fault.TEXT_FAINT, replace(GOOD, written=(replace(TEXT, contrast=2.1),))),
    (Fault.TEXT_SMALL, replace(GOOD, written=(replace(TEXT, letters=0.035),))),
    (Fault.TEXT_OUTSIDE, replace(GOOD, written=(replace(TEXT, outside=0.2),))),
    (Fault.TEXT_SHORTENED, replace(GOOD, written=(replace(TEXT, shortened=True),))),
]


def test_a_film_within_every_limit_has_all_points() -> None:
    """10 of 10, without a reason."""
    assert (10.0, (), "ready") == (judged(GOOD).score, judged(GOOD).deductions, judged(GOOD).verdict)


@pytest.mark.parametrize(("fault", "figures"), FAULTY, ids=lambda one: str(one) if isinstance(one, Fault) else "")
def test_a_figure_beyond_its_limit_takes_its_rules_points_alone(fault: Fault, figures: Figures) -> None:
    """The reason says what is wrong in a sentence, and names a move with its node filled in."""
    found = judged(figures)

    assert [fault.value] == [one.about for one in found.deductions]
    assert 10 - RULES[fault].points == found.score
    assert found.deductions[0].says[0].isupper() or found.deductions[0].says[0].isdigit()
    assert "{node}" not in found.deductions[0].next_move


def test_every_rule_is_broken_by_one_film_here() -> None:
    """A new rule has its figure above."""
    assert set(Fault) == {fault for fault, _ in FAULTY} == set(RULES)


def test_a_rule_takes_its_points_once() -> None:
    """Two people over the product are two reasons and one deduction."""
    both = (replace(PERSON, hides=0.5), replace(PERSON, node="presenter-2", hides=0.6))

    found = judged(replace(GOOD, standing=both))

    assert [1.5, 0.0] == [one.points for one in found.deductions]
    assert 8.5 == found.score


def test_silence_that_was_asked_for_costs_nothing() -> None:
    """A film ordered without a bed may be silent between its words, or wholly."""
    quiet = replace(SOUND, loudness=None, silences=((0.0, 8.0),))

    assert 10.0 == judged(replace(GOOD, heard=quiet, spoken=(), silence_asked=True)).score


def test_without_sound_and_picture_there_is_no_score() -> None:
    """What was not measured is said, and judged by nobody."""
    found = judged(replace(GOOD, heard=None, seen=None, spoken=(), unmeasured=("sound: broken", "picture: broken")))

    assert (None, "unmeasured", 2) == (found.score, found.verdict, len(found.unmeasured))


def test_a_film_with_every_fault_has_no_less_than_nothing() -> None:
    """The score ends at 0."""
    worst = replace(
        GOOD,
        lasts=3.0,
        heard=replace(SOUND, loudness=-20.0, peak=0.0, silences=((1.0, 4.0),), late=0.5),
        spoken=(replace(SPEECH, level=None),),
        standing=(replace(PERSON, face_outside=1.0, hides=1.0),),
        written=(replace(TEXT, contrast=1.0, letters=0.01, outside=1.0, over_face=1.0, hides=1.0),),
    )

    assert (0.0, "poor") == (judged(worst).score, judged(worst).verdict)
