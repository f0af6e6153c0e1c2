"""The one method of the IAM Credentials API that signed URLs need: projects.serviceAccounts.signBlob.

Source: cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob, read 2026-11. The
signature is RSA-SHA256 with the issuer's key, so whoever holds `Issuer.public_key_pem` can check it.
"""

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from werkzeug.wrappers import Request, Response

from .issuer import Issuer
from .loopback import LoopbackServer

RESOURCE = re.compile(r"/v1/projects/-/serviceAccounts/(?P<email>[^/:]+):signBlob")
ACCOUNT = re.compile(r"[^@]+@[^@]+\.gserviceaccount\.com")
FIELDS = {"payload", "delegates"}


class SignBlobServer:
    """Answers signBlob for whoever shows an access token of `issuer`."""

    def __init__(self, issuer: Issuer, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._issuer = issuer
        self.application = Request.application(self.respond)
        self._server = LoopbackServer(self.application, host=host, port=port)

    def start(self) -> str:
        """Serve, and return "host:port"."""
        return self._server.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()

    def respond(self, request: Request) -> Response:
        """Answer one request; `application` is this as WSGI, for a front that serves several hosts."""
        resource = RESOURCE.fullmatch(request.path)
        if resource is None or request.method != "POST":
            return _error(404, "NOT_FOUND", f"{request.method} {request.path} is not served: only signBlob is.")
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._issuer.is_access_token(token):
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if not ACCOUNT.fullmatch(resource["email"]):
            return _error(404, "NOT_FOUND", f"Not found; Gaia id not found for email {resource['email']}")
        return self._sign(request.get_data())

    def _sign(self, body: bytes) -> Response:
        try:
            message = json.loads(body)
        except ValueError:
            return _error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
        if not isinstance(message, dict):
            return _error(400, "INVALID_ARGUMENT", "Invalid JSON payload received. An object is expected.")
        if unknown := sorted(message.keys() - FIELDS):
            return _error(400, "INVALID_ARGUMENT", f'Invalid JSON payload received. Unknown name "{unknown[0]}".')
        if message.get("delegates"):
            return _error(501, "UNIMPLEMENTED", "delegates is not served by the local signBlob.")
        try:
            blob = b64decode(message.get("payload", ""), validate=True)
        except (NotBase64, TypeError, ValueError):
            return _error(400, "INVALID_ARGUMENT", "Invalid value at 'payload' (TYPE_BYTES): base64 is expected.")
        if not blob:
            return _error(400, "INVALID_ARGUMENT", "payload is required.")
        signed = {"keyId": self._issuer.key_id, "signedBlob": b64encode(self._issuer.sign(blob)).decode()}
        return Response(json.dumps(signed), content_type="application/json; charset=UTF-8")


def _error(status: int, name: str, message: str) -> Response:
    body = json.dumps({"error": {"code": status, "message": message, "status": name}})
    return Response(body, status, content_type="application/json; charset=UTF-8")
