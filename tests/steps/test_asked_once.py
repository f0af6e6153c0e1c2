"""Free questions to an avatar service: one at a time an account, each answer kept for a minute."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest

from shared.codes import Code
from shared.pipeline.plan.looks import Look, LookType
from shared.providers.ports import KeyChanged, PresenterVendor, Refused, TryLater
from shared.providers.reading import RETRY_SOON
from shared.steps.asked_once import MOST_ANSWERS, AskedOnce
from tests.faults.cloud import Clock
from tests.patience import PATIENCE

KEY, OTHER = "key-one", "key-two"


class Service:
    """An avatar service that notes what it is asked and how many questions it holds at once."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.most = 0
        self.says: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self._held = 0
        self._lock = threading.Lock()

    def avatar(self, look_id: str, *, api_key: str) -> Look:
        """Answer a look, when the gate is open."""
        with self._lock:
            self.asked.append(look_id)
            self._held += 1
            self.most = max(self.most, self._held)
        self.gate.wait(PATIENCE)
        with self._lock:
            self._held -= 1
        if self.says:
            raise self.says
        return Look(look_id, api_key, LookType.PHOTO, (), None)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def once(service: Service, clock: Clock) -> AskedOnce:
    return AskedOnce(cast("PresenterVendor", service), clock.monotonic)


def test_forty_at_once_are_one_question(service: Service, once: AskedOnce) -> None:
    """Whoever comes while the answer is on its way waits for it."""
    service.gate.clear()
    with ThreadPoolExecutor(40) as pool:
        answers = [pool.submit(once.avatar, "ana", api_key=KEY) for _ in range(40)]
        service.gate.set()

    assert ["ana"] == service.asked
    assert {"ana"} == {answer.result().id for answer in answers}


def test_an_account_is_asked_one_thing_at_a_time(service: Service, once: AskedOnce) -> None:
    """Twenty looks of one account are twenty questions in a row, never two at once."""
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda look: once.avatar(look, api_key=KEY), map(str, range(20))))

    assert (20, 1) == (len(service.asked), service.most)


def test_accounts_do_not_wait_for_each_other(service: Service, once: AskedOnce) -> None:
    """A service that hangs for one key answers under another."""
    service.gate.clear()
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(once.avatar, "ana", api_key=key) for key in (KEY, OTHER)]
        while len(service.asked) < 2:
            assert not any(each.done() for each in both)
        service.gate.set()

    assert 2 == service.most


def test_an_answer_lives_a_minute(service: Service, once: AskedOnce, clock: Clock) -> None:
    """At the sixtieth second it is asked for anew."""
    once.avatar("ana", api_key=KEY)
    clock.forward(59)
    once.avatar("ana", api_key=KEY)
    clock.forward(1)
    once.avatar("ana", api_key=KEY)

    assert ["ana", "ana"] == service.asked


@pytest.mark.parametrize(
    ("says", "times"),
    [
        (Refused("no such look", code=Code.AVATAR_NOT_FOUND, next_move="use another"), 1),
        (KeyChanged("no such key"), 1),
        (TryLater("busy", RETRY_SOON), 3),
    ],
)
def test_a_refusal_is_an_answer_and_silence_is_none(
    service: Service, once: AskedOnce, says: Exception, times: int
) -> None:
    """What the service decided holds for a minute; where it did not answer, the next one asks again."""
    service.says = says

    for _ in range(3):
        with pytest.raises(type(says)):
            once.avatar("ana", api_key=KEY)

    assert ["ana"] * times == service.asked


def test_an_answer_belongs_to_its_key(once: AskedOnce) -> None:
    """What one account sees is never told to another."""
    assert (KEY, OTHER) == (once.avatar("ana", api_key=KEY).name, once.avatar("ana", api_key=OTHER).name)


def test_memory_is_fixed(once: AskedOnce) -> None:
    """Any number of guessed looks leaves ten thousand answers, and no turn of an account that nobody waits for."""
    for number in range(MOST_ANSWERS + 500):
        once.avatar(str(number), api_key=KEY)

    assert (MOST_ANSWERS, 0) == (len(once._asked), len(once._turns))
