"""Clips of a tenant's own that are slow to show: 4K and HDR cost their time, and a film too slow to make is refused."""

from typing import Any

import pytest

from shared.pipeline.plan.picture import FilmCard, OwnFile
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.planner import CannotPlan
from shared.pipeline.plan.request import AspectRatio, OutputRequest, Resolution, SceneRequest
from tests.pipeline.films import SHIPPED_TABLES, film, planned

COMPUTE = SHIPPED_TABLES.compute
HDR, FULL_HD_HDR = (COMPUTE.hdr_per_second[each] for each in (Resolution.HD, Resolution.FULL_HD))


def clip(width: int, fps: float | None, seconds: float = 6.0, *, hdr: bool = False) -> OwnFile:
    """Return a clip of 16:9."""
    return OwnFile("mp4", seconds, width, width * 9 // 16, sound=False, fps=fps, hdr=hdr)


def shown(facts: OwnFile, *, scenes: int = 1, duration: float | None = None, **changed: Any) -> Plan:
    """Plan a film of scenes that show a clip."""
    scene = SceneRequest(clip="c", clip_facts=facts, duration=duration)
    return planned(film(*[scene] * scenes, **changed), SHIPPED_TABLES)


@pytest.mark.parametrize(
    ("facts", "asked", "seconds"),
    [
        (clip(1920, 30.0), {}, 0.0),
        (clip(3840, None), {}, 0.0),
        (clip(1920, 30.0, hdr=True), {}, 6 * HDR),
        (clip(3840, 30.0), {}, 6 * (3840 * 2160 * 30 / 1e6 - 63) * COMPUTE.decode_per_megapixel),
        (clip(1920, 30.0, hdr=True), {"duration": 4}, 4 * HDR),
        (clip(1920, 30.0, hdr=True), {"resolution": Resolution.FULL_HD}, 6 * FULL_HD_HDR),
        (clip(1920, 30.0), {"outro": FilmCard(video="c", video_facts=clip(1920, 30.0, 3.0, hdr=True))}, 3 * HDR),
    ],
)
def test_a_slow_clip_costs_its_time(facts: OwnFile, asked: dict[str, Any], seconds: float) -> None:
    """What is reckoned for composing grows by it, its price as much; a clip judged by older code costs as before."""
    usual = {**asked, **({"outro": FilmCard(video="c", video_facts=clip(1920, 30.0, 3.0))} if "outro" in asked else {})}
    slow, quick = shown(facts, **asked), shown(clip(1280, 24.0), **usual)

    assert pytest.approx(seconds, abs=0.11) == slow.compose_wait - quick.compose_wait
    assert pytest.approx(seconds * COMPUTE.price, abs=1.0) == slow.compose_cost - quick.compose_cost


def test_each_film_of_an_order_counts_them_at_its_own_size() -> None:
    """A film at 1080p takes more of the same clip than one at 720p."""
    outputs = tuple(OutputRequest(AspectRatio.TALL, each) for each in (Resolution.HD, Resolution.FULL_HD))
    slow, quick = (shown(clip(1920, 30.0, hdr=hdr), outputs=outputs) for hdr in (True, False))

    more = [one.wait - other.wait for one, other in zip(slow.renditions, quick.renditions, strict=True)]

    assert pytest.approx([6 * HDR, 6 * FULL_HD_HDR], abs=0.11) == more


def test_a_film_too_slow_to_make_says_what_would_help() -> None:
    """As long a film of plain clips is made: these are to be sent smaller."""
    assert shown(clip(1920, 30.0, 55.0), scenes=4, resolution=Resolution.FULL_HD)
    with pytest.raises(CannotPlan, match="send its clips as 1080p without HDR"):
        shown(clip(3840, 60.0, 55.0, hdr=True), scenes=4, resolution=Resolution.FULL_HD)
