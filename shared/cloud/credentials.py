"""Credentials that only carry the function's access token.

google-auth's own start a second, background request to a fixed host of Google's on first use (a "regional access
boundary" look-up, read in 2.62.2): one call more per cold start, and none of a laptop's business.
"""

from collections.abc import Callable

import google.auth.credentials


class TokenCredentials(google.auth.credentials.Credentials):
    """Asks `token` whenever a client wants a fresh one."""

    def __init__(self, token: Callable[[], str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # google.auth has no types here
        self._token_source = token

    def refresh(self, request: object) -> None:
        """Take the function's current token; its own owner keeps it valid."""
        del request
        self.token = self._token_source()

    def before_request(self, request: object, method: str, url: str, headers: dict[str, str]) -> None:
        """Always carry the owner's token: it knows when to renew."""
        del method, url
        self.refresh(request)
        headers["authorization"] = f"Bearer {self.token}"
