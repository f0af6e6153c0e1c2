"""The cards of a brand kit: what orders have of them, and the pictures and clips that the kit keeps itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from shared.pipeline.codec import from_plain
from shared.pipeline.plan.cards import kept_sight, refuse_card_clip, refuse_empty_card
from shared.pipeline.plan.dress import Kit
from shared.pipeline.plan.picture import CardClip, OwnFile, Role

CARDS = ("intro", "outro")
_OF_THE_BRAND = ("image", "video", "sound", "fit")


def ordered_cards(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cards of a kit's body as an order has them, plain: without what is seen on them."""
    cards = {name: body[name].items() for name in CARDS if name in body}
    return {name: {key: each for key, each in card if key not in _OF_THE_BRAND} for name, card in cards.items()}


def pictures_of(
    body: Mapping[str, Any], lacking: Callable[[str], str | None], wrong: dict[str, list[str]]
) -> dict[str, str]:
    """Return the ids of the cards' pictures; those that are not there are told in `wrong`."""
    found = {name: body[name]["image"] for name in CARDS if body.get(name, {}).get("image")}
    for name, picture in found.items():
        if why := lacking(picture):
            wrong[f"{name}.image"] = [why]
    return found


def clips_of(
    body: Mapping[str, Any],
    kept: Callable[[str], OwnFile | None],
    lacking: Callable[[str], str],
    wrong: dict[str, list[str]],
) -> dict[str, CardClip]:
    """Return the cards' clips as a brand has them; those that are not there are told in `wrong`."""
    found: dict[str, CardClip] = {}
    for name in CARDS:
        said = body.get(name, {})
        if not said.get("video"):
            continue
        facts = kept(said["video"])
        if facts is None:
            wrong[f"{name}.video"] = [lacking(said["video"])]
            continue
        how = {key: said[key] for key in ("sound", "fit") if said.get(key)}
        found[name] = replace(from_plain(CardClip, {"clip": said["video"], **how}), facts=facts)
    return found


def refuse_clips(kit: Kit) -> Iterator[tuple[str, str]]:
    """Yield why the clips of a kit's cards cannot be seen for so long, by field."""
    for name in CARDS:
        yield from refuse_card_clip(name, getattr(kit, name), getattr(kit.brand, f"{name}_clip"))


def refuse_empty(kit: Kit) -> Iterator[tuple[str, str]]:
    """Yield why nothing would be seen on a kit's cards, by field."""
    for name in CARDS:
        yield from refuse_empty_card(name, getattr(kit, name), kept_sight(kit.brand, Role(name)), kit.brand)
