"""Objects are described anew, deleted and copied."""

from collections.abc import Callable

import httpx
import pytest
from google.api_core.exceptions import GoogleAPICallError, NotFound, PreconditionFailed
from google.cloud.storage import Bucket as Remote
from google.cloud.storage import Client

from tests.google.elsewhere import FILMS, stand_in


def test_patch(takes: Remote) -> None:
    """patch() changes what it names, removes what is null, and counts the metageneration up."""
    blob = takes.blob("film")
    blob.metadata = {"a": "1", "b": "2"}
    blob.upload_from_string(b"film", content_type="video/mp4")

    blob.metadata = {"a": None, "c": "3"}
    blob.content_disposition = "inline"
    blob.patch()

    seen = takes.get_blob("film")
    assert ({"b": "2", "c": "3"}, "inline", "video/mp4", 2, blob.generation) == (
        seen.metadata,
        seen.content_disposition,
        seen.content_type,
        seen.metageneration,
        seen.generation,
    )


def test_update(takes: Remote) -> None:
    """update() replaces the whole description; output-only fields it sends along are ignored."""
    blob = takes.blob("film")
    blob.cache_control = "no-store"
    blob.upload_from_string(b"film", content_type="video/mp4")

    blob.cache_control = None
    blob.metadata = {"a": "1"}
    blob.update()

    seen = takes.get_blob("film")
    assert (seen.cache_control, seen.metadata, seen.content_type, seen.size) == (None, {"a": "1"}, "video/mp4", 4)


def test_patch_conditions(takes: Remote) -> None:
    """A patch bound to a metageneration wins once."""
    blob = takes.blob("film")
    blob.upload_from_string(b"film")
    blob.content_language = "en"
    blob.patch(if_metageneration_match=1)

    blob.content_language = "de"
    with pytest.raises(PreconditionFailed):
        blob.patch(if_metageneration_match=1)


def test_delete(takes: Remote) -> None:
    """A deleted object is gone; deleting it again is 404."""
    blob = takes.blob("film")
    blob.upload_from_string(b"film")

    blob.delete()

    assert not takes.blob("film").exists()
    with pytest.raises(NotFound):
        takes.blob("film").delete()


def test_delete_of_an_old_generation(takes: Remote) -> None:
    """Deleting a generation that no longer lives is 404 and leaves the new one; a failed match is 412."""
    old = takes.blob("film")
    old.upload_from_string(b"old")
    takes.blob("film").upload_from_string(b"new")

    with pytest.raises(NotFound):
        old.delete()
    with pytest.raises(PreconditionFailed):
        takes.blob("film").delete(if_generation_match=old.generation)
    assert takes.blob("film").download_as_bytes() == b"new"


def test_copy(client: Client, takes: Remote) -> None:
    """copy_blob (copyTo) makes an object of its own with the same bytes and description."""
    blob = takes.blob("film")
    blob.metadata = {"job": "1"}
    blob.upload_from_string(b"film", content_type="video/mp4")

    copied = takes.copy_blob(blob, client.bucket(FILMS), "jobs/1/film.mp4", if_generation_match=0)
    blob.delete()

    assert (
        copied.download_as_bytes(),
        copied.content_type,
        copied.metadata,
        copied.metageneration,
    ) == (b"film", "video/mp4", {"job": "1"}, 1)


def test_copy_conditions(takes: Remote) -> None:
    """A copy judges source and destination."""
    blob = takes.blob("film")
    blob.upload_from_string(b"film")

    with pytest.raises(PreconditionFailed):
        takes.copy_blob(blob, takes, "other", if_source_generation_match=1)
    with pytest.raises(PreconditionFailed):
        takes.copy_blob(blob, takes, "film", if_generation_match=0)
    with pytest.raises(NotFound):
        takes.copy_blob(blob, takes, "other", source_generation=1)


def test_rewrite(takes: Remote) -> None:
    """rewrite() is done in one call and takes the destination's own description."""
    takes.blob("film").upload_from_string(b"film", content_type="video/mp4")
    target = takes.blob("other")
    target.cache_control = "no-store"

    answer = target.rewrite(takes.blob("film"))

    assert answer == (None, 4, 4)
    assert (
        target.content_type,
        target.cache_control,
        takes.blob("other").download_as_bytes(),
    ) == ("video/mp4", "no-store", b"film")


def _compose(takes: Remote) -> None:
    takes.blob("both").compose([takes.blob("film"), takes.blob("film")])


def _publish(takes: Remote) -> None:
    takes.blob("film").make_public()


def _archive(takes: Remote) -> None:
    takes.blob("film").update_storage_class("ARCHIVE")


def _hold(takes: Remote) -> None:
    blob = takes.blob("film")
    blob.temporary_hold = True
    blob.patch()


def _gzip(takes: Remote) -> None:
    blob = takes.blob("film")
    blob.content_encoding = "gzip"
    blob.upload_from_string(b"x")


def _versions(takes: Remote) -> None:
    list(takes.list_blobs(versions=True))


def _glob(takes: Remote) -> None:
    list(takes.list_blobs(match_glob="**.mp4"))


def _drop_bucket(takes: Remote) -> None:
    takes.delete()


def _policy(takes: Remote) -> None:
    takes.get_iam_policy()


def _encrypt(takes: Remote) -> None:
    takes.blob("film", encryption_key=b"0" * 32).upload_from_string(b"x")


def _acl(takes: Remote) -> None:
    takes.blob("film").upload_from_string(b"x", predefined_acl="publicRead")


@pytest.mark.parametrize(
    ("act", "named"),
    [
        (_acl, "predefinedAcl"),
        (_archive, "ARCHIVE"),
        (_compose, "compose"),
        (_drop_bucket, "deleting a bucket"),
        (_encrypt, "x-goog-encryption-algorithm"),
        (_glob, "matchGlob"),
        (_gzip, "gzip"),
        (_hold, "temporaryHold"),
        (_policy, "iam"),
        (_publish, "acl"),
        (_versions, "versions"),
    ],
)
@stand_in("storage")
def test_refused_by_name(takes: Remote, act: Callable[[Remote], None], named: str) -> None:
    """What Cloud Storage can and this server can't do is 501 and named."""
    takes.blob("film").upload_from_string(b"film")

    with pytest.raises(GoogleAPICallError, match=named) as refusal:
        act(takes)

    assert refusal.value.code == 501


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"nonsense": 1}', 400),
        (b'{"contentType": 5}', 400),
        (b'{"metadata": {"a": 1}}', 400),
        (b"[]", 400),
        (b"{", 400),
        (b"", 200),
    ],
)
def test_bad_patches(http: httpx.Client, takes: Remote, body: bytes, status: int) -> None:
    """A patch that makes no sense is 400."""
    takes.blob("film").upload_from_string(b"film")

    assert status == http.patch("/storage/v1/b/takes/o/film", content=body).status_code
