"""Where real things meet: every function's parts, built when first used, handed on as typed parameters."""

import os
import random
import secrets as randomness
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any

from shared import log
from shared.cloud.clients import Clients, NoToken
from shared.cloud.epochs import Epochs
from shared.cloud.jobs import Jobs
from shared.cloud.revocations import Revocations
from shared.cloud.secrets import Secrets
from shared.cloud.tasks import Tasks
from shared.cloud.tenants import Tenants
from shared.cloud.ticks import Ticks
from shared.config import Settings, read_tables, settings
from shared.pipeline.job.timeouts import Timeouts, read_timeouts
from shared.steps.commit import Commits

if TYPE_CHECKING:  # each function imports only what its own property below names
    from shared.cloud.blobs import Blobs
    from shared.cloud.deliveries import Deliveries
    from shared.door.create_job import CreateJobDoor
    from shared.door.entrance import Entrance
    from shared.door.health import HealthDoor
    from shared.door.heygen_webhook import HeygenWebhook
    from shared.door.jobs import JobsDoor
    from shared.door.tenant import TenantDoor
    from shared.egress.client import Egress
    from shared.pipeline.plan.capabilities import Tables
    from shared.providers.ports import PresenterVendor
    from shared.providers.veo.client import Veo
    from shared.steps.compose import Compose
    from shared.steps.create_job import CreateJob
    from shared.steps.message import Message
    from shared.steps.notify import Notify
    from shared.steps.plans import TenantPlans
    from shared.steps.preflight import Preflight
    from shared.steps.revise import Revise
    from shared.steps.start_presenter import StartPresenter
    from shared.steps.sweep import Sweep
    from shared.steps.watch_presenter import WatchPresenter


def utc_now() -> datetime:
    """Read the wall clock."""
    return datetime.now(UTC)


PART_OF = {"jobs": "jobs_door"}  # a function whose part is not called like the function: `jobs` is the collection


