"""Planted bugs of the steps: variants of the product's own parts, and an instance that is wired with one of them."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import cached_property, partial
from typing import Any

from shared.cloud.audit import AuditLine
from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded, Month
from shared.cloud.secrets import Secret
from shared.pipeline.codec import Stored, document_fields
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Job, Node, Output
from shared.pipeline.job.names import AttemptName, attempt_name, presenter_object
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.plan.warned import WarningText
from shared.providers.ports import ClipOrder, Filmed, TryLater
from shared.providers.veo.client import Veo
from shared.steps.clips import made_from, order
from shared.steps.commit import Commits, StoreBusy
from shared.steps.message import Message
from shared.steps.presenter_files import PresenterFiles
from shared.steps.start_presenter import StartPresenter
from shared.steps.watch_presenter import WatchPresenter
from tests.faults.cloud import StagedWiring


class Forgetful(Commits):
    """Commits, and enqueues nothing."""

    def enqueue(self, job: Job, nodes: tuple[Node, ...]) -> None:
        """Drop it."""


class Generous(Commits):
    """Settles each time an ended job is written, not once."""

    def _save(self, loaded: Loaded, job: Job, reserve: Month | None, line: AuditLine | None) -> Loaded:
        if job.ending is None:
            return super()._save(loaded, job, reserve, line)
        unsettled = replace(loaded.job, money=replace(loaded.job.money, charged=0, refunded=0))
        return self.jobs.save(replace(loaded, job=unsettled), job)


class Narrow(Jobs):
    """Keeps of what it reads only what this code knows."""

    def load(self, job_id: str) -> Loaded | None:
        """Read one job, and forget the rest."""
        loaded = super().load(job_id)
        return loaded and replace(loaded, job=_known(loaded.job))


def _known(value: Any) -> Any:
    """Return a value without what newer code wrote into its maps."""
    match value:
        case tuple():
            return tuple(_known(each) for each in value)
        case Mapping():
            return {key: _known(each) for key, each in value.items()}
        case Stored():
            known = {each.name: _known(getattr(value, each.name)) for each in document_fields(type(value))}
            return replace(value, **known, unknown=None)
        case Job():
            return replace(value, **{each.name: _known(getattr(value, each.name)) for each in document_fields(Job)})
    return value


class Trusting(WatchPresenter):
    """Takes a webhook's word for the truth."""

    def _seen(self, loaded: Loaded, node: Node, video: str, *, hinted: bool) -> on.NodeEvent | None:
        if not hinted:
            return super()._seen(loaded, node, video, hinted=hinted)
        name = presenter_object(attempt_name(loaded.job.id, node), "webm")
        said = Output(f"gs://{self.files.bucket}/{name}", 1, "AAAAAA==", 1000, 1.0, Cutout.ALPHA)
        return on.FilmArrived(node.key, node.take, node.attempt, said, provider_id=video)


class Stern(Veo):
    """Lets the queue know when a tenant's quota is full."""

    def submit(self, order: ClipOrder, *, total_seconds: float) -> str:
        """Ask Veo; 429 becomes our own trouble, and so 503."""
        try:
            return super().submit(order, total_seconds=total_seconds)
        except TryLater as busy:
            raise StoreBusy(str(busy)) from busy


class Gullible(PresenterFiles):
    """Does not hold a film against the length its maker says it has."""

    def _film(
        self, filmed: Filmed, name: AttemptName, asked: Cutout, estimated: float
    ) -> tuple[Output, tuple[WarningText, ...]]:
        return super()._film(replace(filmed, seconds=None), name, asked, estimated)


class Guessing(StartPresenter):
    """Asks a look which engine films it, and leaves the price as the order was told."""

    def _engine(self, job: Job, node: Node, key: Secret | None) -> tuple[str | None, int | None]:
        engine, _ = super()._engine(job, node, key)
        return engine, None


class DropsTheEnqueue(StagedWiring):
    """Enqueue dropped after commit."""

    @cached_property
    def commits(self) -> Commits:
        """The writer that forgets to enqueue."""
        return copied(Forgetful, super().commits)


class DropsUnknownKeys(StagedWiring):
    """Unknown keys dropped on write."""

    @cached_property
    def jobs(self) -> Jobs:
        """The store that writes back only what it understands."""
        return Narrow(self.clients, self.monotonic)


class RefundsTwice(StagedWiring):
    """Refund given twice."""

    @cached_property
    def commits(self) -> Commits:
        """The writer that settles again and again."""
        return copied(Generous, super().commits)


class TrustsTheWebhook(StagedWiring):
    """Webhook trusted without re-read."""

    @cached_property
    def watch_presenter(self) -> WatchPresenter:
        """The step that believes."""
        true = super().watch_presenter
        return Trusting(*(getattr(true, each.name) for each in fields(true)))


class BooksTheGuess(StagedWiring):
    """The guess booked, though the engine is known."""

    @cached_property
    def start_presenter(self) -> StartPresenter:
        """The step that tells no price."""
        true = super().start_presenter
        return Guessing(*(getattr(true, each.name) for each in fields(true)))


class TakesAnyLength(StagedWiring):
    """Half a take is taken."""

    @cached_property
    def watch_presenter(self) -> WatchPresenter:
        """The step whose files are not held against the vendor's word."""
        true = super().watch_presenter
        parts = {each.name: getattr(true, each.name) for each in fields(true)}
        return WatchPresenter(**parts | {"files": Gullible(*(getattr(true.files, f.name) for f in fields(true.files)))})


class AnswersTheQueue503(StagedWiring):
    """503 on a tenant's 429."""

    @cached_property
    def veo(self) -> Veo:
        """The vendor whose 429 is taken for our own trouble."""
        return Stern(
            endpoint=self.settings.veo_endpoint,
            project=self.settings.project,
            token=self._veo_token,
            refresh=partial(self._veo_token, renew=True),
            egress=self.egress,
        )


class SubmitsBeforeTheClaim(StagedWiring):
    """Submit before claim: what costs money comes first, what protects it second."""

    @cached_property
    def start_clip(self) -> Callable[[Message], None]:
        """The step that buys first."""
        return self._start

    def _start(self, message: Message) -> None:
        loaded = self.commits.load(message.job)
        if loaded is None:
            return
        node = loaded.job.nodes[message.node]
        wanted = order(loaded.job, node, self.settings.takes_bucket)
        operation = self.veo.submit(wanted, total_seconds=self.timeouts.of(node.provider).http)
        source = made_from(loaded.job, node)
        claim = on.Claimed(
            node.key,
            node.take,
            node.attempt,
            operation,
            input=source,
            prefix=wanted.output,
            reconcile=self.veo.reconcile,
        )
        heard = self.commits.hear(loaded, claim)
        if heard.owns(node.key, operation):
            self.commits.hear(heard.loaded, on.Sent(node.key, node.take, node.attempt, operation, operation))


def copied(kind: type[Commits], true: Commits) -> Commits:
    """Return a variant of the writer with the parts of the true one."""
    return kind(*(getattr(true, each.name) for each in fields(true)))
