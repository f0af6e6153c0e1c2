"""Customers who keep asking: each orders a film under an Idempotency-Key until it is accepted, then waits for its end.

Whatever the line, the front or a killed process answers meanwhile, the same order is sent again under the same key.
"""

import random
import ssl
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

ANA = "look_ana_studio"
REFUSAL = "[[rai:15236754]]"  # the stand-in refuses such a clip as unsafe, for good
ENDED = ("completed", "failed", "cancelled")
AGAIN = 0.3  # seconds
LOOK = 0.7  # seconds between two looks at a job
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used: the laptop speaks plain HTTP; the usual one costs 40 ms
ACCEPTED, TOO_MANY, BROKEN = 202, 429, 500


@dataclass(frozen=True, slots=True)
class Order:
    """One film that is wanted; `refusable` says that the vendor will refuse it on purpose."""

    key: str
    tenant: str
    request: Mapping[str, Any]
    refusable: bool = False


class NotTaken(Exception):
    """An order was refused for a reason no customer can wait out."""


def scene(number: int, seconds: int, mark: str = "") -> dict[str, Any]:
    return {"visual_description": f"cup {number} on a table {mark}".strip(), "duration": seconds}


def mixed(count: int, seed: int, tenants: Sequence[str]) -> list[Order]:
    """Return orders of every kind: one clip, two side by side, two in a chain, a presenter over one, a refused one."""
    chance = random.Random(seed)
    return [_order(number, chance, tenants[number % len(tenants)]) for number in range(count)]


def _order(number: int, chance: random.Random, tenant: str) -> Order:
    kind = chance.choices(("one", "cut", "chain", "spoken", "refused"), (50, 15, 4, 25, 6))[0]
    request: dict[str, Any] = {"product_title": f"Film {number}", "scenes": [scene(number, 4)]}
    match kind:
        case "cut":
            request |= {"scenes": [scene(number, 4), scene(number + 1, 4)], "b_roll": {"join": "cut"}}
        case "chain":
            request |= {"scenes": [scene(number, 8), scene(number + 1, 8)]}
        case "spoken":
            request |= {"avatar_id": ANA, "avatar_script": "Good coffee."}
        case "refused":
            request |= {"scenes": [scene(number, 4, REFUSAL)]}
    return Order(f"order-{number}", tenant, request, refusable=kind == "refused")


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
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False, verify=PLAIN))

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
        return job, self.ended(order.tenant, job) if job else "never accepted"

    def _ordered(self, order: Order) -> str:
        while not self.over.is_set():
            started = time.monotonic()
            answer = self._asked(
                "POST", "/create_job", order.tenant, json=dict(order.request), headers={"Idempotency-Key": order.key}
            )
            if answer is not None and answer.status_code == ACCEPTED:
                self.timeouts.append(time.monotonic() - started)
                job = str(answer.json()["job_id"])
                self.taken.append(job)
                return job
            said = "no answer" if answer is None else str(answer.status_code)
            self.answers[said] += 1
            if answer is not None and answer.status_code < BROKEN and answer.status_code != TOO_MANY:
                raise NotTaken(f"{order.key}: {answer.status_code} {answer.text}")
            self.over.wait(AGAIN)
        return ""

    def _asked(self, method: str, path: str, tenant: str, **more: Any) -> httpx.Response | None:
        headers = {"Authorization": f"Bearer {self.keys[tenant]}", **more.pop("headers", {})}
        try:
            return self.http.request(method, self.url + path, headers=headers, **more)
        except httpx.HTTPError:
            return None
