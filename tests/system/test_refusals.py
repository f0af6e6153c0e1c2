"""What abroll does not do, and what it says then; nothing of it stores or pays anything."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import httpx
import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.system.conftest import Abroll

SCENE = {"visual_description": "a cup of coffee"}
FILM = {"product_title": "Coffee", "scenes": [SCENE]}
SPOKEN = {**FILM, "avatar_id": "look_ana_studio", "avatar_script": "Good morning."}


def scene(**more: Any) -> dict[str, Any]:
    return {**FILM, "scenes": [{**SCENE, **more}]}


MALFORMED: list[tuple[Any, list[str]]] = [
    ({}, ["product_title", "scenes"]),
    ({"scenes": [SCENE]}, ["product_title"]),
    ({**FILM, "product_title": ""}, ["product_title"]),
    ({**FILM, "product_title": "  "}, ["product_title"]),
    ({**FILM, "product_title": 7}, ["product_title"]),
    ({**FILM, "product_title": None}, ["product_title"]),
    ({**FILM, "product_title": "x" * 501}, ["product_title"]),
    ({**FILM, "product_title": "\u0007"}, ["product_title"]),
    ({**FILM, "product_id": "x" * 256}, ["product_id"]),
    ({**FILM, "product_id": []}, ["product_id"]),
    ({**FILM, "scenes": []}, ["scenes"]),
    ({**FILM, "scenes": {}}, ["scenes"]),
    ({**FILM, "scenes": [SCENE] * 21}, ["scenes"]),
    ({**FILM, "scenes": ["a cup"]}, ["scenes.0"]),
    (scene(visual_description=""), ["scenes.0.visual_description"]),
    (scene(visual_description="x" * 1001), ["scenes.0.visual_description"]),
    (scene(visual_description=["a"]), ["scenes.0.visual_description"]),
    (scene(camera_movement="x" * 501), ["scenes.0.camera_movement"]),
    (scene(mood="x" * 501), ["scenes.0.mood"]),
    (scene(duration="8"), ["scenes.0.duration"]),
    (scene(duration=3.9), ["scenes.0.duration"]),
    (scene(duration=9), ["scenes.0.duration"]),
    (scene(duration=True), ["scenes.0.duration"]),
    (scene(text_overlay="x" * 501), ["scenes.0.text_overlay"]),
    (scene(script="x" * 5001, avatar_id="a"), ["scenes.0.script"]),
    (scene(image_url="ftp://example.com/a.jpg"), ["scenes.0.image_url"]),
    (scene(unknown=1), ["scenes.0.unknown"]),
    ({**FILM, "image_url": "not a link"}, ["image_url"]),
    ({**FILM, "image_url": 5}, ["image_url"]),
    ({**FILM, "image_url": "https://example.com/a.jpg", "image": "0" * 64}, ["image", "image_url"]),
    ({**SPOKEN, "avatar_script": "x" * 5001}, ["avatar_script"]),
    ({**SPOKEN, "avatar_position": "left"}, ["avatar_position"]),
    ({**SPOKEN, "avatar_position": {"scale": 0.05}}, ["avatar_position.scale"]),
    ({**SPOKEN, "avatar_position": {"x": 2, "y": -2}}, ["avatar_position.x", "avatar_position.y"]),
    ({**SPOKEN, "avatar_position": {"preset": "middle"}}, ["avatar_position.preset"]),
    ({**SPOKEN, "avatar_position": {"z": 1}}, ["avatar_position.z"]),
    ({**FILM, "aspect_ratio": "4:3"}, ["aspect_ratio"]),
    ({**FILM, "aspect_ratio": "1:1"}, ["aspect_ratio"]),
    ({**FILM, "resolution": "4k"}, ["resolution"]),
    ({**FILM, "b_roll": {"join": "fade"}}, ["b_roll.join"]),
    ({**FILM, "b_roll": {"audio": "loud"}}, ["b_roll.audio"]),
    ({**FILM, "b_roll": {"model": "best"}}, ["b_roll.model"]),
    ({**SPOKEN, "voice": {"speed": 3}}, ["voice.speed"]),
    ({**FILM, "length": "short"}, ["length"]),
    ({**FILM, "mode": "live"}, ["mode"]),
    ({**FILM, "webhook_url": "example.com"}, ["webhook_url"]),
    ({**FILM, "metadata": {"a": 1}}, ["metadata.a"]),
    ({**FILM, "metadata": [1]}, ["metadata"]),
    ({**FILM, "dry_run": "yes"}, ["dry_run"]),
    ({**FILM, "product_titel": "typo"}, ["product_titel"]),
    ({**scene(script="Hello."), "avatar_script": "Hello."}, ["avatar_script", "scenes.0.script"]),
    ({"product_title": 1, "scenes": [{"duration": 99}], "resolution": "8k"}, ["product_title", "resolution"]),
]


@pytest.mark.parametrize(("body", "fields"), MALFORMED)
def test_a_malformed_body_names_every_field(abroll: Abroll, body: Any, fields: list[str]) -> None:
    """A wrong body is 400, flat, and its details name every wrong field by path."""
    answer = abroll.http.post("/create_job", json=body)

    said = answer.json()
    assert (400, "validation_error") == (answer.status_code, said["error"]), said
    assert set(fields) <= set(said["details"]), said["details"]
    assert {"error", "message", "details", "next_move", "request_id"} == set(said)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'"x"', b"\xff\xfe", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"null"])
def test_a_body_that_is_no_json_object_is_refused(abroll: Abroll, raw: bytes) -> None:
    """Nonsense, invalid UTF-8, NaN and doubled keys are 400 with a next move."""
    answer = abroll.http.post("/create_job", content=raw, headers={"Content-Type": "application/json"})

    assert 400 == answer.status_code
    assert answer.json()["next_move"]


def test_a_huge_body_and_a_wrong_type_are_refused(abroll: Abroll) -> None:
    """More than 128 KiB is 413, multipart is 415, a form is no JSON, GET is 405; each in the one shape."""
    answers = (
        abroll.http.post("/create_job", content=b" " * (128 * 1024 + 1)),
        abroll.http.post("/create_job", data={"product_title": "x"}, files={"image": b"x"}),
        abroll.http.post("/create_job", data={"product_title": "x"}),
        abroll.http.get("/create_job"),
    )

    assert [413, 415, 400, 405] == [answer.status_code for answer in answers]
    assert all(answer.json()["next_move"] for answer in answers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Bearer abr_live_aaaaaaaaaaaa_" + "a" * 43},
        {"X-Api-Key": ""},
        {"Authorization": "Basic YTpi"},
    ],
)
def test_an_unknown_key_is_401(abroll: Abroll, headers: dict[str, str]) -> None:
    """Unknown, malformed and missing keys get the same 401, with what is the matter in words."""
    answer = httpx.post(f"{abroll.url}/create_job", json=FILM, headers=headers, trust_env=False)

    assert (401, "unauthorized") == (answer.status_code, answer.json()["error"])


@pytest.mark.parametrize("scheme", ["Bearer {}", "Token {}"])
def test_a_key_is_taken_from_either_header(abroll: Abroll, scheme: str) -> None:
    """Bearer, Token and X-Api-Key all carry a key."""
    by_scheme = httpx.get(f"{abroll.url}/jobs", headers={"Authorization": scheme.format(abroll.key)}, trust_env=False)
    by_header = httpx.get(f"{abroll.url}/jobs", headers={"X-Api-Key": abroll.key}, trust_env=False)

    assert [200, 200] == [by_scheme.status_code, by_header.status_code]


def test_without_an_avatar_key_the_next_move_is_named(abroll: Abroll) -> None:
    """A film with a presenter needs the tenant's key: 422 says where to put it."""
    answer = abroll.http.post("/create_job", json={**SPOKEN, "mode": "test"})

    said = answer.json()
    assert (422, "no_provider_key") == (answer.status_code, said["error"])
    assert "PUT /tenant/integrations/heygen" in said["next_move"]


