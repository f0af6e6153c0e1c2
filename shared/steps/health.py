"""health: asks every service abroll cannot work without, at most twice a minute, and names those that fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

CHECK_LIFE = 30.0


@dataclass(slots=True)
class Health:
    """The checks by name, each a call that raises when something is wrong."""

    checks: Mapping[str, Callable[[], object]]
    monotonic: Callable[[], float]
    _kept: tuple[float, dict[str, str]] | None = field(default=None, init=False)

    def __call__(self) -> dict[str, str]:
        """Return "ok" or the reason for each check."""
        if self._kept and self._kept[0] > self.monotonic():
            return self._kept[1]
        found = {name: self._one(check) for name, check in self.checks.items()}
        self._kept = (self.monotonic() + CHECK_LIFE, found)
        return found

    @staticmethod
    def _one(check: Callable[[], object]) -> str:
        try:
            check()
        except Exception as failed:  # noqa: BLE001  # whatever is wrong is the answer
            return f"{type(failed).__name__}"
        return "ok"
