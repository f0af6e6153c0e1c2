"""Tells in which scenes a film shows its product's photo as a card; pure."""

from collections.abc import Sequence

from shared.pipeline.edit.edit import Product
from shared.pipeline.edit.timeline import TimelineEntry
from shared.pipeline.plan.beside import beside_key, shows
from shared.pipeline.plan.picture import CardTime, Role
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.request import FilmRequest


def product_of(plan: Plan, request: FilmRequest, laid: Sequence[TimelineEntry]) -> Product | None:
    """Return the card of a film, if it has one that is seen."""
    node, asked = beside_key(plan, Role.PRODUCT), request.product_card
    if node is None or asked is None:
        return None
    unshown = asked.when is CardTime.UNSHOWN
    seen = [each for each in laid if not (unshown and shows(plan, each.stretch, node))]
    photo = next((picture.photo for picture in plan.pictures if picture.key == node), None)
    spans = tuple((each.start, each.end) for each in seen)
    return Product(node, spans, asked.place, asked.size, photo) if spans else None
