"""HeyGen's videos: looked at, listed, deleted, failed, billed, downloaded, restarted."""

from pathlib import Path

import httpx
import pytest

from infra.local.vendors.heygen.settings import HeyGenSettings
from tests.patience import PATIENCE
from tests.vendors.desk import SIZES, HeyGenDesk, heygen_desk
from tests.vendors.receiver import Receiver


def test_a_video_goes_through_its_states(heygen: HeyGenDesk) -> None:
    """Pending, processing, completed; what is not known yet is null (heygen page, "Status and links")."""
    video_id = heygen.order(title="t")
    words, links = [], []
    for seconds in (0.1, 1.0, 10):
        heygen.pass_time(seconds)
        video = heygen.video(video_id)
        words.append(video["status"])
        links.append(video["video_url"] is not None)

    assert ["pending", "processing", "completed"] == words
    assert [False, False, True] == links
    assert ("t", None, True) == (video["title"], video["failure_code"], video["duration"] > 0)


def test_a_film_comes_with_its_captions(heygen: HeyGenDesk) -> None:
    """An SRT always lies beside the film, with the times at which its words are spoken (heygen page, "The order")."""
    video_id = heygen.order(script="Good morning. This cup is made by hand, and it is warm.")
    heygen.pass_time()
    video = heygen.video(video_id)

    text = httpx.get(video["subtitle_url"]).text

    assert text.startswith("1\n00:00:00,250 --> ")
    assert "\nGood morning.\n" in text
    last = text.strip().split("\n\n")[-1].split("\n")[1].split(" --> ")[1]
    assert video["duration"] == pytest.approx(float(last[6:].replace(",", ".")), abs=1.0)


def test_links_die_and_are_renewed(heygen: HeyGenDesk) -> None:
    """A result URL is presigned and expires (403); each look mints a new one; a tampered one is refused.

    (heygen page, "Status and links")
    """
    video_id = heygen.order()
    heygen.pass_time()
    old = heygen.video(video_id)["video_url"]
    tampered = old.replace("Signature=", "Signature=0")

    while_young = [httpx.get(old).status_code, httpx.get(tampered).status_code]
    heygen.clock.forward(7 * 24 * 3600 + 20)
    new = heygen.video(video_id)["video_url"]

    assert [200, 403] == while_young
    assert [403, 200] == [httpx.get(old).status_code, httpx.get(new).status_code]


def test_a_video_may_fail(heygen: HeyGenDesk) -> None:
    """Marker [[fail:code]]: failed, with code and message, free of charge (heygen page, "Status and links")."""
    video_id = heygen.order(script="Hello [[fail:rendering_failed]]")
    heygen.pass_time()

    video, (generation,) = heygen.video(video_id), heygen.server.bill()["generations"]

    assert ("failed", "rendering_failed", None) == (video["status"], video["failure_code"], video["video_url"])
    assert video["failure_message"]
    assert ("failed", False, 0) == (generation["outcome"], generation["billed"], generation["amount_micros"])


def test_a_slow_video_takes_longer(heygen: HeyGenDesk) -> None:
    """Marker [[slow:N]]: done N seconds later than usual."""
    video_id = heygen.order(script="Hello [[slow:60]]")
    heygen.pass_time(30)
    early = heygen.video(video_id)["status"]
    heygen.pass_time(60)

    assert ("processing", "completed") == (early, heygen.video(video_id)["status"])


def test_the_wallet_pays_for_seconds(heygen: HeyGenDesk) -> None:
    """A finished video is billed per second, by engine and type of look (heygen page, "Prices")."""
    video_id = heygen.order(title="job.p.t1.a1")
    heygen.pass_time()
    seconds = heygen.video(video_id)["duration"]
    (generation,) = heygen.http.get("/_stand_in/bill").json()["generations"]
    wallet = heygen.http.get("/v3/users/me").json()["data"]

    assert round(seconds * 16_700) == generation["amount_micros"]
    assert ("job.p.t1.a1", "filmed", True) == (generation["key"], generation["outcome"], generation["billed"])
    assert 100 - generation["amount_micros"] / 1e6 == pytest.approx(wallet["wallet"]["remaining_balance"], abs=1e-3)
    assert "wallet" == wallet["billing_type"]


