"""Veo's operations: pending, done, failed in each of the ways the service fails, billed and restarted."""

import base64
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from infra.local.vendors.veo.settings import VeoSettings
from tests.patience import PATIENCE
from tests.vendors.desk import SIZES, VeoDesk, veo_desk

TEXT = {"prompt": "A cup"}
OUT = {"storageUri": "gs://takes/jobs/j/clip-1/t1-a1/"}


def end(done: dict[str, Any]) -> dict[str, Any]:
    """Return a done operation without its name."""
    assert done["done"] is True
    return {key: value for key, value in done.items() if key not in ("name", "done")}


def test_a_pending_operation_comes_in_two_forms(veo: VeoDesk) -> None:
    """Pending is {"name"} alone, or with done:false; both are seen in turn (veo page, "The operation")."""
    name = veo.submit(TEXT)

    assert [{"name": name}, {"name": name, "done": False}] == [veo.fetch(name).json() for _ in range(2)]


def test_a_film_lies_below_its_prefix_in_a_folder_of_19_digits(veo: VeoDesk) -> None:
    """The object is <storageUri>/<19 digits>/sample_0.mp4, and the answer names it (veo page, "Output objects")."""
    done = veo.outcome(TEXT, OUT)

    (video,) = done["response"]["videos"]
    assert video == {"gcsUri": veo.storage.writes[0], "mimeType": "video/mp4"}
    folder, sample = video["gcsUri"].removeprefix(OUT["storageUri"]).split("/")
    assert (19, True, "sample_0.mp4") == (len(folder), folder.isdigit(), sample)
    assert done["response"]["@type"].endswith("GenerateVideoResponse")


def test_without_a_place_the_film_comes_inline(veo: VeoDesk) -> None:
    """Without storageUri the film is in the answer, in base64 (veo page, "The operation")."""
    (video,) = veo.outcome(TEXT)["response"]["videos"]

    assert b"ftyp" == base64.b64decode(video["bytesBase64Encoded"])[4:8]
    assert [] == veo.storage.writes


def test_samples_are_billed_each(veo: VeoDesk) -> None:
    """SampleCount 2 writes two files and costs twice (veo page, "The order")."""
    veo.outcome(TEXT, OUT | {"sampleCount": 2})

    assert ["sample_0.mp4", "sample_1.mp4"] == [name.rsplit("/", 1)[1] for name in veo.storage.writes]
    assert 2 * 4 * 400_000 == veo.server.bill()["generations"][0]["amount_micros"]


@pytest.mark.parametrize(
    ("instance", "seconds", "text"),
    [
        (
            TEXT,
            5,
            "Unsupported output video duration 5 seconds, supported durations are [8,4,6] for feature text_to_video",
        ),
        (
            {
                **TEXT,
                "referenceImages": [
                    {"image": {"gcsUri": "gs://in/a.jpg", "mimeType": "image/jpeg"}, "referenceType": "asset"}
                ],
            },
            6,
            "Unsupported output video duration 6 seconds, supported durations are [8] for feature reference_to_video",
        ),
        (
            {**TEXT, "video": {"gcsUri": "gs://in/a.mp4", "mimeType": "video/mp4"}},
            8,
            "Unsupported output video duration 8 seconds, supported durations are [7] for feature video_extension",
        ),
    ],
)
def test_a_wrong_duration_fails_late(veo: VeoDesk, instance: dict[str, Any], seconds: int, text: str) -> None:
    """A duration the feature cannot film is accepted at the POST and ends in code 3, free of charge.

    (veo page, "What is checked when")
    """
    done = veo.outcome(instance, {"durationSeconds": seconds})

    assert {"error": {"code": 3, "message": text}} == end(done)
    assert [("failed", False, 0)] == [
        (g["outcome"], g["billed"], g["amount_micros"]) for g in veo.server.bill()["generations"]
    ]


