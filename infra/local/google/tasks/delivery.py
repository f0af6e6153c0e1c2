"""One attempt: the HTTP request Cloud Tasks makes of a handler, and what its answer means.

Headers as cloud.google.com/tasks/docs/creating-http-target-tasks#handler lists them, read 2026-11. A handler that
does not answer within the dispatch deadline is abandoned, not stopped: its thread may still be at work when the next
attempt arrives. A redirect is an answer outside 2xx, never followed.
"""

import functools
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from .model import Task
from .outcome import Outcome

USER_AGENT = "Google-Cloud-Tasks"
REPLACED = ("host", "content-length", "user-agent")
REPLACED_PREFIXES = ("x-google-", "x-appengine-", "x-cloudtasks-")
LONGEST_RETRY_AFTER = timedelta(days=30)


class Courier:
    """Makes attempts; safe to use from many threads at once."""

    def __init__(self, mint: Callable[[str, str], str], *, clock: Callable[[], datetime], time_scale: float) -> None:
        self._mint = mint
        self._clock = clock
        self._scale = time_scale
        # No kept-alive connections: a handler's server that closed one meanwhile would cost a task an attempt.
        self._client = httpx.Client(
            verify=_tls(),
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    def close(self) -> None:
        """Give up the connections."""
        self._client.close()

    def attempt(self, task: Task) -> Outcome:
        """Make one request for `task` and wait for its answer, at most for the dispatch deadline."""
        begun = self._clock()
        seconds = task.deadline.total_seconds() * self._scale
        give_up = time.monotonic() + seconds
        try:
            with self._client.stream(
                task.call.method,
                task.call.url,
                headers=self.headers(task),
                content=task.call.body,
                timeout=httpx.Timeout(seconds),
            ) as response:
                for _ in response.iter_raw():
                    if time.monotonic() > give_up:
                        return Outcome(None, late=True)
        except httpx.ReadTimeout:
            return Outcome(None, late=True)
        except (httpx.HTTPError, httpx.InvalidURL):
            return Outcome(None)
        now = self._clock()
        if now - begun > task.deadline:
            return Outcome(None, late=True)
        return Outcome(response.status_code, retry_after=retry_after(response.headers.get("Retry-After", ""), now))

    def headers(self, task: Task) -> dict[str, str]:
        """Return the task's own headers with Google's over them."""
        call = task.call
        sent = {name: value for name, value in call.headers if not is_replaced(name)}
        sent |= {
            "User-Agent": USER_AGENT,
            "X-CloudTasks-QueueName": task.queue.rsplit("/", 1)[1],
            "X-CloudTasks-TaskName": task.id,
            "X-CloudTasks-TaskRetryCount": str(task.failures),
            "X-CloudTasks-TaskExecutionCount": str(task.executions),
            "X-CloudTasks-TaskETA": f"{task.scheduled.timestamp():.6f}",
        }
        if task.failures:
            status = task.previous_status
            sent["X-CloudTasks-TaskPreviousResponse"] = str(status or 0)
            sent["X-CloudTasks-TaskRetryReason"] = f"HTTP status code {status}" if status else ""
        if call.oidc_email:
            sent = {name: value for name, value in sent.items() if name.lower() != "authorization"}
            sent["Authorization"] = f"Bearer {self._mint(call.oidc_email, call.oidc_audience or call.url)}"
        return sent


@functools.cache
def _tls() -> ssl.SSLContext:
    # Reading the system's certificates takes 40 ms: once a process, not once a server.
    return ssl.create_default_context()


def is_replaced(header: str) -> bool:
    """Say whether Cloud Tasks ignores this header on a task and sets its own, or none."""
    return header.lower() in REPLACED or header.lower().startswith(REPLACED_PREFIXES)


def retry_after(value: str, now: datetime) -> timedelta:
    """Return the wait a Retry-After header asks for, in seconds or as a date; zero when absent or unreadable."""
    if value.strip().isdigit():
        return min(timedelta(seconds=min(int(value), 10**8)), LONGEST_RETRY_AFTER)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return timedelta(0)
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return min(max(timedelta(0), date - now), LONGEST_RETRY_AFTER)
