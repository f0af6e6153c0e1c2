"""`python -m infra.local.gallery`: one page with a film of every kind, its stills and its figures, to be looked at.

Starts the laptop's cloud, orders each film of `samples/gallery.json` as any caller would, measures what comes back and
writes `index.html` and `figures.json`. Figures beyond what a film may have (FAULTS) are marked on the page and counted
in the last line; whether a film is good is for whoever looks. `--small` films at a quarter of the size, `--only` some.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageDraw

from infra.local.laptop import Laptop
from infra.local.measures import Measures, measured, still
from infra.local.world import ROOT

SAMPLES = Path(__file__).parent / "samples"
LIMIT = 1200.0  # seconds a film may take
WIDE = 320  # pixels of a still
MOMENTS = (0.1, 0.5, 0.9)  # of a film's length
SMALL = {"9:16": (180, 320), "16:9": (320, 180), "1:1": (180, 180), "4:5": (180, 226)}
TWO_FRAMES = 2 / 24
LOUDER, HIGHER = 0.7, -1.0  # LU a film may be off, dBTP its peaks may reach
ENDED = ("completed", "failed", "cancelled")


class NoFilm(Exception):
    """An order was refused, or did not become a film; the message says why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A film of the gallery and what was measured of it."""

    name: str
    says: str
    film: Path
    stills: tuple[Path, ...]
    measures: Measures
    faults: tuple[str, ...]
    reasons: tuple[str, ...] = ()  # of abroll's own report
    score: float | None = None  # of the same


@dataclass(frozen=True, slots=True)
class Gallery:
    """A folder of films, and the caller that orders them."""

    http: httpx.Client  # with abroll's address and a key
    folder: Path

    def make(self, films: Sequence[Mapping[str, Any]], brand: Mapping[str, Any]) -> list[Shown]:
        """Order all films, wait for them and measure them; a film of several outputs is shown as several."""
        self.folder.mkdir(parents=True, exist_ok=True)
        photos = {name: self._upload("/tenant/uploads", draw()) for name, draw in PHOTOS.items()}
        logo = self._upload("/tenant/uploads/logo", drawn_logo())
        kit = {**brand, "logo": {**brand["logo"], "image": logo}}
        self._ok(self.http.put("/tenant/brand/pikolo", json=kit))
        jobs = [(each, self._order(each, photos)) for each in films]
        with ThreadPoolExecutor(2) as pool:  # as many as a laptop has cores
            shown = pool.map(lambda pair: list(self._shown(*pair)), jobs)
            return [one for several in shown for one in several]

    def _upload(self, path: str, picture: bytes) -> str:
        kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
        answer = self._ok(self.http.post(path, content=picture, headers={"Content-Type": kind}))
        return str(answer.get("image") or answer["logo"])

    def _order(self, film: Mapping[str, Any], photos: Mapping[str, str]) -> str:
        photo = {"image": photos[film["photo"]]} if "photo" in film else {}
        plain = json.dumps(film["order"], ensure_ascii=False)
        for name, upload in photos.items():
            plain = plain.replace(f'"${name}"', f'"{upload}"')
        order = {**json.loads(plain), **photo, "product_id": film["name"]}
        return str(self._ok(self.http.post("/create_job", json=order))["job_id"])

    def _shown(self, film: Mapping[str, Any], job_id: str) -> Iterator[Shown]:
        job = self._ended(job_id)
        for number, output in enumerate(job.get("outputs") or [{}]):
            shape = output.get("aspect_ratio", "")
            name = f"{film['name']}-{shape.replace(':', 'x')}" if shape else film["name"]
            path = self.folder / f"{name}.mp4"
            self._fetch(f"/jobs/{job_id}/film?output={number + 1}", path)
            found = measured(path)
            stills = tuple(self.folder / f"{name}-{round(at * 100)}.jpg" for at in MOMENTS)
            for at, picture in zip(MOMENTS, stills, strict=True):
                still(path, at * found.seconds, picture, WIDE)
            wanted = film["order"].get("audio", {}).get("loudness", -14)
            report = (output or job).get("quality") or {}
            wrong = tuple(faults(found, job["film_seconds"], wanted))
            yield Shown(name, film["says"], path, stills, found, wrong, tuple(reasons(report)), report.get("score"))

    def _ended(self, job_id: str) -> Mapping[str, Any]:
        end = time.monotonic() + LIMIT
        while (job := self._ok(self.http.get(f"/jobs/{job_id}")))["status"] not in ENDED:
            if time.monotonic() > end:
                raise NoFilm(f"{job['product_id']} is still {job['status']} after {LIMIT:.0f} s")
            time.sleep(0.5)
        if job["status"] != "completed":
            raise NoFilm(f"{job['product_id']}: {job['summary']}")
        return job

    def _fetch(self, path: str, film: Path) -> None:
        with self.http.stream("GET", path, follow_redirects=True) as answer, film.open("wb") as file:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                file.write(chunk)

    def _ok(self, answer: httpx.Response) -> dict[str, Any]:
        body: dict[str, Any] = answer.json()
        if answer.is_error:
            raise NoFilm(f"{answer.request.method} {answer.request.url.path}: {body['message']} {body.get('details')}")
        return body


def faults(found: Measures, told: float, loudness: float) -> Iterator[str]:
    """Yield what no film may have; `told` is how many seconds its job says that it lasts."""
    if abs(found.seconds - told) > TWO_FRAMES:
        yield f"lasts {found.seconds:.2f} s, its job says {told:.2f} s"
    if found.loudness is None:
        yield "nothing is heard"
    elif abs(found.loudness - loudness) > LOUDER:
        yield f"{found.loudness:.1f} LUFS where {loudness} was asked for"
    if found.peak is not None and found.peak > HIGHER:
        yield f"peaks reach {found.peak:.1f} dBTP"
    for says, stretches in (("silent", found.silences), ("still", found.freezes), ("black", found.blacks)):
        if stretches:
            yield f"{says} for {', '.join(f'{each:.1f} s' for each in stretches)}"


def reasons(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a film lost points for by its own report, and what could not be measured."""
    yield from (f"{each['says']} ({each['points']:g})" for each in report.get("deductions", ()))
    yield from (f"not measured: {each}" for each in report.get("unmeasured", ()))


