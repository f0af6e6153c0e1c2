"""The parts that take orders: one by one, as batches, and for changes of what was ordered."""

import time
from functools import cached_property, partial
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from shared.parts.steps import StepParts

if TYPE_CHECKING:  # each function imports only what its own property below names
    from shared.steps.batch_rows import BatchRows
    from shared.steps.brand_kits import BrandKits
    from shared.steps.bulk import Bulk
    from shared.steps.check_order import CheckOrder
    from shared.steps.create_job import CreateJob
    from shared.steps.edit_film import EditFilm
    from shared.steps.feed_batch import FeedBatch
    from shared.steps.music_files import MusicFiles
    from shared.steps.new_batch import NewBatch
    from shared.steps.operator_acts import OperatorActs
    from shared.steps.plan_terms import PlanTerms
    from shared.steps.preflight import Preflight
    from shared.steps.revise import Revise


class OrderParts(StepParts):
    """What takes the orders of one instance."""

    @cached_property
    def preflight(self) -> "Preflight":
        from shared.steps.asked_once import AskedOnce
        from shared.steps.images import Images
        from shared.steps.near import Near
        from shared.steps.own_clips import OwnClips
        from shared.steps.preflight import Preflight

        images = Images(self.blobs, self.egress, self.settings.films_bucket, time.monotonic)
        asked = {name: AskedOnce(presenter, self.monotonic) for name, presenter in self.presenters.items()}
        clips = OwnClips(self.blobs, self.settings.films_bucket)
        return Preflight(asked, self.tenants, self.secrets, images, Near(self.catalogs), self.music, clips)

    @cached_property
    def music(self) -> "MusicFiles":
        from shared.steps.music_files import MusicFiles

        return MusicFiles(self.blobs, self.settings.films_bucket)

    @cached_property
    def kits(self) -> "BrandKits":
        from shared.steps.brand_kits import BrandKits

        kept = (self.brands, self.tenants, self.blobs, self.music, self.jobs.forms.form)
        return BrandKits(*kept, self.settings.films_bucket, self.tables, self.now)

    @cached_property
    def create(self) -> "CreateJob":
        from shared.steps.budget import MonthBudget
        from shared.steps.create_job import CreateJob
        from shared.steps.hourly import HourlyLimit
        from shared.steps.pressure import HousePressure
        from shared.steps.turnstile import Turnstile

        given = self.commits, self.jobs, self.check_order, self.now, partial(token_urlsafe, 24)
        hourly, budget = HourlyLimit(self.plans, self.monotonic), MonthBudget(self.months)
        house = HousePressure(self.vendor_states, self.start_rates, self.now)
        return CreateJob(*given, hourly, budget, Turnstile(), self.portions, house, self.terms)

    @cached_property
    def check_order(self) -> "CheckOrder":
        from shared.steps.casting import Casting
        from shared.steps.check_order import CheckOrder
        from shared.steps.takeover import Takeover

        casting = Casting(
            self.personas,
            self.tenants,
            self.tables.presenters,
            lambda read: self.outlook(remembered=not read),
            self.preflight.presenters,
            lambda tenant: self.plans.of(tenant).prefer,
        )
        takeover = Takeover(self.preflight, self.tables, self.jobs.forms)
        return CheckOrder(self.preflight, self.tables, casting, takeover, self.terms)

    @cached_property
    def terms(self) -> "PlanTerms":
        from shared.steps.plan_terms import PlanTerms

        return PlanTerms(self.plans, self.tables)

    def revise(self) -> "Revise":
        from shared.steps.revise import Revise

        return Revise(self.commits, self.jobs, self.blobs, self.preflight, self.create, self.tables)

    def bulk(self) -> "Bulk":
        from shared.steps.bulk import Bulk

        return Bulk(self.commits, self.jobs, self.revise())

    def edit_film(self) -> "EditFilm":
        from shared.steps.edit_film import EditFilm

        return EditFilm(self.jobs, self.blobs, self.create, self.tables, self.music)

    @cached_property
    def batch_rows(self) -> "BatchRows":
        from shared.steps.batch_rows import BatchRows

        return BatchRows(self.blobs, self.settings.films_bucket)

    @cached_property
    def new_batch(self) -> "NewBatch":
        from shared.steps.new_batch import NewBatch

        given = self.batches, self.batch_rows, self.create, self.tasks, self.timeouts
        return NewBatch(*given, self.now, self.monotonic)

    @cached_property
    def feed_batch(self) -> "FeedBatch":
        from shared.steps.feed_batch import FeedBatch

        given = self.batches, self.batch_jobs, self.batch_rows, self.create, self.tenants, self.tasks, self.timeouts
        return FeedBatch(*given, self.now, self.monotonic)

    @cached_property
    def operator_acts(self) -> "OperatorActs":
        from shared.steps.operator_acts import OperatorActs

        return OperatorActs(self.commits, self.revise, lambda: self.replays, self.now)
