"""What a daily look saw of each configured model: a pure function of what is stored, what was seen and a moment."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from shared.pipeline.vendors.state import Model, VendorsState


class Seen(StrEnum):
    """What a look at a model says."""

    THERE = "there"
    GONE = "gone"  # its vendor does not know it any more: no film can be ordered with it
    UNCLEAR = "unclear"  # nobody could be asked, or the answer says nothing of the model
    TAKEN = "taken"  # the order that must be refused was accepted: it may be billed to us


ALARMING = {
    Seen.GONE: "orders with it fail: give its row in shared/tables.json a model that is served, and deploy",
    Seen.TAKEN: "its look was accepted and may be billed; it is looked at no more: look at the vendor's bill, then "
    "`python -m infra.admin models --again`",
}


def to_look_at(state: VendorsState, models: tuple[str, ...]) -> tuple[str, ...]:
    """Return the models that may be looked at: never again one whose look was accepted."""
    return tuple(model for model in models if model not in state.models or state.models[model].seen != Seen.TAKEN)


def looked(state: VendorsState, seen: Mapping[str, Seen], models: tuple[str, ...], now: datetime) -> VendorsState:
    """Return the state after a look; models that are configured no more are forgotten."""
    kept = {model: row for model, row in state.models.items() if model in models}
    for model, what in seen.items():
        there_at = now if what is Seen.THERE else kept[model].there_at if model in kept else None
        row = Model(what, now, there_at)
        kept[model] = replace(kept[model], seen=what, at=now, there_at=there_at) if model in kept else row
    return replace(state, models=kept)
