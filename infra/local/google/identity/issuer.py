"""The local stand-in for Google's token service: one RSA key that mints, verifies and signs.

An OIDC token is a JWT signed RS256 with the claims Google's own identity tokens carry (iss, aud, azp, sub, email,
email_verified, iat, exp one hour later); an access token is opaque to everyone but this issuer. The key lives in the
data folder, so tokens outlive a restart. Source: developers.google.com/identity/openid-connect/openid-connect and
cloud.google.com/iam/docs/reference/credentials/rest (signBlob: RSA-SHA256), read 2026-11.
"""

import hashlib
import hmac
import json
import os
import tempfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ISSUER = "https://accounts.google.com"
LIFETIME_SECONDS = 3600
ACCESS_TOKEN_PREFIX = "ya29.local-"  # noqa: S105 - the public prefix, not a token


class InvalidToken(Exception):
    """The token is not one this issuer minted for this audience, or its hour is over; the message says which."""


class Issuer:
    """Mints and verifies like Google's token service, with a key of its own kept in `data`."""

    def __init__(self, data: Path, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._key = _load_or_create_key(data / "issuer.pem")
        public = self._key.public_key()
        self.public_key_pem: bytes = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.key_id: str = hashlib.sha256(self.public_key_pem).hexdigest()[:40]
        self._access_secret = hashlib.sha256(
            self._key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        ).digest()

    def mint(self, *, email: str, audience: str) -> str:
        """Return an OIDC identity token for `email`, good for `audience` during one hour of the handed-in clock."""
        issued = int(self._clock().timestamp())
        subject = subject_of(email)
        header = {"alg": "RS256", "kid": self.key_id, "typ": "JWT"}
        claims = {
            "aud": audience,
            "azp": subject,
            "email": email,
            "email_verified": True,
            "exp": issued + LIFETIME_SECONDS,
            "iat": issued,
            "iss": ISSUER,
            "sub": subject,
        }
        signed = f"{_encode(_json(header))}.{_encode(_json(claims))}"
        return f"{signed}.{_encode(self.sign(signed.encode()))}"

    def verify(self, token: str, *, audience: str) -> str:
        """Return the email a token speaks for.

        Raises:
            InvalidToken: malformed, not signed by this issuer, expired, from the future, or for another audience.
        """
        try:
            header_part, claims_part, signature_part = token.split(".")
            header = json.loads(_decode(header_part))
            claims = json.loads(_decode(claims_part))
            signature = _decode(signature_part)
        except (ValueError, NotBase64) as error:
            raise InvalidToken("not a JWT: three base64url parts expected") from error
        if not isinstance(header, dict) or header.get("alg") != "RS256" or header.get("kid") != self.key_id:
            raise InvalidToken("signed by another key, or not with RS256")
        try:
            self._key.public_key().verify(
                signature, f"{header_part}.{claims_part}".encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature as error:
            raise InvalidToken("bad signature") from error
        now = self._clock().timestamp()
        if claims["exp"] <= now:
            raise InvalidToken(f"expired {now - claims['exp']:.0f} s ago")
        if claims["iat"] > now:
            raise InvalidToken(f"issued {claims['iat'] - now:.0f} s in the future")
        if claims["aud"] != audience:
            raise InvalidToken(f"minted for audience {claims['aud']!r}, not {audience!r}")
        return str(claims["email"])

    def sign(self, payload: bytes) -> bytes:
        """Return the RSASSA-PKCS1-v1_5 SHA-256 signature of `payload` (256 bytes), as signBlob does."""
        return self._key.sign(payload, padding.PKCS1v15(), hashes.SHA256())

    def access_token(self, *, email: str) -> str:
        """Return an opaque OAuth access token for `email`."""
        claim = _encode(email.encode())
        return f"{ACCESS_TOKEN_PREFIX}{claim}.{self._mark(claim)}"

    def is_access_token(self, token: str) -> bool:
        """Say whether this issuer handed out `token`, at any time.

        The hour Google gives a token is counted by the client's own wall clock, not by the handed-in one, so a run
        that plays weeks in a second must not invalidate the token its client still believes in.
        """
        claim, dot, mark = token.removeprefix(ACCESS_TOKEN_PREFIX).partition(".")
        return token.startswith(ACCESS_TOKEN_PREFIX) and dot == "." and hmac.compare_digest(mark, self._mark(claim))

    def _mark(self, claim: str) -> str:
        return hmac.new(self._access_secret, claim.encode(), hashlib.sha256).hexdigest()


def subject_of(email: str) -> str:
    """Return the 21-digit id Google would show for a service account, derived from its address."""
    return f"1{int.from_bytes(hashlib.sha256(email.encode()).digest()[:16]) % 10**20:020d}"


def _load_or_create_key(path: Path) -> rsa.RSAPrivateKey:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write_once(path, pem)
    # We made it ourselves: proving anew that its primes are prime takes longer than all the rest of a start.
    loaded = serialization.load_pem_private_key(path.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise TypeError(f"{path} holds no RSA key; delete it and start again")
    return loaded


def _write_once(path: Path, content: bytes) -> None:
    # Two processes may start at once: a hard link either wins whole or loses, so both read the same key.
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(path).hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
