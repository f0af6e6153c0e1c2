"""The unguessable path HeyGen calls back: who may say that something happened to an attempt.

Nothing is registered for it and no signature is promised on it, so its path carries an HMAC of the attempt's name
under a platform secret (hole 26; heygen page, "Callbacks").
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


def callback_url(attempt: str, *, base: str, secrets: Secrets) -> str:
    """Return where an attempt's vendor calls back; `base` is heygen_webhook's own URL.

    Raises NoSecret, SecretsUnreachable.
    """
    name = read_attempt(attempt)
    if name is None:
        raise ValueError(f"{attempt} names no attempt")
    return base + callback_path(name, callback_key(secrets))


def read_callback(path: str, key: str) -> AttemptName | None:
    """Return the attempt a path speaks about, None when the path was forged."""
    name, _, mark = path.strip("/").partition("/")
    attempt = read_attempt(name)
    if attempt is None or not hmac.compare_digest(mark.encode(), _mark(name, key).encode()):
        return None
    return attempt


def callback_key(secrets: Secrets) -> str:
    """Return the platform's key. Raises NoSecret, SecretsUnreachable."""
    return secrets.get(CALLBACK_KEY).value


def _mark(name: str, key: str) -> str:
    return hmac.new(key.encode(), name.encode(), hashlib.sha256).hexdigest()[:HEX]
