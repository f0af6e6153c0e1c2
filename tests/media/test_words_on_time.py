"""How many words of a caption are lit when they are said: the voice of the stand-ins tells when it says which."""

from collections.abc import Iterator

import numpy as np
import pytest

from infra.local.vendors.tones import RATE
from infra.local.vendors.voice import Speaker, speak
from shared.media.breaking import words
from shared.media.voice_activity import runs
from shared.pipeline.edit.edit import Cue
from shared.pipeline.edit.letter_times import HEARD_EVERY
from shared.pipeline.edit.spoken_words import spoken_words

ON_TIME = 0.12  # seconds
SAID = (
    ("en-us", "Small hands, big dreams: this desk grows with your child for twelve years."),
    ("en-us", "We mend every jacket we have ever sold, free of charge, for as long as you wear it."),
    ("de", "Frisch gemahlener Kaffee schmeckt einfach besser, und genau deshalb haben wir diese Mühle gebaut."),
    ("fr", "Chaque matin commence par une bonne tasse de café, préparée avec soin dans votre cuisine."),
    ("es", "Nuestra mochila resiste la lluvia, los viajes largos y a los niños; la probamos durante dos años."),
    ("it", "La nostra borsa è fatta a mano, leggera e resistente, pensata per chi viaggia spesso."),
    ("pl", "Każdy poranek zaczyna się od filiżanki dobrej kawy, świeżo zmielonej w twojej kuchni."),
    ("cs", "Každé ráno začíná šálkem dobré kávy, čerstvě umleté ve vaší kuchyni."),
    ("fi", "Jokainen aamu alkaa hyvällä kahvikupillisella, joka on jauhettu omassa keittiössäsi."),
    ("el", "Κάθε πρωί αρχίζει με ένα καλό φλιτζάνι καφέ, φρεσκοαλεσμένο στην κουζίνα σας."),
    ("ru", "Каждое утро начинается с чашки хорошего кофе, свежемолотого на вашей кухне."),
    ("tr", "Her sabah taze çekilmiş bir fincan kahve ile başlar."),
    ("vi", "Mỗi buổi sáng bắt đầu bằng một tách cà phê ngon, mới xay trong bếp của bạn."),
    ("hi", "हर सुबह की शुरुआत ताज़ी कॉफ़ी के एक अच्छे कप से होती है।"),
)


def late(language: str, text: str, speed: float, *, heard: bool) -> Iterator[float]:
    """Yield by how many seconds each word is lit too late or too early, but those their caption begins with."""
    speech, at = speak(text, Speaker(language, speed=speed)), 0
    window = round(RATE * HEARD_EVERY)
    whole = speech.sound[: len(speech.sound) // window * window].reshape(-1, window)
    levels = [float(level) for level in np.sqrt(np.mean(np.square(whole), axis=1))]
    for cue in speech.cues:
        at = text.index(cue.text, at)
        parts = words(cue.text, language[:2])
        caption = Cue(cue.text, cue.start, cue.end - cue.start)
        for number, lit in enumerate(spoken_words(caption, parts, list(runs(levels)), levels if heard else ())):
            said = [start for place, start in speech.words if at <= place < at + len(lit.text)]
            at += len(lit.text)
            if number and said:
                yield lit.start - min(said)


@pytest.mark.parametrize("speed", [0.85, 1.0, 1.2])
def test_nine_of_ten_words_are_lit_when_they_are_said(speed: float) -> None:
    """In thirteen languages, slowly and fast, and as many more than without listening to their letters."""
    alone, found = (
        [abs(one) <= ON_TIME for said in SAID for one in late(*said, speed, heard=heard)] for heard in (False, True)
    )

    assert len(found) == len(alone) > 130
    assert sum(found) >= 0.94 * len(found), f"{sum(found)} of {len(found)}"
    assert sum(found) >= sum(alone) + 0.05 * len(found), f"{sum(found)} and {sum(alone)} of {len(found)}"
