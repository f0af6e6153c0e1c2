"""What can go wrong, by what the caller does next.

Every error says what is the matter, and the next move as abroll told it. `code` is one of abroll's reference page.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class AbrollError(Exception):
    """A call did not do what it was asked to."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        next_move: str = "",
        details: Mapping[str, Sequence[str]] | None = None,
        status: int | None = None,
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.next_move = next_move
        self.details = dict(details or {})  # what is wrong with each field, by its path
        self.status = status  # of HTTP; None where no answer came
        self.request_id = request_id
        self.retry_after = retry_after  # seconds

    def __str__(self) -> str:
        """Return the message, every field's mistakes, and the next move."""
        fields = [f"{field}: {', '.join(said)}" for field, said in self.details.items()]
        return "\n".join(filter(None, [self.message, *fields, self.next_move]))

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, in the words of abroll's own refusals."""
        told = {"request_id": self.request_id, "status": self.status, "retry_after": self.retry_after}
        return {
            "error": self.code,
            "message": self.message,
            "details": {field: list(said) for field, said in self.details.items()},
            "next_move": self.next_move,
            **{name: value for name, value in told.items() if value not in ("", None)},
        }


class Refused(AbrollError):
    """abroll said no, and would again: the request, the account or the job has to change first."""


class KeyRefused(Refused):
    """The API key is unknown, revoked, or lacks the scope."""


class NotFound(Refused):
    """There is nothing of that name."""


class TooMany(AbrollError):
    """A rate is used up; `retry_after` says for how many seconds. Nothing was done."""


class Unavailable(AbrollError):
    """No answer, or none that tells. A call that buys may have worked: repeat it with the same Idempotency-Key."""


class FilmFailed(AbrollError):
    """The job ended without a film; `job` is how it stands."""

    def __init__(self, message: str, job: Mapping[str, Any], *, code: str, next_move: str = "") -> None:
        super().__init__(message, code=code, next_move=next_move)
        self.job = dict(job)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, with the job's id."""
        return {**super().as_json(), "job_id": self.job["id"]}


class StillRunning(AbrollError):
    """The time to wait is over and the film is not there yet. It goes on: wait again, do not order again."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        message = f"the film is still being made: {job['summary']}"
        super().__init__(message, code="still_running", next_move="Wait again; another order would be another film.")
        self.job = dict(job)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, with the job's id."""
        return {**super().as_json(), "job_id": self.job["id"]}


class BatchRunning(StillRunning):
    """The time to wait is over and the batch has not ended. It goes on: wait again, do not send it again."""

    def __init__(self, batch: Mapping[str, Any]) -> None:
        super().__init__({"id": batch["batch_id"], "summary": batch["message"]})

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, with the batch's id."""
        told = super().as_json()
        return {**{name: value for name, value in told.items() if name != "job_id"}, "batch_id": self.job["id"]}
