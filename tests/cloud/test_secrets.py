"""Tenants' keys: read by version, kept a while, rotated, destroyed, and never printed."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from shared.cloud.secrets import NoSecret, Secret, Secrets, SecretsUnreachable
from tests.faults.cloud import Cloud
from tests.faults.wire import Kind

Ask = Callable[[], object]
ACCESS = "^secrets AccessSecretVersion"


@pytest.fixture
def secrets(cloud: Cloud) -> Secrets:
    return cloud.wiring.secrets


def test_a_secret_reads_back_with_its_version(secrets: Secrets) -> None:
    """The number that is told at writing is the one that is read."""
    assert "1" == secrets.put("key", "abc", {"tenant": "acme"})
    assert "2" == secrets.put("key", "xyz", {"tenant": "acme"})

    assert Secret("xyz", "2") == secrets.get("key")
    assert Secret("abc", "1") == secrets.get("key", "1")


def test_a_secret_is_never_printed() -> None:
    """Its representation shows the version only."""
    assert "abc" not in repr(Secret("abc", "7"))


def test_an_accessed_value_is_kept_for_five_minutes(cloud: Cloud, secrets: Secrets) -> None:
    """One access serves them all; then it is asked again."""
    secrets.put("key", "abc", {})

    secrets.get("key")
    cloud.clock.forward(299)
    secrets.get("key")
    assert 1 == cloud.wire.count(ACCESS)
    cloud.clock.forward(2)
    secrets.get("key")

    assert 2 == cloud.wire.count(ACCESS)


def test_a_rotation_is_seen_at_once_by_who_made_it(secrets: Secrets) -> None:
    """Putting a value forgets what was kept."""
    secrets.put("key", "old", {})
    secrets.get("key")

    secrets.put("key", "new", {})

    assert "new" == secrets.get("key").value


def test_forget_asks_again(cloud: Cloud, secrets: Secrets) -> None:
    """A vendor refused the key: every kept version of it is dropped, others stay."""
    secrets.put("key", "abc", {})
    secrets.put("other", "xyz", {})
    for name, version in (("key", "latest"), ("key", "1"), ("other", "latest")):
        secrets.get(name, version)

    secrets.forget("key")
    for name, version in (("key", "latest"), ("key", "1"), ("other", "latest")):
        secrets.get(name, version)

    assert 5 == cloud.wire.count(ACCESS)


def test_a_replaced_version_is_known_by_when_another_took_its_place(cloud: Cloud, secrets: Secrets) -> None:
    """The newest is none of them, and what is destroyed is gone from the list; of no secret there is none."""
    for value in ("1", "2", "3"):
        secrets.put("key", value, {})
        cloud.clock.forward(600)
    now = cloud.clock()

    secrets.destroy("key", "1")

    assert {"2": now - timedelta(seconds=600)} == secrets.replaced_versions("key")
    assert {} == secrets.replaced_versions("nobody")
    with pytest.raises(NoSecret):
        secrets.get("key", "1")
    assert "3" == secrets.get("key").value


def test_destroying_twice_is_fine(cloud: Cloud, secrets: Secrets) -> None:
    """Two sweeps at once, or a secret deleted meanwhile: nothing is left to do."""
    secrets.put("key", "1", {})

    for name in ("key", "key", "nobody"):
        secrets.destroy(name, "1")

    assert 3 == cloud.wire.count("^secrets DestroySecretVersion")


def test_a_disabled_version_is_no_secret(cloud: Cloud, secrets: Secrets) -> None:
    """An operator switched it off: told like one that is not there."""
    secrets.put("key", "abc", {})
    path = f"projects/{cloud.settings.project}/secrets/key/versions/1"
    cloud.wiring.clients.secrets.disable_secret_version(name=path)

    with pytest.raises(NoSecret):
        secrets.get("key")


def test_a_secret_that_is_not_there_is_no_secret(secrets: Secrets) -> None:
    """NOT_FOUND is no outage."""
    with pytest.raises(NoSecret):
        secrets.get("nobody")


def test_a_deleted_secret_is_gone_and_deleting_it_again_is_fine(secrets: Secrets) -> None:
    """The last thing that happens to a tenant's key."""
    secrets.put("key", "abc", {})
    secrets.get("key")

    secrets.delete("key")
    secrets.delete("key")

    with pytest.raises(NoSecret):
        secrets.get("key")


def test_a_hiccup_is_not_seen(cloud: Cloud, secrets: Secrets) -> None:
    """A read is repeated after a moment."""
    secrets.put("key", "abc", {})
    cloud.wire.on(ACCESS, Kind.REFUSE)

    assert "abc" == secrets.get("key").value


@pytest.mark.parametrize("what", ["get", "put", "replaced_versions", "destroy", "delete"])
def test_a_manager_that_does_not_answer_is_unreachable(cloud: Cloud, secrets: Secrets, what: str) -> None:
    """One kind of failure, the one that is answered 503."""
    cloud.wire.on("^secrets", Kind.REFUSE, "PERMISSION_DENIED", times=9)
    asks: Mapping[str, Ask] = {
        "get": lambda: secrets.get("key"),
        "put": lambda: secrets.put("key", "abc", {}),
        "replaced_versions": lambda: secrets.replaced_versions("key"),
        "destroy": lambda: secrets.destroy("key", "1"),
        "delete": lambda: secrets.delete("key"),
    }

    with pytest.raises(SecretsUnreachable):
        asks[what]()
