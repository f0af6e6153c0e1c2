"""How long we ask Google again before we carry on: the libraries' own defaults wait minutes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from google.api_core.retry import Retry

CALL_SECONDS = 5.0  # one call to Google, its repeats included


def retry_for(seconds: float) -> "Retry":
    """Return a retry of what is harmless to repeat, with short steps and an end; a taken or missing thing is final."""
    from google.api_core.exceptions import (
        DeadlineExceeded,
        InternalServerError,
        ResourceExhausted,
        ServiceUnavailable,
    )
    from google.api_core.retry import Retry, if_exception_type

    again = if_exception_type(ServiceUnavailable, DeadlineExceeded, InternalServerError, ResourceExhausted)
    return Retry(predicate=again, initial=0.1, maximum=1.0, timeout=seconds)
