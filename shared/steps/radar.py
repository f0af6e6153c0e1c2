"""radar: once a day it asks, without paying, whether each model films are ordered with still exists.

A model that is gone is an alarm before a customer meets it. It asks with an order that its vendor must refuse. Were one
accepted all the same, it may be billed: that is an alarm, and the model is looked at no more until an operator says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.cloud.vendor_states import VendorStates
from shared.log import Fact, log
from shared.pipeline.vendors.radar import ALARMING, Seen, looked, to_look_at


@dataclass(frozen=True, slots=True)
class Radar:
    """The step and what it needs."""

    states: VendorStates
    models: tuple[str, ...]  # ids, as their vendor knows them
    look: Callable[[str], Seen]
    now: Callable[[], datetime]
    people: Callable[[], None]  # looks at whom accounts and personas name

    def __call__(self) -> None:
        """Look once at each; what cannot be written is seen again tomorrow."""
        asked = to_look_at(self.states.read(), self.models)
        seen = {model: self.look(model) for model in asked}
        for model, what in seen.items():
            if what in ALARMING:
                log(Fact.ALARM, f"model_{what}: {model}: {ALARMING[what]}")
        told = ", ".join(f"{model} is {what}" for model, what in seen.items()) or "nothing may be looked at"
        log(Fact.MODELS_SEEN, told)
        self.states.change(lambda state: looked(state, seen, self.models, self.now()))
        self.people()
