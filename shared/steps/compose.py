"""compose: joins the footage, lays the presenters over it, writes text and sound, stores the film and ends the job.

Pure work: it is not claimed, any worker may do it, and the film's name is the hash of what it is made from, so doing it
twice makes the same film under the same name (holes 39, 40).
"""

import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from shared.cloud.blobs import Blobs, NoFile, StoredObject
from shared.cloud.records import Loaded
from shared.cloud.tenants import Tenants
from shared.log import Fact, JobRef, log_job
from shared.media.breaking import clusters, pieces, words
from shared.media.compose import Composed, Composing, compose, whole
from shared.media.ffmpeg import Budget
from shared.media.laid import Known, laid_out, named, probed
from shared.media.languages import language_of
from shared.media.mp4 import read_mp4
from shared.media.take_notes import TakeFound
from shared.media.voice_activity import TakeHeard, voice_of
from shared.pipeline.edit.assembly import Breaks, Take, assemble, read_srt
from shared.pipeline.edit.caption_files import srt_of, vtt_of
from shared.pipeline.edit.edit import Edit
from shared.pipeline.job import events as on
from shared.pipeline.job.cast import speech_of
from shared.pipeline.job.job import Job, Node, Output
from shared.pipeline.job.names import beside, film_object
from shared.pipeline.job.status import degraded
from shared.pipeline.job.turns import has_task
from shared.pipeline.job.vendors import account_owner
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.composition import laid_for
from shared.pipeline.plan.film_quality import FilmQuality
from shared.pipeline.plan.plan import Cutout, Kind
from shared.pipeline.plan.typography import CaptionsBy
from shared.pipeline.plan.warned import Warned, WarningText
from shared.steps.commit import Commits, dispatch_deadline
from shared.steps.cutouts import NEXT
from shared.steps.divided_film import Film, divide, divided_film, may_be_divided
from shared.steps.film_files import files_there, files_wanted, make_files
from shared.steps.film_inputs import FILM_FILES_AT_ONCE, FilmInputs
from shared.steps.film_outcomes import UNMADE, unmade
from shared.steps.film_parts import FilmParts, PartsStanding
from shared.steps.message import Message
from shared.steps.presenter_files import CAPTION_BYTES
from shared.steps.quality_files import keep_quality, kept_quality


