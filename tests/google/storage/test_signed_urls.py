"""V4 signed URLs are verified for real (docs authentication/canonical-requests; `_signing.py` of 3.17.1)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from google.auth.crypt import RSASigner
from google.cloud.storage import Bucket as Remote
from google.oauth2.service_account import Credentials

from infra.local.google.storage.server import Bucket, StorageServer
from tests.google.storage.world import Clock, client_of

SIGNER = "fn-api@abroll.iam.gserviceaccount.com"
Sign = Callable[..., str]


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    """The signer's key pair."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def clock() -> Clock:
    """The server's clock, which stands at the moment of signing."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def signed_endpoint(tmp_path: Path, key: RSAPrivateKey, clock: Clock) -> Iterator[str]:
    """A server that knows the signer's public key and accepts one bearer token."""
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    server = StorageServer(tmp_path, buckets=[Bucket("films")], accounts={SIGNER: public}, clock=clock)
    yield server.start()
    server.stop()


@pytest.fixture
def films(signed_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Remote]:
    """A bucket with one film."""
    with client_of(signed_endpoint, monkeypatch) as client:
        client.bucket("films").blob("jobs/ü 1/film (1).mp4").upload_from_string(b"film", content_type="video/mp4")
        yield client.bucket("films")


@pytest.fixture
def sign(films: Remote, signed_endpoint: str, key: RSAPrivateKey) -> Sign:
    """Google's own signing, with a local key."""
    return _signing(films, signed_endpoint, key)


def _signing(films: Remote, endpoint: str, key: RSAPrivateKey, email: str = SIGNER) -> Sign:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    signer, make = cast("Any", RSASigner), cast("Any", Credentials)  # the library publishes no types
    credentials = make(signer.from_string(pem), email, "https://oauth2.googleapis.com/token")

    def sign(name: str = "jobs/ü 1/film (1).mp4", **options: object) -> str:
        settings = {"version": "v4", "expiration": timedelta(minutes=15), "credentials": credentials, **options}
        return str(films.blob(name).generate_signed_url(api_access_endpoint=endpoint, **settings))

    return sign


def _code(answer: httpx.Response) -> str:
    return answer.text.partition("<Code>")[2].partition("</Code>")[0]


def _changed(url: str, **changes: str) -> str:
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query)), **{key.replace("_", "-"): value for key, value in changes.items()}}
    return parts._replace(query=urlencode(query)).geturl()


def test_read(sign: Sign) -> None:
    """A signed GET needs no Authorization, ranges included."""
    url = sign()

    whole, part = httpx.get(url), httpx.get(url, headers={"Range": "bytes=1-2"})

    assert (whole.status_code, whole.content, whole.headers["Content-Type"]) == (200, b"film", "video/mp4")
    assert (part.status_code, part.content) == (206, b"il")


def test_overrides(sign: Sign) -> None:
    """response-content-disposition and -type are part of the signature and shape the answer."""
    answer = httpx.get(sign(response_disposition='attachment; filename="fïlm.mp4"', response_type="application/x"))

    assert (answer.headers["Content-Type"], answer.status_code) == ("application/x", 200)
    assert 'attachment; filename="f' in answer.headers["Content-Disposition"]


def test_generation(sign: Sign, films: Remote) -> None:
    """A URL signed for a generation that was overwritten is 404."""
    generation = films.get_blob("jobs/ü 1/film (1).mp4").generation
    url = sign(generation=generation)
    before = httpx.get(url)

    films.blob("jobs/ü 1/film (1).mp4").upload_from_string(b"new")

    assert (before.status_code, (late := httpx.get(url)).status_code, _code(late)) == (200, 404, "NoSuchKey")


def test_missing_object(sign: Sign) -> None:
    """A good signature for nothing is 404 NoSuchKey."""
    answer = httpx.get(sign("nothing"))

    assert (answer.status_code, _code(answer)) == (404, "NoSuchKey")


