"""Replaced versions of secrets are destroyed by rule: a day later, by the sweep, unless a live job names them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.secret_names import customer_webhook, vendor_key
from shared.pipeline.job.events import CancelAsked
from shared.steps.old_versions import LOOK_MINUTE, REPLACED_LIFE
from tests.faults.wire import Kind
from tests.steps.calls import customer
from tests.steps.stage import SPEECH, TENANT, Stage, footage, presented, staged

KEY = vendor_key("heygen", "production", TENANT.id)
SECOND = "hg_second"
HOUR = timedelta(hours=1)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a stage with a second account at HeyGen, to put its key in the place of the first one's."""
    with staged(tmp_path, heygen={"accounts": {DEMO_KEY: 100.0, SECOND: 100.0}}) as stage:
        yield stage


def replaced(stage: Stage) -> None:
    """Put the second account's key, as a caller does."""
    put = stage.wiring.tenant.accounts.keys.put
    put(TENANT.id, "heygen", "production", SECOND, avatar_id=None, voice_id=None, register=False)


def look(stage: Stage, after: timedelta = timedelta(0)) -> None:
    """Let time pass, and the sweep have its turn at versions."""
    stage.clock.forward(after.total_seconds())
    stage.clock.forward(((LOOK_MINUTE - stage.clock().minute) % 60) * 60)
    stage.wiring.old_versions(stage.clock())


def enabled(stage: Stage, name: str = KEY) -> list[str]:
    """Return the versions that can be read, the oldest first."""
    listed = stage.cloud.eyes.clients.secrets.list_secret_versions(
        parent=f"projects/{stage.cloud.settings.project}/secrets/{name}"
    )
    return sorted(each.name.rsplit("/", 1)[1] for each in listed if each.state.name == "ENABLED")


def noted(stage: Stage) -> list[str]:
    """Return the secrets that are still to be looked at."""
    return [each.id for each in stage.cloud.eyes.clients.firestore.collection("replaced_secrets").stream()]


def test_a_replaced_key_is_destroyed_a_day_later_without_another_put(stage: Stage) -> None:
    """Not an hour before; then nothing is left to be looked at."""
    replaced(stage)

    look(stage, REPLACED_LIFE - 2 * HOUR)
    early = enabled(stage)
    look(stage, 2 * HOUR)

    assert (["1", "2"], ["2"], []) == (early, enabled(stage), noted(stage))


def test_a_replaced_webhook_secret_goes_the_same_way(stage: Stage) -> None:
    """It signs for a day beside the new one; the version that holds it alone is not needed longer."""
    acme = customer(stage.wiring, TENANT.id)
    for _ in range(2):
        acme.call("POST", "/tenant/webhook_secret")
    both = enabled(stage, customer_webhook(TENANT.id))

    look(stage, REPLACED_LIFE + HOUR)

    assert (["1", "2"], ["2"]) == (both, enabled(stage, customer_webhook(TENANT.id)))


def test_a_version_a_live_take_names_stays_however_long(stage: Stage) -> None:
    """The take can be fetched with no other key; when its job has ended, the version goes within the hour."""
    job_id = stage.order(presented())
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    claim = stage.node(job_id, SPEECH).claim
    replaced(stage)

    look(stage, 3 * REPLACED_LIFE)
    held = enabled(stage)
    going = stage.wiring.jobs.load(job_id)
    assert going
    stage.wiring.commits.hear(going, CancelAsked())
    look(stage, HOUR)

    assert claim
    assert ("1", ["1", "2"], ["2"]) == (claim.secret_version, held, enabled(stage))


def test_what_no_code_here_can_read_may_name_it(stage: Stage) -> None:
    """A job of newer code, or a broken one, keeps every version of its tenant's keys."""
    replaced(stage)
    job_id = stage.order(footage())
    stage.cloud.eyes.clients.firestore.document(f"jobs/{job_id}").update({"nodes": "nonsense"})

    look(stage, REPLACED_LIFE + HOUR)

    assert (["1", "2"], [KEY]) == (enabled(stage), noted(stage))


@pytest.mark.parametrize(
    "broken", ["^firestore RunQuery", "^firestore Commit", "^secrets ListSecretVersions", "^secrets Destroy"]
)
def test_a_service_that_fails_costs_an_hour(stage: Stage, broken: str) -> None:
    """The tick goes on, the word stays, and the next look does it."""
    replaced(stage)
    stage.wire.on(broken, Kind.REFUSE, "PERMISSION_DENIED", times=9)

    look(stage, REPLACED_LIFE + HOUR)
    kept = noted(stage)
    stage.wire.mend()
    look(stage, HOUR)

    assert ([KEY], ["2"], []) == (kept, enabled(stage), noted(stage))


def test_a_version_whose_writer_was_killed_is_looked_for_in_vain(stage: Stage) -> None:
    """Word is left before a version is added: killed in between, a look finds nothing old and the word goes."""
    stage.wiring.replaced_secrets.note(KEY, TENANT.id, stage.clock(), stage.clock() + REPLACED_LIFE)

    look(stage, REPLACED_LIFE + HOUR)

    assert (["1"], []) == (enabled(stage), noted(stage))


def test_many_puts_do_not_put_off_the_first_ones_end(stage: Stage) -> None:
    """The word keeps its first due: a key a day, for ever, leaves two versions and not all of them."""
    replaced(stage)
    stage.clock.forward(timedelta(hours=20).total_seconds())
    stage.wiring.tenant.accounts.keys.replaced.note(KEY, TENANT.id, stage.clock(), stage.clock() + REPLACED_LIFE)
    stage.wiring.secrets.put(KEY, "another", {})

    look(stage, timedelta(hours=5))
    first = enabled(stage)
    look(stage, timedelta(hours=20))

    assert (["2", "3"], ["3"]) == (first, enabled(stage))


def test_a_word_left_while_the_sweep_looks_stays(stage: Stage) -> None:
    """A put that is on its way has said so and added nothing yet: the look that finds nothing does not end the word."""
    replaced(stage)
    stage.clock.forward((REPLACED_LIFE + HOUR).total_seconds())
    stage.wiring.replaced_secrets.note(KEY, TENANT.id, stage.clock(), stage.clock() + REPLACED_LIFE)

    look(stage)

    assert (["2"], [KEY]) == (enabled(stage), noted(stage))


def test_what_it_costs(stage: Stage) -> None:
    """A query an hour; a secret with a ripe version a listing, its tenant's live jobs, an end and a write more."""
    stage.wire.calls.clear()
    look(stage)
    rest = list(stage.wire.calls)
    replaced(stage)
    stage.clock.forward((REPLACED_LIFE + HOUR).total_seconds())
    stage.wire.calls.clear()

    look(stage)

    query = "firestore RunQuery"
    assert [query] == rest
    ended = ["secrets ListSecretVersions", query, "secrets DestroySecretVersion"]
    assert [query, *ended, "firestore Commit"] == stage.wire.calls


def test_it_has_one_minute_of_an_hour(stage: Stage) -> None:
    """At all others it asks nothing."""
    stage.wire.calls.clear()

    for minute in range(60):
        if minute != LOOK_MINUTE:
            stage.wiring.old_versions(stage.clock().replace(minute=minute))

    assert [] == stage.wire.calls