def test_videos_are_listed_by_title(heygen: HeyGenDesk) -> None:
    """Newest first, filtered by title, paged by token (heygen page, "Lists")."""
    for title in ("job.a1", "job.a10", "other"):
        heygen.order(title=title)

    listed = heygen.http.get("/v3/videos", params={"title": "job.a1"}).json()
    page = heygen.http.get("/v3/videos", params={"limit": 2}).json()
    rest = heygen.http.get("/v3/videos", params={"limit": 2, "token": page["next_token"]}).json()

    assert ["job.a10", "job.a1"] == [video["title"] for video in listed["data"]], (
        "it contains the title: compare yourself"
    )
    assert (["other", "job.a10"], True) == ([video["title"] for video in page["data"]], page["has_more"])
    assert (["job.a1"], False, None) == (
        [video["title"] for video in rest["data"]],
        rest["has_more"],
        rest["next_token"],
    )


def test_a_deleted_video_is_gone(heygen: HeyGenDesk) -> None:
    """DELETE answers the id; then 404 video_not_found; deleted before it was made it costs nothing.

    (heygen page, "Status and links")
    """
    video_id = heygen.order()

    told = heygen.http.delete(f"/v3/videos/{video_id}").json()
    heygen.pass_time()
    looked = heygen.http.get(f"/v3/videos/{video_id}")

    assert {"data": {"id": video_id, "deleted": True}} == told
    assert (404, "video_not_found", f"Video {video_id} not found") == (
        looked.status_code,
        looked.json()["error"]["code"],
        looked.json()["error"]["message"],
    )
    assert [] == heygen.http.get("/v3/videos").json()["data"]
    assert 0 == sum(g["amount_micros"] for g in heygen.server.bill()["generations"])


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    """Videos, answers kept for keys, wallet and bill are kept over a restart; what was pending is finished."""
    with heygen_desk(tmp_path) as heygen:
        first = heygen.order("k1")
    with heygen_desk(tmp_path) as heygen:
        again = heygen.order("k1")
        heygen.pass_time()
        status = heygen.video(first)["status"]
        link = heygen.video(first)["video_url"]
    with heygen_desk(tmp_path) as heygen:
        heygen.clock.forward(20)
        fresh = heygen.video(first)["video_url"]
        served = httpx.get(fresh).status_code

    assert first == again
    assert ("completed", 200) == (status, served)
    assert link != fresh


def test_looks_groups_and_voices_are_told(heygen: HeyGenDesk) -> None:
    """Groups are no avatar ids; looks and voices are listed, filtered, paged and looked up; unknown ids are 404.

    (heygen page, "Looks and voices")
    """
    groups = heygen.http.get("/v3/avatars").json()
    looks = heygen.http.get("/v3/avatars/looks", params={"group_id": "group_ana"}).json()["data"]
    page = heygen.http.get("/v3/avatars/looks", params={"limit": 4}).json()
    voices = heygen.http.get("/v3/voices", params={"language": "Spanish"}).json()["data"]

    assert "group_ana" in [group["id"] for group in groups["data"]]
    assert ["look_ana_studio", "look_old_photo"] == [look["id"] for look in looks]
    assert {"webm", "matting", "keyable"}.isdisjoint(looks[0]), "no field tells how a look can be cut out"
    assert [["avatar_iii"], ["avatar_iv"]] == [look["supported_api_engines"] for look in looks]
    assert (4, True) == (len(page["data"]), page["has_more"])
    assert ["voice_es_lola"] == [voice["voice_id"] for voice in voices]
    assert "look_ana_studio" == heygen.http.get("/v3/avatars/looks/look_ana_studio").json()["data"]["id"]
    assert "voice_en_ben" == heygen.http.get("/v3/voices/voice_en_ben").json()["data"]["voice_id"]
    for path, code in (
        ("/v3/avatars/looks/group_ana", "avatar_not_found"),
        ("/v3/avatars/nobody", "avatar_group_not_found"),
        ("/v3/voices/nobody", "voice_not_found"),
    ):
        assert code == heygen.http.get(path).json()["error"]["code"]


