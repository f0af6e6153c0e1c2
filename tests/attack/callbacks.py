"""What can be written where a vendor's webhook arrives: paths and queries in odd encodings, bodies of odd depth."""

import hashlib
import hmac
import json

from hypothesis import strategies as st

from tests.attack.strange import Known, Strange, body, event

DIGITS = b"9" * 5000
ODD = (
    *(b"", b".", b"..", b"%", b"%0", b"%00", b"\0", b"%2e%2e%2f", b"%252f", b"//", b"\\", b"%c0%af", b"+", b" ", b"\t"),
    *(b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"%ED%A0%80", b"%uD800", b"\xf4\x90\x80\x80", b"\xe9", b"\r\nX: y"),
    *(DIGITS, b"-" + DIGITS, "٣".encode() * 900, "😀".encode() * 600, b"a." * 2000, b";" * 3000, b"=&" * 1500),
    *(b"t1.a1", b"presenter-1", b"null", b"1e999", b"NaN", b"0x10", b"__proto__", b"${jndi:x}", b"' or 1=1"),
)
odd = st.one_of(st.sampled_from(ODD), st.binary(max_size=40))
deep = st.sampled_from((10, 500, 5000, 100_000))
bodies = st.one_of(
    body,
    event.map(lambda told: json.dumps(told).encode()),
    deep.map(lambda depth: b'{"event_type":"avatar_video.success","event_data":' + b"[" * depth + b"]" * depth + b"}"),
    deep.map(lambda depth: b'{"event_data":' * depth + b"1" + b"}" * depth),
    odd.map(lambda raw: b'{"event_type":"avatar_video.success","event_data":{"video_id":"' + raw + b'"}}'),
    st.sampled_from(
        (
            b'{"event_type":"avatar_video.success","event_data":{"video_id":"\\ud800\\udfff\\udc00"}}',
            b'{"event_type":' + DIGITS + b"}",
            b'{"event_data":{"callback_id":"' + DIGITS + b'"}}',
            b'{"\\ud83d":{"\\u0000":"\\ud83d"}}',
            '{"event_type":"avatar_video.success"}'.encode("utf-16"),
            '{"event_type":"avatar_video.success"}'.encode("utf-32"),
        )
    ),
)


@st.composite
def callbacks(draw: st.DrawFn, known: Known) -> Strange:
    """Draw a delivery to one of the vendor's endpoints, mostly with one thing wrong."""
    registered, raw = draw(st.booleans()), draw(bodies)
    attempt, mark = (part.encode() for part in known.callback)
    right = [b"t", known.tenant.encode(), b"production"] if registered else [attempt, mark]
    kind = draw(st.sampled_from(("right", "right", "swapped", "joined", "numbered", "anything")))
    match kind:
        case "swapped":
            right[draw(st.integers(0, len(right) - 1))] = draw(odd)
        case "joined":
            right[draw(st.integers(0, len(right) - 1))] += draw(odd)
        case "numbered":
            job, node, *_ = attempt.split(b".")
            right = [b".".join((job, node, b"t" + draw(odd), b"a" + draw(odd))), mark]
        case "anything":
            right = draw(st.lists(odd, max_size=6))
    query = b"&".join(draw(st.lists(st.tuples(odd, odd).map(b"=".join), max_size=3)))
    headers = {"Content-Type": draw(st.sampled_from(("application/json", "text/plain", "a/b; charset=\ud800", "")))}
    if draw(st.booleans()):
        headers["Signature"] = hmac.new(known.secret.encode(), raw, hashlib.sha256).hexdigest()
    method = draw(st.sampled_from(("POST", "POST", "POST", "OPTIONS", "GET", "PUT")))
    return Strange("heygen_webhook", method, b"/" + b"/".join(right), query, tuple(headers.items()), raw)
