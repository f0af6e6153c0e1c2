"""What a clip is ordered as, and which file is that clip: a film of the planned length under its attempt's prefix."""

from shared.cloud.blobs import Blobs
from shared.media.mp4 import NotAFilm, read_mp4
from shared.pipeline.job.job import Job, Node, Output
from shared.pipeline.job.names import AttemptName, attempt_name, take_prefix
from shared.pipeline.plan.plan import LENGTH_TOLERANCE, Clip, Feature, Sound
from shared.pipeline.plan.prompts import clip_prompt
from shared.providers.ports import Blamed, ClipOrder, Handed, KeyedClipOrder, StoredMedia

MIME = {"jpg": "image/jpeg", "png": "image/png", "mp4": "video/mp4"}


def planned(job: Job, node: Node) -> Clip:
    """Return the plan's clip of a node."""
    return next(clip for clip in job.plan.clips if clip.key == node.key)


def order(job: Job, node: Node, takes_bucket: str) -> ClipOrder:
    """Say what Veo is asked for: `image` xor `video` xor references (veo page, "The order")."""
    clip = planned(job, node)
    picture = _stored(job, clip.image) if clip.image else None
    return ClipOrder(
        model=job.plan.model,
        prompt=clip_prompt(job.request, clip.scene),
        output=f"gs://{takes_bucket}/{take_prefix(attempt_name(job.id, node))}",
        seconds=clip.seconds,
        aspect_ratio=job.plan.aspect_ratio,
        resolution=job.plan.resolution,
        audio=job.plan.sound is Sound.DUCK,
        image=picture if clip.feature is Feature.IMAGE else None,
        references=(picture,) if picture and clip.feature is Feature.REFERENCE else (),
        video=_stored(job, clip.before) if clip.before else None,
    )


def keyed_order(job: Job, node: Node, blobs: Blobs) -> KeyedClipOrder:
    """Say what a vendor is asked for that reads no storage of ours: its pictures go along as they are.

    Raises NoFile, FilesUnreachable.
    """
    clip = planned(job, node)
    picture = _handed(blobs, _stored(job, clip.image)) if clip.image else None
    return KeyedClipOrder(
        model=job.plan.model,
        prompt=clip_prompt(job.request, clip.scene),
        name=str(attempt_name(job.id, node)),
        seconds=clip.seconds,
        aspect_ratio=job.plan.aspect_ratio,
        resolution=job.plan.filmed_as or job.plan.resolution,
        image=picture if clip.feature is Feature.IMAGE else None,
        references=(picture,) if picture and clip.feature is Feature.REFERENCE else (),
    )


def made_from(job: Job, node: Node) -> str | None:
    """Name the exact bytes a clip is made from: what its claim keeps (hole 56)."""
    clip = planned(job, node)
    key = clip.before or clip.image
    source = job.nodes[key].output if key else None
    return source.identity if source else None


def unsafe_move(job: Job, node: Node, blamed: Blamed) -> str:
    """Say what a person can do about a clip a safety filter refused: by what it was ordered from, not by the code."""
    clip = planned(job, node)
    scene = f"scene {clip.scene + 1}"
    match blamed:
        case Blamed.LIKENESS if clip.image:
            return "Order a new film with an image that shows no recognisable person: other words do not help."
        case Blamed.IMAGE if clip.image:
            return f"Order a new film with another image, or retry this job with other words for {scene}."
        case Blamed.LIKENESS:
            return f"Retry the job with other words for {scene}, so that nobody in it looks like a real person."
        case _:
            return f"Retry the job with other words for {scene}."


class NotTheClip(Exception):
    """An object lies where the clip should, and is not it."""


def film_at(blobs: Blobs, uri: str, clip: Clip) -> Output:
    """Describe an object that is this clip's film, whole, of the chain's length or its own.

    Raises NoFile, and NotTheClip saying why it is not.
    """
    stored = blobs.stat(uri)
    try:
        facts = read_mp4(lambda start, length: blobs.read(uri, start, length), stored.size)
    except NotAFilm as wrong:
        raise NotTheClip(f"its file cannot be used: {wrong}") from wrong
    if all(abs(facts.seconds - length) > LENGTH_TOLERANCE for length in (clip.total, clip.seconds)):
        raise NotTheClip(f"its file lasts {facts.seconds:.1f} s, ordered were {clip.total} s")
    return Output(uri, stored.generation, stored.crc32c, stored.size, facts.seconds)


def film_under(blobs: Blobs, bucket: str, attempt: AttemptName, clip: Clip) -> Output | None:
    """Look for an attempt's film under its prefix; the oldest wins. Raises NotTheClip when only others lie there."""
    wrong: NotTheClip | None = None
    for stored in sorted(blobs.list(f"gs://{bucket}/{take_prefix(attempt)}"), key=lambda each: each.generation):
        if not stored.uri.endswith(".mp4"):
            continue
        try:
            return film_at(blobs, stored.uri, clip)
        except NotTheClip as other:
            wrong = wrong or other
    if wrong:
        raise wrong
    return None


def _handed(blobs: Blobs, stored: StoredMedia) -> Handed:
    return Handed(blobs.read(stored.uri, 0, blobs.stat(stored.uri).size), stored.mime)


def _stored(job: Job, key: str) -> StoredMedia:
    output = job.nodes[key].output
    if output is None:
        raise ValueError(f"job {job.id}: {key} has no file yet its successor is wanted")
    return StoredMedia(output.uri, MIME[output.uri.rsplit(".", 1)[1]])
