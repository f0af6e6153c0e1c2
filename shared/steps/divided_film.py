"""Divides a long film among painters, and joins what they have painted: compose's two turns at one.

The first turn leaves orders, tasks and the sound; whoever is last of all calls the second. Whatever is odd is no
failure: the film is made whole, as a short one is.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from shared.cloud.blobs import NoFile
from shared.cloud.tasks import QueueUnreachable
from shared.log import Fact, log_job
from shared.media.bundles import Bundle
from shared.media.compose import Composed
from shared.media.errors import MediaFailed, MediaRefused
from shared.media.ffmpeg import Budget
from shared.media.laid import LaidOut
from shared.media.part_work import join, layout_bundle, part_bundles, sound_bundle
from shared.media.parting import parting
from shared.pipeline.edit.edit import Edit
from shared.pipeline.job.job import Job
from shared.pipeline.plan.composition import laid_for
from shared.pipeline.plan.dividing import WHOLE_UP_TO
from shared.pipeline.plan.warned import WarningText
from shared.steps.film_parts import CutList, FilmParts, PartsStanding


class Film(NamedTuple):
    """A composed film, the edit it was made by, and what is told of its takes."""

    cut: Edit
    told: tuple[WarningText, ...]
    composed: Composed


def may_be_divided(job: Job, film: str) -> bool:
    """Tell whether the film that node `film` makes is planned long enough to be painted in parts."""
    return laid_for(job.plan, job.request, film)[0].planned_seconds > WHOLE_UP_TO


def divide(parts: FilmParts, laid: LaidOut, told: tuple[WarningText, ...]) -> bool:
    """Leave a film to its painters, and make its sound meanwhile; False where it is to be made whole.

    Raises FilesUnreachable, QueueUnreachable, MediaRefused, MediaFailed.
    """
    rows = parting(laid.layout.row, laid.layout.edit)
    if len(rows) == 1:
        return False
    with ThreadPoolExecutor(1) as beside:  # sound is mixed by one core
        sound = beside.submit(sound_bundle, laid)
        orders, layout = part_bundles(laid, rows), layout_bundle(laid, told)
        if not _called(parts, laid, orders, layout):
            return False
        made = sound.result()
    parts.keep(layout.name, made.path, "sound")
    parts.call_joiner()
    return True


def _called(parts: FilmParts, laid: LaidOut, orders: tuple[Bundle, ...], layout: Bundle) -> bool:
    """Store the orders and what says that they are there, and call the painters; False where none can be called."""
    for each in (*orders, layout):
        parts.keep(each.name, each.path)
    names = tuple(each.name for each in orders)
    if not parts.list(names, layout.name):
        log_job(Fact.NOTHING_TO_DO, parts.job, "another has divided the film", node=parts.node.key)
        return True
    try:
        parts.call_painters(names)
    except QueueUnreachable as failed:  # where no such queue is yet, too
        log_job(Fact.ENQUEUE_FAILED, parts.job, str(failed), node=parts.node.key)
        return False
    log_job(Fact.FILM_DIVIDED, parts.job, f"{len(names)} parts of {laid.layout.frames} frames", node=parts.node.key)
    return True


def divided_film(parts: FilmParts, folder: Path, budget: Budget, *, joins: bool) -> Film | PartsStanding:
    """Return the film that its painters have made, or how far they are; `joins`: its joiner asks.

    Raises FilesUnreachable, QueueUnreachable.
    """
    standing, listed = parts.standing(joins=joins)
    if standing is PartsStanding.PAINTING and listed:
        parts.call_painters(listed.parts)  # whoever was to call them, or the joiner, may have died over it
        parts.call_joiner()
    if listed is None or standing is not PartsStanding.PAINTED:
        return standing
    try:
        return _joined(parts, listed, folder, budget)
    except (MediaFailed, MediaRefused, NoFile, OSError) as odd:
        log_job(Fact.NOTHING_TO_DO, parts.job, f"the parts make no film: {odd}", node=parts.node.key)
        return PartsStanding.LEFT


def _joined(parts: FilmParts, listed: CutList, folder: Path, budget: Budget) -> Film:
    layout = parts.fetch(listed.layout, folder / "layout.zip")
    sound = parts.fetch(listed.layout, folder / "sound.zip", "sound")
    painted = [
        parts.fetch(name, folder / f"painted-{number}.zip", "painted") for number, name in enumerate(listed.parts)
    ]
    laid, composed = join(layout, sound, painted, folder, budget)
    return Film(laid.layout.edit, laid.told, composed)
