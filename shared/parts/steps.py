"""The parts that do a step's work, handed the stores and the vendors that it needs."""

import secrets as randomness
import time
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from shared.parts.vendors import VendorParts
from shared.steps.commit import Commits
from shared.steps.turns import Turns

if TYPE_CHECKING:  # each function imports only what its own property below names
    from shared.cloud.months import Months
    from shared.steps.batch_tasks import PushBatch
    from shared.steps.breakers import Breakers
    from shared.steps.closing import CloseTenants
    from shared.steps.compose import Compose
    from shared.steps.delete_job import DeleteJob
    from shared.steps.event_feed import EventFeed
    from shared.steps.keyed_clips import KeyedClips
    from shared.steps.learn import Learn
    from shared.steps.message import Message
    from shared.steps.notify import Notify
    from shared.steps.old_versions import OldVersions
    from shared.steps.plans import TenantPlans
    from shared.steps.pressure import CountWaiting
    from shared.steps.radar import Radar
    from shared.steps.reap import Reap
    from shared.steps.replays import Replays
    from shared.steps.start_presenter import StartPresenter
    from shared.steps.sweep import Sweep
    from shared.steps.troves import Trove
    from shared.steps.watch_presenter import WatchPresenter


class StepParts(VendorParts):
    """The steps of one instance."""

    @cached_property
    def plans(self) -> "TenantPlans":
        from shared.steps.plans import tenant_plans

        return tenant_plans(self._data)

    @cached_property
    def months(self) -> "Months":
        from shared.cloud.months import Months

        return Months(self.clients, self.plans.month)

    @cached_property
    def turns(self) -> Turns:
        return Turns(self.jobs, self.lanes, self.timeouts)

    @cached_property
    def commits(self) -> Commits:
        chance = randomness.SystemRandom().uniform  # in any thread: the state others draw from stays theirs
        return Commits(self.jobs, self.tasks, self.turns, self.timeouts, time.monotonic, time.sleep, chance)

    @cached_property
    def breakers(self) -> "Breakers":
        from shared.steps.breakers import Breakers

        return Breakers(self.vendor_states, self.tenants, self.monotonic, self.timeouts.stagger)

    @cached_property
    def keyed_clips(self) -> "KeyedClips":
        from shared.steps.clip_files import ClipFiles
        from shared.steps.keyed_clips import KeyedClips

        files = ClipFiles(self.blobs, self.egress, self.settings.films_bucket)
        token, stores = partial(randomness.token_hex, 8), (self.tenants, self.secrets, self.blobs)
        return KeyedClips(self.commits, self.breakers, self.keyed_footage, *stores, files, token)

    @cached_property
    def start_clip(self) -> "Callable[[Message], None]":
        from shared.steps.start_clip import start_clip
        from shared.steps.stopwatch import Stopwatch

        token, bucket = partial(randomness.token_hex, 8), self.settings.takes_bucket
        step = partial(start_clip, commits=self.commits, breakers=self.breakers, veo=self.veo, keyed=self.keyed_clips)
        return partial(step, warm=self.clients.access_token, takes_bucket=bucket, stopwatch=Stopwatch, token=token)

    @cached_property
    def veo_output(self) -> Callable[[str, str], None]:
        from shared.steps.veo_output import veo_output

        step = partial(veo_output, commits=self.commits, blobs=self.blobs)
        return partial(step, arrived_late=lambda job_id: self.deletions.look_again(job_id, self.now()))

    @cached_property
    def watch_clip(self) -> "Callable[[Message], None]":
        from shared.steps.watch_clip import watch_clip

        step = partial(watch_clip, commits=self.commits, breakers=self.breakers, veo=self.veo, blobs=self.blobs)
        return partial(step, keyed=self.keyed_clips, takes_bucket=self.settings.takes_bucket)

    @cached_property
    def start_presenter(self) -> "StartPresenter":
        from shared.steps.callbacks import callback_url
        from shared.steps.start_presenter import StartPresenter
        from shared.steps.stopwatch import Stopwatch

        engines = {name: service.engines for name, service in self.tables.presenters.items()}
        url = partial(callback_url, base=self.settings.public_url, secrets=self.secrets)
        token, stores = partial(randomness.token_hex, 8), (self.tenants, self.secrets)
        return StartPresenter(self.commits, self.breakers, self.presenters, engines, *stores, url, Stopwatch, token)

    @cached_property
    def watch_presenter(self) -> "WatchPresenter":
        from shared.steps.presenter_files import PresenterFiles
        from shared.steps.watch_presenter import WatchPresenter

        files = PresenterFiles(self.blobs, self.egress, self.settings.films_bucket)
        return WatchPresenter(self.commits, self.breakers, self.presenters, self.tenants, self.secrets, files)

    @cached_property
    def compose(self) -> "Compose":
        from shared.steps.compose import Compose

        return Compose(self.commits, self.tenants, self.blobs, self.settings.films_bucket)

    @cached_property
    def paint_part(self) -> "Callable[[Message], None]":
        from shared.steps.paint_part import PaintPart

        return PaintPart(self.commits, self.blobs, self.settings.films_bucket)

    @cached_property
    def sweep(self) -> "Sweep":
        from shared.steps.sweep import Sweep

        given = self.commits, self.deliveries, self.now, time.monotonic, self.ticks
        return Sweep(*given, self.push_batch, self.learn, self.old_versions, self.count_waiting)

    @cached_property
    def push_batch(self) -> "PushBatch":
        from shared.steps.batch_tasks import PushBatch

        return PushBatch(self.batches, self.tasks, self.timeouts, self.now)

    @cached_property
    def delete_job(self) -> "DeleteJob":
        from shared.steps.delete_job import DeleteJob

        return DeleteJob(self.deletions, self.now)

    @cached_property
    def reap(self) -> "Reap":
        from shared.steps.reap import Reap

        root, close = self.commits.list_gone, lambda: self.close_tenants()  # noqa: PLW0108  # built when it is called
        given = self._buckets, root, close, self.reap_batches, self.now
        return Reap(self.deletions, self.delete_job, self.blobs, *given, self.monotonic)

    @property
    def _buckets(self) -> tuple[str, ...]:
        return (self.settings.films_bucket, self.settings.takes_bucket)

    @cached_property
    def close_tenants(self) -> "CloseTenants":
        from shared.steps.closing import CloseTenants
        from shared.steps.troves import EndedJobsOf, FilesOfJobs, SecretsOf, documents_of, files_of_tenant
        from shared.steps.vendor_hooks import VendorHooks

        secrets = SecretsOf(self.secrets, self.tenants, lambda: tuple(self.presenters))
        troves: tuple[Trove, ...] = (
            EndedJobsOf(self.jobs, self.deletions, self.delete_job),
            FilesOfJobs(self.deletions, self.blobs, self._buckets),
            *files_of_tenant(self.blobs, self.settings.films_bucket),
            VendorHooks(self.tenants, self.secrets, lambda: self.presenters, self.vendor_hook_url),
            secrets,
            *documents_of(self.belongings, secrets),
        )
        return CloseTenants(self.closings, self.revocations, self.commits, troves, self.now, self.monotonic)

    @cached_property
    def count_waiting(self) -> "CountWaiting":
        from shared.cloud.queue_lengths import QueueLengths
        from shared.steps.pressure import CountWaiting

        return CountWaiting(QueueLengths(self.clients), self.vendor_states, self.start_rates, self.now)

    @cached_property
    def old_versions(self) -> "OldVersions":
        from shared.steps.old_versions import OldVersions

        return OldVersions(self.replaced_secrets, self.secrets, self.jobs, self.now)

    @cached_property
    def learn(self) -> "Learn":
        from shared.cloud.ended_jobs import EndedJobs
        from shared.pipeline.vendors.figures import OUR_MACHINES
        from shared.steps.learn import Learn

        asked = {
            "did": self.settings.did_endpoint,
            "heygen": self.settings.heygen_endpoint,
            "heygen_video": self.settings.heygen_endpoint,
            "veo": self.settings.veo_endpoint,
        }
        real = {name for name, url in asked.items() if url.startswith("https://")}  # a stand-in speaks plain HTTP
        return Learn(EndedJobs(self.clients), self.vendor_states, real | {OUR_MACHINES}, self.now)

    @cached_property
    def radar(self) -> "Radar":
        from shared.cloud.tenant_pages import TenantPages
        from shared.steps.people_radar import PeopleRadar
        from shared.steps.radar import Radar

        models = tuple(model.id for model in self.tables.footage.values())
        stores = TenantPages(self.clients), self.tenants, self.personas, self.secrets
        people = PeopleRadar(*stores, self.presenters, self.vendor_states, self.monotonic, self.tidied)
        return Radar(self.vendor_states, models, self.veo.seen, self.now, people)

    @cached_property
    def notify(self) -> "Notify":
        from shared.steps.notify import Notify
        from shared.steps.receiving import Receiving

        given = self.deliveries, self.tasks, self.secrets, self.egress, self.payloads, self.now
        return Notify(*given, Receiving(self.endpoints))

    @cached_property
    def event_feed(self) -> "EventFeed":
        from shared.steps.event_feed import EventFeed

        return EventFeed(self.endings, self.payloads, self.now)

    @cached_property
    def replays(self) -> "Replays":
        from shared.steps.replays import Replays

        return Replays(self.deliveries, self.delivery_lists, self.tasks, self.now, partial(randomness.token_hex, 6))
