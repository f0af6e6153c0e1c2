"""What a customer should know about the finished film: where the takes made it differ from the plan, with numbers."""

from collections.abc import Iterator, Mapping

from shared.pipeline.plan.plan import Length, Plan
from shared.pipeline.edit.timeline import Slot
from shared.pipeline.plan.timing import say

WORTH_SAYING = 0.3  # seconds; less nobody sees


def findings(plan: Plan, laid: tuple[Slot, ...], spoken: Mapping[int | None, float]) -> Iterator[str]:
    """Yield a sentence for every frame held, word not heard and second not shown."""
    film = laid[-1].end
    if None in spoken:
        yield from _whole(plan, laid, film, spoken[None])
    for slot in laid:
        scene = slot.stretch.scene
        if scene is not None and None not in spoken:
            yield from _scene(plan.length, scene, slot, spoken.get(scene))
        elif scene is not None and slot is not laid[-1] and slot.held > WORTH_SAYING:
            yield _short(scene, slot)


def _whole(plan: Plan, laid: tuple[Slot, ...], film: float, said: float) -> Iterator[str]:
    picture = film - laid[-1].held
    unseen = sum(stretch.seconds for stretch in plan.stretches if stretch.scene is not None) - film
    if laid[-1].held > WORTH_SAYING:
        yield (
            f"The presenter speaks {say(said)} over {say(picture)} of footage: "
            f"the last frame is held {say(laid[-1].held)}."
        )
    if said - film > WORTH_SAYING:
        yield f"The presenter speaks {say(said)}, the film lasts {say(film)}: {say(said - film)} are not heard."
    if plan.length is Length.SCRIPT and unseen > WORTH_SAYING:
        yield f"The film ends with the script after {say(film)}: {say(unseen)} of the scenes are not seen."


def _scene(length: Length, scene: int, slot: Slot, said: float | None) -> Iterator[str]:
    if said is None:
        if slot.held > WORTH_SAYING:
            yield _short(scene, slot)
        return
    if slot.held > WORTH_SAYING:
        yield (
            f"Scene {scene + 1}: the presenter speaks {say(said)} over {say(slot.seconds - slot.held)} of footage: "
            f"its last frame is held {say(slot.held)}."
        )
    if said - slot.seconds > WORTH_SAYING:
        yield (
            f"Scene {scene + 1}: the presenter speaks {say(said)}, the scene lasts {say(slot.seconds)}: "
            f"{say(said - slot.seconds)} are not heard."
        )
    if length is Length.SCRIPT and slot.seconds < slot.stretch.seconds - WORTH_SAYING:
        yield f"Scene {scene + 1} ends with its script after {say(slot.seconds)} of {say(slot.stretch.seconds)}."


def _short(scene: int, slot: Slot) -> str:
    return (
        f"Scene {scene + 1} has {say(slot.seconds - slot.held)} of footage for {say(slot.seconds)}: "
        f"its last frame is held {say(slot.held)}."
    )
