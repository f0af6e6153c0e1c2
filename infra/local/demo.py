"""`make demo`: one real photo and one real request become one finished film, watched in the terminal.

Starts the laptop's cloud in a folder of its own, orders the film over HTTPS paths as any caller would, shows each
node's life, checks the film it got and ends with its path. Exit 0 only if the film is right.
"""

import argparse
import json
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from infra.local.laptop import CannotStart, Laptop
from infra.local.vendors.marks import hash16, read_film
from infra.local.world import ROOT
from shared.door.bodies import parse_film
from shared.media.probe import probe
from shared.pipeline.plan.prompts import clip_prompt

SAMPLES = Path(__file__).parent / "samples"
LIMIT = 1200.0  # seconds: a film takes one minute, on a busy machine many; Ctrl-C ends it sooner
MARKS = {"done": "[green]✔[/]", "failed": "[red]✘[/]", "running": "[cyan]●[/]", "starting": "[cyan]◌[/]"}
DOES = {"image": "product photo", "clip": "Veo films", "presenter": "avatar speaks", "compose": "ffmpeg composes"}


class WrongFilm(Exception):
    """The film is not what was asked; the message says what is off."""


def main() -> None:
    """Run the demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "demo")
    parser.add_argument("--data", type=Path, default=ROOT / ".abroll" / "demo", help="made anew each time")
    parser.add_argument("--cut", action="store_true", help="a clip of its own for each scene: exactly 24 s")
    given = parser.parse_args()
    console = Console(highlight=False)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have us started deaf to it
    data: Path = given.data
    shutil.rmtree(data, ignore_errors=True)
    world = data / "world.json"
    data.mkdir(parents=True)
    world.write_text(json.dumps({"port": 0}), encoding="utf-8")
    laptop = Laptop(data, world)
    try:
        with console.status("starting a small Google Cloud, the vendors' stand-ins and abroll"):
            laptop.start()
            key = laptop.seed("demo")
        film = _order_and_watch(console, laptop.places.front_url, key, given.out, cut=given.cut)
    except KeyboardInterrupt:
        console.print("\nstopped; nothing is left running")
        sys.exit(130)
    except (CannotStart, WrongFilm, httpx.HTTPError) as failed:
        console.print(f"[red]the demo failed:[/] {failed}\nlogs: {data}")
        sys.exit(1)
    finally:
        laptop.stop()
    console.print(f"\n{film}", soft_wrap=True)


def _order_and_watch(console: Console, url: str, key: str, out: Path, *, cut: bool) -> Path:
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False) as abroll:
        _ok(abroll.put("/tenant/integrations/heygen", json={"api_key": "hg_demo_key"}))
        photo = (SAMPLES / "coffee.jpg").read_bytes()
        upload = _ok(abroll.post("/tenant/uploads", content=photo, headers={"Content-Type": "image/jpeg"}))
        request = json.loads((SAMPLES / "request.json").read_text(encoding="utf-8")) | {"image": upload["image"]}
        if cut:
            request["b_roll"] = {"join": "cut"}
        console.print(
            f"POST {url}/create_job  {request['product_title']}, {len(request['scenes'])} scenes, one presenter"
        )
        job = _ok(abroll.post("/create_job", json=request))
        price = job["estimated_cost"]
        console.print(
            f"202  {job['job_id']}  {job['planned_seconds']:g} s of film, "
            f"${price['paid_by_us']} ours + ${price['billed_by_provider']} the avatar account's"
        )
        for warning in job["warnings"]:
            console.print(f"     [yellow]{warning}[/]")
        done = _watched(console, abroll, job["job_id"])
        film = _fetched(abroll, done, out)
        _check(film, done)
        _check_marks(film, request)
        _summary(console, abroll, done, film)
        return film


def _watched(console: Console, abroll: httpx.Client, job_id: str) -> dict[str, Any]:
    started = time.monotonic()
    with Live(console=console, refresh_per_second=8) as live:
        while True:
            job = _ok(abroll.get(f"/jobs/{job_id}"))
            live.update(_board(job))
            if job["status"] in ("completed", "failed", "cancelled"):
                break
            if time.monotonic() - started > LIMIT:
                raise WrongFilm(f"the job is still {job['status']} after {LIMIT:.0f} s: {job['summary']}")
            time.sleep(0.25)
    if job["status"] != "completed":
        trouble = job["error"] or {}
        raise WrongFilm(f"{job['summary']}. {trouble.get('next_move', '')}")
    return job


def _board(job: dict[str, Any]) -> Group:
    rows = Table.grid(padding=(0, 2))
    for node in job["nodes"]:
        seconds = f"{node['seconds']:.1f} s" if "seconds" in node else ""
        rows.add_row(MARKS.get(node["state"], "[dim]·[/]"), node["key"], DOES[node["kind"]], node["state"], seconds)
    bar = ProgressBar(total=100, completed=job["progress"], width=40)
    line = Text(f"{job['progress']:3d} %  {job['summary']}")
    return Group(rows, bar, line, Text())


def _fetched(abroll: httpx.Client, job: dict[str, Any], out: Path) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    film = out / f"{job['product_id']}-{job['id'][:8]}.mp4"
    with abroll.stream("GET", f"/jobs/{job['id']}/film", follow_redirects=True) as answer, film.open("wb") as file:
        answer.raise_for_status()
        for chunk in answer.iter_bytes():
            file.write(chunk)
    return film


def _check(film: Path, job: dict[str, Any]) -> None:
    facts = probe(film)
    found = (facts.width, facts.height, round(facts.fps), facts.video_codec, facts.audio_codec)
    wanted = (job["size"]["width"], job["size"]["height"], 24, "h264", "aac")
    if found != wanted:
        raise WrongFilm(f"{film.name} is {found}, wanted {wanted}")
    if abs(facts.seconds - job["planned_seconds"]) > 0.1:  # noqa: PLR2004  # two frames
        raise WrongFilm(f"{film.name} lasts {facts.seconds:.2f} s, planned were {job['planned_seconds']:g} s")


def _check_marks(film: Path, request: dict[str, Any]) -> None:
    """Read what the stand-ins painted into their media: every scene in its turn, the presenter with its words."""
    order = parse_film(request)
    wanted = [hash16(clip_prompt(order, scene)) for scene in range(len(order.scenes))]
    seen = read_film(film, every=1.0).seen
    filmed = [mark.prompt for mark in (each.footage for each in seen) if mark]
    if list(dict.fromkeys(filmed)) != wanted:
        raise WrongFilm(f"{film.name} does not show the {len(wanted)} scenes in their order")
    spoken = {(mark.avatar, mark.script) for mark in (each.presenter for each in seen) if mark}
    if spoken != {(hash16(request["avatar_id"]), hash16(request["avatar_script"]))}:
        raise WrongFilm(f"{film.name} does not show the presenter speaking the script")


def _summary(console: Console, abroll: httpx.Client, job: dict[str, Any], film: Path) -> None:
    bill = _ok(abroll.get(f"/jobs/{job['id']}/bill"))
    story = _ok(abroll.get(f"/jobs/{job['id']}/timeline"))
    width = max(lane["to"] for lane in story["lanes"])
    lanes = Table(title="where the time went", title_justify="left", box=None, padding=(0, 1))
    for name in ("node", "seconds", ""):
        lanes.add_column(name, justify="right" if name == "seconds" else "left")
    for lane in story["lanes"]:
        begin, end = (round(48 * lane[side] / width) for side in ("from", "to"))
        lanes.add_row(lane["node"], f"{lane['to'] - lane['from']:.1f}", " " * begin + "━" * max(1, end - begin))
    console.print(lanes)
    costs = Table(title="the bill (USD)", title_justify="left", box=None, padding=(0, 1))
    for name in ("node", "provider", "outcome", "cost"):
        costs.add_column(name)
    for line in bill["lines"]:
        costs.add_row(line["node"], line["provider"], line["outcome"], line["cost"])
    console.print(costs)
    console.print(f"paid by us ${bill['paid_by_us']}, billed by your provider ${bill['billed_by_provider']}")
    size = f"{job['size']['width']}x{job['size']['height']}"
    console.print(f"{job['film_seconds']:g} s, {size}, {film.stat().st_size / 1e6:.1f} MB")


def _ok(answer: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    if answer.is_error:
        raise WrongFilm(f"{answer.request.method} {answer.request.url.path}: {body['message']}; {body['next_move']}")
    return body


if __name__ == "__main__":
    main()
