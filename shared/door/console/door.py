"""The `console` function: pages for people, a second door to the same calls the API has.

Whatever a page shows or changes is asked of the API's own doors, in this process, as the key somebody signed in with:
scopes, limits, refusals and the audit trail are theirs. What is decided here is only who is signed in, and that a form
came from one of our pages: its origin must be ours and its token this session's. GET changes nothing.
"""

from collections.abc import Mapping
from functools import partial
from urllib.parse import quote

import flask

from shared.cloud.secrets import NoSecret
from shared.codes import Code
from shared.door.answers import refuse, request_id
from shared.door.asked import READ, SIGNED_IN
from shared.door.console import (
    account,
    batches,
    brands,
    edits,
    film,
    films,
    kit_files,
    moves,
    new_film,
    own_files,
    personas,
    presenters,
    start,
    voices,
)
from shared.door.console.captions import CaptionFiles
from shared.door.console.operator import OperatorScreens
from shared.door.console.pages import Pages
from shared.door.console.sessions import Session, Sessions
from shared.door.console.visits import CallRefused, Screen, Visit, told
from shared.door.entrance import Entrance
from shared.door.incoming import form_body
from shared.door.inside import InsideCalls
from shared.door.keys import caller
from shared.door.public import ANSWERED_503, Route, allowed_methods, fitting, note_answer
from shared.door.statuses import STATUS
from shared.log import Fact, crashed, log
from shared.pipeline.plan.picture import MOST_CLIP_BYTES
from shared.steps.problems import Problem

FOREIGN = "this form was not sent by one of our pages"
GO_BACK = "Go back: what you typed is there still. Then choose smaller files, or send one at a time."
SIGN_IN_AGAIN = "Your sign-in is over. Sign in again; what you had changed is kept, what you were typing is not."


