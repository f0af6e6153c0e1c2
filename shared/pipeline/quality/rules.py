"""The rules a finished film is held to: what each takes away, its limit, and where that limit comes from.

A rule takes its points once, however often it is broken. A film begins with 10.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

BEST = 10.0


class Fault(StrEnum):
    """What a finished film may have wrong."""

    TOO_LOUD_OR_QUIET = auto()
    PEAKS = auto()
    NOTHING_HEARD = auto()
    SILENCE = auto()
    SPEECH_QUIET = auto()
    SPEECH_DROWNED = auto()
    SPEECH_CLIPPED = auto()
    SOUND_OFF = auto()
    LENGTH = auto()
    FROZEN = auto()
    BLACK = auto()
    FLAT = auto()
    FACE_OUTSIDE = auto()
    FACE_SMALL = auto()
    PRODUCT_HIDDEN = auto()
    TEXT_OVER_PRODUCT = auto()
    TEXT_OVER_FACE = auto()
    TEXT_FAINT = auto()
    TEXT_SMALL = auto()
    TEXT_OUTSIDE = auto()
    TEXT_SHORTENED = auto()


@dataclass(frozen=True, slots=True)
class QualityRule:
    """One rule: the points it takes, the limit, in what, where the limit comes from, and what can be done about it."""

    points: float
    limit: float
    of: str
    source: str
    next_move: str


_EDIT = "POST /jobs/{id}/edit"
_ANEW = 'POST /jobs/{id}/regenerate with "nodes": ["{node}"] orders it again.'
_OURS = f"{_EDIT} composes the film anew; if it is so again, send abroll's operator the job's id."
_PLACED_ANEW = f"{_EDIT} with another avatar_position: null is the place that suits the shape."
_USUAL_LOOK = f'{_EDIT} with "text": null gives words their usual look'

RULES: Mapping[Fault, QualityRule] = {
    Fault.TOO_LOUD_OR_QUIET: QualityRule(
        1.0, 0.7, "LU from what was asked", "EBU R 128 allows 0.5; AAC moves it by up to 0.2", _OURS
    ),
    Fault.PEAKS: QualityRule(1.0, -1.0, "dBTP at most", "EBU R 128, 2020: maximum true peak", _OURS),
    Fault.NOTHING_HEARD: QualityRule(
        3.0,
        0.0,
        "films without any sound",
        "ours: who hears nothing scrolls on",
        f'{_EDIT} with "b_roll.audio": "bed".',
    ),
    Fault.SILENCE: QualityRule(
        1.0,
        1.5,
        "seconds below -60 dBFS",
        "ours: longer ones sound like a broken film",
        f'{_EDIT} with "b_roll": {{"audio": "bed"}}, or with music in audio.music.',
    ),
    Fault.SPEECH_QUIET: QualityRule(
        2.0, 4.0, "LU below -16 LUFS", "AES TD1008: speech of one programme stays within 4 LU", _ANEW
    ),
    Fault.SPEECH_DROWNED: QualityRule(
        1.0,
        15.0,
        "LU of speech above what is heard beside it, at least",
        "WCAG 1.4.7 (AAA) asks 20; 15 is still understood at once",
        f'{_EDIT} with "audio": {{"music": …, "duck": true}}, or "b_roll": {{"audio": "mute"}}.',
    ),
    Fault.SPEECH_CLIPPED: QualityRule(
        1.0, 5.0, "clipped peaks within a second, at most", "ours: single full samples are not heard, rows are", _ANEW
    ),
    Fault.SOUND_OFF: QualityRule(
        2.0, 0.042, "seconds between lips and voice", "one frame; ITU-R BT.1359: 45 ms early are noticed", _OURS
    ),
    Fault.LENGTH: QualityRule(1.0, 0.042, "seconds from what was cut", "one frame", _OURS),
    Fault.FROZEN: QualityRule(1.0, 0.5, "seconds without any movement", "ours: shorter ones pass for a pause", _ANEW),
    Fault.BLACK: QualityRule(1.0, 0.1, "seconds of black", "ours: shorter ones pass for a cut", _ANEW),
    Fault.FLAT: QualityRule(1.0, 2.0, "seconds of one flat colour", "ours: nothing is shown", _ANEW),
    Fault.FACE_OUTSIDE: QualityRule(
        2.0, 0.1, "of a face outside what apps leave free", "the apps' own safe areas (boxes.py)", _PLACED_ANEW
    ),
    Fault.FACE_SMALL: QualityRule(
        2.0, 0.05, "of the height that a face has at least", "ours: 36 pixels of a phone's 720", _PLACED_ANEW
    ),
    Fault.PRODUCT_HIDDEN: QualityRule(
        1.5,
        0.25,
        "of the product's place behind a presenter",
        "ours: a quarter hides no handle and no label",
        _PLACED_ANEW,
    ),
    Fault.TEXT_OVER_PRODUCT: QualityRule(
        1.0, 0.3, "of the product's place behind words", "ours", f'{_EDIT} with "text": {{"position": "top"}}.'
    ),
    Fault.TEXT_OVER_FACE: QualityRule(
        2.0, 0.05, "of a face behind words", "ours: the chin may touch a panel", f'{_EDIT} with "text": null.'
    ),
    Fault.TEXT_FAINT: QualityRule(
        1.5,
        4.5,
        "to 1 between letters and what is behind them",
        "WCAG 1.4.3 (AA)",
        f"{_USUAL_LOOK}: white on a dark panel.",
    ),
    Fault.TEXT_SMALL: QualityRule(
        1.0,
        1.0,
        "of the smallest letters read on a phone",
        "ours: 5.2 % of the shorter side for texts, 4.4 % for captions",
        f'{_USUAL_LOOK}; a shorter "text_overlay" of the scene keeps its letters large.',
    ),
    Fault.TEXT_OUTSIDE: QualityRule(
        1.0,
        0.02,
        "of the letters outside what apps leave free",
        "the apps' own safe areas (boxes.py)",
        f"{_USUAL_LOOK}.",
    ),
    Fault.TEXT_SHORTENED: QualityRule(
        2.0,
        0.0,
        "texts that end early",
        "ours: who reads half a sentence, or half a price, is told something else",
        f'{_EDIT} with a shorter "text_overlay" of the scene; captions are shorter when their script is.',
    ),
}
