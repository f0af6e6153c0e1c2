"""The parts that meet callers: each public function's door before the steps it opens to."""

import time
from functools import cached_property, partial
from typing import TYPE_CHECKING

from shared.parts.orders import OrderParts

if TYPE_CHECKING:  # each function imports only what its own property below names
    from shared.cloud.rates import RateCounts
    from shared.door.batches import BatchesDoor
    from shared.door.catalog import CatalogDoor
    from shared.door.console.door import ConsoleDoor
    from shared.door.console.operator import OperatorScreens
    from shared.door.console.sessions import Sessions
    from shared.door.create_job import CreateJobDoor
    from shared.door.django_api import DjangoApi
    from shared.door.entrance import Entrance
    from shared.door.export_kinds import Kinds
    from shared.door.health import HealthDoor
    from shared.door.heygen_webhook import HeygenWebhook
    from shared.door.inside import Doors, InsideCalls
    from shared.door.jobs import JobsDoor
    from shared.door.mcp import McpDoor
    from shared.door.provider_webhook import ProviderWebhook
    from shared.door.revisions import RevisionsDoor
    from shared.door.tenant import TenantDoor


class DoorParts(OrderParts):
    """The doors of one instance."""

    @cached_property
    def rate_counts(self) -> "RateCounts":
        from shared.cloud.rates import RateCounts

        return RateCounts(self.clients)

    @cached_property
    def entrance(self) -> "Entrance":
        from shared.door.entrance import entrance

        return entrance(self.plans, self.rate_counts, self.tenants, self.monotonic, self.now)

    @cached_property
    def create_job(self) -> "CreateJobDoor":
        from shared.door.create_job import CreateJobDoor

        url, outlook = self.settings.public_url, partial(self.outlook, remembered=True)
        kept = (self.templates, outlook, lambda: self.kits)
        schemes, judge = self._schemes, self.egress.judge
        return CreateJobDoor(self.create, self.entrance, url, schemes, judge, self.now, *kept)

    @cached_property
    def batches_door(self) -> "BatchesDoor":
        from shared.door.batches import BatchesDoor
        from shared.door.template import Links

        url, links = self.settings.public_url, Links(self._schemes, self.egress.judge)
        kept = (self.templates, lambda: self.kits, self.now)
        return BatchesDoor(self.new_batch, self.batch_jobs, self.entrance, url, links, *kept)

    @property
    def _schemes(self) -> frozenset[str]:
        """What links in a body may begin with: more than https only where egress allows it."""
        return frozenset({"https", *(entry.partition("://")[0] for entry in self.settings.allowed)})

    @cached_property
    def jobs_door(self) -> "JobsDoor":
        from shared.door.bulk import BulkDoor
        from shared.door.event_feed import FeedDoor
        from shared.door.feedback import FeedbackDoor
        from shared.door.jobs import JobsDoor
        from shared.door.lifecycle import LifecycleDoor

        url = self.settings.public_url
        given = self.commits, self.jobs, self.entrance
        stays = LifecycleDoor(*given, url, self.now, self.outlook, lambda: self.deletions, lambda: self.delete_job)
        parts = (stays, BulkDoor(self.jobs, self.entrance, self.bulk), FeedbackDoor(*given, self.now))
        feed, here = FeedDoor(self.entrance, lambda: self.event_feed), (self.blobs, url, self.now)
        return JobsDoor(*given, *here, self.outlook, self.revisions, *parts, lambda: self.terms, feed)

    def revisions(self) -> "RevisionsDoor":
        from shared.door.revisions import RevisionsDoor

        work, links = (self.revise(), self.edit_film(), self.kits, self.terms), (self._schemes, self.egress.judge)
        return RevisionsDoor(*work, self.entrance, *links, self.settings.public_url, self.now, self.outlook)

    @cached_property
    def tenant(self) -> "TenantDoor":
        from dataclasses import replace

        from shared.steps.judged_clips import clip_facts_of
        from shared.steps.judged_fonts import font_facts
        from shared.steps.judged_music import facts_of

        return replace(self.tenant_inside, judge_music=facts_of, judge_font=font_facts, judge_clip=clip_facts_of)

    @cached_property
    def tenant_inside(self) -> "TenantDoor":
        """The same as other functions ask it, which do not carry what decodes music."""
        from shared.cloud.tenant_pages import TenantPages
        from shared.door.template import Links
        from shared.door.tenant import TenantDoor
        from shared.steps.accounts import Accounts
        from shared.steps.integrations import Integrations
        from shared.steps.personas import Cast
        from shared.steps.rotation import Rotation

        asked, kept = self.preflight.presenters, (self.tenants, self.secrets, self.replaced_secrets)
        work = Integrations(self.presenters, asked, *kept, self.vendor_endpoints, self.now)
        cast = Cast(self.personas, self.preflight.presenters, self.tenants, self.secrets)
        rotation = Rotation(self.secrets, self.rate_counts, self.replaced_secrets, self.now)
        images = self.preflight.images
        accounts, links = Accounts(work, self.jobs), Links(self._schemes, self.egress.judge)
        told = (self.endpoints, self.replays, self.payloads)
        kept_by_name = (*told, TenantPages(self.clients), self.templates, self.audit_log)
        return TenantDoor(
            self.entrance,
            self.tenants,
            accounts,
            images,
            self.music,
            None,
            rotation,
            self.revocations,
            cast,
            links,
            *kept_by_name,
            self.now,
            kits=self.kits,
            exported=lambda: self.export_kinds,
            clips=self.preflight.clips,
            egress=self.egress,
        )

    @cached_property
    def export_kinds(self) -> "Kinds":
        from shared.cloud.month_lists import MonthLists
        from shared.door.export_kinds import Kinds
        from shared.steps.own_uploads import OwnUploads

        kept = (self.tenants, self.revocations, self.personas, self.templates, self.brands, MonthLists(self.clients))
        told = (self.batches, self.jobs, self.delivery_lists, self.deletions, self.audit_log)
        uploads = OwnUploads(self.blobs, self.settings.films_bucket)
        return Kinds(*kept, *told, uploads, self.settings.public_url, self.now, self.outlook)

    @cached_property
    def catalog(self) -> "CatalogDoor":
        from shared.door.catalog import CatalogDoor
        from shared.steps.catalog import Catalog

        work = Catalog(self.presenters, self.tenants, self.secrets, self.catalogs, self.now)
        return CatalogDoor(self.entrance, work, self.tables.presenters)

    @cached_property
    def django_api(self) -> "DjangoApi":
        from shared.cloud.job_counts import JobCounts
        from shared.door.django_api import DjangoApi

        handed = (lambda: self.create_job, lambda: self.jobs_door)
        return DjangoApi(*handed, JobCounts(self.clients), self.settings.public_url)

    @cached_property
    def mcp(self) -> "McpDoor":
        from shared.door.mcp import McpDoor
        from shared.door.mcp_tools import McpTools

        return McpDoor(McpTools(self.inside, time.sleep, self.monotonic))

    @cached_property
    def inside(self) -> "InsideCalls":
        from shared.door.inside import InsideCalls

        doors: Doors = {
            "create_job": lambda: self.create_job,
            "batches": lambda: self.batches_door,
            "jobs": lambda: self.jobs_door,
            "catalog": lambda: self.catalog,
            "tenant": lambda: self.tenant_inside,
        }
        return InsideCalls(doors)

    @cached_property
    def console(self) -> "ConsoleDoor":
        from urllib.parse import urlsplit

        from shared.door.console.captions import CaptionFiles
        from shared.door.console.door import ConsoleDoor
        from shared.door.console.kit_files import KitFiles
        from shared.door.console.pages import Pages
        from shared.door.console.presenters import Pictures
        from shared.door.console.voices import Specimens

        url = f"{self.settings.public_url}/console"
        pages = Pages(url, urlsplit(url).path, lambda: self.blobs.films_address)
        files = (
            Pictures(lambda: self.egress),
            Specimens(lambda: self.egress),
            CaptionFiles(self.jobs, lambda: self.blobs),
            KitFiles(lambda: self.blobs, self.settings.films_bucket),
        )
        return ConsoleDoor(self.entrance, self.sessions, pages, self.inside_pages, *files, self.operator_screens)

    @cached_property
    def inside_pages(self) -> "InsideCalls":
        """The same calls as the pages make them, whose function carries what judges uploads."""
        from shared.door.inside import InsideCalls

        return InsideCalls({**self.inside.doors, "tenant": lambda: self.tenant})

    @cached_property
    def operator_screens(self) -> "OperatorScreens":
        from shared.cloud.ended_jobs import EndedJobs
        from shared.cloud.queue_lengths import QueueLengths
        from shared.cloud.sought_jobs import SoughtJobs
        from shared.cloud.tenant_pages import TenantPages
        from shared.door.console.operator import OperatorScreens
        from shared.door.console.operator_acts import ActForms
        from shared.door.console.operator_deliveries import DeliveriesScreen
        from shared.door.console.operator_spend import SpendScreen
        from shared.pipeline.job.line import COMPOSE
        from shared.pipeline.job.vendors import VENDORS
        from shared.steps.attention import Watch
        from shared.steps.spend import Books

        ended = EndedJobs(self.clients)
        watch = Watch(self.jobs, ended, self.deliveries, self.ticks, self.now, self.outlook)
        queues = tuple(sorted({str(COMPOSE.queue), *(row.queue for row in VENDORS.values())}))
        lengths, tenants = QueueLengths(self.clients), TenantPages(self.clients)
        forms = ActForms(self.operator_acts, self.jobs, self.tenants, self.deliveries, self.entrance)
        books = Books(ended, tenants, self.months, self.plans.month, self.now)
        more = DeliveriesScreen(self.delivery_lists, tenants), SpendScreen(books), forms, SoughtJobs(self.clients)
        return OperatorScreens(watch, self.jobs, ended, lengths, self.vendor_states, queues, self.now, *more)

    @cached_property
    def sessions(self) -> "Sessions":
        from urllib.parse import urlsplit

        from shared.door.console.sessions import Sessions
        from shared.door.console.signing_keys import session_keys

        url = urlsplit(f"{self.settings.public_url}/console")
        keys, tickets = lambda: session_keys(self.secrets, self.now()), partial(self.rate_counts.once_more, "ticket")
        return Sessions(keys, tickets, self.now, url.path, url.scheme == "https")

    @cached_property
    def heygen_webhook(self) -> "HeygenWebhook":
        from shared.door.heygen_webhook import HeygenWebhook
        from shared.door.strangers import Strangers

        strangers = Strangers(self.plans.strangers_per_minute, self.monotonic)
        return HeygenWebhook(self.secrets, self.tasks, lambda: self.timeouts.other_dispatch, strangers)

    @cached_property
    def provider_webhook(self) -> "ProviderWebhook":
        from shared.config import networks
        from shared.door.provider_webhook import ProviderWebhook
        from shared.door.strangers import Strangers

        strangers, sources = Strangers(self.plans.strangers_per_minute, self.monotonic), self.settings.callback_sources
        deadline = self.heygen_webhook.deadline
        return ProviderWebhook(self.secrets, self.tasks, deadline, strangers, networks(sources))

    @cached_property
    def health(self) -> "HealthDoor":
        from shared.door.health import HealthDoor
        from shared.steps.health import Health, services

        stores = (self.jobs, self.tasks, self.blobs, self.secrets, self.ticks)
        checks = services(*stores, self.settings.films_bucket, self.now)
        checks["tables"] = lambda: self.tables and self.plans and self.timeouts and self.portions and self.start_rates
        vendors = ("did", "heygen", "heygen_video", "veo")
        known = (vendors, self.vendor_states, self.now)
        return HealthDoor(Health(checks, time.monotonic), *known, self.settings.public_url)