def test_prompt_enhancement_cannot_be_disabled(veo: VeoDesk) -> None:
    """EnhancePrompt false fails the whole operation (veo page, "The order")."""
    done = veo.outcome(TEXT, {"enhancePrompt": False})

    assert {"error": {"code": 3, "message": "Veo 3 prompt enhancement cannot be disabled"}} == end(done)


def test_a_safety_refusal_carries_its_code(veo: VeoDesk) -> None:
    """Marker [[rai:…]]: code 3 whose message ends in the support code (veo page, "Errors")."""
    done = veo.outcome({"prompt": "A star [[rai:15236754]]"})

    assert 3 == done["error"]["code"]
    assert done["error"]["message"].endswith("Support codes: 15236754")


def test_a_filtered_film_is_no_error(veo: VeoDesk) -> None:
    """Marker [[filter]]: done, a count and a reason with support codes, no videos.

    (veo page, "Three ends without a film")
    """
    response = end(veo.outcome({"prompt": "A star [[filter]]"}))["response"]

    assert (1, None) == (response["raiMediaFilteredCount"], response.get("videos"))
    assert "Support codes: " in response["raiMediaFilteredReasons"][0]


def test_an_empty_film_is_nothing_at_all(veo: VeoDesk) -> None:
    """Marker [[empty]]: done, neither videos nor a count (veo page, "Three ends without a film")."""
    assert ["@type"] == list(end(veo.outcome({"prompt": "A cup [[empty]]"}))["response"])


@pytest.mark.parametrize("code", [8, 9, 13, 14])
def test_an_operation_may_fail(veo: VeoDesk, code: int) -> None:
    """Marker [[err:N]]: an error of that code, and no charge (veo page, "Errors")."""
    done = veo.outcome({"prompt": f"A cup [[err:{code}]]"}, OUT)

    assert code == done["error"]["code"]
    assert [] == veo.storage.writes


def test_a_slow_film_takes_longer(veo: VeoDesk) -> None:
    """Marker [[slow:N]]: done N seconds later than usual."""
    name = veo.submit({"prompt": "A cup [[slow:60]]"})

    veo.clock.forward(30)
    veo.server.complete_due()
    before = veo.fetch(name).json()
    veo.clock.forward(60)
    veo.server.complete_due()

    assert "done" not in before or before["done"] is False
    assert veo.fetch(name).json()["done"] is True


@pytest.mark.parametrize(("marker", "films"), [("[[lost]]", 0), ("[[lost:film]]", 1)])
def test_an_operation_may_be_lost(veo: VeoDesk, marker: str, films: int) -> None:
    """Marker [[lost]]: fetch answers 404 for ever; with [[lost:film]] the film arrives all the same.

    (veo page, "The operation")
    """
    name = veo.submit({"prompt": f"A cup {marker}"}, OUT)
    veo.clock.forward(10)
    veo.server.complete_due()

    assert 404 == veo.fetch(name).status_code
    assert films == len(veo.storage.writes)


def test_operations_do_not_live_for_ever(veo: VeoDesk) -> None:
    """After 48 h a fetch answers 404 (veo page, "The operation")."""
    name = veo.submit(TEXT)
    veo.clock.forward(48 * 3600 + 1)

    assert 404 == veo.fetch(name).status_code


def test_a_cold_service_agent_fails_once(tmp_path: Path) -> None:
    """The first operation of a project that uses gs:// ends in code 9, the next one films (veo page, "Errors")."""
    cold = VeoSettings(service_agent_cold=True, background=False, sizes=SIZES)

    with veo_desk(tmp_path, cold) as veo:
        first, second = veo.outcome(TEXT, OUT), veo.outcome(TEXT, OUT)

    assert 9 == first["error"]["code"]
    assert "Service agents are being provisioned" in first["error"]["message"]
    assert "response" in second


def test_a_bucket_that_refuses_fails_the_operation(veo: VeoDesk) -> None:
    """No permission on the bucket is code 7 (veo page, "Errors")."""
    veo.storage.status = 403

    assert 7 == veo.outcome(TEXT, OUT)["error"]["code"]


