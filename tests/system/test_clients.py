"""Clients as they are: curl that types nothing, forms, browsers, HEAD; each is served or told exactly what it did."""

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.system.conftest import ROOT, Abroll

FILM = {"product_title": "Mug", "scenes": [{"visual_description": "A mug", "duration": 4}], "dry_run": True}
PHOTO = (ROOT / "infra" / "local" / "samples" / "coffee.jpg").read_bytes()


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "text/plain; charset=utf-8",
        "application/octet-stream",
        "application/json; charset=utf-8",
        "application/vnd.api+json",
        None,
    ],
)
def test_json_is_taken_however_it_is_typed(abroll: Abroll, kind: str | None) -> None:
    """Curl's -d calls it a form, others name no type: the bytes decide."""
    headers = {"Content-Type": kind} if kind else {}

    answer = abroll.http.post("/create_job", content=json.dumps(FILM), headers=headers)

    assert (200, "dry_run") == (answer.status_code, answer.json()["status"]), answer.text


def upload(abroll: Abroll, **sent: Any) -> httpx.Response:
    return abroll.http.post("/tenant/uploads", **sent)


def test_a_photo_is_taken_raw_and_in_a_form(abroll: Abroll) -> None:
    """The same bytes get the same id: raw of any type, or as the one file of a form under any name."""
    raw = [
        upload(abroll, content=PHOTO, headers={"Content-Type": kind}) if kind else upload(abroll, content=PHOTO)
        for kind in ("image/jpeg", "application/x-www-form-urlencoded", "application/octet-stream", "")
    ]
    forms = [upload(abroll, files={name: ("photo.jpg", PHOTO)}) for name in ("image", "file", "upload[0]")]

    answers = [*raw, *forms]
    assert {201} == {answer.status_code for answer in answers}, [answer.text for answer in answers]
    assert 1 == len({answer.json()["image"] for answer in answers})


def refused(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert {"error", "message", "details", "next_move", "request_id"} == set(body)
    return answer.status_code, f"{body['message']} | {body['next_move']}"


def test_an_upload_that_went_wrong_says_how(abroll: Abroll) -> None:
    """An empty body, a form without a file, two files, a photo through -d: each names what works."""
    empty = refused(upload(abroll, content=b""))
    fields = refused(upload(abroll, data={"image": "x"}, files={}))
    no_file = refused(
        upload(
            abroll,
            content=b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\nphoto.jpg\r\n--b--\r\n',
            headers={"Content-Type": "multipart/form-data; boundary=b"},
        )
    )
    two = refused(upload(abroll, files={"a": ("a.jpg", PHOTO), "b": ("b.jpg", PHOTO)}))
    stripped = refused(
        upload(
            abroll,
            content=PHOTO.replace(b"\n", b"").replace(b"\r", b""),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    )

    assert (415, "the body is empty") == (empty[0], empty[1].partition(" | ")[0])
    assert 415 == fields[0]
    assert (415, True) == (no_file[0], "0 files and 1 text field" in no_file[1])
    assert (415, True) == (two[0], "2 files" in two[1])
    assert (422, True) == (stripped[0], "--data-binary" in stripped[1])


@pytest.mark.parametrize(
    "boundary", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x"]
)
def test_a_torn_form_is_refused(abroll: Abroll, boundary: str) -> None:
    """A form whose parts cannot be found is a refusal, never a crash."""
    status, _ = refused(upload(abroll, content=b"--y\r\nnonsense", headers={"Content-Type": boundary}))

    assert status in (400, 415)


def test_an_empty_form_is_told_from_one_without_a_file(abroll: Abroll) -> None:
    """Nothing in it can be read: the boundary is named as what may be wrong."""
    torn = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\nabc'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answers = [refused(upload(abroll, content=body, headers=kind)) for body in (b"--x--\r\n", b"--y--\r\n", torn)]

    assert {(415, True)} == {(status, "its boundary" in said) for status, said in answers}


@pytest.mark.parametrize("headers", [{"Content-Encoding": "gzip"}, {}, {"Content-Encoding": "br"}])
def test_a_compressed_order_is_told_so(abroll: Abroll, headers: dict[str, str]) -> None:
    """By its header or by its first bytes: the refusal says to send the JSON itself."""
    content = b"\x0b\x02" if headers.get("Content-Encoding") == "br" else gzip.compress(json.dumps(FILM).encode())

    status, said = refused(abroll.http.post("/create_job", content=content, headers=headers))

    assert (415, True) == (status, "compressed" in said), said


def test_an_order_too_large_is_told_where_an_image_goes(abroll: Abroll) -> None:
    """A photo written into the JSON makes it too large: the refusal names the upload."""
    order = {**FILM, "image_url": "data:image/jpeg;base64," + "A" * 200_000}

    status, said = refused(abroll.http.post("/create_job", json=order))

    assert (413, True) == (status, "/tenant/uploads" in said), said


def test_a_photo_sent_as_an_order_is_told_where_it_goes(abroll: Abroll) -> None:
    """-d @photo on create_job, or a form: the refusal names the upload."""
    raw = refused(abroll.http.post("/create_job", content=PHOTO))
    form = refused(abroll.http.post("/create_job", files={"image": ("photo.jpg", PHOTO)}))

    assert {(415, True)} == {(status, "/tenant/uploads" in said) for status, said in (raw, form)}


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({}, "no API key came"),
        ({"Authorization": "abr_live_aaaaaaaaaaaa_" + "a" * 43}, "without the word Bearer"),
        ({"Authorization": "Bearer"}, "ends after Bearer"),
        ({"Authorization": "Basic YTpi"}, "another kind (Basic)"),
        ({"Authorization": "Bearer $KEY"}, "not one of ours"),
        ({"X-Api-Key": "abr_live_short"}, "not one of ours"),
        ({"Authorization": "Bearer abr_live_aaaaaaaaaaaa_" + "a" * 43}, "no active API key"),
    ],
)
def test_what_is_wrong_with_a_key_is_said(abroll: Abroll, headers: dict[str, str], says: str) -> None:
    """Which of several mistakes it was; a key that is unknown, revoked or expired is told alike."""
    answer = httpx.get(f"{abroll.url}/jobs", headers=headers, trust_env=False)

    status, said = refused(answer)
    assert (401, True) == (status, says in said), said
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_the_message_holds_the_first_reasons(abroll: Abroll) -> None:
    """Whoever logs only `message` reads what is wrong, not just where."""
    wrong = {**FILM, "aspect_ratio": "4:3", "length": "short", "mode": "live", "resolution": "4k"}

    _, said = refused(abroll.http.post("/create_job", json=wrong))

    assert "aspect_ratio: must be one of 9:16" in said
    assert "and 1 more field" in said


