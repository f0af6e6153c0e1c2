"""One HTTP request as the handlers see it: path, query, headers, and a body that is read in blocks or not at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, unquote_to_bytes

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from .files import BLOCK
from .wire import Query, Refused, invalid

_IN_MEMORY = 64 * BLOCK


class Cut(Refused):
    """The client went away in the middle of its body."""

    def __init__(self) -> None:
        super().__init__(400, "invalid", "The request body ended early.", code="IncompleteBody")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request; `path` is still percent-encoded, header names are lower case."""

    request: Request
    path: str
    pairs: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]

    @classmethod
    def of(cls, request: Request) -> Self:
        """Read the request line as it came, since a name's %2F must not become a slash."""
        raw = str(request.environ["RAW_URI"])
        path, _, query = raw.partition("?")
        if not path.startswith("/"):
            path = "/" + path.split("/", 3)[-1]
        pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
        return cls(request, path, tuple(pairs), {key.lower(): value for key, value in request.headers.items()})

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.request.method

    @property
    def query(self) -> Query:
        """The query parameters; one given twice is refused."""
        values = dict(self.pairs)
        if len(values) != len(self.pairs):
            raise invalid("A query parameter is given twice.")
        if any(not _is_text(value) for value in values.values()):
            raise invalid("The query is not valid UTF-8.")
        return Query(values)

    @property
    def host(self) -> str:
        """The URL this request came to, without a slash at the end."""
        return self.request.host_url.rstrip("/")

    @property
    def content_type(self) -> str | None:
        """The body's type, None when not said."""
        return self.headers.get("content-type") or None

    def blocks(self) -> Iterator[bytes]:
        """Read the body in blocks; raises Cut when the client goes away, 411 when nobody says where it ends."""
        if self.method in {"POST", "PUT"} and not {"content-length", "transfer-encoding"} & self.headers.keys():
            raise Refused(411, "required", "You must provide a Content-Length.", code="MissingContentLength")
        while True:
            try:
                block = self.request.stream.read(BLOCK)
            except (HTTPException, OSError) as error:
                raise Cut from error
            if not block:
                return
            yield block

    def body(self) -> bytes:
        """Read a body that is meant to be small; 413 above 64 MiB."""
        parts: list[bytes] = []
        for block in self.blocks():
            parts.append(block)
            if len(parts) * BLOCK > _IN_MEMORY + BLOCK:
                raise Refused(
                    413, "uploadTooLarge", "A body this large needs a resumable upload.", code="EntityTooLarge"
                )
        return b"".join(parts)

    def drain(self) -> None:
        """Read what a refusal left unread, so that the client hears the answer."""
        try:
            for _ in self.blocks():
                pass
        except Refused:
            return


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def decode(segment: str) -> str:
    """Decode a path segment; anything but UTF-8 is refused."""
    try:
        return unquote_to_bytes(segment.encode("latin-1")).decode()
    except UnicodeError as error:
        raise invalid("The path is not valid UTF-8.") from error