class ConsoleDoor:
    """The pages' routes, and what they need."""

    def __init__(
        self,
        entrance: Entrance,
        sessions: Sessions,
        pages: Pages,
        calls: InsideCalls,
        pictures: presenters.Pictures,
        specimens: voices.Specimens,
        captions: CaptionFiles,
        own: kit_files.KitFiles,
        operator: OperatorScreens,
    ) -> None:
        self.entrance = entrance
        self.sessions = sessions
        self.pages = pages
        self.calls = calls
        gets: dict[str, Screen] = {
            "/": start.home,
            "/start": start.shown,
            "/batches": batches.listed,
            "/batches/new": batches.form,
            "/batches/{batch}": batches.shown,
            "/batches/{batch}/results.csv": batches.results,
            "/brands": brands.listed,
            "/brands/files/{kind}/{file}": own,
            "/films": films.listed,
            "/films/{job}": film.shown,
            "/films/{job}/again": moves.again,
            "/films/{job}/captions/{kind}": captions,
            "/films/{job}/download": film.download,
            "/films/{job}/live": film.live,
            "/new": new_film.form,
            "/presenters": presenters.listed,
            "/presenters/personas": personas.listed,
            "/presenters/picture": pictures,
            "/presenters/voices": voices.listed,
            "/presenters/voices/specimen": specimens,
            "/settings": account.settings,
            "/developers": account.developers,
            "/usage": account.usage,
            "/usage.csv": account.usage_csv,
            **operator.gets,
        }
        posts: dict[str, Screen] = {
            "/batches/new": batches.sent,
            "/batches/{batch}": batches.change,
            "/brands": brands.sent,
            "/brands/file": kit_files.part,
            "/clips": own_files.clip,
            "/films/{job}/again": moves.make_again,
            "/films/{job}/cancel": moves.cancel,
            "/films/{job}/edit": edits.edit,
            "/films/{job}/feedback": moves.feedback,
            "/films/{job}/replay": moves.replay,
            "/films/{job}/retry": moves.retry,
            "/new": new_film.sent,
            "/presenters": presenters.make_default,
            "/presenters/personas": personas.sent,
            "/start": start.change,
            "/settings": account.change,
            "/developers": account.change_keys,
            **operator.posts,
        }
        self.routes = (
            Route("GET", "/sign-in", self._sign_in_form, open=True),
            Route("POST", "/sign-in", self._sign_in, open=True),
            Route("GET", "/enter", self._enter_form, open=True),
            Route("POST", "/enter", self._enter, open=True),
            Route("POST", "/sign-out", self._sign_out, open=True),
            Route("GET", "/assets/{name}", self._static, open=True),
            *(Route("GET", path, partial(self._show, screen)) for path, screen in gets.items()),
            *(Route("POST", path, partial(self._change, screen)) for path, screen in posts.items()),
        )

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer one request."""
        found, trace = fitting(request.path, self.routes), request_id(request)
        pattern = f"/console{found[0][0].path}" if found else "unknown"
        try:
            response = self._answered(request)
        except Problem as problem:
            response = self._told(request, problem, trace)
        except CallRefused as refused:
            response = self._page_of(refused.heard.status, **told(refused.heard))
        except ANSWERED_503 as failed:
            log(Fact.STORE_FAILED, str(failed), trace=trace)
            message = "We cannot read your films just now. Nothing is lost."
            response = self._page_of(503, message=message, next_move="Load this page again in a few seconds.")
        except NoSecret:
            crashed("the pages' sessions have no key", trace=trace, route=pattern)
            message, asked = "Nobody can sign in here yet.", "python -m infra.admin bootstrap"
            response = self._page_of(503, message=message, next_move=f"Whoever runs this abroll runs: {asked}.")
        except Exception:  # noqa: BLE001  # as in the API's door: it logs, and says nothing of it outside
            crashed("a page crashed", trace=trace, route=pattern)
            message = "Something broke on our side."
            response = self._page_of(500, message=message, next_move=f"Send us request id {trace}.")
        response.headers["X-Request-Id"] = trace
        note_answer(request, response.status_code, pattern, found)
        return response

    def _answered(self, request: flask.Request) -> flask.Response:
        found = fitting(request.path, self.routes)
        if not found:
            raise Problem(Code.NOT_FOUND, "There is no such page.", next_move="Go to your films.")
        method = "GET" if request.method == "HEAD" else request.method
        for route, places in found:
            if route.method == method:
                return route.handle(request, places)
        allowed = allowed_methods([route for route, _ in found])
        if method == "OPTIONS":
            return flask.Response(status=204, headers={"Allow": allowed})
        raise Problem(Code.METHOD_NOT_ALLOWED, headers={"Allow": allowed})

    def _show(self, screen: Screen, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        session = self.sessions.read(request)
        return self._to_sign_in(request) if session is None else self._visited(screen, request, found, session)

    def _change(self, screen: Screen, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        self._own_origin(request)
        session = self.sessions.read(request)
        return self._to_sign_in(request) if session is None else self._visited(screen, request, found, session)

    def _visited(
        self, screen: Screen, request: flask.Request, found: Mapping[str, str], session: Session
    ) -> flask.Response:
        request.environ[SIGNED_IN] = session.key
        try:
            who = caller(request, self.entrance.tenants, self.entrance.now(), READ, self.entrance.strangers)
        except Problem as problem:
            if problem.code is not Code.UNAUTHORIZED:
                raise
            response = self._to_sign_in(request)
            self.sessions.end(response)
            return response
        visit = Visit(request, who, session, self.sessions, self.pages, self.calls)
        if request.method == "POST":
            fields, files = form_body(request, MOST_CLIP_BYTES)
            if not self.sessions.holds(session, fields.pop("_token", "")):
                raise Problem(Code.FORBIDDEN, FOREIGN, next_move="load the page again and send it once more")
            visit = Visit(request, who, session, self.sessions, self.pages, self.calls, fields, files)
        response = self.pages.dressed(screen(visit, found))
        self.sessions.keep(response, session)
        return response

    def _own_origin(self, request: flask.Request) -> None:
        """Refuse a form of another site. Raises Problem."""
        ours = self.pages.url.removesuffix(self.pages.base)
        origin = request.headers.get("Origin")
        same = origin == ours if origin is not None else request.headers.get("Sec-Fetch-Site") == "same-origin"
        if not same:
            raise Problem(Code.FORBIDDEN, FOREIGN, next_move="open the page at its own address and send it from there")

    def _to_sign_in(self, request: flask.Request) -> flask.Response:
        if request.path.endswith("/live"):  # the script asks: it shows where to sign in
            return self.pages.dressed(flask.Response(status=401))
        path = request.path if request.method in ("GET", "HEAD") else "/films"
        headers = {"Location": f"{self.pages.base}/sign-in?next={quote(path)}"}
        return self.pages.dressed(flask.Response(status=303, headers=headers))

    def _sign_in_form(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        return self.pages.page("sign_in.html", next=request.args.get("next", ""), problem=None, ticket=None)

    def _sign_in(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        self._own_origin(request)
        fields, _ = form_body(request, 0)
        wanted = fields.get("next", "")
        try:
            request.environ["HTTP_AUTHORIZATION"] = f"Bearer {fields.get('key', '').strip()}"
            key = self.entrance(request, READ).key.id
        except Problem as problem:
            unknown = problem.code is Code.UNAUTHORIZED
            shown = "This key is not valid." if unknown else f"{problem.message}."
            headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
            page = self.pages.page("sign_in.html", STATUS[problem.code], next=wanted, problem=shown, ticket=None)
            page.headers.update(headers)
            return page
        return self._signed_in(key, wanted)

    def _enter_form(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        return self.pages.page("sign_in.html", next="", problem=None, ticket=request.args.get("t", ""))

    def _enter(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        self._own_origin(request)
        fields, _ = form_body(request, 0)
        key = self.sessions.admitted(fields.get("t", ""))
        if key is None:
            shown = "This link is over. Sign in with an API key."
            return self.pages.page("sign_in.html", 401, next="", problem=shown, ticket=None)
        return self._signed_in(key, "")

    def _signed_in(self, key: str, wanted: str) -> flask.Response:
        path = wanted if wanted.startswith("/") and "//" not in wanted and "\\" not in wanted else "/"
        response = flask.Response(status=303, headers={"Location": f"{self.pages.base}{quote(path)}"})
        self.sessions.keep(response, self.sessions.begun(key))
        return self.pages.dressed(response)

    def _sign_out(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        self._own_origin(request)
        response = flask.Response(status=303, headers={"Location": f"{self.pages.base}/sign-in"})
        self.sessions.end(response)
        return self.pages.dressed(response)

    def _static(self, _request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        file = self.pages.static(found["name"])
        if file is None:
            raise Problem(Code.NOT_FOUND, "There is no such file.", next_move="Load the page again.")
        return self.pages.dressed(file)

    def _told(self, request: flask.Request, problem: Problem, trace: str) -> flask.Response:
        status = STATUS[problem.code]
        if request.path.endswith("/live"):
            return self.pages.dressed(refuse(problem, trace))
        about = dict(told(problem))
        if problem.code is Code.PAYLOAD_TOO_LARGE:
            about |= {"message": "The files of this form have more than 30 MB together.", "next_move": GO_BACK}
        response = self._page_of(status, **about)
        for name, value in problem.headers.items():
            response.headers[name] = value
        if problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    def _page_of(self, status: int, **problem: object) -> flask.Response:
        return self.pages.page("problem.html", status, problem=problem)
