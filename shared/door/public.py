"""The public door: routes a request, turns every problem into one shape of answer, and lets no exception out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import flask

from shared.cloud.blobs import FilesUnreachable
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.secrets import SecretsUnreachable
from shared.cloud.tasks import QueueUnreachable
from shared.codes import Code
from shared.door.answers import refuse, request_id
from shared.log import Fact, crashed, log
from shared.steps.commit import StoreBusy
from shared.steps.problems import Problem, not_found, unavailable

MOST_BODY = 128 * 1024
ANSWERED_503 = (StoreUnreachable, StoreBusy, FilesUnreachable, SecretsUnreachable, QueueUnreachable)


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path; `{name}` matches a segment; without a sentence it is not for callers."""

    method: str
    path: str
    handle: Callable[[flask.Request, Mapping[str, str]], flask.Response]
    says: str = ""
    takes: str = ""  # the name of its body in the OpenAPI description
    open: bool = False  # answers without an API key


def serve(request: flask.Request, routes: tuple[Route, ...]) -> flask.Response:
    """Answer a request by the first route that fits."""
    trace = request_id(request)
    try:
        route, found = _route(request, routes)
        response = route.handle(request, found)
    except Problem as problem:
        response = refuse(problem, trace)
    except ANSWERED_503 as failed:
        log(Fact.STORE_FAILED, str(failed), trace=trace)
        response = refuse(unavailable("our store did not answer"), trace)
    except Exception:  # noqa: BLE001  # the one place that may: it logs, and says nothing of it outside
        crashed("a public request crashed", trace=trace, path=request.path)
        broken = Problem(Code.INTERNAL_ERROR, "something broke on our side", next_move=f"send us request id {trace}")
        response = refuse(broken, trace)
    response.headers["X-Request-Id"] = trace
    log(
        Fact.ANSWERED,
        f"{request.method} {request.path} {response.status_code}",
        trace=trace,
        status=response.status_code,
    )
    return response


def body(request: flask.Request, most: int = MOST_BODY) -> bytes:
    """Return the whole body. Raises Problem."""
    if (request.content_length or 0) > most:
        raise _too_large(most)
    if request.mimetype not in ("application/json", ""):
        message = f"{request.mimetype} is not application/json"
        raise Problem(Code.UNSUPPORTED_MEDIA_TYPE, message, next_move="send JSON as application/json")
    data = request.stream.read(most + 1)
    if len(data) > most:
        raise _too_large(most)
    return data


def _too_large(most: int) -> Problem:
    return Problem(Code.PAYLOAD_TOO_LARGE, f"the body has more than {most} bytes", next_move="send a smaller one")


def _route(request: flask.Request, routes: tuple[Route, ...]) -> tuple[Route, Mapping[str, str]]:
    segments = request.path.strip("/").split("/")
    allowed = []
    for route in routes:
        wanted = route.path.strip("/").split("/")
        found = _match(wanted, segments)
        if found is None:
            continue
        if route.method == request.method:
            return route, found
        allowed.append(route.method)
    if allowed:
        methods = ", ".join(allowed)
        raise Problem(Code.METHOD_NOT_ALLOWED, f"{request.method} is not possible here", next_move=f"use {methods}")
    raise not_found("path")


def _match(wanted: list[str], segments: list[str]) -> Mapping[str, str] | None:
    if len(wanted) != len(segments):
        return None
    found: dict[str, str] = {}
    for pattern, segment in zip(wanted, segments, strict=True):
        if pattern.startswith("{"):
            found[pattern.strip("{}")] = segment
        elif pattern != segment:
            return None
    return found
