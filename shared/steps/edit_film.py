"""Free changes: another version of a film from the takes that exist. No vendor is called, nothing is bought.

A version is a job of its own whose takes are done from the start and whose one open node composes, so it is driven,
swept, told and settled as every job (pipeline README, "Versions"). The write that makes it also lets its root list it:
whoever loses the race for the root's revision counts again, so no number is given twice and no version is lost.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

from shared.cloud.blobs import Blobs
from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded, Rewritten
from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.pipeline.codec import to_plain
from shared.pipeline.job.creation import new_job
from shared.pipeline.job.job import Job, Node
from shared.pipeline.job.machine import apply
from shared.pipeline.job.recut import Laid, Recut, laid_out
from shared.pipeline.job.revision import CannotChange, Change, changed, frozen, price, touched
from shared.pipeline.job.schema import SWITCHING
from shared.pipeline.job.version import MOST_VERSIONS, Version, VersionMade, Versions
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.image_fit import image_warnings, with_photos
from shared.pipeline.plan.plan import COMPOSE_KEY, MICROS, Kind, Plan, Sound
from shared.pipeline.plan.planner import CannotPlan, nodes, plan
from shared.steps.account_defaults import defaults_of
from shared.steps.casting import fell_back
from shared.steps.create_job import CreateJob
from shared.steps.idempotency import BuyingCall, Judge, unjudged
from shared.steps.images import Ready
from shared.steps.kept_files import missing
from shared.steps.music_files import FIELD, MusicFiles
from shared.steps.problems import Problem, invalid, not_found, unavailable
from shared.steps.revised import Revised, first

Bought = Mapping[str, tuple[int | None, str]]  # by path in the edit: the scene (None: the film) and the field


@dataclass(frozen=True, slots=True)
class EditFilm:
    """The step and what it needs."""

    jobs: Jobs
    blobs: Blobs
    create: CreateJob
    tables: Tables
    music: MusicFiles

    def __call__(
        self,
        tenant: Tenant,
        base: Job,
        recut: Recut,
        *,
        dry_run: bool,
        trace: str,
        key: str | None = None,
        judge: Judge = unjudged,
        refused: Mapping[str, list[str]] | None = None,
    ) -> tuple[Job, Revised]:
        """Make a version of this film; the same call again makes none. Raises Problem with every mistake.

        `refused` are mistakes that were found before, by field.
        """
        refused = {**(refused or {}), **self._unheard(tenant, base, recut)}
        call = BuyingCall(tenant.id, f"jobs/{base.id}/edit", key, to_plain(recut), judge, by_content=True)
        job_id = call.job_id()
        if not dry_run and not refused and (known := self.create.bought(call, job_id)):
            return known.job, first(known.job)
        _editable(base)
        recut, lost = self.create.check.preflight.clips.recut(tenant.id, recut)
        refused |= lost
        laid = self._with_music(tenant, base, recut, self._laid(base, recut, refused))
        self.create.check.preflight.clips.still_there(tenant.id, laid.request, laid.plan)
        laid, images = self._with_images(tenant, base, laid)
        adopted = _adopted(base, laid, images)
        if gone := missing(self.blobs, base) & adopted.keys():
            message = f"{', '.join(sorted(gone))}: deleted after their time, so no version can be made of them"
            raise Problem(Code.INPUT_GONE, message)
        if dry_run:
            films = laid.plan.films
            composed = frozenset(film.key for film in films)
            ours = sum(film.cost for film in films)
            return base, Revised(laid.request, laid.plan, composed, ours, 0, ours)
        if laid.newer and self.create.jobs.forms.form() < SWITCHING:
            raise unavailable("scenes inside one shot are left out or cut only when every function runs this release")
        self.create.known_to_all(laid.plan, laid.request)
        self.create.hourly.early(tenant)
        begin = partial(
            new_job,
            job_id=job_id,
            tenant=tenant.id,
            request=laid.request,
            plan=laid.plan,
            images=self.create.check.preflight.images.store(tenant.id, images),
            adopted=adopted,
            film_token=self.create.secret(),
            request_hash=call.request_hash,
            timeouts=self.create.commits.timeouts,
            trace=trace,
            parent=base.id,
            schema=SWITCHING if laid.newer else None,
            films=0,
        )
        listed = partial(self._listed, base, recut.changed)
        created = self.create.store(tenant, call, job_id, begin, listed)
        return created.job, replace(first(created.job), quota=created.quota)

    def price(self, tenant: Tenant, base: Job, change: Change, bought: Bought) -> Mapping[str, list[str]]:
        """Say by field that these changes are bought, what all of them cost together, and which call makes them."""
        known: Mapping[str, list[str]] = {}
        says = "would be another film; order a new one"
        try:
            request = changed(base.request, change)
            planned = plan(request, self.tables, defaults_of(tenant))
            ours, theirs = price(base, frozen(base, planned, request), touched(base, request, planned))
        except (CannotChange, CannotPlan) as cannot:
            known = cannot.details
        else:
            about = f"about ${ours / MICROS:.4f} that abroll pays, ${theirs / MICROS:.4f} at your own avatar account"
            move = f"POST /jobs/{base.versions.of or base.id}/regenerate"
            says = f"is made anew, which is bought: {move}, for {about}"
            if request == base.request:
                says = "nothing would be different: the film has that already; leave it out"
        names = {path: name if scene is None else f"scenes.{scene}.{name}" for path, (scene, name) in bought.items()}
        return {path: known.get(name) or [says] for path, name in names.items()}

    def _unheard(self, tenant: Tenant, base: Job, recut: Recut) -> Mapping[str, list[str]]:
        """Refuse the footage's own sound where it was bought without: with the price of a film that has it."""
        if recut.audio is not Sound.DUCK or not base.plan.clips or self._root(base).job.plan.sound is Sound.DUCK:
            return {}
        says = "the footage was bought without its sound: order a new film"
        try:
            asked = replace(base.request, b_roll=replace(base.request.b_roll, audio=Sound.DUCK))
            planned = plan(asked, self.tables, defaults_of(tenant))
        except CannotPlan:
            return {"b_roll.audio": [says]}
        cost = (planned.cost_to_us + planned.cost_to_provider_account) / MICROS
        return {"b_roll.audio": [f"{says}, for about ${cost:.4f}"]}

    def _with_music(self, tenant: Tenant, base: Job, recut: Recut, laid: Laid) -> Laid:
        """Find the music that is asked for, and see that the music that stays is still there. Raises Problem."""
        laid = self._with_main_music(tenant, base, recut, laid)
        return replace(laid, plan=self.music.dressed(tenant.id, laid.plan, laid.request))

    def _with_main_music(self, tenant: Tenant, base: Job, recut: Recut, laid: Laid) -> Laid:
        order = laid.request.audio.music
        if order and (recut.music or order != base.request.audio.music):
            return replace(laid, plan=replace(laid.plan, music=self.music.found(tenant.id, order)))
        if laid.plan.music and not self.music.there(laid.plan.music):
            says = 'the film\'s music was deleted after its time: upload it again, or take it away with "music": null'
            raise invalid({FIELD: [says]})
        return laid

    def _with_images(self, tenant: Tenant, base: Job, laid: Laid) -> tuple[Laid, Mapping[str, Ready]]:
        """Read the images a version has that its film has not, by their node's key. Raises Problem."""
        new = tuple(picture for picture in laid.plan.pictures if picture not in base.plan.pictures)
        if not new:
            return laid, {}
        only = replace(laid.plan, pictures=new)
        ready = self.create.check.preflight.images.ready(tenant.id, laid.request, only)
        only = with_photos(only, {key: image.photo for key, image in ready.items()})
        warnings = (*laid.plan.warnings, *image_warnings(laid.request, only))
        photos = {picture.key: picture for picture in only.pictures}
        pictures = tuple(photos.get(picture.key, picture) for picture in laid.plan.pictures)
        return replace(laid, plan=replace(laid.plan, pictures=pictures, warnings=warnings)), ready

    def _laid(self, base: Job, recut: Recut, refused: Mapping[str, list[str]]) -> Laid:
        try:
            laid = laid_out(base.request, _as_made(base), recut, self.tables)
        except CannotChange as cannot:
            nothing = refused and not recut.fields
            raise invalid(refused if nothing else {**cannot.details, **refused}) from cannot
        if refused:
            raise invalid(refused)
        return replace(laid, plan=replace(laid.plan, warnings=(*fell_back(base), *laid.plan.warnings)))

    def _listed(self, base: Job, changed: tuple[str, ...], job: Job) -> tuple[Job, Rewritten]:
        """Give a version its number, and the root that lists it as it stands now. Raises Problem."""
        root = self._root(base)
        made = root.job.versions.made
        if len(made) >= MOST_VERSIONS:
            raise Problem(Code.TOO_MANY_VERSIONS, f"the film has {len(made)} versions beside its first")
        number = max((each.number for each in made), default=1) + 1
        version = Version(number, job.id, base.id, job.created_at, changed)
        listing = apply(root.job, VersionMade(version), job.created_at, self.create.commits.timeouts)
        return replace(job, versions=Versions(root.job.id, number)), Rewritten(root, listing.job)

    def _root(self, base: Job) -> Loaded:
        root = self.jobs.load(base.versions.of or base.id)
        if root is None:
            raise not_found("film: the one this is a version of was deleted")
        return root


def _as_made(base: Job) -> Plan:
    """Return the plan of a film with the further files it really has: what was lost may be asked for again."""
    made = {film.key: output.files for film in base.plan.films if (output := base.nodes[film.key].output)}
    renditions = tuple(replace(one, files=made.get(one.key, one.files)) for one in base.plan.renditions)
    return replace(base.plan, files=made.get(COMPOSE_KEY, base.plan.files), renditions=renditions)


def _editable(base: Job) -> None:
    if base.ending is None:
        message = "the film is still being made"
        raise Problem(Code.NOT_COMPLETED, message, next_move="wait until the job has ended, then edit it")


def _adopted(base: Job, laid: Laid, images: Collection[str]) -> Mapping[str, Node]:
    """Return the takes a version is made from, but its new images. Raises Problem where one was never made."""
    wanted = [node.key for node in nodes(laid.plan) if node.kind is not Kind.COMPOSE and node.key not in images]
    lacking = [key for key in wanted if not base.nodes[key].finished]
    if lacking:
        message = f"{', '.join(lacking)}: never made, and an edit buys nothing"
        raise Problem(Code.NOT_COMPLETED, message, next_move=f"POST /jobs/{base.id}/retry makes what is lacking")
    return {key: base.nodes[key] for key in wanted}
