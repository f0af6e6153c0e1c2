"""Veo at the POST: what is accepted, what is refused at once, and how."""

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.vendors.veo.settings import VeoSettings
from tests.vendors.desk import MODEL, SIZES, VeoDesk, veo_desk

IMAGE = {"gcsUri": "gs://in/photo.jpg", "mimeType": "image/jpeg"}
VIDEO = {"gcsUri": "gs://out/a/1/sample_0.mp4", "mimeType": "video/mp4"}
REFERENCE = {"image": IMAGE, "referenceType": "ASSET"}
TEXT = {"prompt": "A cup"}


def error(answer: httpx.Response) -> tuple[int, str]:
    """Return what Google's error envelope says; its code repeats the HTTP status."""
    told = answer.json()["error"]
    assert answer.status_code == told["code"]
    return told["code"], told["status"]


def test_an_accepted_submit_names_its_operation(veo: VeoDesk) -> None:
    """The answer is nothing but the operation's full name, a UUID below the model it was sent to.

    (veo page, "The operation")
    """
    answer = veo.post(TEXT).json()

    prefix, _, operation = answer["name"].rpartition("/")
    assert ["name"] == list(answer)
    assert f"projects/acme/locations/us-central1/publishers/google/models/{MODEL}/operations" == prefix
    assert 36 == len(operation)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic abc"}])
def test_who_does_not_say_who_he_is_is_refused(veo: VeoDesk, header: dict[str, str]) -> None:
    """No or a blank bearer token answers 401 UNAUTHENTICATED (veo page, "Where it is asked")."""
    veo.http.headers.pop("Authorization")
    veo.http.headers.update(header)

    assert (401, "UNAUTHENTICATED") == error(veo.post(TEXT))
    assert (401, "UNAUTHENTICATED") == error(veo.fetch("x"))


@pytest.mark.parametrize(
    ("model", "location"),
    [
        ("veo-3.0-generate-001", "us-central1"),
        ("veo-3.1-generate-preview", "us-central1"),
        (MODEL, "global"),
        (MODEL, "europe-west4"),
    ],
)
def test_a_model_that_is_gone_or_elsewhere_is_not_found(veo: VeoDesk, model: str, location: str) -> None:
    """Retired and preview models, and every location but us-central1, answer 404 NOT_FOUND (veo page, "Models")."""
    answer = veo.post(TEXT, model=model, location=location)

    assert (404, "NOT_FOUND") == error(answer)
    assert "no longer available" in answer.json()["error"]["message"]


def test_the_51st_submit_of_a_minute_is_refused(veo: VeoDesk) -> None:
    """50 a minute and model, then 429 with the metric's name; another model has its own minute.

    (veo page, "Quota and capacity")
    """
    for _ in range(50):
        veo.submit(TEXT)

    refused = veo.post(TEXT)
    other = veo.post(TEXT, model="veo-3.1-fast-generate-001")
    veo.clock.forward(61)
    later = veo.post(TEXT)

    assert (429, "RESOURCE_EXHAUSTED") == error(refused)
    message = refused.json()["error"]["message"]
    assert f"long_running_online_prediction_requests_per_base_model with base model: {MODEL}" in message
    assert [200, 200] == [other.status_code, later.status_code]


@pytest.mark.parametrize(
    "parameters",
    [
        {"aspectRatio": "1:1"},
        {"aspectRatio": "9:16 "},
        {"resolution": "4k"},
        {"resolution": "720P"},
        {"sampleCount": 0},
        {"sampleCount": 5},
        {"sampleCount": "1"},
        {"personGeneration": "allow_all"},
        {"generateAudio": "true"},
        {"durationSeconds": "8"},
        {"resizeMode": "stretch"},
        {"seed": "abc"},
        {"seed": -1},
        {"seed": 2**32},
        {"seed": 1.5},
        {"seed": True},
        {"compressionQuality": "foo"},
        {"compressionQuality": 1},
        {"negativePrompt": ["blur"]},
        {"enhancePrompt": "no"},
        {"storageUri": "https://storage.googleapis.com/b"},
    ],
)
def test_a_parameter_outside_the_schema_is_refused(veo: VeoDesk, parameters: dict[str, Any]) -> None:
    """What the parameter schema does not hold answers 400 INVALID_ARGUMENT, and nothing is billed.

    (veo page, "What is checked when")
    """
    assert (400, "INVALID_ARGUMENT") == error(veo.post(TEXT, parameters))
    assert [] == veo.server.bill()["generations"]