def test_a_photo_that_is_missing_or_none_fails_the_operation(veo: VeoDesk) -> None:
    """What is wrong with a file is found out late, as code 3 (veo page, "What is checked when")."""
    veo.storage.objects["gs://in/fake.jpg"] = b"ffconcat version 1.0"
    missing = {**TEXT, "image": {"gcsUri": "gs://in/none.jpg", "mimeType": "image/jpeg"}}
    fake = {**TEXT, "image": {"gcsUri": "gs://in/fake.jpg", "mimeType": "image/jpeg"}}

    assert [3, 3] == [veo.outcome(instance)["error"]["code"] for instance in (missing, fake)]


def test_the_service_agent_shows_its_token(veo: VeoDesk) -> None:
    """The bucket is read and written with the handed-in token."""
    veo.outcome(TEXT, OUT)

    assert {"Bearer stand-in"} == set(veo.storage.tokens)


def test_a_film_arrives_by_itself(tmp_path: Path) -> None:
    """The object appears when its time has come, without anybody asking."""
    with veo_desk(tmp_path, VeoSettings(sizes=SIZES)) as veo:
        veo.submit(TEXT, OUT)
        early = veo.storage.written.is_set()
        veo.clock.forward(10)
        arrived = veo.storage.written.wait(PATIENCE)

    assert (False, True) == (early, arrived)


def test_what_was_accepted_survives_a_restart(tmp_path: Path) -> None:
    """Operations, folder names and the bill are kept; an object is written once."""
    with veo_desk(tmp_path) as veo:
        name = veo.submit(TEXT, OUT)
        answered = veo.fetch(name).json()
    with veo_desk(tmp_path) as veo:
        veo.clock.forward(10)
        veo.server.complete_due()
        veo.server.complete_due()
        done = veo.fetch(name).json()
        bill = veo.server.bill()

    assert {"name": name} == answered
    assert 1 == len(done["response"]["videos"]) == len(veo.storage.writes)
    assert (2, 1, ["filmed"]) == (bill["polls"], bill["submits"], [g["outcome"] for g in bill["generations"]])


def test_the_bill_says_what_was_bought(veo: VeoDesk) -> None:
    """Seconds times the model's price for resolution and sound; pending costs nothing yet (veo page, "Prices")."""
    veo.outcome(TEXT, OUT | {"generateAudio": False})
    veo.submit(TEXT, {"storageUri": "gs://takes/b/"})

    first, second = veo.http.get("/_stand_in/bill").json()["generations"]

    assert (OUT["storageUri"], "text_to_video", 4.0, "filmed", True, 4 * 200_000) == tuple(
        first[key] for key in ("key", "feature", "seconds", "outcome", "billed", "amount_micros")
    )
    assert ("pending", False, 0) == (second["outcome"], second["billed"], second["amount_micros"])


def test_a_bucket_that_is_down_is_asked_again(tmp_path: Path) -> None:
    """A Cloud Storage that does not answer only delays the film."""
    with veo_desk(tmp_path, VeoSettings(sizes=SIZES)) as veo:
        veo.storage.status = 503
        name = veo.submit(TEXT, OUT)
        veo.clock.forward(10)
        asked = threading.Event()
        while not veo.storage.tokens and not asked.wait(0.02):
            pass
        pending = veo.fetch(name).json()
        veo.storage.status = None
        arrived = veo.storage.written.wait(PATIENCE)

    assert {"name": name} == pending
    assert arrived


def test_settings_are_json() -> None:
    """A process is started with a settings file."""
    settings = VeoSettings(seconds_per_clip=0.5, sizes=SIZES, models=("veo-9",), cumulative=False)

    assert settings == VeoSettings.from_json(json.loads(json.dumps(settings.to_json())))
    with pytest.raises(ValueError, match="no such settings"):
        VeoSettings.from_json({"second_per_clip": 1})
