"""Revocation: who remembers a key or a tenant asks one small document every four seconds whether it still may."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from shared.cloud.epochs import EPOCHS, MOST_NAMED, Epoch, Revoked
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.revocations import MOST_KEYS
from shared.cloud.tenants import AccountStatus, ApiKey, Tenant
from shared.pipeline.codec import to_plain
from tests.faults.cloud import Clock, Cloud, StagedWiring
from tests.faults.wire import Kind

READ = "^firestore BatchGet"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def key(key_id: str = "key123456789", tenant: str = "acme") -> ApiKey:
    return ApiKey(key_id, tenant, "hash", ("jobs:read",), NOW)


def kept(cloud: Cloud, *keys: ApiKey) -> StagedWiring:
    """Return an instance that remembers a tenant and its keys."""
    cloud.wiring.tenants.put_tenant(Tenant("acme", "Acme"))
    twin = cloud.instance()
    assert twin.tenants.tenant("acme")
    for each in keys:
        cloud.wiring.tenants.put_api_key(each)
        assert each == twin.tenants.api_key(each.id)
    return twin


def test_a_revoked_key_is_known_elsewhere_within_four_seconds(cloud: Cloud) -> None:
    """Until then it is answered from memory; no read was made for any of the requests in between."""
    twin = kept(cloud, key())
    reads = cloud.wire.count(READ)

    cloud.wiring.revocations.revoke(key(), cloud.clock())
    cloud.clock.forward(3.9)
    before = twin.tenants.api_key(key().id)
    between = cloud.wire.count(READ) - reads
    cloud.clock.forward(0.1)
    after = twin.tenants.api_key(key().id)

    assert key() == before
    assert 1 == between  # the revocation's own look at the document
    assert after is not None
    assert after.revoked_at == NOW


def test_whoever_revoked_knows_it_at_once(cloud: Cloud) -> None:
    """The answer to the revocation is not followed by a 2xx of the same instance."""
    twin = kept(cloud, key())

    twin.revocations.revoke(key(), cloud.clock())

    found = twin.tenants.api_key(key().id)
    assert found is not None
    assert found.revoked_at == NOW


def test_a_suspended_tenant_is_known_elsewhere_within_four_seconds(cloud: Cloud) -> None:
    """The tenant's own document is read again, and only that one."""
    twin = kept(cloud, key())
    cloud.wiring.revocations.set_status("acme", AccountStatus.INACTIVE)
    cloud.clock.forward(4)
    reads = cloud.wire.count(READ)

    found = twin.tenants.tenant("acme")

    assert Tenant("acme", "Acme", AccountStatus.INACTIVE) == found
    assert 2 == cloud.wire.count(READ) - reads  # the epochs, the tenant


@pytest.mark.parametrize("other", [key("other1234567"), key("other1234567", "elsewhere")])
def test_what_is_not_named_stays_remembered(cloud: Cloud, other: ApiKey) -> None:
    """Revoking one key costs the others no read."""
    twin = kept(cloud, key(), other)
    cloud.wiring.revocations.revoke(key(), cloud.clock())
    cloud.clock.forward(4)
    reads = cloud.wire.count(READ)

    found = twin.tenants.api_key(other.id)

    assert other == found
    assert 1 == cloud.wire.count(READ) - reads


def test_all_keys_of_a_tenant_end_together(cloud: Cloud) -> None:
    """However many they are, and nobody else's."""
    many = [key(f"key{number:09}") for number in range(MOST_KEYS + 1)]
    stranger = key("stranger1234", "elsewhere")
    twin = kept(cloud, stranger, many[0], many[-1])
    for each in many:
        cloud.wiring.tenants.put_api_key(each)

    done = cloud.wiring.revocations.revoke_all("acme", cloud.clock())
    again = cloud.wiring.revocations.revoke_all("acme", cloud.clock())
    cloud.clock.forward(4)

    found = [twin.tenants.api_key(each.id) for each in (many[0], many[-1], stranger)]
    assert (len(many), 0) == (done, again)
    assert [NOW, NOW, None] == [each.revoked_at for each in found if each]


