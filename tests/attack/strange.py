"""Requests a stranger, a tenant or a vendor could send: half right, half anything, at every route of every door."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

FORM = "multipart/form-data; boundary=b"


@dataclass(frozen=True, slots=True)
class Known:
    """What the sender may know: a key, its jobs, a callback's path, the secret of a registered endpoint."""

    key: str
    job: str
    token: str
    callback: tuple[str, str]  # attempt, mark
    vendor_mark: str  # the attempt's mark at the door of all vendors
    tenant: str
    spare: str  # the id of another key, which may be revoked
    secret: str
    routes: Mapping[str, tuple[tuple[str, str], ...]]  # by function: method, pattern


@dataclass(frozen=True, slots=True)
class Strange:
    """One request."""

    function: str
    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def environ(self) -> dict[str, Any]:
        """Return it as a server hands it on."""
        environ = EnvironBuilder(method=self.method, input_stream=BytesIO(self.body)).get_environ()
        environ |= {"PATH_INFO": self.path.decode("latin-1"), "QUERY_STRING": self.query.decode("latin-1")}
        environ["CONTENT_LENGTH"] = str(len(self.body))
        for name, value in self.headers:
            shouted = name.upper().replace("-", "_")
            plain = ("CONTENT_TYPE", "CONTENT_LENGTH")
            environ[shouted if shouted in plain else f"HTTP_{shouted}"] = value.encode("utf-8", "replace").decode(
                "latin-1"
            )
        return environ


MONSTERS = (
    "",
    ".",
    "..",
    "%00",
    "\0",
    "é",
    "٣",
    "\u2028",
    "\ufffe",
    "__x__",
    "'",
    '"',
    "<b>",
    "{}",
    "-1",
    "9" * 5000,
    "a" * 2000,
    "😀" * 300,
    "null",
    "0",
    "1e999",
    "NaN",
    "\x7f",
    "\x85",
    "C:\\",
    "xn--",
    "latest",
    "t",
    "film",
    "poster",
    "footage",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-20T12:00:00Z",
    "20261120",
    "2026-W47",
    "24:00",
    "heygen",
    "veo",
    "production",
    "test",
    "completed",
)
URLS = (
    "https://xn--/",
    "https://10.0.0.1/",
    "data:x",
    "about:blank",
    "https://h:99999999/",
    "https://[::1",
    "https://\u2028/",
    "mailto:a@b",
    "https://a..b/",
    "https://" + "a" * 300 + ".com/",
    "https://h/%00",
    "https://1.2.3.4.5/",
    "https://é/",
    "https://shop.example:" + "9" * 5000,
    "https://u:p@h/",
    "//h/x",
    "https://\ud800/",
    "https:///x",
    "https://h\\@i/",
)
text = st.one_of(st.sampled_from(MONSTERS), st.sampled_from(URLS), st.text(max_size=40))
number = st.one_of(st.integers(), st.floats(), st.sampled_from([10**400, -(10**30), 4, 8, 0.1]))
value = st.recursive(
    st.one_of(st.none(), st.booleans(), number, text),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(text, inner, max_size=4)),
    max_leaves=8,
)
FIELDS = (
    "product_title",
    "product_id",
    "scenes",
    "image_url",
    "image",
    "image_fit",
    "image_fit_color",
    "avatar_id",
    "voice_id",
    "avatar_script",
    "avatar_position",
    "aspect_ratio",
    "resolution",
    "b_roll",
    "background",
    "voice",
    "captions",
    "length",
    "provider",
    "mode",
    "webhook_url",
    "metadata",
    "template",
    "variables",
    "order",
    "dry_run",
    "nodes",
    "api_key",
    "register_webhook",
    "event_type",
    "event_data",
)
scene = st.dictionaries(
    st.sampled_from(
        [
            "visual_description",
            "duration",
            "script",
            "avatar_id",
            "voice_id",
            "background",
            "image_url",
            "clip",
            "clip_start",
            "scene",
            "mood",
        ]
    ),
    st.one_of(value, st.just(4), st.just("A mug")),
    max_size=4,
)
film = st.fixed_dictionaries(
    {"product_title": st.one_of(st.just("Mug"), text), "scenes": st.one_of(st.lists(scene, max_size=3), value)},
    optional={name: st.one_of(value, text) for name in FIELDS[3:]},
)
event = st.fixed_dictionaries(
    {"event_type": st.one_of(st.sampled_from(["avatar_video.success", "avatar_video.fail"]), value)},
    optional={
        "event_data": st.one_of(
            value, st.fixed_dictionaries({}, optional={"video_id": text, "callback_id": text, "url": text})
        )
    },
)
fields = st.dictionaries(st.one_of(st.sampled_from(FIELDS), text), value, max_size=5)


