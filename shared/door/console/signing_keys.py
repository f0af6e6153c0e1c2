"""What cookies, forms and tickets of the pages are signed with: a secret of their own, read by no other function.

Its value is a key a line, the newest first, each followed by when it was made. A new key verifies at once and signs
once no instance can remember a value without it (`SECRET_LIFE`), so a rotation signs nobody out; one that was replaced
verifies until the last session it signed is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from shared.cloud.secret_names import SESSION_KEYS
from shared.cloud.secrets import SECRET_LIFE, NoSecret, Secrets

SESSION_LIFE = timedelta(hours=8)
HEARD = timedelta(seconds=SECRET_LIFE)
MOST_SIGNING_KEYS = 5  # at once: each is tried on a cookie that fits none
ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key and when it was made."""

    text: str
    made_at: datetime

    def __repr__(self) -> str:
        return f"SigningKey(made_at={self.made_at})"


def read_keys(value: str) -> tuple[SigningKey, ...]:
    """Return the keys of a secret's value, the newest first; one without a readable time was always there."""
    lines = (line.split(maxsplit=1) for line in value.splitlines() if line.strip())
    return tuple(SigningKey(text, _time(" ".join(when))) for text, *when in lines)[:MOST_SIGNING_KEYS]


def rotated(value: str, made: str, now: datetime) -> str:
    """Return a secret's value with a new key, and without those whose last session is over."""
    keys = (SigningKey(made, now), *_valid(read_keys(value), now))[:MOST_SIGNING_KEYS]
    return "\n".join(f"{key.text} {key.made_at.isoformat()}" for key in keys)


def usable(value: str, now: datetime) -> tuple[str, ...]:
    """Return the keys that verify now, the one that signs last."""
    keys = _valid(read_keys(value), now)
    signs = next((key for key in keys if key.made_at + HEARD <= now), keys[-1] if keys else None)
    return tuple(key.text for key in sorted(keys, key=lambda key: (key is signs, key.made_at)))


def session_keys(secrets: Secrets, now: datetime) -> tuple[str, ...]:
    """Return the platform's keys that verify now, the one that signs last. Raises NoSecret, SecretsUnreachable."""
    keys = usable(secrets.get(SESSION_KEYS).value, now)
    if not keys:
        raise NoSecret(f"{SESSION_KEYS} holds no key")
    return keys


def _valid(keys: Sequence[SigningKey], now: datetime) -> list[SigningKey]:
    replaced = [old for new, old in pairwise(keys) if now < new.made_at + HEARD + SESSION_LIFE]
    return [*keys[:1], *replaced]


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return ALWAYS
    return found if found.tzinfo else found.replace(tzinfo=UTC)