def test_a_group_given_as_avatar_is_named_as_such(abroll: Abroll) -> None:
    """HeyGen's group ids look like look ids and do not work: the answer says which looks the group has."""
    abroll.http.put("/tenant/integrations/heygen", json={"api_key": "hg_demo_key"})

    answer = abroll.http.post("/create_job", json={**SPOKEN, "avatar_id": "group_ana"})

    said = answer.json()
    assert (422, "avatar_is_group") == (answer.status_code, said["error"])
    assert "look_ana_studio" in json.dumps(said)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"avatar_id": "look_nobody"}, "avatar_not_found"),
        ({"avatar_id": "look_refused"}, "avatar_not_usable"),
        ({"voice_id": "voice_of_nobody"}, "voice_not_found"),
    ],
)
def test_looks_and_voices_are_checked_before_anything_is_paid(abroll: Abroll, change: Any, error: str) -> None:
    """Unknown and unusable looks and unknown voices are 422, with a code of ours."""
    abroll.http.put("/tenant/integrations/heygen", json={"api_key": "hg_demo_key"})

    answer = abroll.http.post("/create_job", json={**SPOKEN, **change})

    assert (422, error) == (answer.status_code, answer.json()["error"])


def test_a_wrong_avatar_key_is_not_stored(abroll: Abroll) -> None:
    """HeyGen is asked before a key is kept; a key it refuses is 422 and replaces nothing."""
    answer = abroll.http.put("/tenant/integrations/heygen", json={"api_key": "hg_wrong_key_1", "mode": "test"})

    assert (422, "key_rejected") == (answer.status_code, answer.json()["error"])
    assert 404 == abroll.http.get("/tenant/integrations/heygen", params={"mode": "test"}).status_code