@pytest.mark.parametrize(
    "instance",
    [
        {},
        {"prompt": "  "},
        {"prompt": 7},
        {"prompt": "A cup", "image": {"gcsUri": "gs://in/a.jpg"}},
        {"prompt": "A cup", "image": {"mimeType": "image/jpeg"}},
        {"prompt": "A cup", "image": {**IMAGE, "bytesBase64Encoded": "AAAA"}},
        {"prompt": "A cup", "image": {"bytesBase64Encoded": "no base64", "mimeType": "image/jpeg"}},
        {"prompt": "A cup", "image": {**IMAGE, "mimeType": "image/gif"}},
        {"prompt": "A cup", "image": {**IMAGE, "gcsUri": "https://x/a.jpg"}},
        {"prompt": "A cup", "referenceImages": [REFERENCE] * 4},
        {"prompt": "A cup", "referenceImages": [{**REFERENCE, "referenceType": "style"}]},
        {"referenceImages": [REFERENCE]},
        {"prompt": "A cup", "mask": IMAGE},
    ],
)
def test_malformed_media_are_refused(veo: VeoDesk, instance: dict[str, Any]) -> None:
    """A prompt or a picture is needed; media have a mimeType and exactly one of bytes and gcsUri.

    (veo page, "The order")
    """
    assert (400, "INVALID_ARGUMENT") == error(veo.post(instance))


@pytest.mark.parametrize(
    "instance",
    [
        {"prompt": "A cup", "image": IMAGE, "video": VIDEO},
        {"prompt": "A cup", "image": IMAGE, "referenceImages": [REFERENCE]},
        {"prompt": "A cup", "video": VIDEO, "referenceImages": [REFERENCE]},
        {"prompt": "A cup", "lastFrame": IMAGE},
    ],
)
def test_modes_exclude_each_other(veo: VeoDesk, tmp_path: Path, instance: dict[str, Any]) -> None:
    """Image, video and references exclude each other; refused at once, or later if so switched.

    (veo page, "Which inputs together")
    """
    late = VeoSettings(late_combination_error=True, background=False, sizes=SIZES)

    at_once = veo.post(instance)
    with veo_desk(tmp_path / "late", late) as other:
        later = other.outcome(instance)

    assert (400, "INVALID_ARGUMENT") == error(at_once)
    assert 3 == later["error"]["code"]


def test_lite_takes_no_references(veo: VeoDesk) -> None:
    """Reference images are not for Lite (veo page, "Reference images")."""
    instance = {"prompt": "A cup", "referenceImages": [REFERENCE]}

    assert (400, "INVALID_ARGUMENT") == error(
        veo.post(instance, {"durationSeconds": 8}, model="veo-3.1-lite-generate-001")
    )


def test_resize_mode_is_for_pictures(veo: VeoDesk, tmp_path: Path) -> None:
    """ResizeMode has no meaning with a video; refused, or ignored if so switched (veo page, "Unknown")."""
    instance = {"prompt": "On", "video": VIDEO}
    ignoring = VeoSettings(refuse_resize_mode_on_video=False, background=False, sizes=SIZES)

    refused = veo.post(instance, {"resizeMode": "crop"})
    with veo_desk(tmp_path / "ignoring", ignoring) as other:
        ignored = other.post(instance, {"resizeMode": "crop"})

    assert (400, "INVALID_ARGUMENT") == error(refused)
    assert 200 == ignored.status_code


