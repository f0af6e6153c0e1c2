"""Objects and buckets are listed (objects/list, buckets/list)."""

import httpx
import pytest
from google.cloud.storage import Bucket as Remote
from google.cloud.storage import Client

from infra.local.google.storage.partial import select
from tests.google.elsewhere import FILMS, TAKES, own_server, stand_in

NAMES = ["a", "jobs/1/clip-1.mp4", "jobs/1/clip-2.mp4", "jobs/10/clip.mp4", "jobs/2/", "jobs/2/x", "z", "é"]


@pytest.fixture
def full(takes: Remote) -> Remote:
    """A bucket with a few objects."""
    for name in reversed(NAMES):
        takes.blob(name).upload_from_string(name.encode())
    return takes


def _names(blobs: object) -> list[str]:
    return [blob.name for blob in blobs]  # type: ignore[attr-defined]  # Google's iterator is untyped


def test_all(full: Remote) -> None:
    """Objects come in the order of their names' UTF-8 bytes."""
    assert _names(full.list_blobs()) == NAMES


@pytest.mark.parametrize(
    ("prefix", "expected"), [("jobs/1/", NAMES[1:3]), ("jobs/1", NAMES[1:4]), ("none", []), ("", NAMES)]
)
def test_prefix(full: Remote, prefix: str, expected: list[str]) -> None:
    """A prefix is bytes, not a folder."""
    assert expected == _names(full.list_blobs(prefix=prefix))


def test_delimiter(full: Remote) -> None:
    """Names with the delimiter after the prefix are folded into prefixes."""
    found = full.list_blobs(prefix="jobs/", delimiter="/")

    assert ([], {"jobs/1/", "jobs/10/", "jobs/2/"}) == (_names(found), found.prefixes)


def test_trailing_delimiter(full: Remote) -> None:
    """With includeTrailingDelimiter objects that end at the delimiter are items, too."""
    found = full.list_blobs(prefix="jobs/", delimiter="/", include_trailing_delimiter=True)

    assert _names(found) == ["jobs/2/"]


def test_offsets(full: Remote) -> None:
    """The startOffset is inclusive, the endOffset exclusive."""
    assert NAMES[2:5] == _names(full.list_blobs(start_offset="jobs/1/clip-2.mp4", end_offset="jobs/2/x"))


@pytest.mark.parametrize("size", [1, 2, 3, 8, 1000])
@pytest.mark.parametrize("delimiter", [None, "/"])
def test_pages(full: Remote, size: int, delimiter: str | None) -> None:
    """Pages of any size show every object and every prefix once."""
    found = full.list_blobs(page_size=size, delimiter=delimiter)

    names = _names(found)

    assert (NAMES if delimiter is None else ["a", "z", "é"]) == names
    assert (set() if delimiter is None else {"jobs/"}) == found.prefixes


def test_page_holds_prefixes_too(http: httpx.Client, full: Remote) -> None:
    """A page's maxResults counts items and prefixes together."""
    page = http.get(f"/storage/v1/b/{full.name}/o?delimiter=/&maxResults=2").json()

    assert (
        [item["name"] for item in page["items"]],
        page["prefixes"],
        "nextPageToken" in page,
    ) == (["a"], ["jobs/"], True)


def test_max_results(full: Remote) -> None:
    """max_results ends the listing."""
    assert NAMES[:3] == _names(full.list_blobs(max_results=3))


def test_bad_page_token(http: httpx.Client) -> None:
    """A page token nobody handed out is 400."""
    assert http.get("/storage/v1/b/takes/o?pageToken=%C3%A4").status_code == 400


def test_buckets(client: Client) -> None:
    """The buckets exist, private and without versions."""
    films = client.get_bucket(FILMS)

    assert {FILMS, TAKES} <= {bucket.name for bucket in client.list_buckets()}
    assert (
        films.iam_configuration.public_access_prevention,
        films.iam_configuration.uniform_bucket_level_access_enabled,
        films.versioning_enabled,
    ) == ("enforced", True, False)
    assert client.lookup_bucket("nowhere") is None


@own_server("storage")
def test_location(client: Client) -> None:
    """A declared bucket is where it was declared to be."""
    films = client.get_bucket(FILMS)

    assert (films.location, films.location_type) == ("US", "multi-region")


@own_server("storage")
def test_create_bucket(client: Client) -> None:
    """A bucket can be made once; its name is checked."""
    client.create_bucket("more-films", location="us-central1")

    assert client.get_bucket("more-films").location == "US-CENTRAL1"
    assert client.get_bucket("more-films").rpo is None
    with pytest.raises(Exception, match="you already own it"):
        client.create_bucket("more-films")
    with pytest.raises(Exception, match="Invalid bucket name"):
        client.create_bucket("My_Films")


@own_server("storage")
@pytest.mark.parametrize(("location", "kind"), [("NAM4", "dual-region"), ("EU", "multi-region")])
def test_create_spread_bucket(client: Client, location: str, kind: str) -> None:
    """A bucket in more than one region says so and has the default replication (docs json_api/v1/buckets, rpo)."""
    made = client.create_bucket("spread", location=location)

    assert (location, kind, "DEFAULT") == (made.location, made.location_type, made.rpo)


@stand_in("storage")
@pytest.mark.parametrize(
    "asked",
    [{"uniformBucketLevelAccess": {"enabled": False}}, {"publicAccessPrevention": "inherited"}, {"new": {}}],
)
def test_create_bucket_with_other_access(http: httpx.Client, asked: dict[str, object]) -> None:
    """Access other than every bucket here has is refused by name, not dropped."""
    answer = http.post("/storage/v1/b?project=p", json={"name": "open", "iamConfiguration": asked})

    assert (501, True) == (answer.status_code, next(iter(asked)) in answer.text)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("a", {"a": 1}),
        ("*", {"a": 1, "b": {"c": 2, "d": 3}, "e": [{"f": 4, "g": 5}]}),
        ("b/c", {"b": {"c": 2}}),
        ("e(f),a", {"a": 1, "e": [{"f": 4}]}),
        ("e/g,b(c,d)", {"e": [{"g": 5}], "b": {"c": 2, "d": 3}}),
        ("none", {}),
    ],
)
def test_fields(fields: str, expected: object) -> None:
    """A field selection names fields, sub-fields with / and groups with () (docs json_api, partial responses)."""
    body = {"a": 1, "b": {"c": 2, "d": 3}, "e": [{"f": 4, "g": 5}]}

    assert expected == select(body, fields)


@pytest.mark.parametrize("fields", ["", "a(", "a)", "(a)", "a(b)c", "a b"])
def test_bad_fields(fields: str) -> None:
    """A field selection that makes no sense is refused."""
    with pytest.raises(Exception, match="Invalid field selection"):
        select({}, fields)
