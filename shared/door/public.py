"""The public door: routes a request, turns every problem into one shape of answer, and lets no exception out.

Every path answers OPTIONS, and HEAD where it answers GET. Browsers of any origin may call: who calls is told by the
API key alone, never by a cookie, so there is nothing another site could borrow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import flask

from shared.cloud.blobs import FilesUnreachable
from shared.cloud.documents import NewerSchema
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.secrets import SecretsUnreachable
from shared.cloud.tasks import QueueUnreachable
from shared.codes import Code
from shared.door.answers import note_quotas, rate_headers, refuse, request_id
from shared.door.asked import CALLER, READS, Caller, is_job_id
from shared.log import Fact, JobRef, crashed, log, log_job
from shared.pipeline.codec import Unreadable
from shared.steps.commit import JobGone, StoreBusy
from shared.steps.problems import Problem, not_found, unavailable

MOST_SEGMENTS = 8  # of a path that are told apart; no route has more than four
LONGEST_QUERY = 8192  # characters
LONGEST_METHOD = 20
ANSWERED_503 = (StoreUnreachable, StoreBusy, FilesUnreachable, SecretsUnreachable, QueueUnreachable)
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
}
PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, X-Api-Key",
    "Access-Control-Max-Age": "3600",
}


Handler = Callable[[flask.Request, Mapping[str, str]], flask.Response]


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path; `{name}` matches a segment; without a sentence it is not for callers."""

    method: str
    path: str
    handle: Handler
    says: str = ""
    takes: str = ""  # the name of its body in the OpenAPI description
    open: bool = False  # answers without an API key
    reads: tuple[str, ...] | None = ()  # of its query, the rest is refused by the entrance; None = by its own handler
    older: bool = False  # of the API that came before: described as deprecated, refuses in that API's shape


def serve(request: flask.Request, routes: tuple[Route, ...]) -> flask.Response:
    """Answer a request by the first route that fits."""
    trace = request_id(request)
    found = fitting(request.path, routes)
    pattern = found[0][0].path if found else "unknown"  # never the path: tokens and marks stand in it
    try:
        response = _answered(request, found)
    except Problem as problem:
        note_quotas(request, *problem.quotas)
        response = refuse(problem, trace)
    except JobGone:
        response = refuse(not_found("job"), trace)
    except ANSWERED_503 as failed:
        log(Fact.STORE_FAILED, str(failed), trace=trace)
        response = refuse(unavailable("our store did not answer"), trace)
    except (NewerSchema, Unreadable) as unread:
        fact = Fact.NEWER if isinstance(unread, NewerSchema) else Fact.UNREADABLE  # a roll-out calls nobody
        log(fact, str(unread), trace=trace)
        response = refuse(unavailable("another version of our code wrote this"), trace)
    except Exception:  # noqa: BLE001  # the one place that may: it logs, and says nothing of it outside
        crashed("a public request crashed", trace=trace, route=pattern)
        broken = Problem(Code.INTERNAL_ERROR, "something broke on our side", next_move=f"send us request id {trace}")
        response = refuse(broken, trace)
    response.headers["X-Request-Id"] = trace
    response.headers.update(CORS | rate_headers(request))
    note_answer(request, response.status_code, pattern, found)
    return response


def fitting(path: str, routes: tuple[Route, ...]) -> list[tuple[Route, Mapping[str, str]]]:
    """Return the routes whose path this is, with what stands in their places."""
    segments = path.strip("/").split("/", MOST_SEGMENTS)
    found = ((route, _match(route.path.strip("/").split("/"), segments)) for route in routes)
    return [(route, matched) for route, matched in found if matched is not None]


def note_answer(
    request: flask.Request, status: int, pattern: str, found: list[tuple[Route, Mapping[str, str]]]
) -> None:
    """Write who asked what about which job, and what was answered: the audit trail."""
    who: Caller | None = request.environ.get(CALLER)
    asked = found[0][1].get("job", "") if found else ""
    about = JobRef(asked if is_job_id(asked) else "", who.tenant.id if who else "", request_id(request))
    key = {"key": who.key.id} if who else {}
    method = request.method[:LONGEST_METHOD]
    log_job(Fact.ANSWERED, about, f"{method} {pattern} {status}", method=method, route=pattern, status=status, **key)


def _answered(request: flask.Request, found: list[tuple[Route, Mapping[str, str]]]) -> flask.Response:
    if len(request.environ.get("QUERY_STRING", "")) > LONGEST_QUERY:
        raise Problem(
            Code.VALIDATION_ERROR,
            f"the query has more than {LONGEST_QUERY} characters",
            next_move="leave out what is no filter",
        )
    if not found:
        move = "GET /health/openapi.json lists every call; check the path's spelling"
        raise Problem(Code.NOT_FOUND, f"there is no {request.path[:200]} here", next_move=move)
    method = "GET" if request.method == "HEAD" else request.method
    for route, places in found:
        if route.method == method:
            request.environ[READS] = route.reads
            return route.handle(request, places)
    allowed = allowed_methods([route for route, _ in found])
    if method == "OPTIONS":
        return flask.Response(
            status=204, headers={"Allow": allowed, "Access-Control-Allow-Methods": allowed, **PREFLIGHT}
        )
    says = "; ".join(f"{route.method} here: {route.says or 'for machines'}" for route, _ in found)
    raise Problem(
        Code.METHOD_NOT_ALLOWED,
        f"{request.method[:LONGEST_METHOD]} is not possible here",
        next_move=f"use {allowed} ({says})",
        headers={"Allow": allowed},
    )


def allowed_methods(routes: list[Route]) -> str:
    """Return what the `Allow` header says of these routes."""
    methods = {route.method for route in routes} | {"OPTIONS"}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


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
