"""Where the suites run: against servers they start themselves or, where ABROLL_TEST_… says so, elsewhere.

`ABROLL_TEST_TASKS=127.0.0.1:8201` points one suite at a server already running, a name under googleapis.com at Google.
What needs a server of its own (a clock moved by hand, a kill, own settings) is skipped then, and says so.
"""

import os
from typing import NoReturn

import pytest

PROJECT = os.environ.get("ABROLL_TEST_PROJECT", "demo-project")
PROJECT_NUMBER = os.environ.get("ABROLL_TEST_PROJECT_NUMBER")
LOCATION = os.environ.get("ABROLL_TEST_LOCATION", "europe-west4")
TAKES = os.environ.get("ABROLL_TEST_TAKES", "takes")
FILMS = os.environ.get("ABROLL_TEST_FILMS", "films")
TOKEN = os.environ.get("ABROLL_TEST_TOKEN", "token")
EMAIL = os.environ.get("ABROLL_TEST_EMAIL", "runner@demo-project.iam.gserviceaccount.com")
OWN_SERVER = "needs a server of its own: a clock moved by hand, a kill, or settings no endpoint elsewhere has"
STAND_IN = "a refusal of the stand-in's: the real service has it"


def endpoint(service: str) -> str | None:
    """Return where a service is to be found, None for a server of the suite's own."""
    return os.environ.get(f"ABROLL_TEST_{service.upper()}")


def is_google(service: str) -> bool:
    """Say whether the endpoint is Google's own."""
    return (endpoint(service) or "").endswith("googleapis.com")


def stand_in(service: str) -> pytest.MarkDecorator:
    """Mark a test of what our server refuses by name and Google's has: not to be run against Google's."""
    return pytest.mark.skipif(is_google(service), reason=STAND_IN)


def own_server(service: str) -> pytest.MarkDecorator:
    """Mark a test that would leave something behind elsewhere, or that asks for what only our own start declares."""
    return pytest.mark.skipif(endpoint(service) is not None, reason=OWN_SERVER)


def skip_elsewhere(service: str, request: pytest.FixtureRequest, *, through: str) -> None:
    """Skip a test that doesn't go through the fixture that knows the endpoint, or looks at the server's files."""
    if endpoint(service) and (through not in request.fixturenames or "tmp_path" in request.fixturenames):
        not_here()


def not_here() -> NoReturn:
    """Skip the test that runs: elsewhere it can't be done."""
    pytest.skip(OWN_SERVER)
