"""Every kind of film, ordered over HTTP, made by the whole line, and read back from its own pictures and sound."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from infra.local.vendors.marks import Reading, Seen, hash16, read_film, read_sound
from shared.door.bodies import parse_film
from shared.pipeline.plan.prompts import clip_prompt
from tests.journey.cinema import SQUARE, TALL, WIDE, Cinema
from tests.media.makers import ffmpeg

ANA, BEN = "look_ana_studio", "look_ben_studio"
SCRIPT = "Good morning. This is our coffee, and it is fresh every day."


def scenes(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"visual_description": f"scene number {k} of a cup on a table", **more} for k in range(1, count + 1)]


def order(count: int = 3, **more: Any) -> dict[str, Any]:
    return {"product_title": "Coffee", "scenes": scenes(count), **more}


def presented(count: int = 3, **more: Any) -> dict[str, Any]:
    return order(count, avatar_id=ANA, avatar_script=SCRIPT, **more)


def prompts(request: dict[str, Any]) -> list[int]:
    film = parse_film(request)
    return [hash16(clip_prompt(film, k)) for k in range(len(film.scenes))]


def prompt_at(reading: Reading, at: float) -> int | None:
    seen = nearest(reading, at)
    return seen.footage.prompt if seen.footage else None


def nearest(reading: Reading, at: float) -> Seen:
    return min(reading.seen, key=lambda seen: abs(seen.at - at))


def test_three_extended_scenes_with_a_presenter(cinema: Cinema, photo: str, tmp_path: Path) -> None:
    """The main case: 8+7+7 s of one shot, the photo in all of it, the presenter in front for as long as it speaks."""
    request = presented(image=photo)

    job = cinema.ended(cinema.order(request))

    reading = read_film(cinema.film(job, tmp_path))
    first, second, third = prompts(request)
    assert (TALL[0], TALL[1], 24.0) == (reading.width, reading.height, reading.fps)
    assert abs(reading.seconds - 22.0) < 0.1
    assert any("in all 22 s instead of 24 s" in warning for warning in job["warnings"])
    assert [first, second, third] == [prompt_at(reading, at) for at in (4.25, 11.25, 18.25)]
    assert len({seen.footage.photo for seen in reading.seen if seen.footage}) == 1
    speaking = [seen for seen in reading.seen if seen.presenter]
    assert {(hash16(ANA), hash16(SCRIPT))} == {
        (s.presenter.avatar, s.presenter.script) for s in speaking if s.presenter
    }
    assert 0.25 == speaking[0].at
    assert all(seen.presenter is None for seen in reading.seen if seen.at > speaking[-1].at)


def test_the_voice_is_heard_while_the_presenter_is_seen(cinema: Cinema, photo: str, tmp_path: Path) -> None:
    """The sound of the film carries the script from the first half second until the presenter has finished."""
    job = cinema.ended(cinema.order(presented(1, image=photo)))

    film = cinema.film(job, tmp_path)
    heard = {round(each.at, 1) for each in read_sound(film) if each.script == hash16(SCRIPT)}
    seen = [each.at for each in read_film(film).seen if each.presenter]
    assert heard
    assert min(heard) <= 0.5
    assert abs(max(heard) - max(seen)) <= 1.0


def test_presenter_and_footage_are_made_at_the_same_time(cinema: Cinema, photo: str) -> None:
    """The timeline shows the presenter's take overlapping the footage: the wait is the longer, not the sum."""
    job = cinema.ended(cinema.order(presented(image=photo)))

    lanes = {lane["node"]: lane for lane in cinema.http.get(f"/jobs/{job['id']}/timeline").json()["lanes"]}
    presenter = lanes["presenter-1"]
    assert presenter["from"] < lanes["clip-3"]["to"]
    assert presenter["to"] > lanes["clip-1"]["from"]
    assert lanes["compose"]["from"] >= max(presenter["to"], lanes["clip-3"]["to"])


