"""The HTTP client of the stand-ins: it speaks to this machine only, so it loads no certificates, which takes 40 ms."""

import ssl

import httpx

_PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody


def loopback_client(seconds: float) -> httpx.Client:
    """Return a client for plain HTTP on this machine; a call may take so many seconds, and follows no redirect."""
    return httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False, verify=_PLAIN)
