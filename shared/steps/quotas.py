"""What a caller may still ask for, as every answer tells it; the door writes it into headers."""

from dataclasses import dataclass

from shared.codes import Code
from shared.steps.problems import Problem


@dataclass(frozen=True, slots=True)
class Quota:
    """How one limit stands after a request: `left` of `limit` in a window of `seconds`, whole again in `resets`."""

    policy: str
    limit: int
    seconds: int
    left: int
    resets: int

    def used_up(self, message: str, wait: int) -> Problem:
        """Return the refusal that says so; `wait` seconds later the request may be sent again."""
        return Problem(Code.RATE_LIMITED, message, retry_after=max(1, wait), quotas=(self,))
