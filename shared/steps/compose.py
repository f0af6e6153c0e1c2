"""compose: joins the footage, lays the presenters over it, writes text and sound, stores the film and ends the job.

Pure work: it is not claimed, any worker may do it, and the film's name is the hash of what it is made from, so doing it
twice makes the same film under the same name (holes 39, 40).
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from shared.cloud.blobs import Blobs, NoFile, StoredObject
from shared.cloud.records import Loaded
from shared.cloud.tenants import Tenants
from shared.codes import Code
from shared.log import Fact, JobRef, log_job
from shared.media.breaking import clusters, pieces, words
from shared.media.compose import Composed, compose, named
from shared.media.errors import MediaFailed, MediaRefused
from shared.media.ffmpeg import Budget
from shared.media.languages import language_of
from shared.media.mp4 import read_mp4
from shared.media.probe import FilmFacts, probe
from shared.media.voice_activity import TakeHeard, voice_of
from shared.pipeline.edit.assembly import Breaks, Take, assemble, read_srt
from shared.pipeline.edit.caption_files import srt_of, vtt_of
from shared.pipeline.edit.edit import BODY_KEY, HEADING_KEY, INTRO_KEY, LOGO_KEY, MUSIC_KEY, OUTRO_KEY, Edit
from shared.pipeline.job import events as on
from shared.pipeline.job.cast import speech_of
from shared.pipeline.job.job import Job, Node, Output
from shared.pipeline.job.names import beside, brand_object, film_object
from shared.pipeline.job.status import degraded
from shared.pipeline.job.turns import has_task
from shared.pipeline.job.vendors import account_owner
from shared.pipeline.plan.composition import laid_for
from shared.pipeline.plan.picture import is_own
from shared.pipeline.plan.plan import LENGTH_TOLERANCE, Cutout, Kind
from shared.pipeline.plan.typography import CaptionsBy
from shared.pipeline.plan.warned import FilmQuality, Warned, WarningText, warning
from shared.pipeline.vendors.names import called
from shared.steps.commit import Commits
from shared.steps.cutouts import NEXT
from shared.steps.film_files import files_there, files_wanted, make_files
from shared.steps.message import Message
from shared.steps.own_clips import OwnClips
from shared.steps.presenter_files import CAPTION_BYTES
from shared.steps.quality_files import keep_quality, kept_quality

RENDER_RETRY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Compose:
    """The step and what it needs."""

    commits: Commits
    tenants: Tenants
    blobs: Blobs
    films_bucket: str
    scratch: Path | None = None  # where a job's folder is made; a function's /tmp is memory

    def __call__(self, message: Message) -> None:
        """Make the film of the job's present inputs, unless the job no longer needs it or it is there already."""
        loaded = self.commits.load(message.job)
        node = loaded.job.nodes.get(message.node) if loaded else None
        if loaded is None or node is None or not has_task(node) or not node.inputs_hash:
            about = loaded.job if loaded else JobRef(message.job)
            log_job(Fact.NOTHING_TO_DO, about, "no film is wanted", node=message.node)
            return
        self.commits.hear(loaded, self._made(loaded, node, node.inputs_hash))

    def _made(self, loaded: Loaded, node: Node, wanted: str) -> on.NodeEvent:
        uri = f"gs://{self.films_bucket}/{film_object(loaded.job.versions.of or loaded.job.id, wanted)}"
        files = files_wanted(loaded.job, node.key)
        try:
            there = self._there(uri, files)
            if there and there.files == files:
                return on.WorkDone(node.key, wanted, there)
            with tempfile.TemporaryDirectory(dir=self.scratch, prefix="abroll-") as folder:
                if there:
                    return self._furthered(loaded.job, node, wanted, there, Path(folder))
                return self._rendered(loaded.job, node, wanted, uri, Path(folder))
        except MediaRefused as refused:
            return _refused(loaded.job, node, wanted, refused)
        except MediaFailed as failed:
            move = "retry the job: all footage and takes are kept"
            return on.WorkFailed(node.key, wanted, Code.COMPOSE_FAILED, failed.why, move, RENDER_RETRY)
        except NoFile as gone:
            move = "order a new film: what this one is made from was deleted after its time"
            return on.WorkFailed(node.key, wanted, Code.INPUT_GONE, str(gone), move)

    def _rendered(self, job: Job, node: Node, wanted: str, uri: str, folder: Path) -> on.NodeEvent:
        files = self._fetched(job, folder)
        budget = Budget(self.commits.timeouts.compose_render)
        own = self._own_clips(job, folder)
        cut, told, known = self._cut(job, node, files, own, budget)
        work = folder / "work"
        work.mkdir()
        beside_takes = {**own, **self._music(job, folder), **self._branded(job, folder)}
        composed = compose(cut, {**files, **beside_takes}, work, timeout=budget.left(), known=known)
        words = self._subtitled(uri, cut)
        poster = beside(uri, "jpg")
        self.blobs.write_file(poster, composed.poster, mime="image/jpeg")
        keep_quality(self.blobs, uri, composed.quality)
        further, lost = make_files(self.blobs, uri, composed.film, job, node.key, budget)
        stored = self.blobs.write_file(uri, composed.film, mime="video/mp4")
        self._remembered(job, composed)
        output = replace(_output(stored, composed.facts.seconds, words, composed.quality), files=further)
        warned = dict.fromkeys((*told, *cut.warnings, *composed.warnings, *lost))
        return on.WorkDone(node.key, wanted, output, tuple(warned))

    def _furthered(self, job: Job, node: Node, wanted: str, there: Output, folder: Path) -> on.NodeEvent:
        """Make what a film that exists lacks beside it."""
        film, budget = folder / "film.mp4", Budget(self.commits.timeouts.compose_render)
        self.blobs.fetch(there.uri, film, there.generation)
        further, lost = make_files(self.blobs, there.uri, film, job, node.key, budget)
        return on.WorkDone(node.key, wanted, replace(there, files=further), lost)

    def _subtitled(self, uri: str, cut: Edit) -> str | None:
        """Store what is said beside the film, as SubRip and WebVTT; return the first one's name."""
        if not cut.spoken:
            return None
        written = {"vtt": (vtt_of, "text/vtt"), "srt": (srt_of, "application/x-subrip")}
        for suffix, (form, mime) in written.items():
            self.blobs.write(beside(uri, suffix), [form(cut.spoken).encode()], mime=mime)
        return beside(uri, "srt")

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

    def _fetched(self, job: Job, folder: Path) -> Mapping[str, Path]:
        files: dict[str, Path] = {}
        for key in _used(job):
            output = job.nodes[key].output
            if output is None:
                raise NoFile(f"{key} has no file")
            files[key] = folder / f"{key}.{output.uri.rsplit('.', 1)[1]}"
            self.blobs.fetch(output.uri, files[key], output.generation)
        return files

    def _own_clips(self, job: Job, folder: Path) -> Mapping[str, Path]:
        found = OwnClips(self.blobs, self.films_bucket).files(job.tenant, job.request, job.plan)
        files = {key: folder / f"{key}.{uri.rsplit('.', 1)[1]}" for key, uri in found.items()}
        for key, uri in found.items():
            self.blobs.fetch(uri, files[key])
        return files

    def _music(self, job: Job, folder: Path) -> Mapping[str, Path]:
        if job.plan.music is None:
            return {}
        path = folder / f"music.{job.plan.music.uri.rsplit('.', 1)[1]}"
        self.blobs.fetch(job.plan.music.uri, path, job.plan.music.generation)
        return {MUSIC_KEY: path}

    def _branded(self, job: Job, folder: Path) -> Mapping[str, Path]:
        """Fetch the files of the brand: its logo and its fonts."""
        brand = job.request.brand
        if brand is None:
            return {}
        wanted = {LOGO_KEY: (brand.logo.image, "png")} if brand.logo else {}
        pictures = {INTRO_KEY: job.request.intro and brand.intro, OUTRO_KEY: job.request.outro and brand.outro}
        wanted |= {key: (name, "png") for key, name in pictures.items() if name}
        fonts = {HEADING_KEY: brand.fonts.heading, BODY_KEY: brand.fonts.body}
        wanted |= {key: (font.font, font.suffix) for key, font in fonts.items() if font}
        files = {key: folder / f"{key}.{suffix}" for key, (_, suffix) in wanted.items()}
        for key, (name, suffix) in wanted.items():
            self.blobs.fetch(f"gs://{self.films_bucket}/{brand_object(job.tenant, name, suffix)}", files[key])
        return files

    def _cut(
        self, job: Job, node: Node, files: Mapping[str, Path], own: Mapping[str, Path], budget: Budget
    ) -> tuple[Edit, tuple[WarningText, ...], Mapping[str, FilmFacts]]:
        """Measure the files themselves: what a vendor says about a length is a hint.

        Also say what is missing, and what was found of each file.
        """
        takes, told, known = dict[str, Take](), list[WarningText](), dict[str, FilmFacts]()
        plan, request = laid_for(job.plan, job.request, node.key)
        listens = plan.captions and request.captions_by is CaptionsBy.WORD
        for key, path in files.items():
            output, kind = job.nodes[key].output, job.nodes[key].kind
            if kind is Kind.IMAGE or output is None:
                continue
            cutout = (output.cutout or Cutout.INSET) if kind is Kind.PRESENTER else None
            with named(key):
                facts = known[key] = probe(path)
                heard = (
                    voice_of(path, facts, path.parent, budget) if listens and kind is Kind.PRESENTER else TakeHeard()
                )
            said = self._words(output.captions)
            if said is None:
                says = f"{key}: its subtitles are gone; its captions are estimated from the script"
                told.append(warning(Warned.CAPTIONS_ESTIMATED, says, node=key))
            takes[key] = Take(facts.seconds, cutout, read_srt(said or b""), heard.spans, heard.levels)
        for key, path in own.items():
            with named(key):
                known[key] = probe(path)
            takes[key] = Take(known[key].seconds)
        breaks = _breaks(job.request.voice.locale or "")
        return assemble(plan, request, takes, breaks, degraded(job)), tuple(told), known

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


