"""The metadata server a Google client finds through GCE_METADATA_HOST and GCE_METADATA_IP.

It answers what google-auth 2.62.2 asks of it (google/auth/compute_engine/_metadata.py): the ping of the root, the
project, the universe domain, the service account, its access token and its identity token. As on Google Cloud, a
request without `Metadata-Flavor: Google`, or one that came through a proxy (X-Forwarded-For), is refused 403
(cloud.google.com/compute/docs/metadata/querying-metadata, read 2026-11).
"""

import json
from collections.abc import Mapping

from werkzeug.wrappers import Request, Response

from .issuer import LIFETIME_SECONDS, Issuer
from .loopback import LoopbackServer

ROOT = "/computeMetadata/v1/"
SCOPES = ("https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/userinfo.email")
FLAVOR = {"Metadata-Flavor": "Google"}


class MetadataServer:
    """Serves one project's metadata with one service account, known as `default` and by its address."""

    def __init__(self, issuer: Issuer, *, project: str, email: str, host: str = "127.0.0.1", port: int = 0) -> None:
        self._issuer = issuer
        self._project = project
        self._email = email
        self._server = LoopbackServer(Request.application(self._respond), host=host, port=port)

    def start(self) -> str:
        """Serve, and return "host:port" for GCE_METADATA_HOST and GCE_METADATA_IP."""
        return self._server.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()

    def _respond(self, request: Request) -> Response:
        answer = self._route(request)
        answer.headers.update(FLAVOR)
        return answer

    def _route(self, request: Request) -> Response:
        if request.method != "GET":
            return _text(f"{request.method} is not served by the local metadata server\n", status=405)
        if request.path in ("", "/"):
            return _text("computeMetadata/\n")
        if request.headers.get("Metadata-Flavor") != "Google" or request.headers.get("X-Forwarded-For"):
            return _text("Missing Metadata-Flavor:Google header.\n", status=403)
        path = request.path.removeprefix(ROOT)
        match path.split("/"):
            case ["project", "project-id"]:
                return _text(self._project)
            case ["universe", "universe-domain"]:
                return _text("googleapis.com")
            case ["instance", "service-accounts", account, *rest] if account in ("default", self._email):
                return self._account("/".join(rest), request)
            case _:
                return _text(f"{request.path} is not served by the local metadata server\n", status=404)

    def _account(self, what: str, request: Request) -> Response:
        match what:
            case "":
                if request.args.get("recursive") != "true":
                    return _text("aliases\nemail\nidentity\nscopes\ntoken\n")
                return _json({"aliases": ["default"], "email": self._email, "scopes": list(SCOPES)})
            case "email":
                return _text(self._email)
            case "aliases":
                return _text("default\n")
            case "scopes":
                return _text("".join(f"{scope}\n" for scope in SCOPES))
            case "token":
                token = self._issuer.access_token(email=self._email)
                return _json({"access_token": token, "expires_in": LIFETIME_SECONDS - 1, "token_type": "Bearer"})
            case "identity":
                audience = request.args.get("audience", "")
                if not audience:
                    return _text("non-empty audience parameter required\n", status=400)
                return _text(self._issuer.mint(email=self._email, audience=audience))
            case _:
                return _text(f"{request.path} is not served by the local metadata server\n", status=404)


def _text(body: str, *, status: int = 200) -> Response:
    return Response(body, status, content_type="application/text")


def _json(value: Mapping[str, object]) -> Response:
    return Response(json.dumps(value), content_type="application/json")
