"""Looks at every take of a film and finds its place there: when it comes and goes, its shape, its card, its news."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from shared.media.boxes import Stand
from shared.media.canvas import Card, PlacedPresenter
from shared.media.framing import stand_of
from shared.media.painting import plate, round_card, wall
from shared.media.segments import Cut, frames, on_film
from shared.media.takes import MeasuredTake
from shared.pipeline.edit.edit import Appearance, Edit
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.picture import Inset
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.plan.warned import Warned, WarningText

_PUSHES = 10  # frames in which a panel comes and goes
_SINKS = 0.02  # of the film's height: how far who has finished goes down while fading


def presenters_seen(
    edit: Edit, row: Sequence[Cut], measured: Callable[[Sequence[Appearance]], Sequence[MeasuredTake]], folder: Path
) -> tuple[list[PlacedPresenter], list[WarningText]]:
    """Return the presenters that are seen, and what a customer is told of them; `measured` looks at takes."""
    made: list[PlacedPresenter] = []
    told: list[WarningText] = []
    comes, goes = {cut.start: cut.opening.half for cut in row}, {cut.end: cut.closing.half for cut in row}
    seen = [(*on_film(look, edit), look) for look in edit.appearances]
    seen = [(start, end, look) for start, end, look in seen if end > start]
    takes = measured([look for _, _, look in seen])
    for number, ((start, end, look), take) in enumerate(zip(seen, takes, strict=True)):
        stand = stand_of(
            take.visible,
            look.place,
            edit.size,
            look.shape,
            inset=take.cutout is Cutout.INSET,
            app=edit.safe_area,
            captioned=bool(edit.cues),
            head=take.head,
        )
        told += (*take.warnings, *_news(look, stand, edit))
        # Who stands in one scene comes and goes with it; the voice keeps its place.
        fade = min(frames(look.fade, edit.fps) or goes.get(end, 0), end - start)
        come = min(comes.get(start, 0), end - start - fade)
        card = _card(look, take, stand, folder, number)
        goes_down = look.fade and fade and not stand.fills and look.shape not in (Inset.FULL, Inset.BESIDE)
        sinks = round(_SINKS * edit.size.height) if goes_down else 0
        made.append(PlacedPresenter(take, start, end, fade, stand, card, come, look.shape, sinks))
    return _joined(made, edit), told


def _card(look: Appearance, take: MeasuredTake, stand: Stand, folder: Path, number: int) -> Card | None:
    inset, box = take.cutout is Cutout.INSET, stand.box
    behind = wall(box, folder, number) if stand.figure else None
    if look.shape in (Inset.FULL, Inset.BESIDE) or (inset and stand.fills):
        return Card(box, wall=behind) if behind else None
    if inset or stand.figure:
        card = round_card(box, folder, number, circle=look.shape is Inset.CIRCLE)
        return Card(card.box, card.ground, card.mask, behind)
    return plate(box, folder, number) if stand.floats else None


def _joined(made: Sequence[PlacedPresenter], edit: Edit) -> list[PlacedPresenter]:
    """Let panels push in and out, but where the film begins or ends and where one follows another."""
    begins, ends = {each.start: each for each in made}, {each.end: each for each in made}

    def pushed(each: PlacedPresenter) -> PlacedPresenter:
        if each.shape is not Inset.BESIDE:
            return each
        length, whole = each.end - each.start, frames(edit.seconds, edit.fps)
        comes = 0 if not each.start or _alike(each, ends.get(each.start)) else min(_PUSHES, length // 3)
        fade = 0 if each.end >= whole or _alike(each, begins.get(each.end)) else min(_PUSHES, length // 3)
        return replace(each, fade=fade, comes=comes)

    return [pushed(each) for each in made]


def _alike(one: PlacedPresenter, other: PlacedPresenter | None) -> bool:
    return other is not None and other.shape is one.shape and other.stand.box == one.stand.box


def _news(look: Appearance, stand: Stand, edit: Edit) -> Iterator[WarningText]:
    if stand.narrowed:
        shown = stand.box.height / edit.size.height
        says = f"{look.node}: too wide for the frame at scale {look.place.scale:g}, shown at {shown:.2f}"
        yield warning(Warned.TAKE_NARROWED, says)
    if stand.fills and look.shape is not Inset.FULL:
        yield warning(
            Warned.BACKGROUND_HIDDEN,
            f"{look.node}: the take has a background of its own and fills the frame: the background that was asked for "
            "is not seen",
        )
