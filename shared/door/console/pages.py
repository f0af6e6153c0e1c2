"""What pages look like to a browser: templates, the stylesheet and the script, and the headers that confine them."""

import hashlib
import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import flask
from jinja2 import Environment, FileSystemLoader

from shared.door.console import wording
from shared.door.console.plain_refusals import plain_next, plain_refusal, plain_why
from shared.door.console.plainly import plain_move, plain_words, plainly

PAGES_FOLDER = Path(__file__).parent
STATIC = ("console.css", "console.js", "mark.svg")
MEGA = 1_000_000  # bytes
UNCHANGING = "public, max-age=31536000, immutable"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(PAGES_FOLDER / "templates"),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"dollars": dollars, "moment": moment, "part": part, "size": size, "vendor": vendor}
    made.filters |= {"plainly": plainly, "plain_move": plain_move, "plain_next": plain_next, "plain_words": plain_words}
    made.filters |= {"plain_refusal": plain_refusal, "plain_why": plain_why}
    words = ("STATUS", "STATE", "OUTCOME", "NEED", "PLACE", "QUALITY", "DELIVERY", "BATCH", "SHAPE", "SIZE")
    made.globals |= {f"{name}_WORDS": getattr(wording, f"{name}_WORDS") for name in words}
    made.globals["BATCH_LOOKS"] = wording.BATCH_LOOKS
    return made


def dollars(text: object) -> str:
    """Write an amount as people do: "$1.60"; what is less than a cent with all its digits."""
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        return str(text)
    return f"${amount:.2f}" if not amount or amount >= Decimal("0.01") else f"${amount.normalize():f}"


def moment(text: str | None) -> str:
    """Write a time with its zone: "27 Nov 2026, 14:02 UTC"."""
    if not text:
        return ""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%d %b %Y, %H:%M UTC").lstrip("0")


def size(count: int | None) -> str:
    """Write a file's size as people do: "3.1 MB"."""
    return "" if count is None else f"{count / MEGA:.1f} MB" if count >= MEGA else f"{count / 1000:.0f} kB"


def part(key: str) -> str:
    """Name a part of a film as people do: "Footage 2" for clip-2."""
    kind, _, number = key.partition("-")
    return f"{wording.PART_NAMES.get(kind, kind)} {number}".strip()


def vendor(name: str | None) -> str:
    """Name a vendor as it calls itself; where no vendor works, we do."""
    return wording.VENDOR_NAMES.get(name or "abroll", name or "")


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages; `url` is where the console is, `media` where films are redirected to."""

    url: str
    base: str  # the path of `url`
    media: Callable[[], str]
    environment: Environment = field(default_factory=_environment)

    def page(self, template: str, status: int = 200, **fields: Any) -> flask.Response:
        """Return a whole page, or a part of one."""
        text = self.environment.get_template(template).render(base=self.base, static=self._static(), **fields)
        return self.dressed(flask.Response(text, status=status, mimetype="text/html"))

    def dressed(self, response: flask.Response) -> flask.Response:
        """Put the headers on that every answer has."""
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.update(self.headers)
        return response

    def static(self, name: str) -> flask.Response | None:
        """Return a file by its name with its hash; None for another."""
        plain = {hashed: name for name, hashed in hashed_names().items()}.get(name)
        if plain is None:
            return None
        kind = mimetypes.types_map[Path(plain).suffix]
        return flask.Response(_bytes(plain), mimetype=kind, headers={"Cache-Control": UNCHANGING})

    @property
    def headers(self) -> Mapping[str, str]:
        """What every answer is confined by."""
        own = f"{self.url}/assets/"
        policy = {
            "default-src": "'none'",
            "script-src": own,
            "style-src": own,
            "img-src": f"'self' blob: {self.media()}",
            "media-src": f"'self' {self.media()}",
            "connect-src": "'self'",
            "form-action": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
            "require-trusted-types-for": "'script'",
            "trusted-types": "abroll",
        }
        strict = {"Strict-Transport-Security": "max-age=31536000"} if self.url.startswith("https:") else {}
        return {
            "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
            **strict,
        }

    def _static(self) -> Mapping[str, str]:
        return {name: f"{self.base}/assets/{hashed}" for name, hashed in hashed_names().items()}


@cache
def hashed_names() -> Mapping[str, str]:
    """Return each file's name with the beginning of its hash in it."""
    names = {}
    for name in STATIC:
        stem, _, kind = name.rpartition(".")
        names[name] = f"{stem}.{hashlib.sha256(_bytes(name)).hexdigest()[:8]}.{kind}"
    return names


@cache
def _bytes(name: str) -> bytes:
    return (PAGES_FOLDER / "static" / name).read_bytes()