def test_head_answers_where_get_does(abroll: Abroll) -> None:
    """The same status and headers, no body."""
    for path in ("/jobs", "/health", "/health/openapi.json", "/jobs/nobody"):
        got, head = abroll.http.get(path), abroll.http.head(path)

        assert (got.status_code, b"") == (head.status_code, head.content)
        assert got.headers["Content-Type"] == head.headers["Content-Type"]


def test_a_wrong_method_is_told_the_right_ones(abroll: Abroll) -> None:
    """405 carries Allow, and says what each method does."""
    answer = abroll.http.put("/jobs/some-job")

    status, said = refused(answer)
    assert (405, "DELETE, GET, HEAD, OPTIONS, PATCH") == (status, answer.headers["Allow"])
    assert "Read a job." in said


@pytest.mark.parametrize("path", ["/create_job", "/jobs", "/jobs/x/retry", "/tenant/uploads", "/health"])
def test_a_browser_may_ask_beforehand(abroll: Abroll, path: str) -> None:
    """OPTIONS needs no key, names the methods and the headers a browser may send."""
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}

    answer = httpx.request("OPTIONS", abroll.url + path, headers=asked, trust_env=False)

    assert (204, "*") == (answer.status_code, answer.headers["Access-Control-Allow-Origin"])
    assert answer.headers["Allow"] == answer.headers["Access-Control-Allow-Methods"]
    assert {"Authorization", "Idempotency-Key"} <= set(answer.headers["Access-Control-Allow-Headers"].split(", "))


def test_refusals_can_be_read_by_a_browser(abroll: Abroll) -> None:
    """Without the header a page sees a failed request and no reason."""
    answer = httpx.get(f"{abroll.url}/jobs", headers={"Origin": "https://shop.example"}, trust_env=False)

    assert (401, "*") == (answer.status_code, answer.headers["Access-Control-Allow-Origin"])


@pytest.mark.parametrize("path", ["/jobs/x/y/z/w", "/nowhere", "/tenant/nothing", "/create_job/more"])
def test_a_path_that_is_none_is_told_in_the_one_shape(abroll: Abroll, path: str) -> None:
    """Also where no function of that name is."""
    status, said = refused(abroll.http.get(path))

    assert (404, True) == (status, "openapi" in said)
