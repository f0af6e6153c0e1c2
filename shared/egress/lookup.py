"""Looks up a host's addresses within a call's time: the system's own resolver knows no limit but its configuration's.

A name server that never answers would hold a worker's thread for tens of seconds, however short its call may be. So
the question is asked in a thread of its own, which nobody can end: so many may be out at once in an instance.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

MOST_LOOKUPS = 64
_places = threading.BoundedSemaphore(MOST_LOOKUPS)

Resolve = Callable[[str, int], Sequence[str]]


def looked_up(resolve: Resolve, host: str, port: int, seconds: float) -> Sequence[str]:
    """Return what `resolve` says. Raises TimeoutError after so many seconds, or where too many are out; what it raises.

    An answer that comes later is dropped.
    """
    if not _places.acquire(timeout=seconds):
        raise TimeoutError(f"{MOST_LOOKUPS} names are being looked up")
    answer: Future[Sequence[str]] = Future()

    def look() -> None:
        try:
            answer.set_result(resolve(host, port))
        except (OSError, ValueError) as failed:  # no such name, or none at all: raised where it was asked
            answer.set_exception(failed)
        finally:
            answer.cancel()  # it has ended, unless something of ours broke
            _places.release()

    threading.Thread(target=look, name=f"look up {host[:60]}", daemon=True).start()
    return answer.result(timeout=seconds)
