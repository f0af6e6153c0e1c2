"""The cards of a brand kit: what orders have of them, and the pictures that the kit keeps itself."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shared.pipeline.plan.cards import refuse_empty_card
from shared.pipeline.plan.kit import Kit

CARDS = ("intro", "outro")


def ordered_cards(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cards of a kit's body as an order has them, plain: without their pictures."""
    return {name: {key: each for key, each in body[name].items() if key != "image"} for name in CARDS if name in body}


def pictures_of(body: Mapping[str, Any], there: Callable[[str], bool], wrong: dict[str, list[str]]) -> dict[str, str]:
    """Return the ids of the cards' pictures; those that are not there are told in `wrong`."""
    found = {name: body[name]["image"] for name in CARDS if body.get(name, {}).get("image")}
    for name, picture in found.items():
        if not there(picture):
            wrong[f"{name}.image"] = ["there is no such picture: POST it to /tenant/uploads/logo"]
    return found


def refuse_empty(kit: Kit) -> Iterator[tuple[str, str]]:
    """Yield why nothing would be seen on a kit's cards, by field."""
    for name in CARDS:
        yield from refuse_empty_card(name, getattr(kit, name), getattr(kit.brand, name), kit.brand)
