"""Files handed to the stand-in.

Uploads (`POST /v3/assets`) and what an order names by URL, fetched when it is ordered.
"""

import base64
import binascii
import secrets
import shutil
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from infra.local.vendors.heygen.contract import Order
from infra.local.vendors.heygen.footage_order import Handed
from infra.local.vendors.heygen.refusals import RefusedError, invalid
from infra.local.vendors.journal import Journal

_LARGEST = 32 * 1024 * 1024
_LARGEST_PICTURE = 16 * 1024 * 1024  # given as a link
_LARGEST_BASE64 = 5 * 1024 * 1024
_LARGEST_INPUT = 50 * 1024 * 1024
_FETCH_SECONDS = 30.0
_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"ftyp", 4, "video/mp4"),
    (b"\x1a\x45\xdf\xa3", 0, "video/webm"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"\xff\xf3", 0, "audio/mpeg"),
    (b"WAVE", 8, "audio/wav"),
    (b"%PDF", 0, "application/pdf"),
)
_SAME = {"audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "audio/mp3": "audio/mpeg", "image/jpg": "image/jpeg"}
_UNSAID = "application/octet-stream"  # what HeyGen's own command line tool calls every part: nothing is declared
_SRT = ("application/x-subrip", "text/plain")


class Assets:
    """Uploaded files and an order's inputs, on disk."""

    def __init__(self, journal: Journal, data: Path, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._folder = data / "assets"
        self._inputs = data / "inputs"
        self._clock = clock
        for folder in (self._folder, self._inputs):
            folder.mkdir(parents=True, exist_ok=True)

    def add(self, account: str, name: str, declared: str, raw: bytes, base_url: str) -> dict[str, Any]:
        """Keep an uploaded file; return the answer's `data`. Raises RefusedError."""
        if len(raw) > _LARGEST:
            raise RefusedError("payload_too_large", "The file is larger than 32 MB", param="file")
        mime = sniff(raw, name)
        if mime is None:
            raise invalid("file", "Unsupported file type")
        wanted = _SAME.get(declared, declared)
        if wanted not in (mime, _UNSAID) and not (mime == "application/x-subrip" and wanted in _SRT):
            raise invalid("file", f"Content type not match {mime} != {declared}")
        asset = secrets.token_hex(16)
        self._path(asset).write_bytes(raw)
        with self._journal.transaction() as cursor:
            cursor.execute(
                "INSERT INTO assets VALUES (?, ?, ?, ?, ?, ?)",
                (asset, account, name, mime, len(raw), self._clock().isoformat()),
            )
        return {"asset_id": asset, "url": f"{base_url}/asset/{asset}", "mime_type": mime, "size_bytes": len(raw)}

    def collect(self, account: str, order: Order) -> dict[str, bytes | Path]:
        """Return the files an order names, by use. Raises RefusedError (asset_not_found, download_failed)."""
        found: dict[str, bytes | Path] = {}
        if order.audio_url is not None or order.audio_asset_id is not None:
            found["audio"] = self._one(account, order.audio_url, order.audio_asset_id, "audio_url", "audio/")
        background = order.background
        if background is not None and background.color is None:
            found["background"] = self._one(account, background.url, background.asset_id, "background.url", "image/")
        return found

    def handed(self, account: str, files: Iterable[Handed]) -> dict[str, bytes]:
        """Return the files an order for footage hands in, by field. Raises RefusedError.

        A link that leads elsewhere is not followed, and each way has a size of its own.
        """
        return {file.param: self._given(account, file) for file in files}

    def _given(self, account: str, file: Handed) -> bytes:
        if file.data is not None:
            return _decoded(file)
        if file.asset is not None:
            kept = self._one(account, None, file.asset, file.param, file.family)
            return kept.read_bytes() if isinstance(kept, Path) else kept
        most = _LARGEST_PICTURE if file.family == "image/" else _LARGEST
        return _fetched(file.url or "", file.param, file.family, most=most, follow=False)

    def keep(self, video_id: str, files: dict[str, bytes | Path]) -> None:
        """Keep an order's inputs under its video's id."""
        for use, content in files.items():
            target = self.input(video_id, use)
            if isinstance(content, Path):
                shutil.copyfile(content, target)
            else:
                target.write_bytes(content)

    def input(self, video_id: str, use: str) -> Path:
        """Return where an input of a video lies."""
        return self._inputs / f"{video_id}-{use}"

    def _one(self, account: str, url: str | None, asset: str | None, param: str, family: str) -> bytes | Path:
        if asset is not None:
            row = self._journal.row("SELECT * FROM assets WHERE id = ? AND account = ?", asset, account)
            if row is None:
                raise RefusedError("asset_not_found", f"Asset {asset} not found")
            if not row["mime"].startswith(family):
                raise invalid(param, f"Asset {asset} is {row['mime']}, not {family}*")
            return self._path(asset)
        return _fetched(url or "", param, family)

    def _path(self, asset: str) -> Path:
        return self._folder / asset


def sniff(raw: bytes, name: str) -> str | None:
    """Return the type the bytes themselves tell, or None."""
    for sign, at, mime in _SIGNS:
        if raw[at : at + len(sign)] == sign:
            return mime
    return "application/x-subrip" if name.lower().endswith(".srt") and b"-->" in raw[:4096] else None


def _decoded(file: Handed) -> bytes:
    try:
        raw = base64.b64decode(file.data or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid(f"{file.param}.data", "Input should be valid base64") from error
    if file.family == "image/" and len(raw) > _LARGEST_BASE64:
        raise RefusedError("payload_too_large", "A base64 image may have at most 5 MB", param=file.param)
    if (found := sniff(raw, "")) != _SAME.get(file.mime, file.mime):
        raise invalid(file.param, f"Content type not match {found} != {file.mime}")
    return raw


def _fetched(url: str, param: str, family: str, *, most: int = _LARGEST_INPUT, follow: bool = True) -> bytes:
    try:
        answer = httpx.get(url, timeout=_FETCH_SECONDS, follow_redirects=follow)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise RefusedError("download_failed", f"The URL could not be downloaded: {error}", param=param) from error
    mime = sniff(answer.content, "")
    if mime is None or not mime.startswith(family) or len(answer.content) > most:
        raise RefusedError("download_failed", f"The URL is not a file of type {family}*", param=param)
    return answer.content
