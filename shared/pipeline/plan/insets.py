"""What the shape of a presenter asks of its film, and what a customer should know of it before paying; pure."""

from collections.abc import Iterator, Sequence

from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.picture import Hold, Inset
from shared.pipeline.plan.plan import Speech, Stretch
from shared.pipeline.plan.request import AspectRatio, FilmRequest, of_kit
from shared.pipeline.plan.timing import say
from shared.pipeline.plan.warned import Warned, WarningText


def refuse_beside(path: str, inset: Inset | None, shapes: Sequence[AspectRatio]) -> Iterator[tuple[str, str]]:
    """Yield why a panel stands beside the footage of none of these films, by field."""
    if inset is Inset.BESIDE and AspectRatio.WIDE not in shapes:
        yield path, "beside stands in 16:9 only: ask for that aspect_ratio, or for another inset"


def inset_over(request: FilmRequest, *, footage: bool) -> Inset:
    """Return the shape of a presenter over footage, or before a backdrop, which nothing need hide or be beside of."""
    inset = request.inset or Inset.AUTO
    return Inset.AUTO if not footage and inset in (Inset.FULL, Inset.BESIDE) else inset


def inset_warnings(
    request: FilmRequest, stretches: Sequence[Stretch], takes: Sequence[Speech]
) -> Iterator[WarningText]:
    """Say which footage nobody sees, and which place is not used, where the presenter fills the frame."""
    if request.inset is not Inset.FULL:
        return
    spoken = {take.scene: take.seconds for take in takes}
    filmed = [each for each in stretches if each.clip]
    if None in spoken:
        hidden = min(spoken[None], sum(each.seconds for each in filmed))
    else:
        hidden = sum(min(spoken[each.scene], each.seconds) for each in filmed if each.scene in spoken)
    if hidden:
        says = f"The presenter fills the frame: about {say(hidden)} of footage are bought and not seen"
        yield warning(Warned.FOOTAGE_HIDDEN, says)
    if takes and request.avatar_position is not None and not of_kit(request, "avatar_position"):
        yield warning(Warned.POSITION_UNUSED, "avatar_position is not used: the presenter fills the frame")


def filled_by(hold: Hold | None, lack: float, longest: float, about: str = "") -> str:
    """Say what is seen for the seconds that footage lacks; beyond `longest` it may be other footage."""
    seconds = f"for {about}{say(lack)}"
    match hold:
        case Hold.FREEZE:
            return f"{seconds} its last frame stands"
        case Hold.PING_PONG:
            return f"{seconds} its last moments run back and on again"
        case Hold.PUSH_IN:
            return f"{seconds} the picture moves slowly into its last frame"
        case _:
            again = lack > longest
            return f"{seconds} {'footage is seen again' if again else 'the picture moves slowly into its last frame'}"
