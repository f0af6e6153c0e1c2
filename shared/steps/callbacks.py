"""The unguessable path a vendor calls back: who may say that something happened to an attempt.

Nothing is registered for it and no signature is promised on it, so its path carries an HMAC of the attempt's name
under a platform secret (hole 26; heygen page, "Callbacks"), and its vendor's: what one was told opens no other's door.
"""

import hashlib
import hmac

from shared.cloud.secret_names import CALLBACK_KEY
from shared.cloud.secrets import Secrets
from shared.pipeline.job.names import AttemptName, read_attempt

HEX = 32


def callback_path(attempt: AttemptName, key: str) -> str:
    """Return the path after heygen_webhook's own name."""
    return f"/{attempt}/{_mark(str(attempt), key)}"


def vendor_path(vendor: str, attempt: AttemptName, key: str) -> str:
    """Return the path after provider_webhook's own name."""
    return f"/{vendor}/{attempt}/{_mark(f'{vendor}|{attempt}', key)}"


def callback_url(vendor: str, attempt: str, *, base: str, secrets: Secrets) -> str:
    """Return where an attempt's vendor calls back; `base` is the URL the functions' names follow.

    Raises NoSecret, SecretsUnreachable.
    """
    name = read_attempt(attempt)
    if name is None:
        raise ValueError(f"{attempt} names no attempt")
    key = callback_key(secrets)
    if vendor == "heygen":
        return f"{base}/heygen_webhook{callback_path(name, key)}"
    return f"{base}/provider_webhook{vendor_path(vendor, name, key)}"


def read_callback(path: str, key: str) -> AttemptName | None:
    """Return the attempt a path speaks about, None when the path was forged."""
    name, _, mark = path.strip("/").partition("/")
    attempt = read_attempt(name)
    if attempt is None or not hmac.compare_digest(mark.encode(), _mark(name, key).encode()):
        return None
    return attempt


def read_vendor_path(vendor: str, name: str, mark: str, key: str) -> AttemptName | None:
    """Return the attempt a vendor's path speaks about, None when the path was forged, or told to another vendor."""
    attempt = read_attempt(name)
    if attempt is None or not hmac.compare_digest(mark.encode(), _mark(f"{vendor}|{name}", key).encode()):
        return None
    return attempt


def callback_key(secrets: Secrets) -> str:
    """Return the platform's key. Raises NoSecret, SecretsUnreachable."""
    return secrets.get(CALLBACK_KEY).value


def _mark(name: str, key: str) -> str:
    return hmac.new(key.encode(), name.encode(), hashlib.sha256).hexdigest()[:HEX]
