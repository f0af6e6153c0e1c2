"""The cards before and after a film: how long they last, and whether something is seen on them; pure."""

from collections.abc import Iterator

from shared.pipeline.plan.brand import Brand
from shared.pipeline.plan.picture import INTRO_SECONDS, OUTRO_SECONDS, FilmCard
from shared.pipeline.plan.request import FilmRequest


def intro_seconds(request: FilmRequest) -> float:
    """Return how long the card before a film lasts; 0 where there is none."""
    return _seconds(request.intro, INTRO_SECONDS)


def outro_seconds(request: FilmRequest) -> float:
    """Return how long the card after a film lasts; 0 where there is none."""
    return _seconds(request.outro, OUTRO_SECONDS)


def _seconds(card: FilmCard | None, usual: float) -> float:
    if card is None:
        return 0.0
    return usual if card.seconds is None else card.seconds


def refuse_empty_card(
    path: str, card: FilmCard | None, picture: str | None, brand: Brand | None
) -> Iterator[tuple[str, str]]:
    """Yield why nothing would be seen on a card, by field."""
    own = card and (card.image_url or card.image)
    if card is not None and card.seconds != 0 and not (own or picture or card.text or (brand and brand.logo)):
        yield (
            path,
            "shows nothing: give it a picture or a text, or use a brand kit with a logo or a picture for it",
        )


def refuse_empty_cards(request: FilmRequest) -> Iterator[tuple[str, str]]:
    """Yield why nothing would be seen on a film's cards, by field."""
    brand = request.brand
    yield from refuse_empty_card("intro", request.intro, brand.intro if brand else None, brand)
    yield from refuse_empty_card("outro", request.outro, brand.outro if brand else None, brand)