def test_previews_are_real(heygen: HeyGenDesk) -> None:
    """A look's picture and a voice's sample can be opened (heygen page, "Looks and voices")."""
    look = heygen.http.get("/v3/avatars/looks/look_ana_studio").json()["data"]
    voice = heygen.http.get("/v3/voices/voice_en_ana").json()["data"]

    assert b"\x89PNG" == httpx.get(look["preview_image_url"]).content[:4]
    assert b"RIFF" == httpx.get(voice["preview_audio_url"]).content[:4]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"token": "!"}])
def test_paging_has_limits(heygen: HeyGenDesk, query: dict[str, str]) -> None:
    """Limit has a range, a token is one of theirs (heygen page, "Lists")."""
    assert 400 == heygen.http.get("/v3/videos", params=query).status_code


def test_files_are_sniffed(heygen: HeyGenDesk, photo: bytes) -> None:
    """An upload answers its id; the declared type must be what the bytes are; 32 MB at most.

    (heygen page, "Uploads and media")
    """
    fine = heygen.http.post("/v3/assets", files={"file": ("a.jpg", photo, "image/jpeg")})
    wrong = heygen.http.post("/v3/assets", files={"file": ("a.png", photo, "image/png")})
    large = heygen.http.post("/v3/assets", files={"file": ("a.jpg", photo + bytes(32 * 2**20), "image/jpeg")})
    unsaid = heygen.http.post("/v3/assets", files={"file": ("a.jpg", photo, "application/octet-stream")})

    assert {"asset_id", "url", "mime_type", "size_bytes"} == set(fine.json()["data"])
    assert (400, "Content type not match image/jpeg != image/png") == (
        wrong.status_code,
        wrong.json()["error"]["message"],
    )
    assert (413, "payload_too_large") == (large.status_code, large.json()["error"]["code"])
    assert "image/jpeg" == unsaid.json()["data"]["mime_type"], "the vendor's own command line tool declares no type"


@pytest.mark.parametrize("path", ["/v2/video/generate", "/v1/video_status.get", "/v3/video-agents", "/v3/lipsyncs"])
def test_what_is_not_served_is_named(heygen: HeyGenDesk, path: str) -> None:
    """V1, v2 and the unserved rest answer 404 in the v3 envelope, naming the path.

    (heygen page, "Envelopes and errors")
    """
    answer = heygen.http.post(path)

    assert (404, "not_found") == (answer.status_code, answer.json()["error"]["code"])
    assert path in answer.json()["error"]["message"]


def test_a_film_is_made_by_itself(tmp_path: Path, receiver: Receiver) -> None:
    """With background on, a video is finished without anybody asking for it."""
    with heygen_desk(tmp_path, HeyGenSettings(sizes=SIZES)) as heygen:
        video_id = heygen.order(callback_url=f"{receiver.url}/hook")
        heygen.clock.forward(10)
        heard = receiver.something.wait(PATIENCE)
        status = heygen.video(video_id)["status"]

    assert (True, "completed") == (heard, status)


def test_states_of_several_videos_come_at_once(heygen: HeyGenDesk) -> None:
    """What waits is queued, and what is nobody's, deleted or another account's is not_found, not an error."""
    done, gone = heygen.order(), heygen.order()
    heygen.http.delete(f"/v3/videos/{gone}")
    heygen.pass_time()
    waiting, failing = heygen.order(), heygen.order(script="Hi. [[fail]]")
    heygen.server.complete_due()

    told = heygen.http.get("/v3/videos/statuses", params={"video_ids": f"{done},{waiting},{gone},nobody"})
    heygen.pass_time()
    later = heygen.http.get("/v3/videos/statuses", params={"video_ids": failing})
    none = heygen.http.get("/v3/videos/statuses")

    assert {done: "completed", waiting: "queued", gone: "not_found", "nobody": "not_found"} == {
        one["video_id"]: one["status"] for one in told.json()["data"]
    }
    assert ["failed"] == [one["status"] for one in later.json()["data"]]
    assert (400, "video_ids") == (none.status_code, none.json()["error"]["param"])
