"""Nothing anybody sends to a public door is answered with a 5xx or pages the operator."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import run_wsgi_app

from tests.attack.callbacks import callbacks
from tests.attack.served import known_on, network, served
from tests.attack.strange import Known, Strange, requests
from tests.steps.stage import Stage, staged

SMALL, LARGE = 400, 50_000
TRIES = 3  # a store that misses its time on a busy machine has the sender come again, as any sender is told to


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a stage that all requests share."""
    with staged(tmp_path_factory.mktemp("strange")) as opened:
        yield opened


@pytest.fixture(scope="module")
def known(stage: Stage) -> Known:
    """Return what the sender knows."""
    return known_on(stage)


@pytest.fixture(scope="module")
def send(stage: Stage) -> Callable[[Strange], int]:
    """Return how a request is sent through the framework's own app, as far as no socket is needed."""
    apps = served(stage)
    numbers = count()

    def sent(strange: Strange) -> int:
        for _ in range(TRIES):
            environ = strange.environ() | {"HTTP_X_FORWARDED_FOR": network(next(numbers))}
            _, status, headers = run_wsgi_app(apps[strange.function], environ)
            if not (status.startswith("503") and "Retry-After" in headers):
                break
        return int(status[:3])

    return sent


# A thread of Google's clients draws the pause before it asks again, it may be while a request is drawn here.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.timeout(3600)  # for all of --large
@pytest.mark.parametrize("drawn", [requests, callbacks])
def test_no_request_breaks_a_door(
    drawn: Callable[[Known], st.SearchStrategy[Strange]],
    known: Known,
    send: Callable[[Strange], int],
    pytestconfig: pytest.Config,
    capsys: pytest.CaptureFixture[str],
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
    @given(drawn(known))
    def strange_requests(strange: Strange) -> None:
        status = send(strange)
        seen[status] = seen.get(status, 0) + 1
        assert status < 500

    strange_requests()

    assert '"fact": "crashed"' not in capsys.readouterr().out
    with capsys.disabled():
        print(f"\n{sum(seen.values())} requests: {dict(sorted(seen.items()))}")