def test_a_busy_instance_reads_once_in_four_seconds(cloud: Cloud) -> None:
    """Fifty-five seconds of twenty requests a second on sixteen threads: fourteen reads, a quarter of one a second."""
    twin = kept(cloud, key())
    cloud.clock.forward(4)
    reads = cloud.wire.count(READ)

    with ThreadPoolExecutor(16) as threads:
        for _ in range(275):
            list(threads.map(twin.tenants.api_key, [key().id] * 4))
            cloud.clock.forward(0.2)

    assert 14 == cloud.wire.count(READ) - reads


def test_an_idle_instance_reads_nothing(cloud: Cloud) -> None:
    """No timer runs."""
    kept(cloud, key())
    reads = cloud.wire.count(READ)

    cloud.clock.forward(3600)

    assert 0 == cloud.wire.count(READ) - reads


class Frozen(Clock):
    """A machine that was frozen: its monotonic clock stands while the wall's goes on."""

    def monotonic(self) -> float:
        """Stand."""
        return 0.0


class SetBack(Clock):
    """A machine whose wall clock an operator sets back all the time."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def __call__(self) -> datetime:
        """Stand."""
        return NOW

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

    def monotonic(self) -> float:
        """Count on."""
        return self.seconds


@pytest.mark.parametrize("wrong", [Frozen, SetBack])
def test_one_clock_that_stands_keeps_no_key_alive(cloud: Cloud, wrong: Callable[[], Clock]) -> None:
    """An instance that wakes after an hour asks before it trusts, whichever of its clocks went on."""
    clock = wrong()
    twin = cloud.instance(clock)
    cloud.wiring.tenants.put_api_key(key())
    assert key() == twin.tenants.api_key(key().id)
    cloud.wiring.revocations.revoke(key(), cloud.clock())

    clock.forward(5)

    found = twin.tenants.api_key(key().id)
    assert found is not None
    assert found.revoked_at == NOW


def test_unreadable_epochs_are_followed_by_the_keys_own_document(cloud: Cloud) -> None:
    """Nothing is trusted that cannot be judged; who is no longer judged is read."""
    twin = kept(cloud, key())
    cloud.wiring.revocations.revoke(key(), cloud.clock())
    cloud.clock.forward(4)
    cloud.wire.on(READ, Kind.REFUSE, "UNAVAILABLE")

    found = twin.tenants.api_key(key().id)

    assert found is not None
    assert found.revoked_at == NOW


def test_a_store_that_says_nothing_closes_the_door(cloud: Cloud) -> None:
    """503, not yesterday's truth."""
    twin = kept(cloud, key())
    cloud.clock.forward(4)
    cloud.wire.on(READ, Kind.REFUSE, "PERMISSION_DENIED", times=2)

    with pytest.raises(StoreUnreachable):
        twin.tenants.api_key(key().id)


def test_unreadable_epochs_are_not_asked_for_by_every_request(cloud: Cloud) -> None:
    """One attempt a second: the others go straight to the key."""
    twin = kept(cloud, key())
    cloud.clock.forward(4)
    cloud.wire.on(READ, Kind.REFUSE, "PERMISSION_DENIED")
    reads = cloud.wire.count(READ)

    for _ in range(10):
        twin.tenants.api_key(key().id)

    assert 1 + 10 == cloud.wire.count(READ) - reads


def test_a_record_read_amid_a_revocation_is_not_remembered(cloud: Cloud) -> None:
    """It may have been read before the entry that names it, and be kept after that: nobody would ever forget it."""
    cloud.wiring.tenants.put_api_key(key())
    twin = cloud.instance()
    twin.tenants.tenant("nobody")  # the epochs are read

    def meanwhile() -> None:
        cloud.wiring.revocations.revoke(key(), cloud.clock())
        cloud.clock.forward(4)
        twin.tenants.tenant("nobody")  # another thread hears of it

    amid = cloud.wire.on(READ, meanwhile=meanwhile)
    twin.tenants.api_key(key().id)
    reads = cloud.wire.count(READ)

    twin.tenants.api_key(key().id)

    assert amid.struck
    assert 1 == cloud.wire.count(READ) - reads


