"""Customers who keep asking: each orders a film under an Idempotency-Key until it is accepted, then waits for its end.

Whatever the line, the front or a killed process answers meanwhile, the same order is sent again under the same key. A
job that failed because of a file is tried again, with words that spoil nothing.
"""

import random
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import httpx

from shared.codes import Code
from shared.pipeline.plan.plan import Kind
from tests.spoiled import KINDS, marked, outcome

ANA = "look_ana_studio"
SAID = "Good coffee."
PERSONA = "ana"  # whom both avatar services know
BROKE = f"[[broke]] {SAID}"  # HeyGen's wallet is empty for it, so D-ID takes over
REFUSAL = "[[rai:15236754]]"  # the stand-in refuses such a clip as unsafe, for good
ENDED = ("completed", "failed", "cancelled")
AGAIN = 0.3  # seconds
GIVES_UP = 30.0  # seconds a customer waits for an answer
LOOK = 0.7  # seconds between two looks at a job
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used: the laptop speaks plain HTTP; the usual one costs 40 ms
ACCEPTED, TOO_MANY, BROKEN = 202, 429, 500


@dataclass(frozen=True, slots=True)
class Order:
    """One film that is wanted.

    `fails` is the code its job fails with on purpose, None where it is finished; `retry` is what is then asked for.
    """

    key: str
    tenant: str
    request: Mapping[str, Any]
    fails: Code | None = None
    retry: Mapping[str, Any] | None = None

    @property
    def plain(self) -> bool:
        """Whether the vendors make of it what was ordered."""
        return self.fails is None and "[[" not in str(self.request)


class NotTaken(Exception):
    """An order was refused for a reason no customer can wait out."""


def scene(number: int, seconds: int, mark: str = "") -> dict[str, Any]:
    return {"visual_description": f"cup {number} on a table {mark}".strip(), "duration": seconds}


USUAL = {"one": 38, "cut": 12, "chain": 4, "spoken": 20, "refused": 6, "spoiled": 20}
SECOND = {"one": 12, "cut": 8, "chain": 4, "spoken": 12, "refused": 6, "spoiled": 16} | {
    "did": 10,
    "switched": 14,
    "cast": 10,
    "keyed": 8,
}


def mixed(count: int, seed: int, tenants: Sequence[str], shares: Mapping[str, int] = USUAL) -> list[Order]:
    """Return orders of every kind: one clip, two side by side, two in a chain, a presenter over one, a refused one.

    Of some the file is spoiled, in one way after the other. `SECOND` shares them with a second avatar service, which
    films some alone, takes others over, whole casts too, and with footage of the first tenant's own key.
    """
    chance = random.Random(seed)
    spoils = [(kind, file) for kind in (Kind.CLIP, Kind.PRESENTER) for file in KINDS] + [(Kind.PRESENTER, "cut.2")]
    chance.shuffle(spoils)
    ways = cycle(spoils)
    return [_order(number, chance, tenants, ways, shares) for number in range(count)]


def _order(
    number: int,
    chance: random.Random,
    tenants: Sequence[str],
    ways: Iterator[tuple[Kind, str]],
    shares: Mapping[str, int],
) -> Order:
    kind = chance.choices(tuple(shares), tuple(shares.values()))[0]
    tenant = tenants[0 if kind == "keyed" else number % len(tenants)]
    if kind == "spoiled":
        return _spoiled(number, tenant, *next(ways))
    request = {"product_title": f"Film {number}", "scenes": [scene(number, 4)], **_asked(kind, number)}
    return Order(f"order-{number}", tenant, request, Code.SAFETY if kind == "refused" else None)


def _asked(kind: str, number: int) -> dict[str, Any]:
    """Return what a film of this kind has beside, or in the place of, its one scene."""
    match kind:
        case "cut":
            return {"scenes": [scene(number, 4), scene(number + 1, 4)], "b_roll": {"join": "cut"}}
        case "chain":
            return {"scenes": [scene(number, 8), scene(number + 1, 8)]}
        case "spoken":
            return {"avatar_id": ANA, "avatar_script": SAID}
        case "refused":
            return {"scenes": [scene(number, 4, REFUSAL)]}
        case "did":
            return {"persona": PERSONA, "avatar_script": SAID, "provider": "did"}
        case "switched":
            return {"persona": PERSONA, "avatar_script": BROKE}
        case "cast":
            spoken = [{**scene(number + each, 4), "script": BROKE} for each in range(2)]
            return {"persona": PERSONA, "scenes": spoken, "b_roll": {"join": "cut"}}
        case "keyed":
            return {"b_roll": {"provider": "heygen"}}
    return {}


