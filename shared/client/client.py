"""abroll as an object: films, uploads and what belongs to the tenant."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import httpx

from .batches import Batches
from .endpoints import TenantWebhooks
from .errors import KeyRefused, Refused
from .films import Films
from .many import ManyFilms
from .schemas import Account, Changes, Exported, Integration, Keys, Personas, Tenant, WebhookSecret
from .transport import Patience, Sent, Transport

VERSION = "0.1.0"
AGENT = f"abroll-client/{VERSION}"
MOST_UPLOAD, MOST_CLIP = 20 * 1024 * 1024, 30 * 1024 * 1024  # bytes, as abroll takes them


class Abroll:
    """One abroll, called with one API key.

    Args:
        key: the API key; `ABROLL_KEY` of the environment where none is given.
        url: abroll's address; `ABROLL_URL` where none is given. `https://`, or this machine.
        patience: how long a call that may be repeated is repeated.
        http: an `httpx.Client` of your own, for a proxy or limits of your own; it stays yours to close.

    It may be shared between threads. Raises Refused for an address that cannot be one.
    """

    def __init__(
        self,
        key: str | None = None,
        url: str | None = None,
        *,
        patience: Patience | None = None,
        http: httpx.Client | None = None,
        agent: str = AGENT,
    ) -> None:
        self._owned = http is None
        self._patience = patience or Patience()
        self.key = _key(key)
        self._transport = Transport(_url(url), self.key, agent, self._patience, http)
        self.films = Films(self._transport, self._patience)
        self.many = ManyFilms(self._transport)
        self.batches = Batches(self._transport, self._patience)
        self.webhooks = TenantWebhooks(self._transport, self._patience)

    @property
    def url(self) -> str:
        """Where abroll is."""
        return self._transport.url

    def upload(self, photo: str | Path | bytes) -> str:
        """Upload a photo (JPEG, PNG or WebP, at most 20 MB and 50 megapixels); return its id, for `image` of an order.

        Raises Refused where it is no such photo, OSError where the file cannot be read.
        """
        content = photo if isinstance(photo, bytes) else _read(Path(photo), MOST_UPLOAD)
        headers = {"Content-Type": "application/octet-stream"}
        answer = self._transport.call("POST", "/tenant/uploads", Sent(content=content, headers=headers))
        return str(answer["image"])

    def upload_music(self, music: str | Path | bytes) -> str:
        """Upload music (MP3, AAC, WAV or FLAC, at most 20 MB); return its id, for `audio.music.audio` of an order.

        Raises Refused where it is no such music, OSError where the file cannot be read.
        """
        content = music if isinstance(music, bytes) else _read(Path(music), MOST_UPLOAD)
        headers = {"Content-Type": "application/octet-stream"}
        answer = self._transport.call("POST", "/tenant/uploads/audio", Sent(content=content, headers=headers))
        return str(answer["audio"])

    def upload_clip(self, clip: str | Path | bytes) -> str:
        """Upload a clip of your own (MP4, MOV or WebM, 0.5 to 60 s, 4K, 30 MB); return its id, for a scene's `clip`.

        Raises Refused where it is no such clip, OSError where the file cannot be read.
        """
        content = clip if isinstance(clip, bytes) else _read(Path(clip), MOST_CLIP)
        headers = {"Content-Type": "application/octet-stream"}
        answer = self._transport.call("POST", "/tenant/uploads/clip", Sent(content=content, headers=headers))
        return str(answer["clip"])

    def fetch_clip(self, url: str) -> str:
        """Let a clip of your own be fetched from a link, once; return its id, for a scene's `clip`. Raises Refused."""
        return str(self._transport.call("POST", "/tenant/uploads/clip_link", Sent(plain={"clip_url": url}))["clip"])

    def tenant(self) -> Tenant:
        """Return who the key belongs to, its plan, and what is left of this month."""
        return cast("Tenant", self._transport.call("GET", "/tenant"))

    def put_account(self, provider: str, account: Integration) -> Account:
        """Put the tenant's key at an avatar service, which is asked whether it works. Raises Refused."""
        return cast("Account", self._transport.call("PUT", f"/tenant/integrations/{provider}", Sent(plain=account)))

    def account(self, provider: str) -> Account:
        """Return the tenant's account at an avatar service, without its key."""
        return cast("Account", self._transport.call("GET", f"/tenant/integrations/{provider}"))

    def rotate_account_webhook(self, provider: str) -> Account:
        """Give abroll's endpoint at an avatar service a new signing secret; what the one before signs counts for a day.

        Raises Refused where the service registers none.
        """
        return cast("Account", self._transport.call("POST", f"/tenant/integrations/{provider}/webhook/rotate"))

    def personas(self) -> Personas:
        """Return the tenant's presenters by name."""
        return cast("Personas", self._transport.call("GET", "/tenant/personas"))

    def keys(self) -> Keys:
        """Return the tenant's API keys, without their secret part."""
        return cast("Keys", self._transport.call("GET", "/tenant/keys"))

    def revoke_key(self, key: str) -> None:
        """End an API key; within five seconds nobody takes it."""
        self._transport.call("DELETE", f"/tenant/keys/{key}")

    def changes(self, cursor: str | None = None) -> Changes:
        """Return who changed what of the tenant's, newest first, from a page's `next_cursor` on."""
        params: dict[str, str] = {"cursor": cursor} if cursor else {}
        return cast("Changes", self.call("GET", "/tenant/audit", None, **params))

    def export(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield everything that is stored of the tenant, each record with its kind; a page in memory at a time."""
        cursor: str | None = ""
        while cursor is not None:
            page = cast("Exported", self.call("GET", "/tenant/export", None, **({"cursor": cursor} if cursor else {})))
            yield from ((page["kind"], record) for record in page["records"])
            cursor = page["next_cursor"]

    def new_webhook_secret(self) -> WebhookSecret:
        """Make the secret webhooks are signed with; it is shown this once. The one before signs beside it for a day."""
        return cast("WebhookSecret", self._transport.call("POST", "/tenant/webhook_secret"))

    def call(self, method: str, path: str, plain: Mapping[str, Any] | None = None, **params: str) -> Any:
        """Make any other call of the reference page and return its JSON; it is repeated only where that is harmless."""
        return self._transport.call(method, path, Sent(plain=plain, params=params))

    def close(self) -> None:
        """Close the connections."""
        if self._owned:
            self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _url(given: str | None) -> str:
    url = given or os.environ.get("ABROLL_URL")
    if url:
        return url
    raise Refused("no address of abroll", code="validation_error", next_move="Give `url`, or set ABROLL_URL.")


def _key(given: str | None) -> str:
    key = given or os.environ.get("ABROLL_KEY")
    if key:
        return key
    raise KeyRefused("no API key", code="unauthorized", next_move="Give `key`, or set ABROLL_KEY.")


def _read(file: Path, most: int) -> bytes:
    if file.stat().st_size > most:
        message = f"{file.name} has more than {most // 2**20} MB"
        raise Refused(message, code="body_too_large", next_move="Make it smaller.")
    return file.read_bytes()
