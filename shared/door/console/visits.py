"""One request of somebody who is signed in, and what a screen answers it with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import flask
from werkzeug.datastructures import FileStorage

from shared.door.asked import WRITE, Caller
from shared.door.console.pages import Pages
from shared.door.console.sessions import Session, Sessions
from shared.door.console.wording import CHANGES_TOLD
from shared.door.inside import Answered, InsideCalls
from shared.door.tenant import ADMIN
from shared.steps.problems import Problem

SAID_COOKIE, SAID_SECONDS = "abroll-said", 30


class CallRefused(Exception):
    """A call that a screen cannot do without was refused."""

    def __init__(self, heard: Answered) -> None:
        super().__init__(str(heard.fields.get("message", "")))
        self.heard = heard


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks for what, with a form's fields where it is one."""

    request: flask.Request
    who: Caller
    session: Session
    sessions: Sessions
    pages: Pages
    calls: InsideCalls
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, FileStorage] = field(default_factory=dict)  # by field

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> Answered:
        """Make a public call as this person; a refusal is an answer too."""
        return self.calls(self.request, method, path, body, **more)

    def need(self, method: str, path: str, body: object = None, **more: Any) -> Mapping[str, Any]:
        """Make a public call and return its fields. Raises CallRefused."""
        heard = self.ask(method, path, body, **more)
        if heard.failed:
            raise CallRefused(heard)
        return heard.fields

    def page(self, template: str, status: int = 200, **fields: Any) -> flask.Response:
        """Return a page with its rail, who is signed in, and what was said of the change before it."""
        said = CHANGES_TOLD.get(self.request.cookies.get(SAID_COOKIE, ""))
        response = self.pages.page(
            template,
            status,
            tenant=self.who.tenant.name or self.who.tenant.id,
            token=self.sessions.token(self.session),
            writes=WRITE in self.who.key.scopes,
            manages=ADMIN in self.who.key.scopes,
            operates=self.who.operates,
            said=said,
            **fields,
        )
        if said:
            self.sessions.set_cookie(response, SAID_COOKIE, "", 0)
        return response

    def go(self, path: str, said: str = "") -> flask.Response:
        """Send the browser to a page of ours, which tells what was done."""
        response = flask.Response(status=303, headers={"Location": f"{self.pages.base}{path}"})
        if said:
            self.sessions.set_cookie(response, SAID_COOKIE, said, SAID_SECONDS)
        return self.pages.dressed(response)


Screen = Callable[[Visit, Mapping[str, str]], flask.Response]


def in_path(name: str) -> str:
    """Return a name that somebody has typed as a step of a call's path; what could be no step is no name either."""
    return quote(name, safe="") if name.strip(".") and "/" not in name else "-"


def told(problem: Problem | Answered) -> Mapping[str, Any]:
    """Return what a page shows of a refusal: message, next move, details by field."""
    if isinstance(problem, Answered):
        return {name: problem.fields.get(name) for name in ("message", "next_move", "details", "request_id")}
    shown = {"message": problem.message, "next_move": problem.next_move, "details": problem.details}
    return {**shown, "request_id": None}