def _spoiled(number: int, tenant: str, kind: Kind, file: str) -> Order:
    """Order a film whose clip or take is delivered as another file; the retry's words are the same without the mark."""
    mark = marked(file, "")
    if kind is Kind.CLIP:
        request: dict[str, Any] = {"scenes": [scene(number, 4, mark)]}
        again: dict[str, Any] = {"scenes": [{"scene": 0, "visual_description": scene(number, 4)["visual_description"]}]}
    else:
        request = {"scenes": [scene(number, 4)], "avatar_id": ANA, "avatar_script": mark + SAID}
        again = {"avatar_script": SAID}
    fails = outcome(kind, mark)
    return Order(f"order-{number}", tenant, {"product_title": file, **request}, fails, again if fails else None)


@dataclass(slots=True)
class Customers:
    """All customers of one laptop; `keys` are the tenants' API keys."""

    url: str
    keys: Mapping[str, str]
    answers: Counter[str] = field(default_factory=Counter)  # what was answered instead of 202
    timeouts: list[float] = field(default_factory=list)  # seconds each accepted POST took
    taken: list[str] = field(default_factory=list)  # jobs accepted
    finished: list[str] = field(default_factory=list)  # jobs seen ended
    over: threading.Event = field(default_factory=threading.Event)
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=GIVES_UP, trust_env=False, verify=PLAIN))

    def close(self) -> None:
        """Close the line to the laptop."""
        self.http.close()

    def serve(self, orders: Sequence[Order], at_once: int) -> dict[str, tuple[str, str]]:
        """Order everything, at most `at_once` films being made at a time; return {key: (job, status)}."""
        with ThreadPoolExecutor(at_once, thread_name_prefix="customer") as crowd:
            return dict(zip([each.key for each in orders], crowd.map(self._served, orders), strict=True))

    def order_all(self, orders: Sequence[Order], hands: int) -> dict[str, str]:
        """Order everything as fast as it is taken; return {key: job}."""
        with ThreadPoolExecutor(hands, thread_name_prefix="customer") as crowd:
            return dict(zip([each.key for each in orders], crowd.map(self._ordered, orders), strict=True))

    def ended(self, tenant: str, job: str) -> str:
        """Wait for a job's end; return its status, or the last one seen when all is over."""
        status = "unknown"
        while not self.over.wait(LOOK):
            answer = self._asked("GET", f"/jobs/{job}", tenant)
            if answer is None or answer.status_code >= BROKEN:
                continue
            status = str(answer.json().get("status", answer.status_code))
            if status in ENDED:
                self.finished.append(job)
                return status
        return status

    def _served(self, order: Order) -> tuple[str, str]:
        job = self._ordered(order)
        status = self.ended(order.tenant, job) if job else "never accepted"
        if order.retry is None or status != "failed":
            return job, status
        self._bought(order, f"/jobs/{job}/retry", order.retry, f"{order.key}-again")
        return job, self.ended(order.tenant, job)

    def _ordered(self, order: Order) -> str:
        job = self._bought(order, "/create_job", order.request, order.key)
        if job:
            self.taken.append(job)
        return job

    def _bought(self, order: Order, path: str, body: Mapping[str, Any], key: str) -> str:
        """Send a call that buys until it is accepted; return its job, empty when all is over before."""
        while not self.over.is_set():
            started = time.monotonic()
            answer = self._asked("POST", path, order.tenant, json=dict(body), headers={"Idempotency-Key": key})
            if answer is not None and answer.status_code == ACCEPTED:
                self.timeouts.append(time.monotonic() - started)
                return str(answer.json()["job_id"])
            said = "no answer" if answer is None else str(answer.status_code)
            self.answers[said] += 1
            if answer is not None and answer.status_code < BROKEN and answer.status_code != TOO_MANY:
                raise NotTaken(f"{key}: {answer.status_code} {answer.text}")
            self.over.wait(AGAIN)
        return ""

    def _asked(self, method: str, path: str, tenant: str, **more: Any) -> httpx.Response | None:
        headers = {"Authorization": f"Bearer {self.keys[tenant]}", **more.pop("headers", {})}
        try:
            return self.http.request(method, self.url + path, headers=headers, **more)
        except httpx.HTTPError:
            return None