def page(films: Sequence[Shown]) -> str:
    """Return the page; it stands in the films' folder and loads nothing from elsewhere."""
    return _PAGE.format("\n".join(_figure(one) for one in films))


def _figure(one: Shown) -> str:
    found = one.measures
    heard = "silent" if found.loudness is None else f"{found.loudness:.1f} LUFS, {found.peak:.1f} dBTP"
    scored = "no score" if one.score is None else f"{one.score:g} of 10"
    figures = f"{scored}, {found.width}x{found.height}, {found.seconds:.2f} s, {found.fps:g} fps, {heard}"
    stills = "".join(f'<img src="{escape(each.name)}" alt="" loading="lazy">' for each in one.stills)
    wrong = "".join(f'<p class="fault">{escape(each)}</p>' for each in one.faults + one.reasons)
    film = (
        f'<video src="{escape(one.film.name)}" controls preload="none" poster="{escape(one.stills[1].name)}"></video>'
    )
    told = f"<h2>{escape(one.name)}</h2><p>{escape(one.says)}</p><p><small>{escape(figures)}</small></p>"
    return f"<article>{told}{wrong}<div>{film}{stills}</div></article>"


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>abroll: the gallery</title>
<style>
body {{ font: 16px/1.4 system-ui; margin: 2rem; background: #f4f4f2; color: #1c1c1c }}
article {{ margin: 0 0 2.5rem }} h2 {{ margin: 0 }} p {{ margin: .2rem 0 }}
.fault {{ color: #a40000; font-weight: 600 }}
div {{ display: flex; flex-wrap: wrap; gap: .5rem; align-items: end }} img, video {{ height: 320px; background: #000 }}
</style>
{}
</html>
"""


def drawn_logo() -> bytes:
    """Draw a logo with transparency: a bean in a ring."""
    picture = Image.new("RGBA", (400, 400))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((10, 10, 390, 390), fill="#1a3c34", outline="#ffd400", width=14)
    pen.ellipse((130, 80, 270, 320), fill="#ffd400")
    pen.arc((150, 60, 330, 340), 110, 250, fill="#1a3c34", width=16)
    return _saved(picture, "PNG")


def _banner() -> bytes:
    """Cut a strip three times as wide as high out of the product's photo."""
    with Image.open(SAMPLES / "coffee.jpg") as photo:
        wide, high = photo.width, photo.width // 3
        top = (photo.height - high) // 2
        return _saved(photo.crop((0, top, wide, top + high)).resize((1500, 500)), "JPEG")


def _saved(picture: Image.Image, kind: str) -> bytes:
    held = BytesIO()
    picture.save(held, kind)
    return held.getvalue()


PHOTOS: Mapping[str, Callable[[], bytes]] = {
    "coffee": (SAMPLES / "coffee.jpg").read_bytes,
    "banner": _banner,
}


def world(*, small: bool) -> Mapping[str, Any]:
    """Return the laptop's world: the films' sizes, quarter ones where `small`."""
    if not small:
        return {"port": 0}
    shapes = {ratio: {"width": wide, "height": high} for ratio, (wide, high) in SMALL.items()}
    sizes = {f"720p {ratio}": list(size) for ratio, size in SMALL.items()}
    veo = {f"720p {ratio}": list(SMALL[ratio]) for ratio in ("9:16", "16:9")}
    return {
        "port": 0,
        "tables": {"sizes": {"720p": shapes}},
        "veo": {"per_minute": 600, "seconds_per_clip": 0.3, "sizes": veo},
        "heygen": {"seconds_per_video": 0.3, "sizes": {key: size for key, size in sizes.items() if "4:5" not in key}},
    }


def main() -> None:
    """Make the gallery."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.gallery", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "demo" / "gallery")
    parser.add_argument("--data", type=Path, default=ROOT / ".abroll" / "gallery", help="made anew each time")
    parser.add_argument("--small", action="store_true", help="films of a quarter of the size")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="some of the films")
    given = parser.parse_args()
    listed = json.loads((SAMPLES / "gallery.json").read_text(encoding="utf-8"))
    films = [each for each in listed["films"] if not given.only or each["name"] in given.only]
    if not films:
        parser.error(f"there are {', '.join(each['name'] for each in listed['films'])}")
    shutil.rmtree(given.data, ignore_errors=True)
    given.data.mkdir(parents=True)
    told = given.data / "world.json"
    told.write_text(json.dumps(world(small=given.small)), encoding="utf-8")
    laptop = Laptop(given.data, told)
    try:
        laptop.start()
        headers = {"Authorization": f"Bearer {laptop.seed('gallery')}"}
        with httpx.Client(base_url=laptop.places.front_url, headers=headers, timeout=60, trust_env=False) as abroll:
            abroll.put("/tenant/integrations/heygen", json={"api_key": "hg_demo_key"}).raise_for_status()
            shown = Gallery(abroll, given.out).make(films, listed["brand"])
    except NoFilm as failed:
        sys.exit(str(failed))
    finally:
        laptop.stop()
    write(given.out, shown)
    found = sum(len(one.faults) + len(one.reasons) for one in shown)
    sys.stdout.write(f"{len(shown)} films, {found} faults: {given.out / 'index.html'}\n")


def write(folder: Path, shown: Sequence[Shown]) -> None:
    """Write the page and its figures."""
    (folder / "index.html").write_text(page(shown), encoding="utf-8")
    figures = {
        one.name: {
            **one.measures.plain(),
            "score": one.score,
            "faults": list(one.faults),
            "reasons": list(one.reasons),
        }
        for one in shown
    }
    (folder / "figures.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
