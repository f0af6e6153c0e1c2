"""A part that dies: the process ends before the nth call to it, as by kill -9; nothing after it runs."""

from typing import Any


class Died(BaseException):
    """The process is gone: no handler of the product's catches this."""


class Dying:
    """Hands every call on to a true part, until the one it dies at; several parts can share one count."""

    def __init__(self, true: Any, count: list[int], at: int) -> None:
        self._true = true
        self._count = count
        self._at = at

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._true, name)
        if not callable(found):
            return found

        def counted(*args: Any, **given: Any) -> Any:
            self._count[0] += 1
            if self._count[0] == self._at:
                raise Died
            return found(*args, **given)

        return counted
