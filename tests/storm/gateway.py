"""The platform before the functions: what Google and the vendors call comes in here, and goes to an instance.

A caller's token is good for this address only, as Cloud Tasks' and Eventarc's are for a function's URL; the instance
behind is called with one that is good there. Which instances there are, and what happens on the way, others decide.
"""

import json
import random
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from werkzeug.wrappers import Request, Response

from infra.local.google.identity.issuer import InvalidToken, Issuer
from infra.local.laptop import Laptop
from infra.local.vendors.faults import broken
from infra.local.vendors.serving import Serving
from infra.local.world import Places, World
from tests.storm.customers import PLAIN
from tests.storm.worlds import world

LONGEST = 600.0  # seconds a call may take
TICK = 5.0  # seconds the scheduler's call may take: a frozen instance must not keep it from the next
HALF = timedelta(minutes=30)  # of a token's hour: an instance whose clock is wrong by less takes it
HOP = {"connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call from outside: of which function, and all that is handed on."""

    function: str
    method: str
    path: str  # with its query
    headers: tuple[tuple[str, str], ...]
    body: bytes


HandOn = Callable[[Call], httpx.Response]
Weather = Callable[[Call, HandOn], httpx.Response | None]  # None: the caller hears nothing


def fair(call: Call, hand_on: HandOn) -> httpx.Response | None:
    """Hand a call on as it came."""
    return hand_on(call)


class Gateway:
    """Serves at `url` before `instance`, which may be another one at any time."""

    def __init__(self, data: Path, weather: Weather = fair) -> None:
        (data / "google").mkdir(parents=True, exist_ok=True)
        self._issuer = Issuer(data / "google", clock=lambda: datetime.now(UTC))
        self._tokens = Issuer(data / "google", clock=lambda: datetime.now(UTC) - HALF)
        self._weather = weather
        self._serving = Serving("127.0.0.1", 0, self._answer)
        self._http = httpx.Client(timeout=LONGEST, trust_env=False, verify=PLAIN, limits=httpx.Limits())
        self.url = self._serving.url
        self.port = int(self.url.rpartition(":")[2])
        self.instances: tuple[str, ...] = ()  # one of them takes a call, by chance
        self.chance = random.Random()
        self._serving.start()

    @property
    def environment(self) -> dict[str, str]:
        """What leads the functions' tasks and HeyGen's callbacks here."""
        return {"ABROLL_PUBLIC_URL": self.url, "ABROLL_TASK_URL": self.url + "/{function}"}

    def stop(self) -> None:
        """Close the port."""
        self._serving.stop()
        self._http.close()

    def hand_on(self, call: Call) -> httpx.Response:
        """Call the instance. Raises httpx.TransportError."""
        instance = self.chance.choice(self.instances)
        headers = [(key, self._passport(call, value, instance, key)) for key, value in call.headers]
        limit = TICK if call.function == "sweep" else LONGEST
        return self._http.request(call.method, instance + call.path, headers=headers, content=call.body, timeout=limit)

    def _passport(self, call: Call, value: str, instance: str, key: str) -> str:
        """Exchange a token that is good here for one that is good there; any other is not made better."""
        scheme, _, token = value.partition(" ")
        if key.lower() != "authorization" or scheme != "Bearer":
            return value
        try:
            email = self._issuer.verify(token, audience=f"{self.url}/{call.function}")
        except InvalidToken:
            return value
        return f"Bearer {self._tokens.mint(email=email, audience=f'{instance}/{call.function}')}"

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        kept = tuple((key, value) for key, value in request.headers if key.lower() not in HOP)
        path = request.environ["REQUEST_URI"]
        call = Call(path.strip("/").partition("/")[0], request.method, path, kept, request.get_data())
        try:
            answer = self._weather(call, self.hand_on)
        except httpx.TransportError as failed:
            raise broken(environ) from failed
        if answer is None:
            raise broken(environ)
        headers = [(key, value) for key, value in answer.headers.items() if key.lower() not in HOP]
        return Response(answer.content, answer.status_code, headers)(environ, start_response)


class GatedLaptop(Laptop):
    """A laptop whose Google knows the functions by the gateway's address only."""

    def __init__(self, data: Path, world_file: Path, gateway: Gateway) -> None:
        super().__init__(data, world_file)
        self._told = {"google": _with_port(world_file, gateway.port)}
        self._own = world_file
        gateway.instances = (self.places.front_url,)

    def _start(self, name: str) -> None:
        self._world_file = self._told.get(name, self._own)
        super()._start(name)


def open_gated(
    held: ExitStack,
    folder: Path,
    *,
    before: Callable[[Places], Mapping[str, str]] = lambda _places: {},
    weather: Weather = fair,
    over: Mapping[str, Any] | None = None,
) -> tuple[GatedLaptop, Gateway]:
    """Start a laptop behind a gateway; `before` leads its functions elsewhere, `over` is laid over its world."""
    path = folder / "world.json"
    places = Places.of(folder / "data", World.read(world(path, **(over or {}))))
    gateway = Gateway(places.data, weather)
    held.callback(gateway.stop)
    environment = {**gateway.environment, **before(places)}
    laptop = GatedLaptop(places.data, world(path, **(over or {}), environment=environment), gateway)
    held.callback(laptop.stop)
    laptop.start()
    return laptop, gateway


def _with_port(world_file: Path, port: int) -> Path:
    """Write the same world with another port of the front."""
    told = world_file.with_name(f"told-{world_file.name}")
    told.write_text(json.dumps(json.loads(world_file.read_text(encoding="utf-8")) | {"port": port}), encoding="utf-8")
    return told
