"""A browser as the pages see it: it keeps cookies and sends forms; no network, no script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import urlencode

import flask
from werkzeug.test import EnvironBuilder

from shared.wiring import Wiring
from tests.steps.calls import Customer
from tests.steps.stage import Stage


@dataclass(slots=True)
class Browser:
    """Keeps cookies, and sends forms as our own pages do."""

    wiring: Wiring
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> flask.Response:
        """Load a page."""
        return self.ask("GET", path, None, headers)

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> flask.Response:
        """Send a form as it stands."""
        ours = self.wiring.console.pages.url.removesuffix("/console")
        return self.ask("POST", path, urlencode(form).encode(), {"Origin": ours, **headers})

    def send(self, path: str, form: Mapping[str, str]) -> flask.Response:
        """Send a form with the token of this session."""
        return self.post(path, {**form, "_token": self.token})

    def bring(self, path: str, form: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> flask.Response:
        """Send a form with files, by field: each a name and its bytes."""
        ours = self.wiring.console.pages.url.removesuffix("/console")
        given = {name: (BytesIO(data), called) for name, (called, data) in files.items()}
        built = EnvironBuilder(method="POST", data={**form, "_token": self.token, **given})
        sent = built.get_environ()
        with sent["wsgi.input"] as body:  # a file where it is large
            return self.ask("POST", path, body.read(), {"Origin": ours, "Content-Type": sent["CONTENT_TYPE"]})

    @property
    def token(self) -> str:
        """The token that this session's forms carry."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        session = self.wiring.sessions.read(flask.Request(EnvironBuilder(headers=[*sent.items()]).get_environ()))
        assert session
        return self.wiring.sessions.token(session)

    def ask(self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]) -> flask.Response:
        """Ask for a path, and keep the cookies of the answer."""
        path, _, query = path.partition("?")
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        if data is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        built = EnvironBuilder(path=path, query_string=query, method=method, data=data, headers=[*sent.items()])
        request = flask.Request(built.get_environ())
        response: flask.Response = self.wiring.console(request)
        request.close()
        for line in response.headers.getlist("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response


def signed_in(stage: Stage, who: Customer) -> Browser:
    """Sign in with a key."""
    made = Browser(stage.wiring)
    assert 303 == made.post("/sign-in", {"key": who.text}).status_code
    return made
