"""The gateway is the platform's: a good token is exchanged for a good one, any other is not made better."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from werkzeug.wrappers import Request, Response

from infra.local.google.identity.issuer import InvalidToken, Issuer
from infra.local.google_cloud import now
from infra.local.vendors.serving import Serving
from infra.local.world import INVOKER
from tests.patience import PATIENCE
from tests.storm.gateway import Call, Gateway, HandOn, open_gated

BODY = b'{"a": 1}'


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    """Return the project's token service."""
    return Issuer(tmp_path / "google", clock=now)


@pytest.fixture
def gateway(tmp_path: Path, issuer: Issuer) -> Iterator[Gateway]:
    """Return a gateway before an instance that says whom it took a caller for."""

    @Request.application
    def instance(request: Request) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            who = issuer.verify(token, audience=f"{door.url}/sweep")
        except InvalidToken:
            return Response("nobody", 401)
        return Response(f"{who} {request.full_path} {request.get_data().decode()}")

    door = Serving("127.0.0.1", 0, instance)
    opened = Gateway(tmp_path)
    opened.instances = (door.url,)
    door.start()
    yield opened
    door.stop()
    opened.stop()


def asked(gateway: Gateway, token: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{gateway.url}/sweep/now?a=b", content=BODY, headers=headers, timeout=PATIENCE, trust_env=False)


def test_a_caller_is_who_it_is_behind_the_gateway(gateway: Gateway, issuer: Issuer) -> None:
    """A token for the gateway's address is good at the instance; path, query and body arrive as they were."""
    answer = asked(gateway, issuer.mint(email=INVOKER, audience=f"{gateway.url}/sweep"))

    assert (200, f"{INVOKER} /sweep/now?a=b {BODY.decode()}") == (answer.status_code, answer.text)


@pytest.mark.parametrize("audience", ["{}/start_clip", "https://elsewhere.example/sweep"])
def test_a_token_for_something_else_is_not_made_better(gateway: Gateway, issuer: Issuer, audience: str) -> None:
    """It arrives as it came, and is refused."""
    answer = asked(gateway, issuer.mint(email=INVOKER, audience=audience.format(gateway.url)))

    assert 401 == answer.status_code


def test_nobody_behind_it_is_a_broken_connection(gateway: Gateway) -> None:
    """An instance that was killed answers nothing, and so does the gateway."""
    gateway.instances = ("http://127.0.0.1:9",)

    with pytest.raises(httpx.TransportError):
        asked(gateway, "")


def test_the_scheduler_calls_the_gateway(tmp_path: Path) -> None:
    """A laptop behind a gateway is swept through it: an instance that stands still keeps no tick from another."""
    swept = threading.Event()

    def heard(call: Call, hand_on: HandOn) -> httpx.Response:
        if call.function == "sweep":
            swept.set()
        return hand_on(call)

    with ExitStack() as held:
        open_gated(held, tmp_path, weather=heard)

        assert swept.wait(PATIENCE)
