"""A film's other container and its preview: asked for, priced, refused where they take too long; no frame changes."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.door.bodies import Mistakes, parse_film
from shared.door.change_bodies import parse_edit
from shared.pipeline.job.recut import Laid, Recut, laid_out
from shared.pipeline.job.revision import CannotChange
from shared.pipeline.plan.composition import compositions, laid_for
from shared.pipeline.plan.dividing import parts_wanted
from shared.pipeline.plan.packaging import composing
from shared.pipeline.plan.picture import Container, Preview
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.planner import CannotPlan, nodes, plan_from_document, plan_to_document
from shared.pipeline.plan.request import AspectRatio, FilmRequest, OutputRequest, Resolution
from tests.pipeline.films import CUT, SHIPPED_TABLES, film, filmed, planned

TALL, WIDE, HD, FULL_HD = AspectRatio.TALL, AspectRatio.WIDE, Resolution.HD, Resolution.FULL_HD
COMPUTE = SHIPPED_TABLES.compute
BODY = {"product_title": "Mug", "avatar_script": "Hi.", "background": {"type": "color", "color": "#ffffff"}}


def made(**changed: Any) -> Plan:
    """Plan a filmed scene at the shipped sizes."""
    return planned(film(filmed(), **changed), SHIPPED_TABLES)


def long(letters: int, **changed: Any) -> FilmRequest:
    """Return a film whose speaker says so many letters."""
    return film(filmed(), avatar_script="a" * letters, **changed)


def edited(body: dict[str, Any], **changed: Any) -> Laid:
    request = film(filmed(), **changed)
    return laid_out(
        request, planned(request, SHIPPED_TABLES), parse_edit(json.dumps(body).encode()).recut(), SHIPPED_TABLES
    )


@pytest.mark.parametrize(
    ("asked", "files", "seconds"),
    [
        ({}, (), 0.0),
        ({"container": Container.MP4, "preview": Preview.NONE}, (), 0.0),
        ({"container": Container.MOV}, ("mov",), COMPUTE.file),
        ({"container": Container.WEBM}, ("webm",), COMPUTE.file + 8 * COMPUTE.webm_per_second[Resolution.HD]),
        ({"container": Container.MOV, "preview": Preview.GIF}, ("mov", "gif"), 2 * COMPUTE.file),
    ],
)
def test_what_is_asked_for_costs_its_time(asked: dict[str, Any], files: tuple[str, ...], seconds: float) -> None:
    """The ledger's line of composing grows by the work, the wait as much; clips and the film's name stay."""
    plain, packed = made(), made(**asked)

    composed = next(node for node in nodes(packed) if node.key == "compose")
    assert files == packed.files == packed.films[0].files
    assert pytest.approx(seconds, abs=0.11) == packed.estimated_wait - plain.estimated_wait
    assert pytest.approx(seconds * COMPUTE.price, abs=1.0) == packed.compose_cost - plain.compose_cost
    assert packed.compose_cost == composed.cost
    assert packed.clips == plain.clips
    assert compositions(plain, film(filmed())) == compositions(packed, film(filmed(), **asked))
    assert packed == plan_from_document(plan_to_document(packed))


@pytest.mark.parametrize(("scenes", "parts"), [(1, 1), (5, 1), (6, 4), (9, 6), (18, 8)])
@pytest.mark.parametrize("resolution", [HD, FULL_HD])
def test_a_long_film_is_waited_for_as_its_parts_take(scenes: int, parts: int, resolution: Resolution) -> None:
    """Its price, and how long it may be, go by its work: it may be made in one place after all."""
    plan = planned(film(*[filmed()] * scenes, b_roll=CUT, resolution=resolution), SHIPPED_TABLES)
    request = film(filmed(), resolution=resolution)

    painted = COMPUTE.wait_per_second[resolution] * 8 * scenes
    share = COMPUTE.parts_share + (1 - COMPUTE.parts_share) / parts
    assert plan.compose_cost == round((COMPUTE.wait + painted) * COMPUTE.price)
    assert parts == parts_wanted(plan.planned_seconds)
    waited = COMPUTE.wait + painted * share + (COMPUTE.parts_wait if parts > 1 else 0.0)
    assert pytest.approx(waited, abs=0.06) == plan.compose_wait == plan.films[0].wait
    assert plan.compose_wait == next(node.expected_seconds for node in nodes(plan) if node.key == "compose")
    assert waited <= composing(request, SHIPPED_TABLES, 8 * scenes)


def test_outputs_and_versions_are_waited_for_so() -> None:
    """Each film for itself; an edit reckons as the order did."""
    asked = film(*[filmed()] * 9, b_roll=CUT, outputs=(OutputRequest(TALL), OutputRequest(WIDE, FULL_HD)))
    several, one = planned(asked, SHIPPED_TABLES), planned(replace(asked, outputs=()), SHIPPED_TABLES)

    again = laid_out(asked, several, Recut(captions=True, outputs=()), SHIPPED_TABLES)

    assert one.compose_wait == several.films[0].wait == again.plan.compose_wait < several.films[1].wait
    assert one.compose_cost == several.films[0].cost == again.plan.compose_cost


def test_outputs_have_the_orders_container_or_their_own() -> None:
    """Each is priced for itself, and composed with its own files."""
    asked = film(
        filmed(),
        outputs=(OutputRequest(TALL), OutputRequest(WIDE, container=Container.MP4)),
        container=Container.WEBM,
        preview=Preview.WEBP,
    )

    several = planned(asked, SHIPPED_TABLES)

    assert [("webm", "webp"), ("webp",)] == [one.files for one in several.films]
    assert [("webm", "webp"), ("webp",)] == [laid_for(several, asked, one.key)[0].files for one in several.films]
    assert several.films[0].cost > several.films[1].cost


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"container": "avi"}, "container"),
        ({"container": True}, "container"),
        ({"preview": "mp4"}, "preview"),
        ({"outputs": [{"aspect_ratio": "9:16", "container": "gif"}]}, "outputs.0.container"),
        ({"outputs": [{"aspect_ratio": "9:16", "preview": "gif"}]}, "outputs.0.preview"),
    ],
)
def test_what_no_film_is_packed_in_is_refused_by_field(body: dict[str, Any], field: str) -> None:
    """In an order and in an edit alike."""
    with pytest.raises(Mistakes) as order:
        parse_film({**BODY, **body})
    with pytest.raises(Mistakes) as edit:
        parse_edit(json.dumps(body).encode())

    assert [[field]] * 2 == [list(order.value.details), list(edit.value.details)]


def test_one_film_in_two_containers_is_told() -> None:
    """Two outputs of one shape and size would be one film composed twice."""
    with pytest.raises(CannotPlan) as refused:
        made(outputs=(OutputRequest(TALL), OutputRequest(TALL, container=Container.WEBM)))

    assert ["outputs.1"] == list(refused.value.details)
    assert "its MP4 is always made" in refused.value.details["outputs.1"][0]


def test_a_webm_that_would_take_too_long_is_refused_at_the_door() -> None:
    """With how long one may be and what to do; the same film is made as MOV."""
    letters, asked = 4500, {"resolution": FULL_HD, "container": Container.WEBM}

    planned(long(letters, resolution=FULL_HD, container=Container.MOV), SHIPPED_TABLES)
    with pytest.raises(CannotPlan) as refused:
        planned(long(letters, **asked), SHIPPED_TABLES)
    with pytest.raises(CannotPlan) as output:
        planned(
            long(letters, outputs=(OutputRequest(WIDE), OutputRequest(TALL, FULL_HD, Container.WEBM))), SHIPPED_TABLES
        )

    says = refused.value.details["container"][0]
    assert "at most 244 s are packed so at 1080p: ask for mp4 or mov, order it at 720p, or shorten it" in says
    assert ["outputs.1.container"] == list(output.value.details)


def test_an_edit_adds_and_takes_away() -> None:
    """The film keeps its name, so it is not composed again; what it has already is nothing new."""
    added = edited({"container": "webm", "preview": "gif"})
    gone = edited({"container": "mp4", "preview": "none"}, container=Container.MOV, preview=Preview.GIF)
    with pytest.raises(CannotChange) as already:
        edited({"container": "mov"}, container=Container.MOV)
    request = long(4500, resolution=FULL_HD)
    plan, recut = planned(request, SHIPPED_TABLES), parse_edit(b'{"container": "webm"}').recut()
    with pytest.raises(CannotChange) as late:
        laid_out(request, plan, recut, SHIPPED_TABLES)

    assert (("webm", "gif"), ()) == (added.plan.files, gone.plan.files)
    assert compositions(added.plan, added.request) == compositions(gone.plan, gone.request)
    assert ["container"] == list(already.value.details) == list(late.value.details)