def test_revocations_at_the_same_moment_are_all_heard(cloud: Cloud) -> None:
    """Each names the document as it read it; the loser reads again."""
    keys = [key(f"key{number:09}") for number in range(8)]
    twin = kept(cloud, *keys)
    others = [cloud.instance() for _ in keys]

    with ThreadPoolExecutor(len(keys)) as people:
        for done in [
            people.submit(other.revocations.revoke, each, cloud.clock())
            for other, each in zip(others, keys, strict=True)
        ]:
            done.result()
    cloud.clock.forward(4)

    found = [twin.tenants.api_key(each.id) for each in keys]
    assert [NOW] * 8 == [each.revoked_at for each in found if each]


@pytest.mark.parametrize("missed", [MOST_NAMED, MOST_NAMED + 1])
def test_who_has_missed_more_than_is_kept_forgets_everything(cloud: Cloud, missed: int) -> None:
    """The list stays short; whether the key is among what fell out of it, nobody knows."""
    twin = kept(cloud, key(), key("other1234567"))
    epoch = Epoch()
    for number in range(missed):
        epoch = epoch.then(NOW, (key().id if number == 0 else "somebody1234",), ())
    cloud.wiring.clients.firestore.document(EPOCHS).set(plain(epoch))
    cloud.clock.forward(4)
    reads = cloud.wire.count(READ)

    twin.tenants.api_key(key().id)
    twin.tenants.api_key("other1234567")

    everything = missed > MOST_NAMED
    assert 1 + 1 + everything == cloud.wire.count(READ) - reads


@pytest.mark.parametrize(
    "broken", [{"number": "x"}, {"number": 1, "recent": [{"number": 1}]}, {"recent": 7}, {"everything": None}]
)
def test_a_document_nobody_can_read_counts_as_unreadable(cloud: Cloud, broken: dict[str, object]) -> None:
    """The key's own document is read, at each request."""
    twin = kept(cloud, key())
    cloud.wiring.clients.firestore.document(EPOCHS).set(broken)
    cloud.clock.forward(4)
    reads = cloud.wire.count(READ)

    assert key() == twin.tenants.api_key(key().id)
    assert key() == twin.tenants.api_key(key().id)

    assert 1 + 2 == cloud.wire.count(READ) - reads


def test_more_than_is_kept_at_once_means_everything() -> None:
    """A bulk revocation is one entry's worth of list."""
    names = tuple(f"key{number:09}" for number in range(MOST_NAMED + 1))

    epoch = Epoch(7, (Revoked(7, NOW, key="a"),)).then(NOW, names, ())

    assert Epoch(8, (), 8) == epoch
    assert [None, None, ()] == [epoch.after(known) for known in (None, 7, 8)]


@pytest.mark.parametrize(("known", "heard"), [(0, None), (4, 5), (5, 4), (9, 0), (10, None), (None, None)])
def test_what_an_instance_has_missed(known: int | None, heard: int | None) -> None:
    """Entries after its own number; everything where they are not all there, or it knows of a later one."""
    epoch = Epoch(9, tuple(Revoked(number, NOW, key="a") for number in range(5, 10)), 3)

    found = epoch.after(known)

    assert heard == (None if found is None else len(found))


def test_the_suspended_and_their_keys_are_forgotten_together(cloud: Cloud) -> None:
    """A key is judged with its tenant's status of the same moment."""
    stranger = key("stranger1234", "elsewhere")
    twin = kept(cloud, key(), stranger)
    cloud.wiring.revocations.set_status("acme", AccountStatus.INACTIVE)
    cloud.clock.forward(4)
    reads = cloud.wire.count(READ)

    twin.tenants.api_key(key().id)
    twin.tenants.api_key(stranger.id)

    assert 1 + 1 == cloud.wire.count(READ) - reads


def plain(epoch: Epoch) -> dict[str, object]:
    fields: dict[str, object] = to_plain(epoch)
    return fields
