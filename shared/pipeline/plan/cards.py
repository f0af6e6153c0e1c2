"""The cards before and after a film: how long they last, and whether something is seen on them; pure.

A card shows a picture or a clip of the tenant's own: the order's, else the one its brand kit has for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.pipeline.plan.brand import Brand
from shared.pipeline.plan.picture import (
    INTRO_SECONDS,
    LONGEST_CARD,
    OUTRO_SECONDS,
    SHORTEST_CARD,
    CardClip,
    FilmCard,
    Role,
)
from shared.pipeline.plan.request import FilmRequest

CARD_ROLES = (Role.INTRO, Role.OUTRO)
_FRAME = 0.05  # seconds by which nobody sees a clip end early


def intro_seconds(request: FilmRequest) -> float:
    """Return how long the card before a film lasts; 0 where there is none."""
    return _seconds(request, Role.INTRO, INTRO_SECONDS)


def outro_seconds(request: FilmRequest) -> float:
    """Return how long the card after a film lasts; 0 where there is none."""
    return _seconds(request, Role.OUTRO, OUTRO_SECONDS)


def cards_seconds(request: FilmRequest) -> float:
    """Return how long a film's cards last together."""
    return intro_seconds(request) + outro_seconds(request)


def _seconds(request: FilmRequest, role: Role, usual: float) -> float:
    card: FilmCard | None = getattr(request, role)
    if card is None:
        return 0.0
    if card.seconds is not None:
        return card.seconds
    shown = card_clips(request).get(role)
    return min(shown.facts.seconds, LONGEST_CARD) if shown and shown.facts else usual


def card_clips(request: FilmRequest) -> Mapping[Role, CardClip]:
    """Return the clips that are seen on a film's cards: the order's own, else the brand's where it gives no picture."""
    found = ((role, clip_of(getattr(request, role), kept_clip(request.brand, role))) for role in CARD_ROLES)
    return {role: clip for role, clip in found if clip}


def kept_clip(brand: Brand | None, role: Role) -> CardClip | None:
    """Return the clip a brand has for a card."""
    kept: CardClip | None = getattr(brand, f"{role}_clip") if brand else None
    return kept


def clip_of(card: FilmCard | None, kept: CardClip | None) -> CardClip | None:
    """Return the clip that is seen on a card; `kept` is the brand's."""
    if card is None or card.seconds == 0 or card.image or card.image_url:
        return None
    if card.video:
        return CardClip(card.video, card.video_facts, card.sound, card.fit)
    return kept and replace(kept, sound=card.sound or kept.sound, fit=card.fit or kept.fit)


def refuse_card_clips(request: FilmRequest) -> Iterator[tuple[str, str]]:
    """Yield why the clips of a film's cards cannot be seen so, by field."""
    for role in CARD_ROLES:
        yield from refuse_card_clip(role, getattr(request, role), kept_clip(request.brand, role))


def refuse_card_clip(path: str, card: FilmCard | None, kept: CardClip | None) -> Iterator[tuple[str, str]]:
    """Yield why a clip cannot be seen on a card for so long, by field; `kept` is the brand's."""
    shown = clip_of(card, kept)
    if card is None:
        return
    for name in ("sound", "fit"):
        if shown is None and card.seconds != 0 and getattr(card, name):
            yield f"{path}.{name}", "is of a clip: give a video, or leave it out"
    if shown is None or shown.facts is None:
        return
    long, last = shown.facts.seconds, f"a card {SHORTEST_CARD:g} to {LONGEST_CARD:g} s"
    if long < SHORTEST_CARD - _FRAME:
        yield f"{path}.video", f"lasts {long:g} s, and {last}: send a longer clip"
    elif card.seconds is None and long > LONGEST_CARD + _FRAME:
        yield (
            f"{path}.video",
            f"lasts {long:g} s, and {last}: give seconds, and it is cut there, or send a shorter clip",
        )
    elif card.seconds is not None and card.seconds > long + _FRAME:
        yield f"{path}.seconds", f"is more than the clip has, which lasts {long:g} s: give fewer, or leave seconds out"


def refuse_empty_card(
    path: str, card: FilmCard | None, picture: str | None, brand: Brand | None
) -> Iterator[tuple[str, str]]:
    """Yield why nothing would be seen on a card, by field; `picture` is the brand's, or its clip."""
    own = card and (card.image_url or card.image or card.video)
    if card is not None and card.seconds != 0 and not (own or picture or card.text or (brand and brand.logo)):
        yield (
            path,
            "shows nothing: give it a picture, a video or a text, or use a brand kit with a logo or with one of them",
        )


def refuse_empty_cards(request: FilmRequest) -> Iterator[tuple[str, str]]:
    """Yield why nothing would be seen on a film's cards, by field."""
    for role in CARD_ROLES:
        yield from refuse_empty_card(role, getattr(request, role), kept_sight(request.brand, role), request.brand)


def kept_sight(brand: Brand | None, role: Role) -> str | None:
    """Return the id of what a brand has for a card, a picture or a clip."""
    clip = kept_clip(brand, role)
    picture: str | None = getattr(brand, role) if brand else None
    return clip.clip if clip else picture


class CardSight(StrEnum):
    """What is seen on a card beside its text."""

    VIDEO = "video"
    IMAGE = "image"
    LOGO = "logo"  # on the brand's colour
    TEXT = "text"  # alone, on a colour


@dataclass(frozen=True, slots=True)
class PlannedCard:
    """A card as a film is planned with it; its seconds come on top of its scenes'."""

    card: Role
    shows: CardSight
    of_brand: bool  # what is seen is the kit's, not the order's own
    seconds: float
    text: str | None


def planned_cards(request: FilmRequest) -> tuple[PlannedCard, ...]:
    """Return the cards an order's one film has, in their order."""
    seconds = {Role.INTRO: intro_seconds(request), Role.OUTRO: outro_seconds(request)}
    return tuple(_planned(request, role, long) for role, long in seconds.items() if long)


def _planned(request: FilmRequest, role: Role, seconds: float) -> PlannedCard:
    card: FilmCard = getattr(request, role)
    own, brand = bool(card.image or card.image_url or card.video), request.brand
    if role in card_clips(request):
        shows = CardSight.VIDEO
    elif own or kept_sight(brand, role):
        shows = CardSight.IMAGE
    else:
        shows = CardSight.LOGO if brand and brand.logo else CardSight.TEXT
    return PlannedCard(role, shows, not own and shows is not CardSight.TEXT, seconds, card.text)
