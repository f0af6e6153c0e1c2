"""A stage for the steps: the small cloud behind fault proxies, both vendors' stand-ins, one tenant with a HeyGen key.

Time passes by hand. Tasks wait until a test delivers them, or calls the step they name.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from infra.local.google.tasks.server import TaskFacts
from infra.local.vendors.did.server import DidServer
from infra.local.vendors.did.settings import DEMO_KEY as DID_KEY
from infra.local.vendors.did.settings import DidSettings
from infra.local.vendors.heygen.server import HeyGenServer
from infra.local.vendors.heygen.settings import DEMO_KEY, HeyGenSettings
from infra.local.vendors.veo.server import VeoServer
from infra.local.vendors.veo.settings import VeoSettings
from infra.local.world import merged
from shared.cloud.secret_names import CALLBACK_KEY, SESSION_KEYS, vendor_key
from shared.cloud.tenants import Integration, Tenant
from shared.pipeline.job.job import Job, Node
from shared.pipeline.job.names import task_name
from shared.pipeline.job.schema import SCHEMA
from shared.pipeline.plan.personas import Persona, PersonaIds
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, FilmRequest, SceneRequest
from shared.steps.message import Message
from tests.faults.cloud import Clock, Cloud, StagedWiring, close_all
from tests.faults.wire import Wire

ROOT = Path(__file__).parents[2]
TENANT = Tenant("acme", "Acme", plan="enterprise")
SIZES = {("720p", "9:16"): (180, 320), ("720p", "16:9"): (320, 180)}
MANY = 1_000_000  # what the stage's tenant may do in any time; other plans are as shipped
PLENTY = {
    "creations_per_hour": MANY,
    "reads_per_minute": MANY,
    "writes_per_minute": MANY,
    "dry_runs_per_minute": MANY,
    "key_puts_per_day": MANY,
    "films_per_month": MANY,
    "dollars_per_month": MANY,
    "month_shards": 1,
}
FILMS_WITH_ITS_KEY = replace(TENANT, heygen_footage=True)
WIDE = "wide-{}"  # plans of the same plenty whose months are counted in so many documents
MONTHLY = {"films_per_month": MANY, "dollars_per_month": MANY}
FOOTAGE_SIZES = {("768p", "9:16"): (192, 336), ("768p", "16:9"): (336, 192), ("768p", "1:1"): (192, 192)}
SMALL = {
    "720p": {
        "9:16": {"width": 180, "height": 320},
        "16:9": {"width": 320, "height": 180},
        "1:1": {"width": 180, "height": 180},
        "4:5": {"width": 180, "height": 226},
    }
}
SMALL_TAKES: Mapping[str, Any] = {"sizes": SIZES, "footage_sizes": FOOTAGE_SIZES, "background": False}
MINUTE = timedelta(minutes=1)
LOOK, VOICE = "look_ana_studio", "voice_en_ana"
AMBER, JENNY = "v2_public_Amber@0zSz8kflCN", "en-US-JennyNeural"
ORDERS = {
    "veo": r"^veo .*:predictLongRunning",
    "heygen": r"^heygen POST /v3/videos$",
    "did": r"^did POST /clips$",
    "heygen_video": r"^heygen POST /v3/models/videos$",
}
CLIP, SPEECH, FILM = "clip-1", "presenter-1", "compose"


def footage(text: str = "A mug on a table", **changed: Any) -> FilmRequest:
    """Return a film of one filmed scene."""
    scene = SceneRequest(visual_description=text, duration=4)
    return FilmRequest(**{"product_title": "Mug", "scenes": (scene,)} | changed)


def presented(script: str = "Hi.", *, avatar: str = LOOK, **changed: Any) -> FilmRequest:
    """Return a film of one filmed scene with a presenter over it."""
    scene = SceneRequest(
        visual_description="A mug on a table", duration=4, script=script, avatar_id=avatar, voice_id=VOICE
    )
    return FilmRequest(**{"product_title": "Mug", "scenes": (scene,)} | changed)


def by_did(script: str = "Hello.", *, avatar: str = AMBER, **changed: Any) -> FilmRequest:
    """Return the same film with a presenter of D-ID's."""
    film = presented(script, avatar=avatar, provider="did", **changed)
    return replace(film, scenes=tuple(replace(scene, voice_id=JENNY) for scene in film.scenes))


def by_persona(script: str = "Hello.", scenes: int = 1, **changed: Any) -> FilmRequest:
    """Return a film of filmed scenes with a presenter whom both avatar services know."""
    scene = SceneRequest(visual_description="A mug on a table", duration=4, script=script, persona="ana")
    cut = BRoll(join=Join.CUT)
    whole: dict[str, Any] = {"product_title": "Mug", "scenes": (scene,) * scenes, "b_roll": cut}
    return FilmRequest(**whole | changed)


