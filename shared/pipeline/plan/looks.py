"""What an avatar service tells about a look and a voice, and which of its engines films it at which price.

An engine is part of what is ordered: HeyGen takes Avatar IV unless told otherwise, and refuses it for most stock video
looks, which know only Avatar III. So the look is asked before anything is bought, the first engine of the service's
table that the look supports and the table prices is chosen, and plan and order carry it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class LookType(StrEnum):
    """What a look was made from; an engine's price goes by it."""

    PHOTO = "photo"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Look:
    """One appearance of an avatar: what `avatar_id` names."""

    id: str
    name: str
    type: LookType
    engines: tuple[str, ...]  # in the service's words; empty when it did not say
    default_voice_id: str | None


@dataclass(frozen=True, slots=True)
class Voice:
    """What `voice_id` names."""

    name: str
    styles: tuple[str, ...] = ()  # ways it can speak, in the service's words: "cheerful"


@dataclass(frozen=True, slots=True)
class Engine:
    """One way a service films a look, in its own word."""

    id: str
    prices: Mapping[LookType, int]  # micro-dollars per second spoken; a type that is not priced is not filmed with it


def engine_for(look: Look | None, engines: tuple[Engine, ...]) -> Engine | None:
    """Choose the first engine the look supports; None when there is none, or the look is not known."""
    if look is None:
        return None
    return next((one for one in engines if one.id in look.engines and look.type in one.prices), None)


def dearest(engines: tuple[Engine, ...]) -> Engine:
    """Return the engine with the highest price, of several the first: an unknown look may be filmed with any."""
    return max(engines, key=lambda one: max(one.prices.values()))


def price_of(look: Look | None, engines: tuple[Engine, ...]) -> int:
    """Return micro-dollars per second spoken; of an unknown look the dearest of all.

    A look that names no engine of ours is left to the service, which takes the first.
    """
    if look is None:
        return max(dearest(engines).prices.values())
    chosen, usual = engine_for(look, engines), engines[0].prices
    return chosen.prices[look.type] if chosen else usual.get(look.type, max(usual.values()))
