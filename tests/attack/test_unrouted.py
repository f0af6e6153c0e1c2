"""What functions-framework itself finds no route for is refused as everything else is."""

import json
from collections.abc import Iterator, Mapping

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from shared.door.request_body import Wsgi
from tests.attack.served import served
from tests.door.test_request_body import PUBLIC
from tests.steps.stage import staged


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Wsgi]]:
    """Return the public functions' applications."""
    with staged(tmp_path_factory.mktemp("unrouted")) as stage:
        yield served(stage)


@pytest.mark.parametrize(
    "path", ["/a\nb/c/d/e/f", "/a/b/c/d/e\n", "//a/b/c/d/e", "/a//b/c/d/e", "/robots.txt", "/favicon.ico"]
)
@pytest.mark.parametrize("function", [name for name in PUBLIC if name != "console"])  # its pages answer people
def test_a_path_nobody_routes_is_not_found_in_our_shape(doors: Mapping[str, Wsgi], function: str, path: str) -> None:
    """No page of HTML, no redirect that leaves the function: 404, as JSON, with a request id."""
    environ = EnvironBuilder(path="/").get_environ() | {"PATH_INFO": path}

    body, status, headers = run_wsgi_app(doors[function], environ)

    said = json.loads(b"".join(body))
    word = said["code" if function == "api" else "error"]  # the older API's callers know another shape
    assert ("404 NOT FOUND", "application/json", "not_found") == (status, headers["Content-Type"], word)
    assert said["request_id"] == headers["X-Request-Id"]
