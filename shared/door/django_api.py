"""The `api` function: the paths of the Django API that came before, answered by today's doors.

What is known of that API are its paths, its `Token` header, its `page`, and the names that our answers keep. The shapes
of errors and pages are Django REST framework's own (https://www.django-rest-framework.org/api-guide/exceptions/ and
/pagination/#pagenumberpagination). Nothing is decided here: each call is handed to `create_job` or `jobs` with its own
headers and body unread, and what they answer is put into that shape.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import flask

from shared.cloud.records import Filters
from shared.codes import Code
from shared.door.asked import CALLER, is_job_id, strays
from shared.door.inside import Answering
from shared.door.job_lists import DEFAULT_PAGE, LARGEST_PAGE, list_asked
from shared.door.public import Route, serve
from shared.steps.problems import Problem, invalid

LIST = "/video/list_jobs"
NARROWED = ("status", "product_id", "created_from", "created_to")
MOST_NUMBERED = 25  # that are reached by their number alone: their jobs are read from the newest on
MOST_COUNTED = 10_000  # jobs of a list that are counted
NO_JOB = "-"  # stands for what can be no job's id: whoever asks for it is judged like all others
NO_FIELD = "non_field_errors"  # what that framework calls the whole body
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class DjangoApi:
    """The routes, and whom they are handed to."""

    create_job: Callable[[], Answering]
    jobs: Callable[[], Answering]
    count: Callable[[str, Filters, int], int]
    public_url: str

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer one request."""
        return as_django(serve(request, self.routes))

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        order, status = "Order a film, as POST /create_job does.", "Read a job, as GET /jobs/{job} does"
        return (
            Route("POST", "/video/generate", self._generate, order, takes="Film", older=True),
            Route("GET", "/video/status", self._status, f"{status}; `job_id` names it.", reads=None, older=True),
            Route("GET", "/video/status/{job}", self._status, f"{status}.", reads=None, older=True),
            Route(
                "GET", LIST, self._list, "List jobs by the number of a page, as GET /jobs does.", reads=None, older=True
            ),
        )

    def _generate(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        return handed(request, self.create_job(), "/", request.environ.get("QUERY_STRING", ""))[0]

    def _status(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        wrong = strays(request.args, ("job_id",))
        named = {*found.values(), *request.args.getlist("job_id")}
        if len(named) != 1:
            wrong["job_id"] = ["must be one job's id, as the answer to its order told it"]
        if wrong:
            raise invalid(wrong)
        job = named.pop()
        return handed(request, self.jobs(), f"/{job if is_job_id(job) else NO_JOB}")[0]

    def _list(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        number, cursor = page_number(request.args), request.args.get("cursor")
        asked = {name: request.args[name] for name in NARROWED if name in request.args}
        skipped = 0 if cursor else (number - 1) * DEFAULT_PAGE
        response, who, told = self._read(request, asked, skipped, cursor)
        while skipped >= LARGEST_PAGE and told.get("next_cursor"):
            skipped -= LARGEST_PAGE
            response, who, told = self._read(request, asked, skipped, told["next_cursor"])
        if response.status_code != HTTPStatus.OK:
            return response
        rows, following = told["jobs"][skipped:], told["next_cursor"]
        if not rows and number > 1:
            raise no_page()
        known = None if following or cursor else (number - 1) * DEFAULT_PAGE + len(rows)
        page = {
            "count": self.count(who, list_asked(asked)[0], MOST_COUNTED) if known is None else known,
            "next": self._link(asked, number + 1, following) if following else None,
            "previous": self._link(asked, number - 1) if 1 < number <= MOST_NUMBERED + 1 else None,
            "results": rows,
        }
        response.set_data(json.dumps(page, ensure_ascii=False) + "\n")
        return response

    def _read(
        self, request: flask.Request, asked: Mapping[str, str], skipped: int, cursor: str | None
    ) -> tuple[flask.Response, str, Any]:
        """Read on to a page's end, or as far as one read goes; return the answer, whose jobs, and what it tells."""
        limit = min(skipped + DEFAULT_PAGE, LARGEST_PAGE)
        query = {**asked, "limit": str(limit), **({"cursor": cursor} if cursor else {})}
        response, tenant = handed(request, self.jobs(), "/", urlencode(query))
        return response, tenant, json.loads(response.get_data())

    def _link(self, asked: Mapping[str, str], number: int, cursor: str | None = None) -> str:
        query = {**asked, "page": str(number), **({"cursor": cursor} if cursor else {})}
        return f"{self.public_url}/api{LIST}?{urlencode(query)}"


def page_number(args: Mapping[str, str]) -> int:
    """Read which page is asked for, from 1 on. Raises Problem."""
    if wrong := strays(args, ("page", "cursor", *NARROWED)):
        raise invalid(wrong)
    asked = args.get("page", "1")
    if not PAGE_NUMBER.fullmatch(asked):
        raise no_page()
    if int(asked) > MOST_NUMBERED and not args.get("cursor"):
        raise invalid({"page": [f"must be 1 to {MOST_NUMBERED}: follow next to older jobs, or narrow by created_to"]})
    return int(asked)


def no_page() -> Problem:
    """There is no page of this number."""
    return Problem(Code.NOT_FOUND, "Invalid page.", next_move="pages count from 1: follow next until it is null")


def handed(request: flask.Request, door: Answering, path: str, query: str = "") -> tuple[flask.Response, str]:
    """Hand a request to another door, its body unread; return the answer, and whose key it came with."""
    environ = {**request.environ, "PATH_INFO": path, "QUERY_STRING": query}
    response = door(flask.Request(environ))
    who = environ.get(CALLER)
    return response, who.tenant.id if who else ""


def as_django(response: flask.Response) -> flask.Response:
    """Put a refusal into Django REST framework's shape: mistakes by field, or `detail`; everything else as it is."""
    told = json.loads(response.get_data()) if response.status_code >= HTTPStatus.BAD_REQUEST else {}
    if not told:
        return response
    mistakes = {NO_FIELD if path == "body" else path: whys for path, whys in told["details"].items()}
    if told["error"] != Code.VALIDATION_ERROR or not mistakes:
        said = {"detail": told["message"], "code": told["error"]}
        mistakes |= {**said, "next_move": told["next_move"], "request_id": told["request_id"]}
    response.set_data(json.dumps(mistakes, ensure_ascii=False) + "\n")
    if "WWW-Authenticate" in response.headers:
        response.headers["WWW-Authenticate"] = "Token"
    return response
