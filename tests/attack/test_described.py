"""Every public call answers as its OpenAPI description says, to what the description allows and to what it does not."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from shared.door.health import OPENAPI
from shared.door.request_body import Wsgi
from tests.attack.served import known_on, network, served
from tests.attack.strange import Known
from tests.steps.stage import Stage, staged

SMALL, LARGE = 300, 50_000
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
DESCRIBED = json.loads(OPENAPI.read_text(encoding="utf-8"))
LABELS = sorted(f"{method.upper()} {path}" for path, methods in DESCRIBED["paths"].items() for method in methods)
MODES = (GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a stage that all requests share."""
    with staged(tmp_path_factory.mktemp("described")) as opened:
        yield opened


@pytest.fixture(scope="module")
def known(stage: Stage) -> Known:
    """Return what the sender knows."""
    return known_on(stage)


@pytest.mark.timeout(1800)  # for all of --large
@pytest.mark.parametrize("label", LABELS)
def test_answers_are_as_described(
    label: str, stage: Stage, known: Known, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status, type and body of every answer stand in the description, none is a 5xx, and nothing crashes."""
    large, seen, numbers = pytestconfig.getoption("--large"), Counter[int](), count()
    operation = next(each for each in calls(served(stage)) if each.label == label)

    @settings(
        max_examples=(LARGE if large else SMALL) // len(LABELS),
        derandomize=not large,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def described_requests(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=data.draw(st.sampled_from(MODES))))
        if data.draw(st.integers(0, 3)):
            case.path_parameters |= {name: of for name, of in places(known).items() if name in case.path_parameters}
        headers = {"X-Forwarded-For": network(next(numbers))}
        if data.draw(st.integers(0, 9)):
            headers["Authorization"] = f"Bearer {known.key}"
        response = case.call(headers=headers)
        seen[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    described_requests()

    assert '"fact": "crashed"' not in capsys.readouterr().out
    with capsys.disabled():
        print(f"\n{label}: {seen.total()} requests: {dict(sorted(seen.items()))}")


def test_an_unwell_health_is_as_described(tmp_path: Path) -> None:
    """Before the sweep has ever come by, health is a refusal like all others, with the checks beside it."""
    with staged(tmp_path) as fresh:
        health = next(each for each in calls(served(fresh)) if each.label == "GET /health")
        case = health.Case()
        response = case.call()

    case.validate_response(response, checks=CHECKS[1:])
    assert (503, "unavailable", {"sweep": ["SweepNeverSeen"]}) == (
        response.status_code,
        response.json()["error"],
        {name: why for name, why in response.json()["details"].items() if name == "sweep"},
    )


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, "{}", "application/json"),
        (
            400,
            '{"error": "bad_luck", "message": "", "details": {}, "next_move": "", "request_id": ""}',
            "application/json",
        ),
        (404, '{"error": "not_found", "message": ""}', "application/json"),
        (200, "<html>", "text/html"),
        (200, "[]", "application/json"),
    ],
)
def test_another_answer_is_found(status: int, body: str, kind: str) -> None:
    """A crash, a code that is in no register, half a refusal, a page, a list: none is as described."""
    door = _told(Response(body, status, content_type=kind))
    tenant = next(each for each in calls({"tenant": door}) if each.label == "GET /tenant")
    case = tenant.Case()

    with pytest.raises(FailureGroup):
        case.validate_response(case.call(), checks=CHECKS)


def _told(response: Response) -> Wsgi:
    return response


def _rooted(app: Wsgi) -> Wsgi:
    """Hand on the path after a function's name, at least a slash, as the platform does."""
    return lambda environ, start: app(environ | {"PATH_INFO": environ["PATH_INFO"] or "/"}, start)


def calls(doors: Mapping[str, Wsgi]) -> list[APIOperation[Any, Any, Any, Any]]:
    """Return every call of the description, to be sent to these doors."""
    schema = schemathesis.openapi.from_dict(DESCRIBED)
    mounts = {f"/{name}": _rooted(door) for name, door in doors.items()}
    schema.app = DispatcherMiddleware(Response("no such function", 404), mounts)
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


def places(known: Known) -> dict[str, Any]:
    """Return what stands in the paths of things that exist."""
    return {"job": known.job, "token": known.token, "thing": "film", "provider": "heygen", "key": known.spare}
