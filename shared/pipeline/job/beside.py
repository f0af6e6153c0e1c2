"""What is said of a job and touches none of its work: links, versions, how long it stays, how it is found."""

from dataclasses import replace
from datetime import datetime

from shared.pipeline.job.consequences import tell
from shared.pipeline.job.events import Barred, LinksRevoked
from shared.pipeline.job.job import Job
from shared.pipeline.job.stay import MOST_FEEDBACK, Feedback, FeedbackGiven, KeepAsked
from shared.pipeline.job.version import VersionGone, VersionMade

BesideEvent = LinksRevoked | Barred | VersionMade | VersionGone | KeepAsked | FeedbackGiven


def beside(job: Job, event: BesideEvent, now: datetime) -> Job:
    """Apply one such event in whatever state the job is; the very job where it says nothing new."""
    match event:
        case LinksRevoked():
            return relinked(job, event, now)
        case Barred():
            return barred(job, now)
        case VersionMade():
            return listed(job, event, now)
        case VersionGone():
            return unlisted(job, event, now)
        case KeepAsked():
            return kept(job, event, now)
        case FeedbackGiven():
            return judged_by(job, event, now)


def relinked(job: Job, event: LinksRevoked, now: datetime) -> Job:
    """Give permanent links new tokens, whatever state the job is in; the very job where it has them."""
    secret = event.secret or job.film_token
    links = dict(event.tokens) if event.secret else {**job.links, **event.tokens}
    if (secret, links) == (job.film_token, job.links):
        return job
    told = tell(job, now, "job", "links revoked", ", ".join(sorted(event.tokens)) or "all")
    return replace(told, film_token=secret, links=links)


def barred(job: Job, now: datetime) -> Job:
    """Let a job that has not ended buy nothing more (hole 206); the very job where it may not already."""
    if job.ending or job.barred_at:
        return job
    return replace(tell(job, now, "job", "barred", "its tenant was shut"), barred_at=now)


def listed(job: Job, event: VersionMade, now: datetime) -> Job:
    """Let a root list a version, whatever state it is in; the very job where it lists that one already."""
    if event.version.job in {each.job for each in job.versions.made}:
        return job
    told = tell(job, now, "job", "version made", str(event.version.number))
    return replace(told, versions=replace(job.versions, made=(*job.versions.made, event.version)))


def unlisted(job: Job, event: VersionGone, now: datetime) -> Job:
    """Let a root show a deleted version no more; the very job where it shows none of that id."""
    shown = {each.job for each in job.versions.made if not each.deleted_at}
    if event.job not in shown:
        return job
    made = tuple(replace(each, deleted_at=now) if each.job == event.job else each for each in job.versions.made)
    return replace(tell(job, now, "job", "version deleted"), versions=replace(job.versions, made=made))


def kept(job: Job, event: KeepAsked, now: datetime) -> Job:
    """Keep a job beyond its days or no more, whatever state it is in; the very job where that stands so."""
    if job.stay.keep is event.keep:
        return job
    told = tell(job, now, "job", "kept" if event.keep else "kept no more")
    return replace(told, stay=replace(job.stay, keep=event.keep, released_at=None if event.keep else now))


def judged_by(job: Job, event: FeedbackGiven, now: datetime) -> Job:
    """Keep what a key says of a film, in place of its last word; the very job where it says the same again."""
    said = Feedback(event.by, now, event.rating, event.reasons, event.text, event.score, event.about)
    before = next((one for one in job.feedback if one.by == event.by), None)
    if before and replace(before, at=now) == said:
        return job
    others = tuple(one for one in job.feedback if one.by != event.by)
    told = tell(job, now, "job", "feedback", f"{event.score or event.rating} of {said.scale}")
    return replace(told, feedback=(*others, said)[-MOST_FEEDBACK:])
