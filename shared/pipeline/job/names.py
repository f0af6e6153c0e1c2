"""How things are called: task names, attempt names, object names; every name says which permission it belongs to.

A name is used once (pipeline README, "Names"): a task's holds its wake number, an output's its take and attempt or the
hash of its inputs.
"""

import hashlib
import re
from dataclasses import dataclass

from shared.pipeline.job.job import Job, Node, Output
from shared.pipeline.plan.composition import canonical, composition, laid_for
from shared.pipeline.plan.request import script_of

# Bounded: these names come back from outside, and a number of five thousand digits is none.
_NODE = r"[a-z]{1,20}-[0-9]{1,3}"
_NUMBER = r"[0-9]{1,6}"
_ATTEMPT = re.compile(
    rf"(?P<job>[0-9a-f-]{{36}})\.(?P<node>{_NODE}|[a-z]{{1,20}})\.t(?P<take>{_NUMBER})\.a(?P<attempt>{_NUMBER})"
)
_OBJECT = re.compile(
    rf"jobs/(?P<job>[0-9a-f-]{{36}})/(?P<node>{_NODE})/t(?P<take>{_NUMBER})-a(?P<attempt>{_NUMBER})/.{{1,900}}\.mp4"
)


@dataclass(frozen=True, slots=True)
class AttemptName:
    """One permission to send, named."""

    job: str
    node: str
    take: int
    attempt: int

    def __str__(self) -> str:
        return f"{self.job}.{self.node}.t{self.take}.a{self.attempt}"


def attempt_name(job: str, node: Node) -> AttemptName:
    """Return the name of the node's current attempt."""
    return AttemptName(job, node.key, node.take, node.attempt)


def idempotency_key(job: str, node: Node) -> str:
    """Return the key of the node's next call: another one only after a parsed refusal, which made nothing."""
    return f"{attempt_name(job, node)}.r{node.refusals}"


def read_attempt(text: str) -> AttemptName | None:
    """Read an attempt's name back from a title or callback id; None if it is none of ours."""
    found = _ATTEMPT.fullmatch(text)
    return found and AttemptName(found["job"], found["node"], int(found["take"]), int(found["attempt"]))


def read_object(name: str) -> AttemptName | None:
    """Read an attempt's name back from the name of an object Veo wrote; None if it is none of ours."""
    found = _OBJECT.fullmatch(name)
    return found and AttemptName(found["job"], found["node"], int(found["take"]), int(found["attempt"]))


def take_prefix(attempt: AttemptName) -> str:
    """Return the folder Veo writes this attempt's film into; ends in "/" so that a1 does not find a10."""
    return f"jobs/{attempt.job}/{attempt.node}/t{attempt.take}-a{attempt.attempt}/"


def presenter_object(attempt: AttemptName, suffix: str) -> str:
    """Return the name under which a presenter's take is kept; `suffix` is "webm", "mp4" or "srt"."""
    return f"jobs/{attempt.job}/{attempt.node}/t{attempt.take}-a{attempt.attempt}.{suffix}"


def film_object(job: str, inputs_hash: str, suffix: str = "mp4") -> str:
    """Return the name of the film made from exactly these inputs."""
    return f"jobs/{job}/film-{inputs_hash}.{suffix}"


def beside(film: str, suffix: str) -> str:
    """Return the name of a file that stands beside a film: its poster "jpg", report "json", "srt", "webm"."""
    return f"{film.removesuffix('.mp4')}.{suffix}"


def parts_folder(job: str, inputs_hash: str = "") -> str:
    """Return the folder of what a film's makers hand to each other; without a hash, of all films of the job."""
    return f"parts/{job}/{inputs_hash}/" if inputs_hash else f"parts/{job}/"


def image_object(tenant: str, sha256: str, suffix: str) -> str:
    """Return the name of a re-encoded product image: its content decides."""
    return f"images/{tenant}/{sha256}.{suffix}"


def music_object(tenant: str, sha256: str, suffix: str) -> str:
    """Return the name of music as it was sent ("json": of what was measured of it): its content decides."""
    return f"music/{tenant}/{sha256}.{suffix}"


def clip_object(tenant: str, sha256: str, suffix: str) -> str:
    """Return the name of a tenant's own clip as it was sent ("json": of what it was found to be)."""
    return f"clips/{tenant}/{sha256}.{suffix}"


def brand_object(tenant: str, sha256: str, suffix: str) -> str:
    """Return the name of a file of a tenant's brand, which no age ends: its content decides."""
    return f"brands/{tenant}/{sha256}.{suffix}"


def task_name(job: str, node: str, wake: int) -> str:
    """Return the name of a node's task: hashed, because rising names make hot spots."""
    return _short(f"{job}|{node}|{wake}")


def part_task(job: str, node: str, inputs_hash: str, part: str) -> str:
    """Return the name of the task that paints a part of a film; without a part, of the one that joins them."""
    return _short(f"{job}|{node}|{inputs_hash}|part|{part}")


def hint_name(attempt: AttemptName, news: str) -> str:
    """Return the name of the task for the look a webhook asks for: the same news twice is one task."""
    return _short(f"{attempt}|hint|{news}")


def delivery_task(delivery: str, wake: int) -> str:
    """Return the name of the task that delivers a customer's webhook."""
    return _short(f"{delivery}|{wake}")


def batch_task(batch: str, wake: int) -> str:
    """Return the name of the task that looks after a batch."""
    return _short(f"{batch}|batch|{wake}")


def inputs_hash(job: Job, node: Node) -> str:
    """Name what a pure node is made from: the exact bytes of its inputs, and what its plan makes of them (hole 191).

    A chain's inner links are inputs too: the film is cut from them where an extension did not return the whole shot.
    """
    keys = dict.fromkeys((*(clip.key for clip in job.plan.clips), *node.needs))
    files = {key: _made(job.nodes[key].output) for key in keys}
    lacking = [take for take in job.plan.speeches if job.nodes[take.key].waived_at]
    read = {"read": {take.key: script_of(job.request, take.scene) for take in lacking}} if lacking else {}
    laid = composition(*laid_for(job.plan, job.request, node.key))
    return _short(canonical({"node": node.key, "files": files, **read, **laid}))


def _made(output: Output | None) -> list[object]:
    return [output.identity, output.seconds, output.cutout, output.captions] if output else []


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
