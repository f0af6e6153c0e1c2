"""What can be read from a laptop after a storm: its jobs, its months, its queues, its vendors' bills, its log."""

import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from infra.admin import accounts, platform_keys, tenants
from infra.local.laptop import Laptop
from infra.local.vendors.did.settings import DEMO_KEY as DID_KEY
from infra.local.world import LOCATION, PLAN, PROJECT
from shared.cloud.records import Month
from shared.cloud.tenants import Tenant
from shared.config import settings
from shared.pipeline.job.entries import entries
from shared.pipeline.job.job import Ending, Job
from shared.providers.did.order import attempt_of
from shared.wiring import Wiring
from tests.patience import PATIENCE
from tests.storm.books import LENT, Generation, generations, months_settled
from tests.storm.customers import PERSONA

QUEUES = ("compose", "did", "heygen-video", "notify", "paint", "presenter", "veo", "watch")
HEYGEN_KEY = "hg_demo_key"
TITLED = ("heygen", "did")
KNOWN = {
    "heygen": {"avatar_id": "look_ana_studio", "voice_id": "voice_en_ana"},
    "did": {"avatar_id": "v2_public_Amber@0zSz8kflCN", "voice_id": "en-US-JennyNeural"},
}


@contextmanager
def operator(laptop: Laptop) -> Iterator[Wiring]:
    """Yield abroll's own parts, wired past all proxies, and put the environment back afterwards."""
    kept = dict(os.environ)
    os.environ.update(laptop.places.environment())
    wiring = Wiring(settings(laptop.places.environment()))
    try:
        yield wiring
    finally:
        wiring.clients.close()
        os.environ.clear()
        os.environ.update(kept)