def known(wiring: StagedWiring) -> None:
    """Let the tenant have a persona with ids at both avatar services."""
    ids = {"heygen": PersonaIds(LOOK, VOICE), "did": PersonaIds(AMBER, JENNY)}
    wiring.personas.put(TENANT.id, Persona("ana", "Ana", ids))


@dataclass
class Stage:
    """What a test holds in its hands."""

    cloud: Cloud
    veo: VeoServer
    heygen: HeyGenServer
    data: Path
    canned: Mapping[str, Path] = field(default_factory=dict)
    did: DidServer | None = None

    @property
    def wire(self) -> Wire:
        """The proxies' rules and record."""
        return self.cloud.wire

    @property
    def clock(self) -> Clock:
        """The one clock."""
        return self.cloud.clock

    @property
    def wiring(self) -> StagedWiring:
        """The instance that answers at the door."""
        return self.cloud.wiring

    def order(self, request: FilmRequest, key: str | None = None, tenant: Tenant = TENANT) -> str:
        """Create a job and return its id."""
        return self.wiring.create_job.create(tenant, request, key, "trace").job.id

    def job(self, job_id: str) -> Job:
        """Read a job as it stands."""
        loaded = self.cloud.eyes.jobs.load(job_id)
        assert loaded is not None
        return loaded.job

    def node(self, job_id: str, key: str) -> Node:
        """Read one node."""
        return self.job(job_id).nodes[key]

    def message(self, job_id: str, key: str, **changed: Any) -> Message:
        """Return the message of a node's next task."""
        node = self.node(job_id, key)
        return replace(Message(job_id, key, node.take, node.attempt), **changed)

    def waiting(self, queue: str | None = None) -> list[TaskFacts]:
        """Return the tasks in a queue."""
        return self.cloud.tasks.pending(queue)

    def wants(self, job_id: str, key: str) -> bool:
        """Tell whether a node's next task waits in some queue."""
        name = task_name(job_id, key, self.node(job_id, key).wake)
        return any(task.name.endswith(f"/{name}") for task in self.waiting())

    def vendors(self) -> None:
        """Let the vendors finish what is due, and tell."""
        self._lay_out()
        self.veo.complete_due()
        self.heygen.complete_due()
        if self.did:
            self.did.complete_due()

    def filmed(self, seconds: float = 10) -> None:
        """Let time pass and the vendors finish."""
        self.clock.forward(seconds)
        self.vendors()

    def live(self, job_id: str, limit: int = 2000) -> int:
        """Be the platform until a job has ended and nothing waits; return how many sweeps were needed.

        Every five seconds tasks, vendors and events run; every minute the sweep.
        """
        sweeps, swept, seen, ended = 0, self.clock(), 0, self.ended(job_id)
        for _ in range(limit):
            self.round()
            seen, calls = len(self.wire.calls), self.wire.calls[seen:]
            if any(line.startswith("firestore Commit") for line in calls):  # nothing else changes a job
                ended = self.ended(job_id)
            if ended and not self.waiting():
                return sweeps
            if self.clock() - swept >= MINUTE:
                swept, sweeps = self.clock(), sweeps + 1
                self.wiring.sweep()
        raise AssertionError(f"{job_id} has not ended: {self.job(job_id)}")

    def round(self) -> None:
        """Let tasks, vendors and events take their course for five seconds."""
        self.cloud.tasks.run_due()
        self.vendors()
        self.cloud.storage.deliver_events()
        self.cloud.tasks.run_due()
        self.clock.forward(5)

    def ended(self, job_id: str) -> bool:
        """Tell whether a job has ended; only that field is read, for it is asked most."""
        document = self.cloud.eyes.clients.firestore.collection("jobs").document(job_id).get(["ending"])
        return (document.to_dict() or {}).get("ending") is not None

    def submits(self, vendor: str) -> int:
        """Return how many paid calls reached a vendor's proxy."""
        return self.wire.count(ORDERS[vendor])

    def bill(self, vendor: str) -> list[dict[str, Any]]:
        """Return a vendor's generations."""
        bills = {"veo": self.veo.bill, "heygen": self.heygen.bill}
        bill = self.did.bill if self.did and vendor == "did" else bills[vendor]
        return list(bill()["generations"])

    def _lay_out(self) -> None:
        """Lay canned films where the stand-ins keep what they have rendered: rendering is not what is tested."""
        for each in self.veo._operations.pending():
            self._laid("films.mp4", self.data / "veo" / "films" / f"{each.id}.mp4")
        for video in self.heygen._videos.pending():
            if not video.footage:  # it has its own length, and is small
                self._laid(f"takes{video.suffix}", self.data / "heygen" / "takes" / f"{video.id}{video.suffix}")
        for clip in self.did._clips.pending() if self.did else ():
            self._laid(f"takes.{clip.form}", self.data / "did" / "takes" / clip.file)

    def _laid(self, name: str, target: Path) -> None:
        if name in self.canned and not target.exists():
            shutil.copy(self.canned[name], target)