def _used(job: Job) -> tuple[str, ...]:
    """Return the nodes whose files the film may be cut from; a chain's inner links only when it did not grow."""
    grown = {chain for chain in job.plan.chains if _cumulative(job, chain)}
    clips = [
        stretch.chain if stretch.chain in grown else stretch.clip for stretch in job.plan.stretches if stretch.clip
    ]
    backdrops = [stretch.backdrop.image for stretch in job.plan.stretches if stretch.backdrop]
    speeches = [speech.key for speech in job.plan.speeches if speech.key not in degraded(job)]
    beside = [one.key for one in job.plan.beside]
    return tuple(dict.fromkeys(key for key in (*clips, *job.plan.chains, *backdrops, *speeches, *beside) if key))


def _cumulative(job: Job, key: str) -> bool:
    clip = next(clip for clip in job.plan.clips if clip.key == key)
    output = job.nodes[key].output
    return output is not None and output.seconds is not None and abs(output.seconds - clip.total) <= LENGTH_TOLERANCE


def _refused(job: Job, node: Node, wanted: str, refused: MediaRefused) -> on.WorkFailed:
    """Name the clip or take whose file cannot be used: a retry orders it again, instead of failing on it for ever."""
    culprit = job.nodes.get(refused.node or "")
    if culprit is None or culprit.kind not in (Kind.CLIP, Kind.PRESENTER):
        move = "order the film again; if it fails so again, send abroll's operator the job's id"
        if is_own(refused.node or ""):
            move = f"give that scene another clip (POST /jobs/{job.id}/edit), or order the film again without it"
        return on.WorkFailed(node.key, wanted, Code.MEDIA_REFUSED, refused.why, move)
    vendor = called(culprit.provider)
    wrong = refused.why.removeprefix(f"{culprit.key}: ")
    why = f"{vendor} has finished {culprit.key}, but its file cannot be used: {wrong}; it counts as paid"
    move = f"retry the job: it orders {culprit.key} again; everything else that is finished is kept"
    return on.WorkFailed(node.key, wanted, Code.MEDIA_REFUSED, why, move, culprit=culprit.key)


def _output(stored: StoredObject, seconds: float, words: str | None, quality: FilmQuality | None) -> Output:
    file = (stored.uri, stored.generation, stored.crc32c, stored.size)
    return Output(*file, seconds, captions=words, quality=quality)