def open_tenants(
    laptop: Laptop,
    names: Sequence[str],
    live_jobs: int = 50,
    second: bool = False,
    lent: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Make tenants with a HeyGen account each; return their API keys.

    `second`: and one at D-ID, and a persona both services know. `lent` names for a tenant the service where it has no
    account, so that the platform's films.
    """
    with operator(laptop) as wiring:
        platform_keys.bootstrap(wiring)
        keys = {name: tenants.add(wiring, name, name.capitalize())["key"] for name in names}
        for name in names:
            wiring.tenants.put_tenant(
                Tenant(name, name.capitalize(), plan=PLAN, live_jobs=live_jobs, heygen_footage=second)
            )
        for service in sorted(set((lent or {}).values())):
            accounts.put(wiring, service, api_key=LENT[service], webhook=False)
    own = {"heygen": HEYGEN_KEY} | ({"did": DID_KEY} if second else {})
    for name, key in keys.items():
        for service in own.keys() - {(lent or {}).get(name)}:
            _put(laptop, f"/tenant/integrations/{service}", key, {"api_key": own[service]})
        if second:
            _put(laptop, f"/tenant/personas/{PERSONA}", key, {"title": "Ana", "at": KNOWN})
    return keys


def _put(laptop: Laptop, path: str, key: str, body: Mapping[str, Any]) -> None:
    url, headers = f"{laptop.places.front_url}{path}", {"Authorization": f"Bearer {key}"}
    answer = httpx.put(url, headers=headers, json=body, timeout=PATIENCE, trust_env=False)
    assert answer.status_code == 200, f"{path}: {answer.text}"


def live(laptop: Laptop, tenants: Sequence[str]) -> int:
    """Count the jobs of these tenants that have not ended; stops at the first tenant that has some."""
    with operator(laptop) as wiring:
        return next((count for tenant in tenants if (count := wiring.jobs.live(tenant).count)), 0)


def processes(laptop: Laptop) -> dict[str, int]:
    """Return the process ids of a running laptop by name."""
    return {name: running.pid for name, running in laptop._running.items()}


@dataclass(frozen=True, slots=True)
class Findings:
    """The state of everything at the end."""

    jobs: tuple[Job, ...]
    counted: int  # documents in the collection
    months: Mapping[str, Month]
    queued: tuple[str, ...]  # tasks left
    veo: tuple[Generation, ...]
    heygen: tuple[Generation, ...]
    did: tuple[Generation, ...]
    submits: Mapping[str, int]  # how often each vendor was asked to make something
    videos: Mapping[str, str]  # the avatar services' ids and the titles they were ordered under

    @property
    def made(self) -> tuple[Generation, ...]:
        """What all vendors made."""
        return (*self.veo, *self.heygen, *self.did)


def found(laptop: Laptop, tenants: Sequence[str], job_ids: Sequence[str], timeout: float) -> Findings:
    """Read everything, after at most `timeout` seconds for the queues to run dry."""
    with operator(laptop) as wiring:
        until = time.monotonic() + timeout
        while (queued := _queued(wiring)) and time.monotonic() < until:
            time.sleep(0.5)
        loaded = [wiring.jobs.load(job_id) for job_id in job_ids]
        jobs = tuple(each.job for each in loaded if each)
        documents: Any = wiring.clients.firestore.collection("jobs")
        counted = documents.count(alias="all").get(timeout=PATIENCE)
        usage = {entry.doc for job in jobs for entry in entries(job.money)} or {f"{wiring.now():%Y-%m}"}
        months = {tenant: _month(wiring, tenant, sorted(usage)) for tenant in tenants}
    bills = {name: _bill(getattr(laptop.places, name)) for name in ("veo", "heygen", "did")}
    return Findings(
        jobs,
        int(counted[0][0].value),
        months,
        queued,
        tuple(generations(bills["veo"]["generations"])),
        tuple(generations(bills["heygen"]["generations"])),
        tuple(generations(bills["did"]["generations"])),
        {name: int(bill["submits"]) for name, bill in bills.items()},
        {str(line["id"]): attempt_of(str(line["key"])) for each in TITLED for line in bills[each]["generations"]},
    )


def all_completed(findings: Findings, tenant: str, ordered: int) -> Iterator[str]:
    """Yield what is wrong where every film one tenant ordered was to be completed, once, and its month settled."""
    if not ordered == findings.counted == len(findings.jobs):
        yield f"{ordered} ordered, {findings.counted} stored, {len(findings.jobs)} found"
    for job in findings.jobs:
        if job.ending is not Ending.COMPLETED:
            yield f"{job.id}: {job.ending}: {job.trouble}"
    yield from (f"a task is left: {task}" for task in findings.queued)
    yield from months_settled(findings.jobs, findings.months, {tenant: ordered})


def _month(wiring: Wiring, tenant: str, months: Sequence[str]) -> Month:
    """Add up a tenant's months: a storm may pass midnight of the last day of one."""
    read = [wiring.jobs.month(tenant, month) for month in months]
    return Month(
        films=sum(month.films for month in read),
        reserved=sum(month.reserved for month in read),
        charged=sum(month.charged for month in read),
        refunded=sum(month.refunded for month in read),
        revision=None,
    )


def _queued(wiring: Wiring) -> tuple[str, ...]:
    parent = f"projects/{PROJECT}/locations/{LOCATION}/queues/"
    return tuple(
        f"{queue} {task.name.rpartition('/')[2]} {task.http_request.url}"
        for queue in QUEUES
        for task in wiring.clients.tasks.list_tasks(parent=parent + queue)
    )


def _bill(port: int) -> dict[str, Any]:
    return dict(httpx.get(f"http://127.0.0.1:{port}/_stand_in/bill", timeout=PATIENCE, trust_env=False).json())


def facts(log: Path) -> Counter[str]:
    """Count the lines of the functions' log by fact, and commits and submits by what was committed."""
    tally: Counter[str] = Counter()
    with log.open(encoding="utf-8", errors="replace") as lines:
        for text in lines:
            try:
                line = json.loads(text)
            except ValueError:
                tally["no JSON"] += 1
                continue
            fact, message = str(line.get("fact")), str(line.get("message"))
            tally[fact] += 1
            if fact in ("committed", "submit_ended"):
                tally[f"{fact} {message.partition(':')[0]}"] += 1
    return tally


def nudges(jobs: Sequence[Job]) -> int:
    """Count the sweep's pushes in the jobs' own stories."""
    return sum(moment.what == "nudged" for job in jobs for moment in job.timeline)
