"""Films whose files are not what was ordered: what each must come to, and how it is told; for lives and storms.

`[[file:KIND]]` in a prompt or a script has the stand-ins spoil what they deliver (infra/local/vendors/spoil.py).
"""

import re
from collections.abc import Iterator, Mapping

from infra.local.vendors.spoil import SPOILED
from shared.codes import Code
from shared.pipeline.job.job import Ending, Job, Node, Outcome
from shared.pipeline.job.ledger import find
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.request import script_of
from shared.pipeline.vendors.names import called
from shared.steps.clips import planned as clip_of
from shared.steps.speech import planned as speech_of

_MARK = re.compile(r"\[\[file:(\w+)(?:\.\d+)?\]\] ?")
_FOR_EVER = re.compile(r"\[\[file:(\w+)\]\]")  # with a number, a fresh link gives the film
_AS_GOOD = {
    Kind.CLIP: {"fragments", "mute", "opaque", "rotated"},
    Kind.PRESENTER: {"fragments", "opaque", "rotated", "solid"},
}
_SEEN_WHEN_COMPOSED = {(Kind.CLIP, "hollow")}  # of a clip only the index is read when it arrives
_CODES = (Code.NOT_A_FILM, Code.MEDIA_REFUSED)
PAID = "counts as paid"  # what a line says whose file came and was no film
KINDS = tuple(sorted(SPOILED))


def marked(file: str, words: str) -> str:
    """Return words whose film is delivered as a file of this kind; "cut.2": only the first two times."""
    return f"[[file:{file}]] {words}"


def unmarked(words: str) -> str:
    """Return the same words with the marks taken out."""
    return _MARK.sub("", words)


def outcome(kind: Kind, words: str) -> Code | None:
    """Return the code with which a job fails whose clip or take has these words; None where it must be finished."""
    found = _FOR_EVER.search(words)
    if found is None or found[1] in _AS_GOOD[kind]:
        return None
    return Code.MEDIA_REFUSED if (kind, found[1]) in _SEEN_WHEN_COMPOSED else Code.NOT_A_FILM


def words_of(job: Job, node: Node) -> str:
    """Return what a clip's prompt or a take's script says now."""
    if node.kind is Kind.CLIP:
        return job.request.scenes[clip_of(job, node).scene].visual_description or ""
    return script_of(job.request, speech_of(job, node).scene)


def failed_by_its_file(job: Job) -> bool:
    """Tell whether a job failed because of a file, as its words ask for."""
    return bool(job.trouble and job.trouble.code in _CODES and job.trouble.code in _expected(job).values())


def wrongs(job: Job) -> Iterator[str]:
    """Name what is wrong with how a job took its files: bad ones as good, good ones as bad, or without telling."""
    expected = _expected(job)
    if job.ending is Ending.COMPLETED and any(expected.values()):
        yield f"{job.id}: completed with files that are not what was ordered: {expected}"
    for key, code in expected.items():
        node = job.nodes[key]
        if node.output and code is Code.NOT_A_FILM:
            yield f"{job.id} {key}: took a file that is not what was ordered"
        if node.code == Code.NOT_A_FILM:
            yield from (f"{job.id} {key}: {wrong}: {node.why}" for wrong in _untold(node, code))


def _expected(job: Job) -> Mapping[str, Code | None]:
    paid = [node for node in job.nodes.values() if node.kind in _AS_GOOD]
    return {node.key: outcome(node.kind, words_of(job, node)) for node in paid}


def _untold(node: Node, code: Code | None) -> Iterator[str]:
    if code is not Code.NOT_A_FILM:
        yield "a good file was refused"
    vendor = called(node.provider)
    if not ((node.why or "").startswith(vendor) and (node.why or "").endswith(PAID)):
        yield "neither the vendor nor the cost is told"
    if not (node.next_move or "").startswith("retry the job: it orders"):
        yield "the next move is not told"
    line = find(node, node.take, node.attempt)
    if line is None or line.outcome is not Outcome.GIVEN_UP:
        yield "what was made does not count as paid"
    if node.kind is Kind.PRESENTER and node.fresh_links != Timeouts().fresh_links:
        yield f"{node.fresh_links} fresh links were asked for"
