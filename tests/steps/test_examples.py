"""Every example of the description, sent as it stands."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from infra.examples import EXAMPLES
from infra.openapi import BODIES, described
from tests.steps.calls import Customer, customer, told
from tests.steps.clip_web import small_clip, web
from tests.steps.stage import TENANT, Stage, footage, staged

CALLS = {
    "Film": ("POST", "/create_job"),
    "Batch": ("POST", "/batches"),
    "BrandKit": ("PUT", "/tenant/brand/default"),
    "ClipLink": ("POST", "/tenant/uploads/clip_link"),
    "CancelMany": ("POST", "/jobs/cancel"),
    "Edit": ("POST", "/jobs/{ended}/edit"),
    "Integration": ("PUT", "/tenant/integrations/heygen"),
    "IntegrationChange": ("PATCH", "/tenant/integrations/heygen"),
    "Feedback": ("POST", "/jobs/{ended}/feedback"),
    "Keep": ("PATCH", "/jobs/{ended}"),
    "Key": ("POST", "/tenant/keys"),
    "Links": ("POST", "/jobs/{ended}/links"),
    "NamedTemplate": ("PUT", "/tenant/templates/launch"),
    "Persona": ("PUT", "/tenant/personas/anna"),
    "Regenerate": ("POST", "/jobs/{ended}/regenerate"),
    "Replay": ("POST", "/tenant/deliveries/replay"),
    "Retry": ("POST", "/jobs/{cancelled}/retry"),
    "RetryMany": ("POST", "/jobs/retry"),
    "Rotate": ("POST", "/tenant/keys/{key}/rotate"),
    "Template": ("PUT", "/tenant/template"),
    "Webhook": ("POST", "/tenant/webhooks"),
    "WebhookChange": ("PATCH", "/tenant/webhooks/{endpoint}"),
}
ROUNDS = 200  # of five seconds
NAMED = [(body, name) for body, examples in EXAMPLES.items() for name in examples]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("examples")) as each:
        yield each


@pytest.fixture(scope="module")
def admin(stage: Stage) -> Customer:
    return customer(stage.wiring, TENANT.id)


@pytest.fixture
def shop(admin: Customer) -> Customer:
    """Return an administrator of a tenant as the examples take it to be."""
    shop = admin
    shop.call("PATCH", "/tenant/integrations/heygen", {"avatar_id": "look_ana_studio", "status": "active"})
    shop.call("PUT", "/tenant/template", {"background": {"type": "color", "color": "#204060"}})
    return shop


def made(stage: Stage, job: str) -> None:
    """Let a film be made; an example's endpoint leads nowhere, so its webhooks are tried for a day after that."""
    for _ in range(ROUNDS):
        stage.round()
        if stage.ended(job):
            return
    raise AssertionError(f"not made: {stage.job(job)}")


@pytest.mark.parametrize(("body", "name"), NAMED)
def test_an_example_is_taken(stage: Stage, shop: Customer, body: str, name: str, tmp_path: Path) -> None:
    """As it stands: nothing of it is refused."""
    method, path = CALLS[body]
    places = {"key": customer(stage.wiring, TENANT.id).key.id} if "{key}" in path else {}
    if "{endpoint}" in path:
        places["endpoint"] = told(shop.call("POST", "/tenant/webhooks", EXAMPLES["Webhook"]["endings"]["value"]))["id"]
    for place in ("ended", "cancelled"):
        if f"{{{place}}}" in path:
            places[place] = job = stage.order(footage())
            if place == "ended":
                made(stage, job)
            else:
                shop.call("POST", f"/jobs/{job}/cancel")

    wanted = EXAMPLES[body][name]["value"]
    with web(small_clip(tmp_path)) if body == "ClipLink" else nullcontext() as address:
        wanted = {"clip_url": f"{address}/clip"} if address else wanted  # no test leaves the machine
        answer = shop.call(method, path.format(**places), wanted)

    assert answer.status_code in (200, 201, 202), told(answer)


def test_every_body_has_an_example() -> None:
    """Whoever reads the description sees what each call is sent."""
    assert BODIES.keys() == EXAMPLES.keys() == CALLS.keys()


def test_no_field_is_null_by_default() -> None:
    """Generators take a default for a promise, and make every field one that must be given."""
    assert [] == [
        path for path, value in _walked(described()["components"]) if path.endswith(".default") and value is None
    ]


def test_a_running_abroll_says_where_it_is_called(shop: Customer) -> None:
    """Its own address, wherever the description was made."""
    assert [{"url": shop.wiring.settings.public_url}] == told(shop.call("GET", "/health/openapi.json"))["servers"]


def _walked(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    yield path, value
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _walked(each, f"{path}.{name}")
