"""The rows of the model's table: a node, the faults that may happen, the missing rule, and the law that then breaks."""

from dataclasses import dataclass

from shared.pipeline.job.job import Reconcile
from tests.model.rules import ALL, Rule
from tests.model.search import Verdict, search
from tests.model.state import Budget
from tests.pipeline.machine.story import CLIP, PRESENTER


@dataclass(frozen=True, slots=True)
class Scenario:
    """One search."""

    node: str
    budget: Budget
    without: Rule | None = None
    breaks: str = ""
    way: Reconcile | None = None  # how the vendor lets lost answers be found out, where it is not the usual one
    second: bool = False  # another vendor may be asked when this one is dead

    def __str__(self) -> str:
        rules = f"without {self.without.value}" if self.without else "all rules"
        vendor = f" ({self.way.value})" if self.way else ""
        vendor += " and a second vendor" if self.second else ""
        return f"{self.node}{vendor}, {rules}, {self.budget}"

    def searched(self, *, whole: bool = False) -> Verdict:
        """Search it; `whole` puts the missing rule back."""
        if whole or not self.without:
            return search(self.node, self.budget, way=self.way, second=self.second)
        rules = ALL - {self.without}
        return search(self.node, self.budget, rules, only=self.breaks, way=self.way, second=self.second)


# Each rule is missing once; with it, the same faults break nothing.
NECESSARY = (
    Scenario(CLIP, Budget(busy=1), Rule.WAKE, "LIVE"),
    Scenario(PRESENTER, Budget(busy=1), Rule.WAKE, "LIVE"),
    Scenario(CLIP, Budget(freeze=1), Rule.WINDOW, "BILL"),
    Scenario(CLIP, Budget(freeze=1), Rule.TOKEN, "BILL"),
    Scenario(CLIP, Budget(dup=1), Rule.OWNER, "BILL"),
    Scenario(CLIP, Budget(dup=1), Rule.CLAIM, "BILL"),
    Scenario(CLIP, Budget(lost=1), Rule.EARLY, "LIVE"),
    Scenario(CLIP, Budget(slow=1, retry=1), Rule.NUMBERS, "FILM"),
    Scenario(PRESENTER, Budget(slow=1, retry=1), Rule.NUMBERS, "FILM"),
    Scenario(CLIP, Budget(lost=1), Rule.TIMEOUT, "BILL"),
    Scenario(PRESENTER, Budget(lost=1, lag=1), Rule.TIMEOUT, "BILL", Reconcile.LIST_BY_TITLE),
    Scenario(PRESENTER, Budget(lost=1, miss=1), Rule.TWICE, "BILL", Reconcile.LIST_BY_TITLE),
    Scenario(CLIP, Budget(lost=1, freeze=1), Rule.LOOKED, "BILL"),
    Scenario(CLIP, Budget(), Rule.LEDGER, "IDS"),
    Scenario(CLIP, Budget(crash=1), Rule.EXPIRY, "LIVE"),
    Scenario(CLIP, Budget(crash=1), Rule.SWEEP, "LIVE"),
    Scenario(PRESENTER, Budget(lost=1), Rule.KEY, "BILL"),
    Scenario(PRESENTER, Budget(lost=1), Rule.KEYLESS, "BILL", Reconcile.LIST_BY_TITLE),
    Scenario(PRESENTER, Budget(lost=1), Rule.KEYLESS, "BILL", Reconcile.NOTHING),
    Scenario(CLIP, Budget(lost=1), Rule.OWN_WAY, "BILL", Reconcile.IDEMPOTENCY_KEY),
    Scenario(PRESENTER, Budget(lost=1, busy=1), Rule.REPEAT, "BILL"),
    Scenario(PRESENTER, Budget(lost=1, busy=1, gone=1), Rule.REPEAT, "BILL"),
    Scenario(PRESENTER, Budget(lost=1), Rule.VERDICT, "BILL", second=True),
    Scenario(PRESENTER, Budget(lost=1, broke=1), Rule.REPEAT, "BILL", second=True),
    Scenario(PRESENTER, Budget(slow=1), Rule.HEARD, "BILL", second=True),
    Scenario(CLIP, Budget(), Rule.RISK, "MONEY"),
    Scenario(PRESENTER, Budget(), Rule.PRICE, "MONEY"),
    Scenario(CLIP, Budget(junk=1), Rule.PROBE, "FILM"),
    Scenario(PRESENTER, Budget(junk=1), Rule.PROBE, "FILM"),
    Scenario(PRESENTER, Budget(junk=1), Rule.LINKS, "LIVE"),
    Scenario(CLIP, Budget(junk=1), Rule.PAID, "MONEY"),
)

