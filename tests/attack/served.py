"""A stage's public doors as functions-framework serves them, without sockets, and what a sender may know."""

from collections.abc import Callable
from typing import Any

import flask
import functions_framework

from shared.cloud.secret_names import vendor_webhook
from shared.door.django_api import DjangoApi, as_django
from shared.door.keys import new_key
from shared.door.request_body import Wsgi, gated
from shared.pipeline.job.names import AttemptName
from shared.steps.callbacks import callback_key, callback_path, vendor_path
from shared.steps.health import Health
from tests.attack.doors import SCOPES
from tests.attack.strange import Known
from tests.door.test_request_body import PUBLIC
from tests.steps.stage import SPEECH, TENANT, Stage, presented

SECRET = "whsec-of-a-vendor"


def served(stage: Stage) -> dict[str, Wsgi]:
    """Return each public function's application; its health is patient: a busy machine is not unwell."""
    health = stage.wiring.health.check
    assert isinstance(health, Health)
    health.seconds = 60.0
    return {name: _app(stage.wiring.door(name)) for name in PUBLIC}


def known_on(stage: Stage) -> Known:
    """Make a job, a key and a registered endpoint; return what a sender knows of them."""
    wiring = stage.wiring
    text, key = new_key(TENANT.id, SCOPES, wiring.now())
    wiring.tenants.put_api_key(key)
    _, spare = new_key(TENANT.id, ("jobs:read",), wiring.now())
    wiring.tenants.put_api_key(spare)
    wiring.secrets.put(vendor_webhook("heygen", "production", TENANT.id), SECRET, {"tenant": TENANT.id})
    job = stage.order(presented())
    wiring.sweep()  # health is well only where it has come by
    attempt, signs = AttemptName(job, SPEECH, 1, 1), callback_key(wiring.secrets)
    path, mark = callback_path(attempt, signs).split("/"), vendor_path("did", attempt, signs).rpartition("/")[2]
    routes = {name: tuple((route.method, route.path) for route in wiring.door(name).routes) for name in PUBLIC}
    return Known(text, job, stage.job(job).film_token, (path[1], path[2]), mark, TENANT.id, spare.id, SECRET, routes)


def network(number: int) -> str:
    """Return an address in a network of its own: nobody is refused for what others sent."""
    return f"{10 + (number >> 16)}.{number >> 8 & 255}.{number & 255}.1"


def _app(door: Callable[[flask.Request], Any]) -> Wsgi:
    app = flask.Flask("main")
    with app.app_context():
        gated(door, as_django if isinstance(door, DjangoApi) else None)
    functions_framework._configure_app(app, door, "http")  # type: ignore[no-untyped-call]  # it has no types
    return app.wsgi_app