@pytest.mark.parametrize(
    "changes",
    [
        {"X_Goog_Expires": "604800"},
        {"X_Goog_Signature": "00" * 256},
        {"X_Goog_Signature": "not hex"},
        {"response_content_disposition": "inline"},
        {"generation": "1"},
    ],
)
def test_tampered_query(sign: Sign, changes: dict[str, str]) -> None:
    """Any change of the query breaks the signature: 403 SignatureDoesNotMatch."""
    answer = httpx.get(_changed(sign(), **changes))

    assert (answer.status_code, _code(answer)) == (403, "SignatureDoesNotMatch")


def test_other_object(sign: Sign, films: Remote) -> None:
    """A signature is for one object."""
    films.blob("other").upload_from_string(b"other")
    query = urlsplit(sign()).query

    answer = httpx.get(urlsplit(sign("other"))._replace(query=query).geturl())

    assert (answer.status_code, _code(answer)) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE"])
def test_other_method(sign: Sign, films: Remote, method: str) -> None:
    """A signature is for one method."""
    answer = httpx.request(method, sign())

    assert answer.status_code == 403
    assert films.blob("jobs/ü 1/film (1).mp4").exists()


def test_other_host(sign: Sign) -> None:
    """The host is signed, too."""
    answer = httpx.get(sign(), headers={"Host": "elsewhere.example"})

    assert (answer.status_code, _code(answer)) == (403, "SignatureDoesNotMatch")


def test_other_key(films: Remote, signed_endpoint: str) -> None:
    """A signature by another key in the signer's name is refused."""
    forged = _signing(films, signed_endpoint, generate_private_key(public_exponent=65537, key_size=2048))

    answer = httpx.get(forged())

    assert (answer.status_code, _code(answer)) == (403, "SignatureDoesNotMatch")


def test_unknown_account(films: Remote, signed_endpoint: str, key: RSAPrivateKey) -> None:
    """An account nobody knows is 403 AccessDenied."""
    answer = httpx.get(_signing(films, signed_endpoint, key, "stranger@abroll.iam.gserviceaccount.com")())

    assert (answer.status_code, _code(answer)) == (403, "AccessDenied")


def test_expired(sign: Sign, clock: Clock) -> None:
    """After its time a URL is 400 ExpiredToken, as Google answers (floci-io/floci-gcp#32, xml-api/reference-status)."""
    url = sign(expiration=timedelta(minutes=15))
    clock.move(minutes=14)
    in_time = httpx.get(url)
    clock.move(minutes=2)

    late = httpx.get(url)

    assert (in_time.status_code, late.status_code, _code(late)) == (200, 400, "ExpiredToken")


def test_not_yet(sign: Sign, clock: Clock) -> None:
    """A URL signed far in the future of the server is refused."""
    url = sign()
    clock.move(hours=-1)

    answer = httpx.get(url)

    assert (answer.status_code, _code(answer)) == (403, "AccessDenied")


@pytest.mark.parametrize(
    "changes",
    [
        {"X_Goog_Expires": "604801"},
        {"X_Goog_Expires": "0"},
        {"X_Goog_Date": "yesterday"},
        {"X_Goog_Credential": SIGNER},
        {"X_Goog_SignedHeaders": "accept"},
        {"X_Goog_SignedHeaders": "host;x-goog-none"},
    ],
)
def test_malformed(sign: Sign, changes: dict[str, str]) -> None:
    """Parameters that cannot be right are 400 MalformedSecurityHeader; 7 days is the longest life."""
    answer = httpx.get(_changed(sign(), **changes))

    assert (answer.status_code, _code(answer)) == (400, "MalformedSecurityHeader")


def test_unsigned_google_header(sign: Sign) -> None:
    """An x-goog- header that is not signed is refused."""
    answer = httpx.get(sign(), headers={"x-goog-meta-a": "1"})

    assert (answer.status_code, _code(answer)) == (400, "MalformedSecurityHeader")


