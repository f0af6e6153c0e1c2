"""What floods cost at an avatar service: dry runs ask once a minute, keys cannot be guessed through us.

Counted on a stage at 2026-11-28, before → after: 40 dry runs at once made 120 calls to HeyGen → 3; 60 guessed keys made
60 calls → 10, a day; 41 accepted keys left 41 enabled versions of the secret → 10, the same key 41 times 41 → 1.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.secret_names import vendor_key
from shared.steps.old_versions import LOOK_MINUTE
from tests.attack.doors import Doors, opened
from tests.steps.stage import LOOK, VOICE, Stage, staged

DRY_RUNS = 20  # a minute, on free
PUTS = 10  # a day, on free
FILM = {
    "product_title": "Mug",
    "scenes": [{"visual_description": "A mug on a table", "script": "Hi.", "avatar_id": LOOK, "voice_id": VOICE}],
    "dry_run": True,
}


@pytest.fixture
def doors(stage: Stage) -> Doors:
    """Return the doors of one instance."""
    return Doors(stage.wiring)


def called(stage: Stage) -> int:
    return stage.wire.count("^heygen")


def put(doors: Doors, key: str, api_key: str) -> int:
    body = {"api_key": api_key, "register_webhook": False}
    return doors.ask("tenant", "PUT", "/integrations/heygen", key, body).status_code


def enabled(stage: Stage, tenant: str) -> list[str]:
    """Return the versions of a tenant's key that can be read."""
    parent = f"projects/{stage.cloud.settings.project}/secrets/{vendor_key('heygen', 'production', tenant)}"
    listed = stage.cloud.eyes.clients.secrets.list_secret_versions(parent=parent)
    return [each.name.rsplit("/", 1)[1] for each in listed if each.state.name == "ENABLED"]


def test_forty_dry_runs_make_a_handful_of_calls(stage: Stage, doors: Doors) -> None:
    """At once, on a plan that allows them: the look, the voice and the wallet are asked for once."""
    key = opened(stage, "shop", "pro")
    stage.wire.calls.clear()

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(lambda _: doors.ask("create_job", "POST", "/", key, FILM).status_code, range(40)))

    print(f"40 dry runs: {dict(answers)}, {called(stage)} calls to HeyGen")
    assert {200: 40} == answers
    assert called(stage) <= 3


def test_dry_runs_have_a_limit_of_their_own(stage: Stage, doors: Doors) -> None:
    """The twenty-first of a minute is refused; an order may still be placed."""
    key = opened(stage, "shop", "free")

    dry = Counter(doors.ask("create_job", "POST", "/", key, FILM).status_code for _ in range(40))
    order = doors.ask("create_job", "POST", "/", key, {**FILM, "dry_run": False})

    assert {200: DRY_RUNS, 429: 40 - DRY_RUNS} == dry
    assert 202 == order.status_code


def test_keys_are_not_guessed_through_us(stage: Stage, doors: Doors) -> None:
    """Sixty guesses, at two instances: ten calls to the service, then 429 until the day is over."""
    key = opened(stage, "shop", "free")
    both = (doors, Doors(stage.cloud.instance()))
    stage.wire.calls.clear()

    answers = Counter(put(both[number % 2], key, f"guess-{number:04}") for number in range(60))
    refused = doors.ask("tenant", "PUT", "/integrations/heygen", key, {"api_key": "guess-more"})
    stage.clock.forward(timedelta(hours=12).total_seconds() + 1)

    print(f"60 guesses: {dict(answers)}, {called(stage)} calls to HeyGen")
    assert {422: PUTS, 429: 60 - PUTS} == answers
    assert PUTS == called(stage)
    assert 12 * 3600 >= int(refused.headers["Retry-After"]) > 11 * 3600
    assert 422 == put(doors, key, "guess-tomorrow")


def test_webhook_secrets_are_as_few(stage: Stage, doors: Doors) -> None:
    """Each is a version made: beyond the day's ten nothing asks Secret Manager."""
    key = opened(stage, "shop", "free")
    answers = Counter(doors.ask("tenant", "POST", "/webhook_secret", key).status_code for _ in range(PUTS))
    stage.wire.calls.clear()

    more = Counter(doors.ask("tenant", "POST", "/webhook_secret", key).status_code for _ in range(20))

    assert ({201: PUTS}, {429: 20}) == (answers, more)
    assert 0 == stage.wire.count("^secrets")


def test_the_same_key_is_one_version(stage: Stage, doors: Doors) -> None:
    """Whoever puts the key that is there already makes no new version of the secret."""
    key = opened(stage, "shop", "free")

    answers = Counter(put(doors, key, DEMO_KEY) for _ in range(PUTS))

    assert {200: PUTS} == answers
    assert ["1"] == enabled(stage, "shop")


def test_a_flood_of_good_keys_leaves_few_versions(tmp_path: Path) -> None:
    """Of forty-one good keys ten are taken; a day later the sweep leaves the newest, without another put."""
    many = [f"hg_key_{number:02}" for number in range(41)]
    with staged(tmp_path, heygen={"accounts": dict.fromkeys([DEMO_KEY, *many], 100.0)}) as stage:
        doors, key = Doors(stage.wiring), opened(stage, "shop", "free")

        answers = Counter(put(doors, key, one) for one in many)
        flooded = enabled(stage, "shop")
        stage.clock.forward(timedelta(days=1).total_seconds())
        stage.wiring.old_versions(stage.clock().replace(minute=LOOK_MINUTE))

        print(f"41 good keys: {dict(answers)}, {len(flooded)} versions")
        assert {200: PUTS, 429: 41 - PUTS} == answers
        assert PUTS == len(flooded)
        assert ["10"] == enabled(stage, "shop")
