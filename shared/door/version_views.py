"""How the versions of a film look from outside."""

from dataclasses import replace
from typing import Any

from shared.pipeline.job.job import Job
from shared.pipeline.job.version import Version
from shared.pipeline.plan.plan import Plan


def bought(job: Job) -> Plan:
    """Return the plan of what a job buys: of a version nothing but its composition."""
    if job.versions.of is None:
        return job.plan
    alone = replace(job.plan, clips=(), speeches=(), understudies=(), platform_accounts=())
    return replace(alone, without_presenter=False, pay_again=False)


def version_fields(job: Job, public_url: str) -> dict[str, Any]:
    """Return what a job was made from, which version of a film it is, and of a root all of them."""
    return {
        "parent": job.parent,
        "version": job.versions.number,
        "version_of": job.versions.of,
        "versions": _listed(job, public_url) if job.versions.made else [],
    }


def _listed(root: Job, public_url: str) -> list[dict[str, Any]]:
    """Return each version with where it is read, the root itself first."""
    return [
        {
            "version": each.number,
            "job_id": each.job,
            "made_from": each.base or None,
            "changed": list(each.changed),
            "created_at": each.at,
            "url": f"{public_url}/jobs/{each.job}",
            "film_url": f"{public_url}/jobs/{each.job}/film",
        }
        for each in (Version(1, root.id, "", root.created_at), *root.versions.made)
        if not each.deleted_at
    ]