def test_where_the_presenter_stands(cinema: Cinema, photo: str, tmp_path: Path) -> None:
    """Presets put the presenter's box where they say: the badge lies in that half of the frame, lower when smaller."""
    boxes = {}
    for preset in ("bottom_left", "top_right"):
        request = presented(1, image=photo, avatar_position={"preset": preset, "scale": 0.4})
        reading = read_film(cinema.film(cinema.ended(cinema.order(request)), tmp_path))
        boxes[preset] = next(seen.box for seen in reading.seen if seen.box)

    left, right = boxes["bottom_left"], boxes["top_right"]
    assert left.x + left.width / 2 < TALL[0] / 2 < right.x + right.width / 2
    assert right.y + right.height / 2 < TALL[1] / 2 < left.y + left.height / 2


def test_cut_keeps_exact_lengths(cinema: Cinema, photo: str, tmp_path: Path) -> None:
    """`cut` films every scene by itself: 24.0 s for three times 8, each its own prompt, no warning about lengths."""
    request = presented(image=photo, b_roll={"join": "cut"})

    job = cinema.ended(cinema.order(request))

    reading = read_film(cinema.film(job, tmp_path))
    assert abs(reading.seconds - 24.0) < 0.1
    assert prompts(request) == [prompt_at(reading, at) for at in (4.25, 12.25, 20.25)]
    assert not any("asked" in warning.lower() for warning in job["warnings"])


def test_footage_only(cinema: Cinema, tmp_path: Path) -> None:
    """Without a script there is no presenter, no avatar bill, and the film still has a sound track."""
    request = order(2, b_roll={"join": "cut"})

    job = cinema.ended(cinema.order(request))

    reading = read_film(cinema.film(job, tmp_path))
    assert reading.has_sound
    assert not any(seen.presenter for seen in reading.seen)
    assert "0.0000" == cinema.http.get(f"/jobs/{job['id']}/bill").json()["billed_by_provider"]


def test_a_reel_of_three_scripts_and_two_avatars(cinema: Cinema, tmp_path: Path) -> None:
    """Scripts per scene: each is spoken by its own avatar over its own scene, in order."""
    cast = (ANA, BEN, ANA)
    lines = ("First we grind the beans.", "Then we brew the coffee.", "At last you drink it.")
    wanted = [
        {**scene, "script": line, "avatar_id": who} for scene, line, who in zip(scenes(3), lines, cast, strict=True)
    ]
    request = {"product_title": "Reel", "scenes": wanted, "b_roll": {"join": "cut"}}

    job = cinema.ended(cinema.order(request))

    reading = read_film(cinema.film(job, tmp_path))
    spoken = [(s.presenter.avatar, s.presenter.script) for s in reading.seen if s.presenter]
    in_order = [spoken[0]] + [after for before, after in pairwise(spoken) if after != before]
    assert [(hash16(who), hash16(line)) for who, line in zip(cast, lines, strict=True)] == in_order
    for scene, prompt in enumerate(prompts(request)):
        assert prompt == prompt_at(reading, 8 * scene + 1.25)


def test_presenter_only(cinema: Cinema, tmp_path: Path) -> None:
    """Without scenes the presenter stands before the asked background, square if wanted, and Veo is never asked."""
    before = len(cinema.bills()[0])
    request = {
        "product_title": "Hello",
        "avatar_id": ANA,
        "avatar_script": SCRIPT,
        "aspect_ratio": "1:1",
        "background": {"type": "color", "color": "#2050a0"},
    }

    job = cinema.ended(cinema.order(request))

    reading = read_film(cinema.film(job, tmp_path))
    assert SQUARE == (reading.width, reading.height)
    assert any(seen.presenter for seen in reading.seen)
    assert not any(seen.footage for seen in reading.seen)
    assert before == len(cinema.bills()[0])


