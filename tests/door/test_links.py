"""Where a request's links lead is judged at the door, as far as it can be seen in them."""

import json
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest

from shared.config import settings
from shared.door import batch_bodies, change_bodies, clip_bodies, tenant_bodies
from shared.door.bodies import Body, Mistakes, parse_body, parse_film, parse_template
from shared.door.body_types import Link
from shared.wiring import Wiring
from tests.attack.deployed import ENVIRON

PRIVATE = (
    "https://10.0.0.1/",
    "https://localhost/",
    "https://127.0.0.1:8443/hook",
    "https://[::1]/",
    "https://169.254.169.254/",
    "https://metadata.google.internal/",
    "https://intranet/",
    "https://xn--/",
    "https://shop.example:22/",
    "https://2130706433/",
)
PLACES: dict[str, dict[str, Any]] = {
    "webhook_url": {"webhook_url": None},
    "image_url": {"image_url": None},
    "intro.image_url": {"intro": {"image_url": None}},
    "poster.image_url": {"poster": {"image_url": None}},
    "scenes.0.image_url": {"scenes": [{"visual_description": "A mug", "image_url": None}]},
    "background.image_url": {"background": {"type": "image", "image_url": None}},
}


def film(place: str, url: str) -> bytes:
    fields = json.dumps(PLACES[place]).replace("null", json.dumps(url))
    return json.dumps(
        {"product_title": "Mug", "scenes": [{"visual_description": "A mug"}], **json.loads(fields)}
    ).encode()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("url", PRIVATE)
def test_a_private_link_is_refused_by_its_field(place: str, url: str) -> None:
    """Nobody waits for a webhook that can never be called, and the caller reads which field it is."""
    judge = Wiring(settings(ENVIRON)).create_job.judge

    with pytest.raises(Mistakes) as wrong:
        parse_film(film(place, url), judge=judge)

    assert [place] == [path.replace(".image.", ".") for path in wrong.value.details]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("url", PRIVATE)
def test_a_template_keeps_no_private_link(place: str, url: str) -> None:
    """It is judged when it is put, and again in each order it fills."""
    judge = Wiring(settings(ENVIRON)).create_job.judge
    template = json.loads(json.dumps(PLACES[place]).replace("null", json.dumps(url)))
    order = {"product_id": "sku-1", "scenes": [{"visual_description": "A mug"}]}
    if "scenes" in template:
        del order["scenes"]

    with pytest.raises(Mistakes) as put:
        parse_template(json.dumps(template).encode(), judge=judge)
    with pytest.raises(Mistakes) as ordered:
        parse_film(order, template=template, judge=judge)

    for wrong in (put, ordered):
        assert [place] == [path.replace(".image.", ".") for path in wrong.value.details]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("url", ["https://shop.example/a.png", "https://8.8.8.8/a", "https://xn--9ca.example:8443/x?y"])
def test_a_public_link_is_taken(place: str, url: str) -> None:
    """What a name resolves to is nobody's business at the door."""
    judge = Wiring(settings(ENVIRON)).create_job.judge

    assert parse_film(film(place, url), judge=judge)


@pytest.mark.parametrize("body", [tenant_bodies.WebhookBody, tenant_bodies.WebhookChangeBody])
@pytest.mark.parametrize("url", PRIVATE)
def test_an_endpoint_keeps_no_private_link(body: type[Body], url: str) -> None:
    """Neither when it is made nor when it is changed."""
    links = Wiring(settings(ENVIRON)).tenant.links

    with pytest.raises(Mistakes) as wrong:
        parse_body(body, {"url": url}, schemes=links.schemes, judge=links.judge)

    assert ["url"] == [*wrong.value.details]


@pytest.mark.parametrize("url", PRIVATE)
def test_no_clip_is_fetched_from_a_private_link(url: str) -> None:
    """Nothing is asked for it: it is refused as it stands."""
    links = Wiring(settings(ENVIRON)).tenant.links

    with pytest.raises(Mistakes) as wrong:
        parse_body(clip_bodies.ClipLinkBody, {"clip_url": url}, schemes=links.schemes, judge=links.judge)

    assert ["clip_url"] == [*wrong.value.details]


def test_what_egress_allows_is_taken() -> None:
    """An exemption holds at the door as it does on the way out."""
    allowed = settings({**ENVIRON, "ABROLL_EGRESS_ALLOW": "https://10.0.0.0/8:*"})

    assert parse_film(film("webhook_url", "https://10.0.0.1/"), judge=Wiring(allowed).create_job.judge)


def test_every_link_of_every_body_is_among_these() -> None:
    """A new body's link is judged as the others are, and tried here: whatever is called a link is one."""
    bodies = set(every(Body))
    called = {f"{body.__name__}.{name}" for body in bodies for name in body.model_fields if "url" in name}
    judged = {
        f"{body.__name__}.{name}"
        for body in bodies
        for name, hint in get_type_hints(body, include_extras=True).items()
        if _is_link(hint)
    }

    films = {f"{body}.{name}" for body in ("FilmBody", "TemplateBody") for name in ("webhook_url", "image_url")}
    endpoints = {"WebhookBody.url", "WebhookChangeBody.url"}
    others = {f"{body}.image_url" for body in ("SceneBody", "ImageBody", "PosterBody", "CardBody", "EditCardBody")}
    batches = {"BatchBody.webhook_url", "BatchTermsBody.webhook_url"}
    others |= {"ClipLinkBody.clip_url"}
    assert films | batches | endpoints | others == called
    assert called == judged


def _is_link(hint: object) -> bool:
    """Tell whether a field is checked as links are; an image's checks beforehand that it is no file."""
    checks = get_args(Link)
    return any(all(check in get_args(each) for check in checks) for each in (hint, *get_args(hint)))


def every(body: type[Body]) -> Iterator[type[Body]]:
    """Return all kinds of bodies the doors take."""
    assert batch_bodies
    assert change_bodies
    assert clip_bodies
    assert tenant_bodies  # where the other bodies stand
    for kind in body.__subclasses__():
        yield kind
        yield from every(kind)