KEPT = (
    Scenario(CLIP, Budget(crash=2, dup=1)),
    Scenario(CLIP, Budget(crash=1, ack=1, busy=1)),
    Scenario(CLIP, Budget(dup=1, lost=1, fail=1)),
    Scenario(CLIP, Budget(crash=1, dup=1, cancel=1, drop=1)),
    Scenario(CLIP, Budget(slow=1, dup=1, retry=1)),
    Scenario(CLIP, Budget(dup=1, cancel=1, retry=1)),
    Scenario(PRESENTER, Budget(crash=1, dup=1)),
    Scenario(PRESENTER, Budget(crash=1, lost=1)),
    Scenario(PRESENTER, Budget(ack=1, busy=1, cancel=1)),
    Scenario(PRESENTER, Budget(refuse=1, dup=1, retry=1)),
    Scenario(PRESENTER, Budget(crash=1, busy=1, gone=1)),
    Scenario(CLIP, Budget(lost=1, dup=1, gone=1)),
    Scenario(PRESENTER, Budget(crash=1, lost=1), way=Reconcile.LIST_BY_TITLE),
    Scenario(PRESENTER, Budget(lost=1, dup=1, refuse=1), way=Reconcile.LIST_BY_TITLE),
    Scenario(PRESENTER, Budget(crash=1, lost=1, miss=1), way=Reconcile.LIST_BY_TITLE),
    Scenario(PRESENTER, Budget(lost=2, crash=1, lag=1)),
    Scenario(PRESENTER, Budget(crash=1, lost=1, dup=1), way=Reconcile.NOTHING),
    Scenario(PRESENTER, Budget(lost=1, busy=1, drop=1, retry=1), way=Reconcile.NOTHING),
    Scenario(CLIP, Budget(crash=1, lost=1), way=Reconcile.IDEMPOTENCY_KEY),
    Scenario(CLIP, Budget(lost=1, dup=1, busy=1), way=Reconcile.IDEMPOTENCY_KEY),
    Scenario(PRESENTER, Budget(broke=1, dup=1), second=True),
    Scenario(PRESENTER, Budget(crash=1, broke=1), second=True),
    Scenario(PRESENTER, Budget(lost=1, broke=2), second=True),
    Scenario(PRESENTER, Budget(fail=1, lost=1), second=True),
    Scenario(PRESENTER, Budget(gone=1, lost=1), second=True),
    Scenario(PRESENTER, Budget(broke=2, retry=1), second=True),
    Scenario(PRESENTER, Budget(broke=1, lost=1), way=Reconcile.LIST_BY_TITLE, second=True),
    Scenario(CLIP, Budget(junk=1, lost=1, retry=1)),
    Scenario(PRESENTER, Budget(junk=1, dup=1, retry=1)),
    Scenario(PRESENTER, Budget(junk=1, lost=1, drop=1)),
)

LARGE = (
    Scenario(CLIP, Budget(crash=1, dup=1, ack=1, freeze=1)),
    Scenario(CLIP, Budget(crash=2, dup=1, busy=1, lost=1)),
    Scenario(CLIP, Budget(dup=1, ack=1, freeze=1, cancel=1)),
    Scenario(CLIP, Budget(crash=1, freeze=1, slow=1, retry=1)),
    Scenario(CLIP, Budget(freeze=2, lost=1)),
    Scenario(CLIP, Budget(crash=1, lost=1, fail=2, dup=1, retry=1)),
    Scenario(PRESENTER, Budget(crash=1, freeze=1), Rule.WINDOW, "BILL"),
    Scenario(PRESENTER, Budget(crash=1, freeze=1)),
    Scenario(PRESENTER, Budget(lost=2, crash=1, dup=1)),
    Scenario(PRESENTER, Budget(crash=2, dup=1, busy=1, ack=1)),
    Scenario(PRESENTER, Budget(fail=2, dup=1, drop=1, retry=1)),
    Scenario(PRESENTER, Budget(crash=1, dup=1, lost=1, busy=1, gone=1)),
    Scenario(PRESENTER, Budget(junk=1, crash=1, dup=1, ack=1, retry=1)),
    Scenario(CLIP, Budget(junk=1, crash=1, lost=1, dup=1, retry=1)),
    Scenario(PRESENTER, Budget(broke=1, dup=1, crash=1), second=True),
    Scenario(PRESENTER, Budget(fail=1, drop=1, lost=1), second=True),
    Scenario(PRESENTER, Budget(broke=1, lost=1, crash=1), way=Reconcile.LIST_BY_TITLE, second=True),
    Scenario(PRESENTER, Budget(broke=1, lost=1, dup=1, crash=1), second=True),
    Scenario(PRESENTER, Budget(fail=1, lost=1, dup=1, drop=1, retry=1), second=True),
)
