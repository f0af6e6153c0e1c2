"""Fetches what a film is made of: footage, takes and images, own clips, music and the brand's files."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from shared.cloud.blobs import Blobs, FilesUnreachable, NoFile
from shared.media.take_notes import TakeFound, noted
from shared.pipeline.edit.edit import BODY_KEY, HEADING_KEY, INTRO_KEY, LOGO_KEY, MUSIC_KEY, OUTRO_KEY
from shared.pipeline.job.job import Job, Output
from shared.pipeline.job.names import brand_object
from shared.pipeline.job.status import degraded
from shared.pipeline.plan.composition import laid_for
from shared.pipeline.plan.picture import is_own
from shared.pipeline.plan.plan import LENGTH_TOLERANCE, Kind
from shared.pipeline.plan.request import FilmRequest
from shared.steps.own_clips import OwnClips

_THEN_RETRY = "; then retry the job: all that is finished is kept"
_LOGO_AGAIN = "POST its file to /tenant/uploads/logo again"
_FONT_AGAIN = "POST its file to /tenant/uploads/font again"
_KIT_FILES = {  # by key: what it is of a brand kit, and how its file is sent
    LOGO_KEY: ("logo", _LOGO_AGAIN),
    INTRO_KEY: ("picture on the intro", _LOGO_AGAIN),
    OUTRO_KEY: ("picture on the outro", _LOGO_AGAIN),
    HEADING_KEY: ("font of scene texts", _FONT_AGAIN),
    BODY_KEY: ("font of captions", _FONT_AGAIN),
}
_Stored = tuple[str, int | None]  # an object's gs:// and its generation
FILM_FILES_AT_ONCE = 4  # fetched or stored side by side: small ones wait for Cloud Storage more than they flow


class InputGone(NoFile):
    """A file of a film is not there any more; what can be done about it."""

    def __init__(self, why: str, next_move: str) -> None:
        super().__init__(why)
        self.next_move = next_move


@dataclass(frozen=True, slots=True)
class FilmInputs:
    """Where they lie; each is kept as its key and suffix."""

    blobs: Blobs
    bucket: str  # of films

    def footage(self, job: Job, folder: Path) -> Mapping[str, Path]:
        """Fetch what the nodes have made. Raises NoFile, FilesUnreachable."""
        found: dict[str, _Stored] = {}
        for key in _used(job):
            output = job.nodes[key].output
            if output is None:
                raise _gone(key)
            found[key] = output.uri, output.generation
        return self._fetched(found, folder)

    def found(self, job: Job) -> Mapping[str, TakeFound]:
        """Read what presenters' takes were found to be when they came."""
        with ThreadPoolExecutor(FILM_FILES_AT_ONCE) as beside:
            asked = [(key, job.nodes[key]) for key in _used(job) if job.nodes[key].kind is Kind.PRESENTER]
            reading = {key: beside.submit(self._noted, node.output) for key, node in asked if node.output}
        return {key: take for key, each in reading.items() if (take := each.result())}

    def _noted(self, take: Output) -> TakeFound | None:
        try:
            stored = self.blobs.stat(take.uri)
        except (NoFile, FilesUnreachable):  # whoever fetches it says so
            return None
        return noted(stored.note) if stored.generation == take.generation else None

    def own_clips(self, job: Job, film: str, folder: Path) -> Mapping[str, Path]:
        """Fetch the tenant's own clips of the film that node `film` makes. Raises NoFile, FilesUnreachable."""
        return self._fetched({key: (uri, None) for key, uri in self._clips(job, film).items()}, folder)

    def _clips(self, job: Job, film: str) -> Mapping[str, str]:
        plan, request = laid_for(job.plan, job.request, film)
        return OwnClips(self.blobs, self.bucket).files(job.tenant, request, plan)

    def _branded(self, tenant: str, request: FilmRequest) -> Mapping[str, _Stored]:
        """Tell where the files of the brand lie: its logo, its cards and its fonts."""
        brand = request.brand
        if brand is None:
            return {}
        wanted = {LOGO_KEY: (brand.logo.image, "png")} if brand.logo else {}
        pictures = {INTRO_KEY: request.intro and brand.intro, OUTRO_KEY: request.outro and brand.outro}
        wanted |= {key: (name, "png") for key, name in pictures.items() if name}
        fonts = {HEADING_KEY: brand.fonts.heading, BODY_KEY: brand.fonts.body}
        wanted |= {key: (font.font, font.suffix) for key, font in fonts.items() if font}
        return {
            key: (f"gs://{self.bucket}/{brand_object(tenant, name, suffix)}", None)
            for key, (name, suffix) in wanted.items()
        }

    def beside(self, job: Job, film: str, folder: Path) -> Mapping[str, Path]:
        """Fetch music and the brand's files of the film that node `film` makes. Raises NoFile, FilesUnreachable."""
        plan, request = laid_for(job.plan, job.request, film)
        music = {MUSIC_KEY: (plan.music.uri, plan.music.generation)} if plan.music else {}
        return self._fetched({**music, **self._branded(job.tenant, request)}, folder)

    def named(self, job: Job, film: str, names: Iterable[str], folder: Path) -> None:
        """Fetch those files of footage, takes and own clips that are kept under these names. Raises as the others."""
        own, found = dict[str, str](), dict[str, _Stored]()
        for name in names:
            key = name.rpartition(".")[0]
            output = job.nodes[key].output if key in job.nodes else None
            own = own if output else own or dict(self._clips(job, film))
            if output is None and key not in own:
                raise _gone(key)
            found[key] = (output.uri, output.generation) if output else (own[key], None)
        self._fetched(found, folder)

    def _fetched(self, wanted: Mapping[str, _Stored], folder: Path) -> Mapping[str, Path]:
        """Fetch files side by side; return where each lies, by key. Raises for the first that cannot be fetched."""
        files = {key: folder / f"{key}.{uri.rsplit('.', 1)[1]}" for key, (uri, _) in wanted.items()}
        with ThreadPoolExecutor(FILM_FILES_AT_ONCE) as beside:
            fetching = [beside.submit(self.blobs.fetch, uri, files[key], of) for key, (uri, of) in wanted.items()]
        for key, each in zip(wanted, fetching, strict=True):
            try:
                each.result()
            except NoFile as gone:
                raise _gone(key) from gone
        return files


def _gone(key: str) -> InputGone:
    """Say which file of a film is not there any more. What is sent again gets the same id, and lies where it lay."""
    if key in _KIT_FILES:
        what, again = _KIT_FILES[key]
        return InputGone(f"the brand kit's {what} is not there any more", again + _THEN_RETRY)
    if is_own(key):
        move = f"POST its file to /tenant/uploads/clip again, and PUT the brand kit again if it is a kit's{_THEN_RETRY}"
        return InputGone(f"{key}: the clip is not there any more", move)
    if key == MUSIC_KEY:
        move = "POST it to /tenant/uploads/audio again, PUT the brand kit again if it is a kit's, and order a new film"
        return InputGone("the film's music is not there any more", move)
    if key.startswith(f"{Kind.IMAGE}-"):
        return InputGone(f"{key}: the picture was deleted after its time", "order a new film with the picture")
    return InputGone(f"{key}: its file was deleted after its time", "retry the job: it orders this part again")


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