class Wiring:
    """The parts of one instance."""

    def __init__(self, found: Settings) -> None:
        self.settings = found
        self.clients = Clients(found)
        self.now = utc_now
        self.monotonic = time.monotonic

    def door(self, function: str) -> Any:
        """Return the part a function hands its requests to."""
        return getattr(self, PART_OF.get(function, function))

    @cached_property
    def _data(self) -> dict[str, object]:
        return read_tables(self.settings.tables)

    @cached_property
    def tables(self) -> "Tables":
        from shared.pipeline.plan.capabilities import tables

        return tables(self._data)

    @cached_property
    def plans(self) -> "TenantPlans":
        from shared.steps.plans import tenant_plans

        return tenant_plans(self._data)

    @cached_property
    def timeouts(self) -> Timeouts:
        return read_timeouts(given if isinstance(given := self._data.get("timeouts"), dict) else {})

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self.clients)

    @cached_property
    def tenants(self) -> Tenants:
        return Tenants(self.clients, self.epochs)

    @cached_property
    def epochs(self) -> Epochs:
        return Epochs(self.clients, self.monotonic, self.now)

    @cached_property
    def revocations(self) -> Revocations:
        return Revocations(self.clients, self.epochs)

    @cached_property
    def tasks(self) -> Tasks:
        return Tasks(self.clients, self.settings)

    @cached_property
    def secrets(self) -> Secrets:
        return Secrets(self.clients, self.settings)

    @cached_property
    def blobs(self) -> "Blobs":
        from shared.cloud.blobs import Blobs

        return Blobs(self.clients, self.settings)

    @cached_property
    def deliveries(self) -> "Deliveries":
        from shared.cloud.deliveries import Deliveries

        return Deliveries(self.clients)

    @cached_property
    def ticks(self) -> Ticks:
        return Ticks(self.clients)

    @cached_property
    def egress(self) -> "Egress":
        from shared.egress.client import Egress

        return Egress(self.settings.allowed)

    @cached_property
    def commits(self) -> Commits:
        return Commits(self.jobs, self.tasks, self.timeouts, time.monotonic, time.sleep, random.uniform)

    @cached_property
    def veo(self) -> "Veo":
        from shared.providers.veo.client import Veo

        url, project = self.settings.veo_endpoint, self.settings.project  # in us-central1, wherever the functions run
        token, refresh = self._veo_token, partial(self._veo_token, renew=True)
        return Veo(endpoint=url, project=project, token=token, refresh=refresh, egress=self.egress)

    @cached_property
    def presenters(self) -> "dict[str, PresenterVendor]":
        from shared.providers.heygen.client import HeyGen

        return {"heygen": HeyGen(endpoint=self.settings.heygen_endpoint, egress=self.egress)}

    @cached_property
    def preflight(self) -> "Preflight":
        from shared.steps.asked_once import AskedOnce
        from shared.steps.images import Images
        from shared.steps.preflight import Preflight

        images = Images(self.blobs, self.egress, self.settings.films_bucket, time.monotonic)
        asked = {name: AskedOnce(presenter, self.monotonic) for name, presenter in self.presenters.items()}
        return Preflight(asked, self.tenants, self.secrets, images)

    @cached_property
    def create(self) -> "CreateJob":
        from shared.steps.create_job import CreateJob
        from shared.steps.hourly import HourlyLimit

        secret = partial(randomness.token_urlsafe, 24)
        hourly = HourlyLimit(self.plans, self.monotonic)
        return CreateJob(self.commits, self.jobs, self.preflight, self.tables, self.now, secret, hourly)

    def revise(self) -> "Revise":
        from shared.steps.revise import Revise

        return Revise(self.commits, self.jobs, self.blobs, self.preflight, self.create, self.tables)

    @cached_property
    def entrance(self) -> "Entrance":
        from shared.door.entrance import entrance

        return entrance(self.plans, self.clients, self.tenants, self.monotonic, self.now)

    @cached_property
    def create_job(self) -> "CreateJobDoor":
        from shared.door.create_job import CreateJobDoor

        schemes = frozenset({"https", *(entry.partition("://")[0] for entry in self.settings.allowed)})
        return CreateJobDoor(self.create, self.entrance, self.settings.public_url, schemes, self.egress.judge, self.now)

    @cached_property
    def jobs_door(self) -> "JobsDoor":
        from shared.door.jobs import JobsDoor

        url = self.settings.public_url
        return JobsDoor(self.commits, self.jobs, self.entrance, self.blobs, url, self.now, self.revise)

    @cached_property
    def tenant(self) -> "TenantDoor":
        from shared.door.tenant import TenantDoor
        from shared.steps.integrations import Integrations

        url = (self.settings.public_url + "/heygen_webhook/t/{}/{}").format
        work = Integrations(self.presenters, self.preflight.presenters, self.tenants, self.secrets, url, self.now)
        return TenantDoor(self.entrance, self.tenants, work, self.preflight.images, self.secrets, self.revocations)

    @cached_property
    def heygen_webhook(self) -> "HeygenWebhook":
        from shared.door.heygen_webhook import HeygenWebhook
        from shared.door.strangers import Strangers

        strangers = Strangers(self.plans.strangers_per_minute, self.monotonic)
        return HeygenWebhook(self.secrets, self.tasks, lambda: self.timeouts.heygen_dispatch, strangers)

    @cached_property
    def start_clip(self) -> "Callable[[Message], None]":
        from shared.steps.start_clip import start_clip
        from shared.steps.stopwatch import Stopwatch

        token, bucket = partial(randomness.token_hex, 8), self.settings.takes_bucket
        step = partial(start_clip, commits=self.commits, veo=self.veo, warm=self.clients.access_token)
        return partial(step, takes_bucket=bucket, stopwatch=Stopwatch, token=token)

    @cached_property
    def veo_output(self) -> Callable[[str, str], None]:
        from shared.steps.veo_output import veo_output

        return partial(veo_output, commits=self.commits, blobs=self.blobs)

    @cached_property
    def watch_clip(self) -> "Callable[[Message], None]":
        from shared.steps.watch_clip import watch_clip

        step = partial(watch_clip, commits=self.commits, veo=self.veo, blobs=self.blobs)
        return partial(step, takes_bucket=self.settings.takes_bucket)

    @cached_property
    def start_presenter(self) -> "StartPresenter":
        from shared.steps.callbacks import callback_url
        from shared.steps.start_presenter import StartPresenter
        from shared.steps.stopwatch import Stopwatch

        engines = {name: service.engines for name, service in self.tables.presenters.items()}
        url = partial(callback_url, base=f"{self.settings.public_url}/heygen_webhook", secrets=self.secrets)
        token = partial(randomness.token_hex, 8)
        return StartPresenter(self.commits, self.presenters, engines, self.tenants, self.secrets, url, Stopwatch, token)

    @cached_property
    def watch_presenter(self) -> "WatchPresenter":
        from shared.steps.presenter_files import PresenterFiles
        from shared.steps.watch_presenter import WatchPresenter

        files = PresenterFiles(self.blobs, self.egress, self.settings.films_bucket)
        return WatchPresenter(self.commits, self.presenters, self.tenants, self.secrets, files)

    @cached_property
    def compose(self) -> "Compose":
        from shared.steps.compose import Compose

        return Compose(self.commits, self.tenants, self.blobs, self.settings.films_bucket)

    @cached_property
    def sweep(self) -> "Sweep":
        from shared.steps.sweep import Sweep

        return Sweep(self.commits, self.deliveries, self.now, time.monotonic, self.ticks)

    @cached_property
    def notify(self) -> "Notify":
        from shared.steps.notify import Notify

        url = self.settings.public_url + "/jobs/{}"
        return Notify(self.deliveries, self.tasks, self.secrets, self.egress, url.format, self.now)

    @cached_property
    def health(self) -> "HealthDoor":
        from shared.door.health import HealthDoor
        from shared.steps.health import Health, services

        stores = (self.jobs, self.tasks, self.blobs, self.secrets, self.ticks)
        checks = services(*stores, self.settings.films_bucket, self.now)
        checks["tables"] = lambda: self.tables and self.plans and self.timeouts
        return HealthDoor(Health(checks, time.monotonic), ("heygen", "veo"))

    def _veo_token(self, *, renew: bool = False) -> str:
        from shared.providers.ports import NotSent

        try:
            return self.clients.access_token(renew=renew)
        except NoToken as none:
            raise NotSent(str(none)) from none  # a decision the paid road knows


@cache
def wiring() -> Wiring:
    """Return this instance's parts; built in the handler, after gunicorn's fork."""
    found = settings(os.environ)
    log.configure(found.project)
    return Wiring(found)
