"""Who is signed in to the pages: a signed cookie that names an API key and holds nothing of it.

What the key may do, and whether it is still valid, is read from its record at every request, as for a call of the API:
a revoked key ends its sessions within the same five seconds. The cookie itself ends after eight hours, or an hour in
which nobody asked for anything.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_urlsafe

import flask
from itsdangerous import BadData, URLSafeSerializer

from shared.door.asked import is_key_id
from shared.door.console.signing_keys import SESSION_LIFE

LIFE, IDLE = int(SESSION_LIFE.total_seconds()), 3600  # seconds
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
    """Makes and reads cookies, tokens and tickets; `keys` tells what verifies them, the last one of them what signs.

    `used` counts one more use of a ticket by its name, kept until it is over, and tells how many there were with it.
    """

    keys: Callable[[], Sequence[str]]
    used: Callable[[str, datetime], int]
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
        return _mark(self._keys("form")[-1], session.nonce)

    def holds(self, session: Session, token: str) -> bool:
        """Tell whether a form is one of this session's."""
        sent = token.encode("utf-8", "replace")
        return any(hmac.compare_digest(_mark(key, session.nonce).encode(), sent) for key in self._keys("form"))

    def ticket(self, key_id: str) -> str:
        """Return a text that signs its bearer in with a key, once within ten minutes."""
        until = int(self.now().timestamp()) + TICKET_LIFE
        return str(self._signer("ticket").dumps([key_id, until, token_urlsafe(16)]))

    def admitted(self, ticket: str) -> str | None:
        """Use a ticket: return its key, None where it is none of ours, is over or was used. One write.

        Raises StoreUnreachable.
        """
        match self._loaded("ticket", ticket):
            case [str(key), int(until), str(name)] if is_key_id(key) and self.now().timestamp() < until:
                first = self.used(name, datetime.fromtimestamp(until, UTC)) == 1
                return key if first else None
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
        return URLSafeSerializer(self._keys(what), salt=what, signer_kwargs={"digest_method": hashlib.sha256})

    def _keys(self, what: str) -> list[bytes]:
        return [hmac.new(key.encode(), f"console {what}".encode(), hashlib.sha256).digest() for key in self.keys()]


def _mark(key: bytes, nonce: str) -> str:
    return hmac.new(key, nonce.encode(), hashlib.sha256).hexdigest()
