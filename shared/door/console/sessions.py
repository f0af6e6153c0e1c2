"""Who is signed in to the pages: a signed cookie that names an API key and holds nothing of it.

What the key may do, and whether it is still valid, is read from its record at every request, as for a call of the API:
a revoked key ends its sessions within the same five seconds. The cookie itself ends after eight hours, or an hour in
which nobody asked for anything.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_urlsafe

import flask
from itsdangerous import BadData, URLSafeSerializer

from shared.door.asked import is_key_id

LIFE, IDLE = 8 * 3600, 3600  # seconds
SEEN_STEP = 300  # in which a cookie is not written anew
TICKET_LIFE = 600
LONGEST_COOKIE = 500
COOKIE = "abroll"


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in: its key, when it was and was last used (Unix seconds), what its forms' tokens are made of."""

    key: str
    since: int
    seen: int
    nonce: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """Makes and reads cookies, tokens and tickets; `secret` tells the bytes they are signed with."""

    secret: Callable[[], str]
    now: Callable[[], datetime]
    path: str  # what the cookie is sent to
    secure: bool

    @property
    def cookie(self) -> str:
        """The cookie's name; the prefix makes browsers take it over HTTPS only."""
        return f"__Secure-{COOKIE}" if self.secure else COOKIE

    def begun(self, key_id: str) -> Session:
        """Return a new session."""
        now = int(self.now().timestamp())
        return Session(key_id, now, now, token_urlsafe(16))

    def read(self, request: flask.Request) -> Session | None:
        """Return a request's session; None where there is none, it is not ours, or it is over."""
        text = request.cookies.get(self.cookie, "")
        match self._loaded("session", text):
            case [str(key), int(since), int(seen), str(nonce)] if is_key_id(key):
                now = self.now().timestamp()
                return Session(key, since, seen, nonce) if now < min(since + LIFE, seen + IDLE) else None
        return None

    def keep(self, response: flask.Response, session: Session) -> None:
        """Write the cookie, unless the browser has one that is as good."""
        now = int(self.now().timestamp())
        if now - session.seen >= SEEN_STEP or session.since == now:
            used = replace(session, seen=now)
            text = self._signer("session").dumps([used.key, used.since, used.seen, used.nonce])
            self.set_cookie(response, self.cookie, str(text), LIFE)

    def end(self, response: flask.Response) -> None:
        """Take the cookie away."""
        self.set_cookie(response, self.cookie, "", 0)

    def set_cookie(self, response: flask.Response, name: str, value: str, seconds: int) -> None:
        """Set a cookie no script reads and no other site sends."""
        response.set_cookie(
            name, value, max_age=seconds, path=self.path, secure=self.secure, httponly=True, samesite="Lax"
        )

    def token(self, session: Session) -> str:
        """Return what this session's forms carry, and nobody else's."""
        return hmac.new(self._key("form"), session.nonce.encode(), hashlib.sha256).hexdigest()

    def holds(self, session: Session, token: str) -> bool:
        """Tell whether a form is one of this session's."""
        return hmac.compare_digest(self.token(session).encode(), token.encode("utf-8", "replace"))

    def ticket(self, key_id: str) -> str:
        """Return a text that signs its bearer in with a key, for ten minutes."""
        return str(self._signer("ticket").dumps([key_id, int(self.now().timestamp()) + TICKET_LIFE]))

    def admitted(self, ticket: str) -> str | None:
        """Return the key of a ticket, None where it is none of ours or is over."""
        match self._loaded("ticket", ticket):
            case [str(key), int(until)] if is_key_id(key) and self.now().timestamp() < until:
                return key
        return None

    def signed(self, what: str, text: str) -> str:
        """Return a text that `unsigned` reads again and nobody else can make."""
        return str(self._signer(what).dumps(text))

    def unsigned(self, what: str, signed: str) -> str | None:
        """Return the text of what `signed` made, else None."""
        text = self._loaded(what, signed, most=4096)
        return text if isinstance(text, str) else None

    def _loaded(self, what: str, text: str, most: int = LONGEST_COOKIE) -> object:
        if not text or len(text) > most:
            return None
        try:
            found: object = self._signer(what).loads(text)
        except BadData:
            return None
        return found

    def _signer(self, what: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._key(what), salt=what, signer_kwargs={"digest_method": hashlib.sha256})

    def _key(self, what: str) -> bytes:
        return hmac.new(self.secret().encode(), f"console {what}".encode(), hashlib.sha256).digest()
