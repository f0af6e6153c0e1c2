"""Says which scene texts nobody can read: more letters than there is time or room for; pure.

People read about 17 letters a second. The room is what letters of 5.2 % of the frame's shorter side leave, the smallest
that are read on a phone; what does not fit in them is cut by the renderer.
"""

from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.request import AspectRatio
from shared.pipeline.plan.timing import READING, READING_START, reading_seconds, say
from shared.pipeline.plan.warned import Warned, WarningText

ROOM = {  # letters, about
    AspectRatio.TALL: 240,
    AspectRatio.PORTRAIT: 180,
    AspectRatio.SQUARE: 160,
    AspectRatio.WIDE: 200,
}


def unread(scene: int, text: str, seconds: float, ratio: AspectRatio) -> WarningText | None:
    """Return why a scene's text, seen for so many seconds, can't be read, and what to do; None when it can."""
    letters, needed = len(" ".join(text.split())), reading_seconds(text)
    short = min(int(max(0.0, seconds - READING_START) * READING), ROOM[ratio])
    if letters <= ROOM[ratio] and needed <= seconds:
        return None
    says = f"The text of scene {scene + 1} has {letters} letters"
    if letters > ROOM[ratio]:
        says += f", of which about {ROOM[ratio]} fit a {ratio} frame in the smallest letters"
    seen = f"it takes about {say(needed)} to read and is seen for {say(seconds)}"
    return warning(Warned.TEXT_UNREAD, f"{says}: {seen}", letters=f"{short}")
