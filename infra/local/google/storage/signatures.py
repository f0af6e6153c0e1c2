"""Verify V4 signed URLs for real: rebuild the canonical request from what arrived, check it with the public key.

Source: cloud.google.com/storage/docs/authentication/{signatures,canonical-requests} and `_signing.py` of
google-cloud-storage 3.17.1, whose quoting and ordering this mirrors. V2 and HMAC signatures are refused by name.
"""

import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from .wire import Refused, unsupported

ALGORITHM = "GOOG4-RSA-SHA256"
_LONGEST = 7 * 24 * 3600
_SKEW = timedelta(minutes=15)
_NEEDED = ("X-Goog-Credential", "X-Goog-Date", "X-Goog-Expires", "X-Goog-SignedHeaders", "X-Goog-Signature")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a signature covers, as it came over the wire; `path` is decoded, header names are lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]

    def one(self, name: str) -> str:
        """Read a query parameter that must be there exactly once."""
        found = [value for key, value in self.query if key == name]
        if len(found) != 1:
            raise _malformed(f"The query parameter {name} must be given exactly once.")
        return found[0]


def load_accounts(accounts: Mapping[str, bytes]) -> dict[str, RSAPublicKey]:
    """Read the accounts' public keys from PEM."""
    keys: dict[str, RSAPublicKey] = {}
    for email, pem in accounts.items():
        key = load_pem_public_key(pem)
        if not isinstance(key, RSAPublicKey):
            raise TypeError(f"the key of {email} is not an RSA public key")
        keys[email] = key
    return keys


def is_signed(query: Mapping[str, str]) -> bool:
    """Tell whether a request carries a V4 signature; V2's is refused by name."""
    if "GoogleAccessId" in query or "Signature" in query:
        raise unsupported("V2 signed URLs (sign with version='v4')")
    return any(name in query for name in ("X-Goog-Algorithm", "X-Goog-Signature"))


def verify(arrived: Arrived, accounts: Mapping[str, RSAPublicKey], now: datetime) -> str:
    """Answer the account whose signature covers this very request; refuse everything else."""
    algorithm = arrived.one("X-Goog-Algorithm")
    if algorithm != ALGORITHM:
        raise unsupported(f"the signature algorithm {algorithm!r}")
    credential, date, expires, signed, signature = (arrived.one(name) for name in _NEEDED)
    email, _, scope = credential.partition("/")
    _check_time(date, expires, scope, now)
    names = signed.split(";")
    _check_headers(arrived.headers, names)
    if arrived.headers.get("x-goog-content-sha256", "UNSIGNED-PAYLOAD") != "UNSIGNED-PAYLOAD":
        raise unsupported("signed payloads (x-goog-content-sha256)")
    text = _string_to_sign(arrived, names, signed, date, scope)
    key = accounts.get(email)
    if key is None:
        raise Refused(403, "forbidden", "Access denied.", code="AccessDenied", details=f"Unknown signer: {email}.")
    try:
        key.verify(binascii.unhexlify(signature), text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error) as error:
        message = "Access denied. The request signature we calculated does not match the signature you provided."
        raise Refused(403, "forbidden", message, code="SignatureDoesNotMatch", details=text) from error
    return email


def _check_time(date: str, expires: str, scope: str, now: datetime) -> None:
    try:
        start = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise _malformed("X-Goog-Date must be YYYYMMDD'T'HHMMSS'Z'.") from error
    if not (expires.isascii() and expires.isdigit() and 1 <= int(expires) <= _LONGEST):
        raise _malformed(f"X-Goog-Expires must be between 1 and {_LONGEST} seconds.")
    day, *rest = scope.split("/")
    if day != date[:8] or len(rest) != 3 or rest[1:] != ["storage", "goog4_request"]:  # noqa: PLR2004 - location/storage/goog4_request
        raise _malformed("X-Goog-Credential's scope must be DATE/LOCATION/storage/goog4_request.")
    if start > now + _SKEW:
        raise Refused(
            403, "forbidden", "Request is not yet valid.", code="AccessDenied", details=f"Valid from {start}."
        )
    end = start + timedelta(seconds=int(expires))
    if now > end:
        details = f"Request signature expired at: {end.isoformat()}"
        raise Refused(400, "expired", "The provided token has expired.", code="ExpiredToken", details=details)


def _check_headers(headers: Mapping[str, str], names: list[str]) -> None:
    if "host" not in names or names != sorted(names) or names != [name.lower() for name in names]:
        raise _malformed("X-Goog-SignedHeaders must be lower case, sorted, and hold host.")
    for name in names:
        if name not in headers:
            raise _malformed(f"The header {name} is among the signed ones, but not in the request.")
    for name in headers:
        if name.startswith("x-goog-") and name not in names:
            raise _malformed(f"The header {name} is in the request, but not signed.")


def _string_to_sign(arrived: Arrived, names: list[str], signed: str, date: str, scope: str) -> str:
    headers = "".join(f"{name}:{_SPACE.sub(' ', arrived.headers[name].strip())}\n" for name in names)
    pairs = (f"{_quote(key)}={_quote(value)}" for key, value in arrived.query if key != "X-Goog-Signature")
    parts = (
        arrived.method,
        quote(arrived.path, safe="/~"),
        "&".join(sorted(pairs)),
        headers,
        signed,
        "UNSIGNED-PAYLOAD",
    )
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{ALGORITHM}\n{date}\n{scope}\n{digest}"


def _quote(text: str) -> str:
    return quote(text, safe="~")


def _malformed(message: str) -> Refused:
    return Refused(400, "invalid", message, code="MalformedSecurityHeader")