def test_a_chinese_order_is_promised_and_kept(cinema: Cinema, tmp_path: Path) -> None:
    """Chinese words, Latin ones among them: nothing is warned of before, nothing is lost after, and they are seen."""
    request = json.loads((Path(__file__).parent / "cases" / "request_cjk.json").read_text(encoding="utf-8"))
    plain = request | {"captions": False, "scenes": [request["scenes"][0] | {"text_overlay": "."}]}

    dry = cinema.http.post("/create_job", json=request | {"dry_run": True}).json()
    job, bare = (cinema.ended(cinema.order(each)) for each in (request, plain))

    assert [] == [line for line in (*dry["warnings"], *job["warnings"]) if "no font has" in line]
    written, empty = (_white(cinema.film(each, tmp_path), 1.5) for each in (job, bare))
    assert written > empty + 200


def test_what_cannot_be_drawn_is_told_before_it_is_paid(cinema: Cinema) -> None:
    """The dry run names the scene and the character; so does the answer to the order, which asks the same planner."""
    request = order(1)
    request["scenes"][0]["text_overlay"] = "ᠮ new"

    dry = cinema.http.post("/create_job", json=request | {"dry_run": True}).json()

    expected = "The text of scene 1 will be shown without some of its characters: no font has ᠮ (U+182E). "
    expected += "Write text_overlay without them."
    assert expected in dry["warnings"]


def _white(film: Path, at: float) -> int:
    """Count the white pixels of the frame at `at` seconds: letters."""
    raw = ffmpeg("-ss", str(at), "-i", film, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-")
    return sum(value > 235 for value in raw)


def test_one_scene(cinema: Cinema, photo: str, tmp_path: Path) -> None:
    """One scene is one clip; a length Veo does not film is filmed longer and trimmed."""
    request = order(1, image=photo, aspect_ratio="16:9")
    request["scenes"][0]["duration"] = 5

    job = cinema.ended(cinema.order(request))

    reading = read_film(cinema.film(job, tmp_path))
    assert WIDE == (reading.width, reading.height)
    assert abs(reading.seconds - 5.0) < 0.1


def test_seven_scenes_are_two_balanced_chains(cinema: Cinema, photo: str, tmp_path: Path) -> None:
    """Seven extended scenes are filmed as 4+3, side by side, and joined: 29 + 22 s."""
    request = order(7, image=photo)

    job = cinema.ended(cinema.order(request))

    reading = read_film(cinema.film(job, tmp_path))
    assert abs(reading.seconds - 51.0) < 0.15
    starts = [0.0, 8.0, 15.0, 22.0, 29.0, 37.0, 44.0]
    assert prompts(request) == [prompt_at(reading, start + 3.25) for start in starts]


def test_twenty_scenes_cut(cinema: Cinema, photo: str, tmp_path: Path) -> None:
    """Twenty clips filmed at once all arrive, each is paid once, and the film shows them in order."""
    request = order(20, image=photo, b_roll={"join": "cut"})
    for scene in request["scenes"]:
        scene["duration"] = 4

    job = cinema.ended(cinema.order(request))

    reading = read_film(cinema.film(job, tmp_path))
    assert abs(reading.seconds - 80.0) < 0.2
    assert prompts(request) == [prompt_at(reading, 4 * k + 1.75) for k in range(20)]
    mine = [line for line in cinema.bills()[0] if job["id"] in line["key"]]
    assert [True] * 20 == [line["billed"] for line in mine]


def test_a_look_without_transparency_stands_before_a_key_colour_and_another_is_shown_inset(
    cinema: Cinema, photo: str, tmp_path: Path
) -> None:
    """WebM, then key colour, then plain: refusals cost nothing, the film is right, and the look is remembered."""
    for look in ("look_kai_desk", "look_old_photo"):
        request = presented(1, image=photo) | {"avatar_id": look}
        job = cinema.ended(cinema.order(request))
        reading = read_film(cinema.film(job, tmp_path))
        assert hash16(look) in {seen.presenter.avatar for seen in reading.seen if seen.presenter}
        assert [True] == [line["billed"] for line in cinema.bills()[1] if job["id"] in line["key"]]
    looks = cinema.http.get("/tenant/integrations/heygen").json()["looks"]
    assert ("key", "inset") == (looks["look_kai_desk"], looks["look_old_photo"])