@dataclass(frozen=True, slots=True)
class Compose:
    """The step and what it needs."""

    commits: Commits
    tenants: Tenants
    blobs: Blobs
    films_bucket: str
    scratch: Path | None = None  # where a job's folder is made; a function's /tmp is memory
    composing: Composing = compose  # who makes a film that is not divided

    def __call__(self, message: Message) -> None:
        """Make the film of the job's present inputs, unless the job no longer needs it or it is there already."""
        loaded = self.commits.load(message.job)
        node = loaded.job.nodes.get(message.node) if loaded else None
        if loaded is None or node is None or not has_task(node) or not node.inputs_hash:
            about = loaded.job if loaded else JobRef(message.job)
            log_job(Fact.NOTHING_TO_DO, about, "no film is wanted", node=message.node)
            return
        event = self._made(loaded, node, node.inputs_hash, joins=message.part != "")
        if event:  # else its parts are being painted: the last of their makers comes back
            self.commits.hear(loaded, event)

    def _made(self, loaded: Loaded, node: Node, wanted: str, *, joins: bool) -> on.NodeEvent | None:
        uri = f"gs://{self.films_bucket}/{film_object(loaded.job.versions.of or loaded.job.id, wanted)}"
        files = files_wanted(loaded.job, node.key)
        try:
            there = self._there(uri, files)
            if there and there.files == files:
                return on.WorkDone(node.key, wanted, there)
            with tempfile.TemporaryDirectory(dir=self.scratch, prefix="abroll-") as folder:
                if there:
                    return self._furthered(loaded.job, node, wanted, there, Path(folder))
                return self._rendered(loaded.job, node, wanted, uri, Path(folder), joins=joins)
        except UNMADE as failed:
            return unmade(loaded.job, node, wanted, failed)

    def _rendered(
        self, job: Job, node: Node, wanted: str, uri: str, folder: Path, *, joins: bool
    ) -> on.NodeEvent | None:
        budget = Budget(self.commits.timeouts.compose_render)
        deadline = partial(dispatch_deadline, timeouts=self.commits.timeouts)
        parts = FilmParts(self.blobs, self.commits.tasks, self.films_bucket, deadline, job, node, wanted)
        made = divided_film(parts, folder, budget, joins=joins) if may_be_divided(job, node.key) else PartsStanding.LEFT
        if made is PartsStanding.PAINTING:
            return None
        if isinstance(made, PartsStanding):
            found = self._composed(job, node, folder, budget, parts if made is PartsStanding.UNDIVIDED else None)
            if found is None:
                return None
            made = found
        cut, told, composed = made
        words = self._kept_beside(uri, cut, composed)
        further, lost = make_files(self.blobs, uri, composed.film, job, node.key, budget)
        stored = self.blobs.write_file(uri, composed.film, mime="video/mp4")
        self._remembered(job, composed)
        output = replace(_output(stored, composed.seconds, words, composed.quality), files=further)
        warned = dict.fromkeys((*told, *cut.warnings, *composed.warnings, *lost))
        return on.WorkDone(node.key, wanted, output, tuple(warned))

    def _composed(self, job: Job, node: Node, folder: Path, budget: Budget, parts: FilmParts | None) -> Film | None:
        """Compose the film in one place; None where it is long and was divided into `parts` instead."""
        inputs = FilmInputs(self.blobs, self.films_bucket)
        with ThreadPoolExecutor(1) as aside:
            finding = aside.submit(inputs.found, job)
            files, own = inputs.footage(job, folder), inputs.own_clips(job, node.key, folder)
        found = finding.result()
        cut, told, known = self._cut(job, node, files, own, found, budget)
        work = folder / "work"
        work.mkdir()
        everything = {**files, **own, **inputs.beside(job, node.key, folder)}
        if parts is None:
            return Film(cut, told, self.composing(cut, everything, work, timeout=budget.left(), known=known))
        with laid_out(cut, everything, work, timeout=budget.left(), known=known) as laid:
            return None if divide(parts, laid, told) else Film(cut, told, whole(laid, work))

    def _furthered(self, job: Job, node: Node, wanted: str, there: Output, folder: Path) -> on.NodeEvent:
        """Make what a film that exists lacks beside it."""
        film, budget = folder / "film.mp4", Budget(self.commits.timeouts.compose_render)
        self.blobs.fetch(there.uri, film, there.generation)
        further, lost = make_files(self.blobs, there.uri, film, job, node.key, budget)
        return on.WorkDone(node.key, wanted, replace(there, files=further), lost)

    def _kept_beside(self, uri: str, cut: Edit, composed: Composed) -> str | None:
        """Store what stands beside a film, before it is there, side by side; return the name of its subtitles.

        They are what is said, as SubRip and WebVTT. Raises FilesUnreachable.
        """
        said = {"vtt": (vtt_of, "text/vtt"), "srt": (srt_of, "application/x-subrip")} if cut.spoken else {}
        with ThreadPoolExecutor(FILM_FILES_AT_ONCE) as aside:
            kept = [
                aside.submit(self.blobs.write, beside(uri, suffix), [form(cut.spoken).encode()], mime=mime)
                for suffix, (form, mime) in said.items()
            ]
            kept.append(aside.submit(self.blobs.write_file, beside(uri, "jpg"), composed.poster, mime="image/jpeg"))
            told = aside.submit(keep_quality, self.blobs, uri, composed.quality)
        for each in kept:
            each.result()
        told.result()
        return beside(uri, "srt") if said else None

    def _remembered(self, job: Job, composed: Composed) -> None:
        """Ask a look for another way next time whose take could not be cut out as it was ordered."""
        for key, real in composed.cutouts.items():
            output = job.nodes[key].output
            claimed = output.cutout if output else None
            if real is not Cutout.INSET or claimed not in NEXT:
                continue
            owner = account_owner(job, job.nodes[key])
            account = self.tenants.integration(owner, job.nodes[key].provider, job.plan.mode)
            speech = speech_of(job, job.nodes[key])
            if account and speech:
                self.tenants.learn(owner, account, speech.avatar_id, NEXT[claimed])

    def _cut(
        self,
        job: Job,
        node: Node,
        files: Mapping[str, Path],
        own: Mapping[str, Path],
        found: Mapping[str, TakeFound],
        budget: Budget,
    ) -> tuple[Edit, tuple[WarningText, ...], Known]:
        """Measure the files themselves: what a vendor says about a length is a hint.

        Also say what is missing, and what was found of each file.
        """
        takes, told = dict[str, Take](), list[WarningText]()
        plan, request = laid_for(job.plan, job.request, node.key)
        listens = plan.captions and request.captions_by is CaptionsBy.WORD
        moving = {key: path for key, path in files.items() if job.nodes[key].kind is not Kind.IMAGE}
        unknown = {key: path for key, path in {**moving, **own}.items() if key not in found}
        known = {**probed(unknown, budget), **{key: take.facts for key, take in found.items()}}
        for key, path in moving.items():
            output, kind, facts = job.nodes[key].output, job.nodes[key].kind, known[key]
            if output is None:
                continue
            cutout = (output.cutout or Cutout.INSET) if kind is Kind.PRESENTER else None
            with named(key):
                heard = (
                    voice_of(path, facts, path.parent, budget) if listens and kind is Kind.PRESENTER else TakeHeard()
                )
            said = self._words(output.captions)
            if said is None:
                says = f"{key}: its subtitles are gone; its captions are estimated from the script"
                told.append(warning(Warned.CAPTIONS_ESTIMATED, says, node=key))
            takes[key] = Take(facts.seconds, cutout, read_srt(said or b""), heard.spans, heard.levels)
        takes |= {key: Take(known[key].seconds) for key in own}
        breaks = _breaks(job.request.voice.locale or "")
        return assemble(plan, request, takes, breaks, degraded(job)), tuple(told), Known(known, found)

    def _words(self, captions: str | None) -> bytes | None:
        """Read the subtitles of a take; None when they are not there any more."""
        try:
            return self.blobs.read(captions, 0, CAPTION_BYTES) if captions else b""
        except NoFile:
            return None

    def _there(self, uri: str, files: tuple[str, ...]) -> Output | None:
        try:
            stored = self.blobs.stat(uri)
        except NoFile:
            return None
        facts = read_mp4(lambda start, length: self.blobs.read(uri, start, length), stored.size)
        try:
            words: str | None = self.blobs.stat(beside(uri, "srt")).uri
        except NoFile:
            words = None
        output = _output(stored, facts.seconds, words, kept_quality(self.blobs, uri))
        return replace(output, files=files_there(self.blobs, uri, files))


def _breaks(locale: str) -> Breaks:
    """Return where captions may be broken in the language of their own letters."""
    return Breaks(
        lambda text: pieces(text, language_of(text, locale)),
        clusters,
        lambda text: words(text, language_of(text, locale)),
    )


def _output(stored: StoredObject, seconds: float, words: str | None, quality: FilmQuality | None) -> Output:
    file = (stored.uri, stored.generation, stored.crc32c, stored.size)
    return Output(*file, seconds, captions=words, quality=quality)
