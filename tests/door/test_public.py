"""What every public door does with a request: ids, the access log, names and paths of any length."""

import json
from collections.abc import Mapping
from typing import Any

import flask
import pytest
from werkzeug.test import EnvironBuilder

from shared.cloud.tenants import ApiKey, Tenant
from shared.door.answers import answer, request_id
from shared.door.asked import CALLER, Caller
from shared.door.job_lists import list_asked
from shared.door.public import Route, serve
from shared.steps.problems import Problem
from tests.faults.cloud import Clock

ID = "4bf92f3577b34da6a3ce929d0e0e4736"
JOB = "0d9ad2c6-5fbb-4b24-8f6c-1d5b8c4a8f10"
TOKEN = "tokentokentoken"


def request(path: str = "/", method: str = "GET", **headers: str) -> flask.Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return flask.Request(EnvironBuilder(path=path, method=method, headers=[*named.items()]).get_environ())


def fine(_request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
    return answer(200, {})


def known(request: flask.Request, found: Mapping[str, str]) -> flask.Response:
    key = ApiKey("key123456789", "acme", "hash", (), Clock()())
    request.environ[CALLER] = Caller(Tenant("acme", "Acme"), key)
    return fine(request, found)


def crashing(_request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
    raise RuntimeError("a bug")


ROUTES = (
    Route("GET", "/{job}/{thing}/{token}", fine),
    Route("POST", "/{job}/cancel", known),
    Route("POST", "/{attempt}/{mark}", crashing),
)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    "headers",
    [
        {"traceparent": f"00-{ID}-00f067aa0ba902b7-01"},
        {"X_Cloud_Trace_Context": ID},
        {"X_Cloud_Trace_Context": f"{ID}/1234567890;o=1"},
    ],
)
def test_a_trace_id_that_is_one_is_taken(headers: dict[str, str]) -> None:
    """The platform's and W3C's headers name the request."""
    assert ID == request_id(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Cloud_Trace_Context": "x" * 60_000},
        {"X_Cloud_Trace_Context": f"{ID}{ID}"},
        {"X_Cloud_Trace_Context": "0" * 32},
        {"X_Cloud_Trace_Context": f"{ID}\x85"},
        {"X_Cloud_Trace_Context": ID.upper()},
        {"traceparent": f"00-{'<b>' * 11}-00f067aa0ba902b7-01"},
        {"traceparent": f"00-{'z' * 32}-00f067aa0ba902b7-01"},
        {"traceparent": f"00-{ID}-{'1' * 5000}-01"},
    ],
)
def test_what_is_no_trace_id_is_neither_kept_nor_echoed(headers: dict[str, str]) -> None:
    """Instead the request has a new id, the same one however often it is asked for."""
    asked = request(**headers)

    made = request_id(asked)

    assert 32 == len(made.strip())
    assert int(made, 16)
    assert made not in next(iter(headers.values()))
    assert made == request_id(asked) == serve(asked, ROUTES).headers["X-Request-Id"]


def test_no_link_token_stands_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """The line names the route's pattern and the job, never the path."""
    serve(request(f"/{JOB}/film/{TOKEN}"), ROUTES)

    (line,) = lines(capsys)

    assert ("GET /{job}/{thing}/{token} 200", JOB) == (line["message"], line["job"])
    assert TOKEN not in json.dumps(line)


@pytest.mark.parametrize("path", [f"/attempt/{TOKEN}", f"/{TOKEN}", f"/a/b/c/d/{TOKEN}", f"/{TOKEN}/x/y"])
def test_no_other_secret_of_a_path_does(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A callback's mark, a path that is no route, a crash's line: none repeats what stood there."""
    for method in ("GET", "POST", "PUT"):
        serve(request(path, method), ROUTES)

    assert TOKEN not in json.dumps(lines(capsys))


def test_the_log_says_who_did_what(capsys: pytest.CaptureFixture[str]) -> None:
    """Tenant, key, route, job and status: an audit trail."""
    serve(request(f"/{JOB}/cancel", "POST"), ROUTES)

    (line,) = lines(capsys)

    said = ("tenant", "key", "method", "route", "job", "status")
    assert ("acme", "key123456789", "POST", "/{job}/cancel", JOB, 200) == tuple(line[name] for name in said)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("limit", "9" * 5000),
        ("limit", "٣"),
        ("limit", "-1"),
        ("limit", ""),
        ("created_from", "0001-01-01T00:00:00+14:00"),
        ("created_to", "9999-12-31T23:59:59-14:00"),
        ("created_from", "2" * 5000),
        ("cursor", "W1tb" * 50_000),
        ("cursor", "W1tb" * 60),
        ("cursor", "é"),
        ("cursor", "/w=="),
        ("product_id", "x" * 256),
        ("status", "\ud800"),
        ("x" * 60_000, "1"),
    ],
)
def test_every_filter_has_a_bound(name: str, text: str) -> None:
    """Whatever a filter holds, the answer is a list of jobs or a sentence about the filter."""
    with pytest.raises(Problem) as raised:
        list_asked({name: text})

    assert [name[:255]] == list(raised.value.details)


def test_a_query_without_end_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A query of a hundred thousand characters is not even looked at."""
    refused = serve(request(f"/{JOB}/film/x?{'a=1&' * 25_000}"), ROUTES)

    assert 400 == refused.status_code
    assert len(json.dumps(lines(capsys))) < 2000
