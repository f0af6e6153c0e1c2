"""A shop without an avatar account, and the platform's, which films for it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from infra.admin import accounts
from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.secret_names import vendor_key
from shared.pipeline.vendors.names import PLATFORM
from tests.steps.calls import Customer, customer
from tests.steps.stage import SPEECH, TENANT, Stage, presented, staged

SHOP = replace(TENANT, id="shop", name="Shop")


OURS, NEXT, THEIRS = "hg_platform", "hg_platform_next", "hg_shop"


SUBMIT, SECRET = r"^heygen POST /v3/videos$", vendor_key("heygen", "production", PLATFORM)


LOOKED = r"^heygen GET /v3/videos/"


BALANCE = 77.0


@contextmanager
def lending(folder: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open a stage where the platform has an account at HeyGen, and the shop has none."""
    filled = {DEMO_KEY: 100.0, OURS: BALANCE, NEXT: 100.0, THEIRS: 100.0}
    with staged(folder, heygen={"accounts": filled}, canned=canned) as stage:
        stage.wiring.tenants.put_tenant(SHOP)
        accounts.put(stage.wiring, "heygen", api_key=OURS, webhook=False)
        stage.wire.calls.clear()
        yield stage


def ordered(stage: Stage, script: str = "Hi.") -> str:
    """Order a film for the shop."""
    return stage.order(presented(script), tenant=SHOP)


def started(stage: Stage, script: str = "Hi.") -> str:
    """Order a film for the shop, and let its take be asked for."""
    job_id = ordered(stage, script)
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    return job_id


def own_key(stage: Stage) -> None:
    """Let the shop put a key of its own, and every instance know it."""
    put = stage.wiring.tenant.accounts.keys.put
    put(SHOP.id, "heygen", "production", THEIRS, avatar_id=None, voice_id=None, register=False)
    stage.cloud.wiring = stage.cloud.instance()


def billed(stage: Stage) -> list[str]:
    """Return the accounts HeyGen has billed, in order."""
    return [str(each["account"]) for each in stage.bill("heygen")]


def shopper(stage: Stage) -> Customer:
    """Return the shop at the door."""
    return customer(stage.wiring, SHOP.id)