def test_a_stored_key_is_never_shown(abroll: Abroll) -> None:
    """Neither the answer to PUT nor a later GET holds the key or the names of secrets."""
    put = abroll.http.put("/tenant/integrations/heygen", json={"api_key": "hg_demo_key"})
    got = abroll.http.get("/tenant/integrations/heygen")

    assert [200, 200] == [put.status_code, got.status_code]
    assert not any("hg_demo_key" in answer.text or "abroll-heygen" in answer.text for answer in (put, got))


PRIVATE = [
    "https://127.0.0.1:1/a.jpg",
    "https://10.0.0.1/a.jpg",
    "https://192.168.1.1/a.jpg",
    "https://172.16.0.1/a.jpg",
    "https://169.254.169.254/computeMetadata/v1/",
    "https://[::1]/a.jpg",
    "https://[fd00::1]/a.jpg",
    "https://[::ffff:10.0.0.1]/a.jpg",
    "https://0x7f000001/a.jpg",
    "http://10.0.0.1/a.jpg",
]


@pytest.mark.parametrize("link", PRIVATE)
def test_a_private_address_is_not_fetched(abroll: Abroll, link: str) -> None:
    """Private, link-local, loopback and disguised addresses are refused by field, before a connection is made."""
    answer = abroll.http.post("/create_job", json={**FILM, "image_url": link})

    assert answer.status_code in (400, 422), answer.text
    assert ["image_url"] == list(answer.json()["details"])


SCRIPT = b"ffconcat version 1.0\nfile '/etc/passwd'\n"
PAGES = {
    "/script.jpg": Response(SCRIPT, mimetype="image/jpeg"),
    "/page.jpg": Response("<html>no picture</html>", mimetype="image/jpeg"),
    "/vector.jpg": Response("<svg xmlns='http://www.w3.org/2000/svg'/>", mimetype="image/svg+xml"),
    "/empty.jpg": Response(b"", mimetype="image/jpeg"),
    "/huge.jpg": Response(b"\xff\xd8\xff" + b"0" * (21 * 2**20), mimetype="image/jpeg"),
    "/inside.jpg": Response(status=302, headers={"Location": "http://10.0.0.1/a.jpg"}),
    "/metadata.jpg": Response(status=302, headers={"Location": "http://169.254.169.254/computeMetadata/v1/"}),
    "/file.jpg": Response(status=302, headers={"Location": "file:///etc/passwd"}),
    "/gone.jpg": Response("gone", status=404),
}


@contextmanager
def _web() -> Iterator[str]:
    app = Request.application(lambda request: PAGES[request.path])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_is_no_picture_is_refused_and_nothing_is_stored(abroll: Abroll) -> None:
    """Scripts in disguise, pages, vectors, huge files and redirects inside are 422; no job comes of any of them."""
    before = abroll.http.get("/jobs").json()["jobs"]
    with _web() as web:
        answers = {path: abroll.http.post("/create_job", json={**FILM, "image_url": web + path}) for path in PAGES}

    assert dict.fromkeys(PAGES, 422) == {path: answer.status_code for path, answer in answers.items()}
    assert all(["image_url"] == list(answer.json()["details"]) for answer in answers.values())
    assert not any("/etc/passwd" in answer.text for answer in answers.values())
    assert before == abroll.http.get("/jobs").json()["jobs"]


def test_another_tenants_or_an_unknown_job_is_404(abroll: Abroll) -> None:
    """An id that is not the caller's says no more than one that does not exist."""
    for job in ("00000000-0000-4000-8000-000000000000", "nonsense", "..%2f..%2ftenants"):
        for path in ("", "/timeline", "/bill", "/film"):
            assert 404 == abroll.http.get(f"/jobs/{job}{path}").status_code


def test_a_forged_callback_is_404_and_a_forged_signature_401_or_404(abroll: Abroll) -> None:
    """Nobody without the path's mark or the endpoint's secret reaches anything."""
    event = {"event_type": "avatar_video.success", "event_data": {"video_id": "v"}}
    name = "00000000-0000-4000-8000-000000000000.presenter-1.t1.a1"
    forged = httpx.post(f"{abroll.url}/heygen_webhook/{name}/{'0' * 32}", json=event, trust_env=False)
    unsigned = httpx.post(f"{abroll.url}/heygen_webhook/t/demo/production", json=event, trust_env=False)

    assert 404 == forged.status_code
    assert unsigned.status_code in (401, 404)


@pytest.mark.parametrize("function", ["start_clip", "watch_clip", "compose", "sweep", "radar", "notify", "veo_output"])
def test_task_functions_are_closed_to_the_public(abroll: Abroll, function: str) -> None:
    """The platform lets only its own invoker at the steps: a caller's API key opens none of them."""
    answer = abroll.http.post(f"/{function}", json={"job": "x", "node": "clip-1", "take": 1, "attempt": 1})

    assert answer.status_code in (401, 403)