def test_snake_case_is_ignored_and_noted(veo: VeoDesk) -> None:
    """An unknown parameter is ignored, as REST does; the bill shows it as a warning (veo page, "The order")."""
    veo.submit({**TEXT, "negative": 1}, {"duration_seconds": 4})

    (generation,) = veo.server.bill()["generations"]
    assert ["instances[0].negative ignored", "parameters.duration_seconds ignored"] == generation["warnings"]


def test_enums_may_shout(veo: VeoDesk) -> None:
    """ResizeMode is compared without regard to case, as both the SDK's and the docs' form are accepted.

    (veo page, "The order")
    """
    assert 200 == veo.post({**TEXT, "image": IMAGE}, {"resizeMode": "CROP"}).status_code


def test_the_beta_api_does_not_know_the_project(veo: VeoDesk) -> None:
    """V1beta1 answers 400 with reason RESOURCE_PROJECT_INVALID (veo page, "Where it is asked")."""
    answer = veo.http.post(
        f"/v1beta1/projects/acme/locations/us-central1/publishers/google/models/{MODEL}:predictLongRunning"
    )

    assert (400, "INVALID_ARGUMENT") == error(answer)
    assert "RESOURCE_PROJECT_INVALID" == answer.json()["error"]["details"][0]["reason"]


def test_fetching_is_a_post(veo: VeoDesk) -> None:
    """GET is not served, and a name of another model is refused (veo page, "The operation")."""
    name = veo.submit(TEXT)

    got = veo.http.get(
        f"/v1/projects/acme/locations/us-central1/publishers/google/models/{MODEL}:fetchPredictOperation"
    )

    assert got.status_code in (404, 405)
    assert (400, "INVALID_ARGUMENT") == error(veo.fetch(name, model="veo-3.1-fast-generate-001"))


def test_what_is_not_served_is_named(veo: VeoDesk) -> None:
    """Habit 11: an unknown path answers 404 in Google's envelope and names itself."""
    answer = veo.http.post("/v1/projects/acme/locations/us-central1/batchPredictionJobs")

    assert 404 == answer.status_code
    assert "batchPredictionJobs" in answer.json()["error"]["message"]


@pytest.mark.parametrize("parameters", [{"seed": 0}, {"seed": 2**32 - 1}, {"compressionQuality": "LOSSLESS"}])
def test_a_parameter_at_the_schemas_edge_is_taken(veo: VeoDesk, parameters: dict[str, Any]) -> None:
    """A seed is a 32-bit number; words of a choice are taken in either case (veo page, "The order")."""
    assert veo.submit(TEXT, parameters)


@pytest.mark.parametrize("mime", ["image/png", "image/webp"])
def test_an_image_is_what_its_mime_type_says(veo: VeoDesk, photo: bytes, mime: str) -> None:
    """A JPEG declared as something else answers 400, whichever image it is handed in as."""
    given = {"bytesBase64Encoded": base64.b64encode(photo).decode(), "mimeType": mime}

    answers = [
        veo.post({"prompt": "A cup", "image": given}),
        veo.post({"prompt": "A cup", "referenceImages": [{"image": given, "referenceType": "asset"}]}),
        veo.post({"prompt": "A cup", "image": {**given, "mimeType": "image/jpeg"}}),
    ]

    assert [400, 400, 200] == [answer.status_code for answer in answers]
    assert f"the image is image/jpeg, its mimeType says {mime}" in answers[0].json()["error"]["message"]


def test_a_stored_image_of_another_type_fails_late(veo: VeoDesk, photo: bytes) -> None:
    """What lies in a bucket is looked at in the operation: code 3 (veo page, "What is checked when")."""
    veo.storage.objects["gs://in/photo.png"] = photo

    done = veo.outcome({"prompt": "A cup", "image": {"gcsUri": "gs://in/photo.png", "mimeType": "image/png"}})

    assert (3, True) == (done["error"]["code"], "image/jpeg" in done["error"]["message"])
