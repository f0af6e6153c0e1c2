"""Free questions to an avatar service: one at a time for each account, and no answer asked for twice in a minute.

Whoever wants an answer that is on its way waits for it, so forty dry runs of one film cost what one costs. An answer is
whatever the service said, refusals included; that it did not answer is forgotten at once. One instance remembers for
itself, in a fixed number of places.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar, cast

from shared.pipeline.plan.looks import Look, Voice
from shared.pipeline.plan.request import VoiceSettings
from shared.providers.ports import KeyChanged, PresenterVendor, Refused, TryLater
from shared.providers.reading import RETRY_SOON
from shared.providers.tuning import JudgesVoices

ANSWER_LIFE = 60.0  # seconds
TURN_SECONDS = 25.0  # of waiting for an account's turn: an order's images still have their time after it
MOST_ANSWERS = 10_000
NO_STYLES = "its voices have none"
SAID = (KeyChanged, Refused)  # what counts as an answer although it is raised

Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Asked:
    answer: "Future[object]" = field(default_factory=Future)
    until: float = float("inf")  # while it is on its way


@dataclass(slots=True)
class _Turn:
    lock: threading.Lock = field(default_factory=threading.Lock)
    wanted: int = 0


class AskedOnce:
    """The free questions of one avatar service."""

    def __init__(self, presenter: PresenterVendor, monotonic: Callable[[], float]) -> None:
        self._presenter = presenter
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._asked: OrderedDict[Hashable, _Asked] = OrderedDict()
        self._turns: dict[str, _Turn] = {}

    def check_key(self, *, api_key: str) -> str:
        """Return the account's billing type. Raises: KeyChanged (bad key), TryLater."""
        return self._once("key", "", api_key, lambda: self._presenter.check_key(api_key=api_key))

    def balance(self, *, api_key: str) -> int | None:
        """Return what the account can still spend, micro-dollars. Raises: KeyChanged, TryLater."""
        return self._once("balance", "", api_key, lambda: self._presenter.balance(api_key=api_key))

    def avatar(self, look_id: str, *, api_key: str) -> Look:
        """Return a look. Raises: Refused, KeyChanged, TryLater."""
        return self._once("avatar", look_id, api_key, lambda: self._presenter.avatar(look_id, api_key=api_key))

    def voice(self, voice_id: str, *, api_key: str) -> Voice:
        """Return a voice. Raises: Refused, KeyChanged, TryLater."""
        return self._once("voice", voice_id, api_key, lambda: self._presenter.voice(voice_id, api_key=api_key))

    def untunable(self, voice_id: str | None, voice: VoiceSettings) -> tuple[str, Refused] | None:
        """Return the field a voice cannot do, and why; None where it can do all, or nobody can tell. Asks nobody."""
        return self._presenter.untunable(voice_id, voice) if isinstance(self._presenter, JudgesVoices) else None

    def styleless(self, voice_id: str | None) -> str | None:
        """Return why a voice can have no style; None where it may. Asks nobody."""
        return self._presenter.styleless(voice_id) if isinstance(self._presenter, JudgesVoices) else NO_STYLES

    def _once(self, question: str, about: str, api_key: str, ask: Callable[[], Answer]) -> Answer:
        account = hashlib.sha256(api_key.encode()).hexdigest()
        name = (account, question, about)
        with self._lock:
            known = self._asked.get(name)
            mine = known is None or known.until <= self._monotonic()
            if mine or known is None:
                known = self._asked[name] = _Asked()
                self._asked.move_to_end(name)
                if len(self._asked) > MOST_ANSWERS:
                    self._asked.popitem(last=False)
        if mine:
            self._ask(name, account, known, ask)
        return cast("Answer", known.answer.result())

    def _ask(self, name: Hashable, account: str, asked: _Asked, ask: Callable[[], object]) -> None:
        """Ask, tell all who wait, and forget what was no answer."""
        kept = False
        try:
            with self._turn(account):
                asked.answer.set_result(ask())
            kept = True
        except (*SAID, TryLater) as raised:
            asked.answer.set_exception(raised)
            kept = isinstance(raised, SAID)
        finally:
            if not asked.answer.done():  # something of ours broke: the asker is told what, those who wait try later
                asked.answer.set_exception(TryLater("The question was not asked.", RETRY_SOON))
            with self._lock:
                asked.until = self._monotonic() + ANSWER_LIFE
                if not kept and self._asked.get(name) is asked:
                    del self._asked[name]

    @contextmanager
    def _turn(self, account: str) -> Iterator[None]:
        """Hold an account's turn. Raises TryLater where it does not come in time."""
        with self._lock:
            turn = self._turns.setdefault(account, _Turn())
            turn.wanted += 1
        try:
            if not turn.lock.acquire(timeout=TURN_SECONDS):
                raise TryLater("Too many questions to this account are waiting.", RETRY_SOON)
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            with self._lock:
                turn.wanted -= 1
                if not turn.wanted:
                    del self._turns[account]