@contextmanager
def staged(
    data: Path,
    *,
    clock: Clock | None = None,
    veo: Mapping[str, Any] | None = None,
    heygen: Mapping[str, Any] | None = None,
    timeouts: Mapping[str, Any] | None = None,
    canned: Mapping[str, Path] | None = None,
    did: Mapping[str, Any] | None = None,
    rates: Mapping[str, float] | None = None,
    portions: Mapping[str, Mapping[str, int]] | None = None,
    starts: Mapping[str, float] | None = None,
    plans: Mapping[str, Mapping[str, Any]] | None = None,
) -> Iterator[Stage]:
    """Open a stage; the mappings are laid over the stand-ins' settings and the shipped timeouts; `plans` are others.

    There is a D-ID, and an account of the tenant's there, only where its settings are given.
    """
    clock = clock or Clock()
    data.mkdir(parents=True, exist_ok=True)
    tables = data / "tables.json"
    shipped = json.loads((ROOT / "shared" / "tables.json").read_text(encoding="utf-8"))
    plenty = shipped["plans"][TENANT.plan] | PLENTY
    more_plans = {name: plenty | dict(plan) for name, plan in (plans or {}).items()}
    wide = {WIDE.format(shards): plenty | {"month_shards": shards} for shards in (1, 4, 16)}
    tables.write_text(
        json.dumps(
            merged(
                shipped,
                {
                    "sizes": SMALL,
                    "plans": {TENANT.plan: PLENTY, **wide, **more_plans, **dict.fromkeys(("free", "pro"), MONTHLY)},
                    "timeouts": timeouts or {},
                    "portions": portions or {},
                    "starts_per_second": starts or {},
                },
            )
        ),
        encoding="utf-8",
    )
    more = {} if did is None else {"did": ""}
    with Cloud(data / "google", tables, clock, rates=rates, veo="", heygen="", **more) as cloud:
        films = VeoServer(
            data / "veo",
            storage=cloud.storage_url,
            token=cloud._token,
            settings=VeoSettings(sizes=SIZES, background=False, **(veo or {})),
            clock=clock,
        )
        people = HeyGenServer(
            data / "heygen", settings=HeyGenSettings(**{**SMALL_TAKES, **(heygen or {})}), clock=clock
        )
        opened: list[DidServer] = []
        try:
            cloud.before("veo", films.start())
            cloud.before("heygen", people.start())
            _settled(cloud.wiring)
            second = None if did is None else DidServer(data / "did", settings=_small(did), clock=clock)
            if second:
                opened.append(second)
                cloud.before("did", second.start())
                _account(cloud.wiring, "did", DID_KEY)
                known(cloud.wiring)
            cloud.wire.calls.clear()
            yield Stage(cloud, films, people, data, canned or {}, second)
        finally:
            close_all(films, people, *opened)


def _small(did: Mapping[str, Any]) -> DidSettings:
    return DidSettings(**{"size": (320, 180), "background": False, **did})


def filmed_once(folder: Path) -> Mapping[str, Path]:
    """Film one clip, one take and the film of both; return the files by the stand-ins' folders and suffixes."""
    files = canned_in(folder)
    with staged(folder / "stage") as stage:
        job_id = stage.order(presented())
        stage.live(job_id)
        for key, path in zip((CLIP, SPEECH, FILM), files.values(), strict=True):
            output = stage.node(job_id, key).output
            assert output is not None
            stage.wiring.blobs.fetch(output.uri, path)
    return files


def canned_in(folder: Path) -> Mapping[str, Path]:
    """Return where a folder holds what was filmed once."""
    return {"films.mp4": folder / "clip.mp4", "takes.webm": folder / "take.webm", "film": folder / "film.mp4"}


def _settled(wiring: StagedWiring) -> None:
    """Make the platform's secrets, the tenant and its HeyGen account."""
    wiring.secrets.put(CALLBACK_KEY, "platform-secret", {"of": "platform"})
    wiring.secrets.put(SESSION_KEYS, "pages-secret", {"of": "platform"})
    wiring.tenants.put_tenant(TENANT)
    wiring.jobs.forms.set(SCHEMA)  # as on a platform where no older code runs
    wiring.months.own(TENANT, "any", wiring.clock())  # begun, as for all but a first order
    _account(wiring, "heygen", DEMO_KEY)


def _account(wiring: StagedWiring, vendor: str, key: str) -> None:
    name = vendor_key(vendor, "production", TENANT.id)
    version = wiring.secrets.put(name, key, {"tenant": TENANT.id})
    wiring.tenants.put_integration(TENANT.id, Integration(vendor, "production", name, version))
