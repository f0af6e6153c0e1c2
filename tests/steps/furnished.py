"""A tenant with one of everything it can have, and all that lies in a stage's stores, to be compared."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud.secretmanager import SecretVersion

from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.records import Loaded
from shared.pipeline.job.batch import FilmBatch, RefusedRow, closed, passed_by
from shared.pipeline.plan.request import BRoll
from shared.providers.catalog import ListedLook
from shared.steps.cancel import cancel
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import LOOK, VOICE, Stage, footage

MARK = "Zanzibar"  # stands in every text the tenant writes
HOOK = "http://127.0.0.1:9/hook"
ENABLED = SecretVersion.State.ENABLED
FOLDERS = ("batches", "images", "music", "brands")


@dataclass(frozen=True, slots=True)
class Furnished:
    """The tenant's administrator, and what nobody may find anywhere once it is closed."""

    owner: Customer
    live: str  # a job of its
    ended: str
    texts: tuple[str, ...]  # words and keys

    @property
    def id(self) -> str:
        """The tenant's id."""
        return self.owner.key.tenant


def furnished(stage: Stage, tenant: str) -> Furnished:
    """Make a tenant that has one of everything."""
    owner, wiring = customer(stage.wiring, tenant), stage.wiring
    put(owner, "PUT", "/tenant/integrations/heygen", {"api_key": DEMO_KEY, "register_webhook": True})
    secret = put(owner, "POST", "/tenant/webhook_secret")["secret"]
    put(owner, "POST", "/tenant/webhooks", {"url": HOOK, "name": MARK})
    put(owner, "PUT", "/tenant/personas/ann", {"title": MARK, "at": {"heygen": {"avatar_id": LOOK, "voice_id": VOICE}}})
    put(owner, "PUT", "/tenant/template", {"product_title": MARK})
    for title in (MARK, f"{MARK} again"):
        put(owner, "PUT", "/tenant/templates/launch", {"order": {"product_title": title}})
        put(owner, "PUT", "/tenant/brand/default", {"colors": {"primary": "#102030"}})
    looks = (ListedLook(LOOK, MARK),)
    wiring.catalogs.put(tenant, "heygen-production-looks", looks, now=wiring.now(), account="a", whole=True)
    wiring.rate_counts.once_more(tenant, "secret-1", wiring.now())
    ended, live = (ordered(stage, tenant) for _ in range(2))
    cancelled(stage, ended)
    _files(stage, tenant, ended)
    _batch(stage, tenant)
    eyes = stage.cloud.eyes.clients.firestore
    for queue in ("compose", "veo"):
        eyes.document(f"lanes/{queue}.{tenant}.0").set({"queue": queue})
    return Furnished(owner, live, ended, (MARK, owner.text, owner.key.hash, secret, DEMO_KEY, LOOK))


def put(owner: Customer, method: str, path: str, body: object = None) -> Mapping[str, Any]:
    """Make a call that must be served."""
    answer = owner.call(method, path, body)
    assert answer.status_code < 300, answer.get_data()
    return told(answer)


def ordered(stage: Stage, tenant: str) -> str:
    """Order a film whose end is told to a webhook of its own."""
    known = stage.wiring.tenants.tenant(tenant)
    assert known
    return stage.order(footage(f"{MARK} by night", webhook_url=HOOK, b_roll=BRoll()), tenant=known)


def cancelled(stage: Stage, job_id: str) -> None:
    """End a job before anything is bought."""
    loaded = stage.wiring.commits.load(job_id)
    assert isinstance(loaded, Loaded)
    cancel(stage.wiring.commits, loaded, by="a test")


def _batch(stage: Stage, tenant: str) -> None:
    batches, name = stage.wiring.batches, str(uuid.uuid5(uuid.NAMESPACE_URL, tenant))
    made = FilmBatch(name, tenant, stage.clock(), "hash", 1, "gs://nowhere", (0, 1), title=MARK)
    batches.create(made)
    seen = batches.load(name)
    assert seen
    batches.move(seen, closed(passed_by(made), stage.clock()), refused=RefusedRow(name, tenant, 1, "broken", MARK, ""))


def _files(stage: Stage, tenant: str, job_id: str) -> None:
    films, takes = stage.wiring.settings.films_bucket, stage.wiring.settings.takes_bucket
    names = [
        f"{films}/jobs/{job_id}/film.mp4",
        f"{films}/jobs/{job_id}/film.jpg",
        f"{takes}/jobs/{job_id}/clip-1/a.mp4",
    ]
    for name in (*names, *(f"{films}/{folder}/{tenant}/{'a' * 64}.bin" for folder in FOLDERS)):
        stage.wiring.blobs.write(f"gs://{name}", [b"x"], mime="video/mp4")


def everything(stage: Stage, tenant: str = "") -> dict[str, str]:
    """Return all documents, secrets and files there are, each as text; below tenants, those of one if it is named."""
    wiring = stage.cloud.eyes
    found = dict(_documents(wiring.clients.firestore, tenant))
    secrets = wiring.clients.secrets
    for each in secrets.list_secrets(parent=f"projects/{wiring.settings.project}"):
        names = [version.name for version in secrets.list_secret_versions(parent=each.name) if version.state == ENABLED]
        texts = [secrets.access_secret_version(name=name).payload.data.decode() for name in names]
        found[f"secret {each.name.rpartition('/')[2]}"] = str(texts)
    for bucket in (wiring.settings.films_bucket, wiring.settings.takes_bucket):
        found |= {f"file {each.uri}": str(each.generation) for each in wiring.blobs.list(f"gs://{bucket}/")}
    return found


def _documents(store: Any, tenant: str) -> Iterator[tuple[str, str]]:
    rooms = list(store.collections())
    for owner in store.collection("tenants").list_documents():  # also those that are gone and have some below
        rooms += owner.collections() if tenant in ("", owner.id) else ()
    for room in rooms:
        for each in room.stream():
            yield each.reference.path, json.dumps(each.to_dict(), default=str, sort_keys=True)
