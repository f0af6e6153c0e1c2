"""A part that dies: the process ends at the nth call to it, as by kill -9; nothing after it runs."""

from typing import Any


class Died(BaseException):
    """The process is gone: no handler of the product's catches this."""


class Dying:
    """Hands every call on to a true part, until the one it dies at; several parts can share one count.

    It dies before that call goes out, or after it was done and before its answer is heard.
    """

    def __init__(self, true: Any, count: list[int], at: int, *, after: bool = False) -> None:
        self._true = true
        self._count = count
        self._at = at
        self._after = after

    @property  # type: ignore[misc]  # from Python 3.12 on `isinstance` passes over what `__getattr__` gives
    def __class__(self) -> type[Any]:
        return type(self._true)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._true, name)
        if not callable(found):
            return found

        def counted(*args: Any, **given: Any) -> Any:
            self._count[0] += 1
            last = self._count[0] == self._at
            if last and not self._after:
                raise Died
            answer = found(*args, **given)
            if last:
                raise Died
            return answer

        return counted
