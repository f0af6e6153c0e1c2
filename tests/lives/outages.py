"""Avatar services that go down in a life, in every way the fallback is for, and come back."""

from dataclasses import dataclass
from enum import StrEnum

from hypothesis import strategies as st

from tests.faults.wire import Kind, Rule
from tests.lives.kinds import BY_PERSONA
from tests.steps.stage import ORDERS, Stage

RICH = 1000.0  # dollars, and credits
FOR_EVER = 10**6  # calls


class Fall(StrEnum):
    """How a service goes down."""

    UNREACHABLE = "unreachable"  # nobody answers at its address
    AT_SUBMIT = "at submit"  # it takes an order, whose answer is lost, and is never heard again
    AFTER_ACCEPTING = "after accepting"  # it takes an order and says so, and is never heard again
    BROKE = "broke"  # every account of the tenant there is empty


@dataclass(frozen=True, slots=True)
class Outage:
    """A service is down for some minutes, in which a film is ordered."""

    vendor: str
    fall: Fall
    minutes: int
    film: str


MINUTES = (1, 6, 6, 40)  # the longest is longer than any take is waited for
OUTAGES = st.builds(
    Outage,
    st.sampled_from(("heygen", "heygen", "did")),
    st.sampled_from(tuple(Fall)),
    st.sampled_from(MINUTES),
    st.sampled_from(BY_PERSONA),
)


class Outages:
    """Lets services of a stage go down; `purses` are what the accounts at each can spend."""

    def __init__(self, stage: Stage, purses: dict[str, dict[str, float]]) -> None:
        self._stage = stage
        self._purses = purses
        self._rules: list[Rule] = []

    def begin(self, outage: Outage) -> None:
        """Let a service go down; two of the ways wait for its next order."""
        wire, vendor = self._stage.wire, outage.vendor

        def silent() -> None:
            self._rules.append(wire.on(f"^{vendor} ", Kind.RESET, times=FOR_EVER))

        match outage.fall:
            case Fall.UNREACHABLE:
                self._stage.cloud.down(vendor)
            case Fall.AT_SUBMIT:
                self._rules.append(wire.on(ORDERS[vendor], Kind.LOSE, "503", meanwhile=silent))
            case Fall.AFTER_ACCEPTING:
                self._rules.append(wire.on(ORDERS[vendor], meanwhile=silent))
            case Fall.BROKE:
                self._purses[vendor].update(dict.fromkeys(self._purses[vendor], 0.0))

    def end(self) -> None:
        """Let all be as it was."""
        self._stage.wire.rules[:] = [rule for rule in self._stage.wire.rules if rule not in self._rules]
        self._rules.clear()
        for vendor, purse in self._purses.items():
            self._stage.cloud.up(vendor)
            purse.update(dict.fromkeys(purse, RICH))
