"""Nothing anybody sends to a public door is answered with a 5xx or pages the operator."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import flask
import functions_framework
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import run_wsgi_app

from shared.cloud.secret_names import vendor_webhook
from shared.door.keys import new_key
from shared.door.request_body import Gate, Wsgi
from shared.pipeline.job.names import AttemptName
from shared.steps.callbacks import callback_key, callback_path
from tests.attack.strange import Known, Strange, requests
from tests.door.test_request_body import PUBLIC
from tests.steps.stage import SPEECH, TENANT, Stage, presented, staged

SMALL, LARGE = 400, 50_000
SECRET = "whsec-of-a-vendor"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a stage that all requests share."""
    with staged(tmp_path_factory.mktemp("strange")) as opened:
        yield opened


@pytest.fixture(scope="module")
def known(stage: Stage) -> Known:
    """Return what the sender knows."""
    wiring = stage.wiring
    text, key = new_key(TENANT.id, ("jobs:read", "jobs:write", "tenant:admin"), wiring.now())
    wiring.tenants.put_api_key(key)
    wiring.secrets.put(vendor_webhook("heygen", "production", TENANT.id), SECRET, {"tenant": TENANT.id})
    job = stage.order(presented())
    wiring.sweep()  # health is well only where it has come by
    path = callback_path(AttemptName(job, SPEECH, 1, 1), callback_key(wiring.secrets)).split("/")
    routes = {name: tuple((route.method, route.path) for route in wiring.door(name).routes) for name in PUBLIC}
    return Known(text, job, stage.job(job).film_token, (path[1], path[2]), TENANT.id, SECRET, routes)


@pytest.fixture(scope="module")
def send(stage: Stage) -> Callable[[Strange], int]:
    """Return how a request is sent through the framework's own app, as far as no socket is needed."""
    apps = {name: _app(stage.wiring.door(name)) for name in PUBLIC}
    numbers = count()

    def sent(strange: Strange) -> int:
        number = next(numbers)  # each from a network of its own: none is refused for what others sent
        network = f"{10 + (number >> 16)}.{number >> 8 & 255}.{number & 255}.1"
        _, status, _ = run_wsgi_app(apps[strange.function], strange.environ() | {"HTTP_X_FORWARDED_FOR": network})
        return int(status[:3])

    return sent


def test_no_request_breaks_a_door(
    known: Known, send: Callable[[Strange], int], pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is answered by a decision: 2xx, 3xx or 4xx, and no line says that something crashed."""
    large = pytestconfig.getoption("--large")
    seen: dict[int, int] = {}

    @settings(
        max_examples=LARGE if large else SMALL,
        derandomize=not large,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def strange_requests(data: st.DataObject) -> None:
        status = send(data.draw(requests(known)))
        seen[status] = seen.get(status, 0) + 1
        assert status < 500

    strange_requests()

    assert '"fact": "crashed"' not in capsys.readouterr().out
    with capsys.disabled():
        print(f"\n{sum(seen.values())} requests: {dict(sorted(seen.items()))}")


def _app(door: Callable[[flask.Request], Any]) -> Wsgi:
    app = flask.Flask("main")
    functions_framework._configure_app(app, door, "http")  # type: ignore[no-untyped-call]  # it has no types
    return Gate(app.wsgi_app)
