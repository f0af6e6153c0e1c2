"""What a running abroll says of itself is true: calls that buy nothing, drawn from its own description."""

from collections.abc import Iterator

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.system.conftest import Abroll

TIMES = 100
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture
def session(abroll: Abroll) -> Iterator[requests.Session]:
    """Return a caller with a key, whatever proxies this machine has."""
    with requests.Session() as opened:
        opened.trust_env = False
        opened.headers["Authorization"] = f"Bearer {abroll.key}"
        yield opened


def test_what_is_read_and_priced_is_as_described(abroll: Abroll, session: requests.Session) -> None:
    """Every GET and every dry run, right or wrong, is answered with a status, a type and a body that stand there."""
    schema = schemathesis.openapi.from_dict(abroll.http.get("/health/openapi.json").json())
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    harmless = [each for each in found if each.method == "get" or each.label == "POST /create_job"]

    @settings(
        max_examples=TIMES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def described(data: st.DataObject) -> None:
        mode = data.draw(st.sampled_from(list(GenerationMode)))
        case = data.draw(data.draw(st.sampled_from(harmless)).as_strategy(generation_mode=mode))
        if case.method == "POST":
            case.body = {**case.body, "dry_run": True} if isinstance(case.body, dict) else {"dry_run": True}
        case.validate_response(case.call(base_url=abroll.url, session=session), checks=CHECKS)

    described()

    assert {"GET /jobs", "GET /jobs/{job}", "POST /create_job"} <= {each.label for each in harmless}