@pytest.mark.parametrize(
    "changes", [{"X_Goog_Algorithm": "GOOG4-HMAC-SHA256"}, {"GoogleAccessId": "x", "Expires": "1", "Signature": "x"}]
)
def test_other_signatures(sign: Sign, changes: dict[str, str]) -> None:
    """HMAC and V2 signatures are refused by name."""
    answer = httpx.get(_changed(sign(), **changes))

    assert (answer.status_code, _code(answer)) == (501, "NotImplemented")


def test_absent(signed_endpoint: str, films: Remote) -> None:
    """Without signature and token the XML API answers 403 AccessDenied."""
    answer = httpx.get(f"{signed_endpoint}/{films.name}/any")

    assert (
        answer.status_code,
        _code(answer),
        answer.headers["Content-Type"],
    ) == (403, "AccessDenied", "application/xml; charset=UTF-8")


def test_json_api_takes_no_signature(sign: Sign) -> None:
    """A signature opens the XML API only."""
    url = urlsplit(sign())

    answer = httpx.get(url._replace(path="/storage/v1/b/films/o/x").geturl())

    assert answer.status_code == 401


def test_upload(sign: Sign, films: Remote) -> None:
    """A signed PUT stores the body under the signed type; another type is refused."""
    url = sign("uploads/photo.jpg", method="PUT", content_type="image/jpeg")

    stored = httpx.put(url, content=b"photo", headers={"Content-Type": "image/jpeg"})
    other = httpx.put(url, content=b"script", headers={"Content-Type": "text/html"})

    assert (stored.status_code, other.status_code) == (200, 403)
    seen = films.get_blob("uploads/photo.jpg")
    assert (seen.download_as_bytes(), seen.content_type) == (b"photo", "image/jpeg")


@pytest.mark.parametrize(("size", "code"), [(0, "EntityTooSmall"), (5, ""), (11, "EntityTooLarge")])
def test_upload_size(sign: Sign, size: int, code: str) -> None:
    """x-goog-content-length-range bounds a signed upload (xml-api/reference-headers)."""
    headers = {"x-goog-content-length-range": "1,10"}
    url = sign("uploads/photo.jpg", method="PUT", headers=dict(headers))

    answer = httpx.put(url, content=b"x" * size, headers=headers)

    assert (400 if code else 200, code) == (answer.status_code, _code(answer))


def test_upload_create_only(sign: Sign, films: Remote) -> None:
    """x-goog-if-generation-match: 0 makes a signed upload create-only."""
    headers = {"x-goog-if-generation-match": "0"}
    url = sign("uploads/photo.jpg", method="PUT", headers=dict(headers))

    statuses = [httpx.put(url, content=body, headers=headers).status_code for body in (b"first", b"second")]

    assert (statuses, films.blob("uploads/photo.jpg").download_as_bytes()) == ([200, 412], b"first")


def test_resumable(sign: Sign, films: Remote) -> None:
    """A signed POST with x-goog-resumable: start answers 201 and a session that needs no signature."""
    url = sign("uploads/clip.mp4", method="RESUMABLE", content_type="video/mp4")
    begun = httpx.post(url, headers={"x-goog-resumable": "start", "Content-Type": "video/mp4"})

    finished = httpx.put(begun.headers["Location"], content=b"clip")

    assert (begun.status_code, finished.status_code, finished.content) == (201, 200, b"")
    seen = films.get_blob("uploads/clip.mp4")
    assert (seen.download_as_bytes(), seen.content_type) == (b"clip", "video/mp4")


def test_delete(sign: Sign, films: Remote) -> None:
    """A signed DELETE deletes."""
    answer = httpx.delete(sign(method="DELETE"))

    assert (answer.status_code, films.blob("jobs/ü 1/film (1).mp4").exists()) == (204, False)