def _json(thing: Any) -> bytes:
    return json.dumps(thing).encode()


def _form(data: bytes) -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'
    return head + data + b"\r\n--b--\r\n"


body = st.one_of(
    st.just(b""),
    st.one_of(film, event, fields, value).map(_json),
    st.one_of(film, event).map(_json).map(lambda raw: raw.replace(b"\\u", b"\\ud8", 1)),
    st.binary(max_size=200),
    st.binary(max_size=100).map(_form),
    st.sampled_from(
        [
            b"[" * 100_000,
            b'{"a":' * 50_000,
            b"9" * 6000,
            b'{"event_type":"avatar_video.success","event_data":{"video_id":"\\ud800"}}',
            b'{"a":1,"a":2}',
            b"\xff\xfe{\x00",
            b"\xef\xbb\xbf{}",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xe0",
            b"RIFF0000WEBP",
            b"--b\r\n",
            b'{"limit":' + b"1" * 5000 + b"}",
            b"x" * 300_000,
        ]
    ),
)


def cursors() -> st.SearchStrategy[str]:
    made = st.one_of(value.map(_json), st.just(b"[" * 3000), st.binary(max_size=60))
    return made.map(lambda raw: base64.urlsafe_b64encode(raw).decode())


query = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(["limit", "cursor", "status", "product_id", "created_from", "created_to", "mode"]), text
        ),
        st.one_of(text, cursors(), st.datetimes().map(str), st.integers().map(str)),
    ),
    max_size=3,
).map(lambda pairs: "&".join(f"{name}={given}" for name, given in pairs).encode("utf-8", "replace"))


@st.composite
def requests(draw: st.DrawFn, known: Known) -> Strange:
    """Draw one request, more often than not at a route, with a key, in the right form."""
    function = draw(st.sampled_from(sorted(known.routes)))
    method, pattern = draw(st.sampled_from(known.routes[function]))
    if draw(st.integers(0, 9)) == 0:
        method = draw(
            st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
        )
    raw = draw(body)
    headers = {"Authorization": f"Bearer {known.key}", "Content-Type": "application/json"}
    registered, called_back = pattern.startswith("/t/"), pattern == "/{attempt}/{mark}"
    if registered and draw(st.booleans()):
        headers["Signature"] = hmac.new(known.secret.encode(), raw, hashlib.sha256).hexdigest()
    places = {"job": known.job, "token": known.token, "provider": "heygen", "thing": "film", "mode": "production"}
    places |= {"template": "launch", "brand": "spring", "kind": "vtt", "batch": known.job}
    places |= {"persona": "ana", "endpoint": known.job, "delivery": known.job, "name": "console.css"}
    places |= {"key": known.spare, "tenant": known.tenant, "attempt": known.callback[0], "mark": known.callback[1]}
    places |= {"file": 64 * "a", "folder": "images"}
    if "{vendor}" in pattern:
        called_back, places = True, {**places, "vendor": "did", "mark": known.vendor_mark}
    right = draw(st.integers(0, 2)) or (called_back and draw(st.booleans()))
    filled = [
        places[part.strip("{}")]
        if part.startswith("{") and (right or draw(st.booleans()))
        else draw(text)
        if part.startswith("{")
        else part
        for part in pattern.split("/")
    ]
    for name in draw(st.lists(st.sampled_from(sorted(ODD)), max_size=2)):
        headers[name] = draw(ODD[name])
    path = "/".join(filled) if draw(st.integers(0, 19)) else "/" + "/".join(draw(st.lists(text, max_size=6)))
    return Strange(
        function,
        method,
        path.encode("utf-8", "replace"),
        draw(query) if draw(st.booleans()) else b"",
        tuple(headers.items()),
        raw,
    )


ODD: dict[str, st.SearchStrategy[str]] = {
    "Authorization": st.one_of(text, text.map(lambda word: f"Bearer {word}"), st.just("Bearer"), st.just("Basic x:y")),
    "X-Api-Key": text,
    "Idempotency-Key": text,
    "Content-Type": st.one_of(
        text, st.sampled_from([FORM, "multipart/form-data", "image/png", "text/plain; charset=x"])
    ),
    "Content-Length": st.one_of(st.integers().map(str), text),
    "traceparent": text,
    "X-Cloud-Trace-Context": st.one_of(text, st.just("x" * 60_000)),
    "Signature": text,
    "Accept": text,
    "Host": st.one_of(text, st.sampled_from(URLS)),
    "Transfer-Encoding": st.sampled_from(["chunked", "gzip", "x"]),
    "If-None-Match": text,
    "Range": text,
    "Cookie": text,
    "Function-Execution-Id": text,
}
