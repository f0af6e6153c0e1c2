"""Tenants and their accounts: read at most once a minute, and noted upon without overwriting what others wrote."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.cloud.jobs import StoreUnreachable
from shared.cloud.tenants import AccountStatus, Integration, Tenant, Tenants
from shared.pipeline.plan.plan import Cutout
from tests.faults.cloud import Cloud
from tests.faults.wire import Kind

READ = "^firestore BatchGet"
SOON = datetime(2026, 11, 20, 13, tzinfo=UTC)
Ask = Callable[[], object]
ACCOUNT = Integration("heygen", "production", "secret", "1")


@pytest.fixture
def tenants(cloud: Cloud) -> Tenants:
    return cloud.wiring.tenants


def account(tenants: Tenants) -> Integration | None:
    return tenants.integration("acme", "heygen", "production", fresh=True)


def test_a_tenant_is_kept_for_a_minute(cloud: Cloud, tenants: Tenants) -> None:
    """A change by somebody else is seen after sixty seconds."""
    tenants.put_tenant(Tenant("acme", "Acme"))
    twin = cloud.instance().tenants
    assert Tenant("acme", "Acme") == twin.tenant("acme")
    tenants.put_tenant(Tenant("acme", "Acme", AccountStatus.INACTIVE))

    cloud.clock.forward(59)
    kept = twin.tenant("acme")
    cloud.clock.forward(2)
    seen = twin.tenant("acme")

    assert kept is not None
    assert seen is not None
    assert (AccountStatus.ACTIVE, AccountStatus.INACTIVE) == (kept.status, seen.status)
    assert 2 + 2 == cloud.wire.count(READ)  # of the tenant, of what was revoked


def test_nobody_is_not_kept(cloud: Cloud, tenants: Tenants) -> None:
    """A tenant that is made a moment later is seen at once."""
    assert tenants.tenant("acme") is None
    cloud.instance().tenants.put_tenant(Tenant("acme", "Acme"))

    assert tenants.tenant("acme") is not None


def test_what_one_writes_one_sees_at_once(tenants: Tenants) -> None:
    """A write forgets what was kept."""
    tenants.put_integration("acme", ACCOUNT)
    tenants.integration("acme", "heygen", "production")

    tenants.put_integration("acme", replace(ACCOUNT, version="2"))

    found = tenants.integration("acme", "heygen", "production")
    assert found is not None
    assert "2" == found.version


def test_fresh_asks_again(cloud: Cloud, tenants: Tenants) -> None:
    """Before an account is changed it is read as it stands."""
    tenants.put_integration("acme", ACCOUNT)
    account(tenants)
    account(tenants)

    assert 2 == cloud.wire.count(READ)


def test_a_lesson_about_a_look_overwrites_nothing_else(cloud: Cloud, tenants: Tenants) -> None:
    """Whoever learns holds an account that may be a minute old: a rotated key stays rotated, a busy note stays."""
    old = replace(ACCOUNT, looks={"look.with-dots": Cutout.KEY})
    tenants.put_integration("acme", old)
    twin = cloud.instance().tenants
    twin.put_integration("acme", replace(old, version="2"))
    until = cloud.clock() + timedelta(minutes=5)
    twin.busy("acme", "heygen", "production", until)

    tenants.learn("acme", old, "look_kai", Cutout.INSET)

    found = account(tenants)
    assert found is not None
    assert ("2", until) == (found.version, found.busy_until)
    assert {"look.with-dots": Cutout.KEY, "look_kai": Cutout.INSET} == found.looks


def test_a_note_never_brings_back_a_deleted_account(tenants: Tenants) -> None:
    """Half an account that nobody can read would refuse every order of its tenant."""
    tenants.put_integration("acme", ACCOUNT)
    tenants.delete_integration("acme", "heygen", "production")

    tenants.busy("acme", "heygen", "production", SOON)
    tenants.learn("acme", ACCOUNT, "look_kai", Cutout.INSET)

    assert account(tenants) is None


@pytest.mark.parametrize("what", ["tenant", "put_tenant", "put_integration", "delete_integration"])
def test_a_store_that_refuses_is_unreachable(cloud: Cloud, tenants: Tenants, what: str) -> None:
    """One kind of failure, the one that is answered 503."""
    cloud.wire.on("^firestore", Kind.REFUSE, "PERMISSION_DENIED", times=9)
    asks: Mapping[str, Ask] = {
        "tenant": lambda: tenants.tenant("acme"),
        "put_tenant": lambda: tenants.put_tenant(Tenant("acme", "Acme")),
        "put_integration": lambda: tenants.put_integration("acme", ACCOUNT),
        "delete_integration": lambda: tenants.delete_integration("acme", "heygen", "production"),
    }

    with pytest.raises(StoreUnreachable):
        asks[what]()


def test_a_note_that_is_lost_is_no_error(cloud: Cloud, tenants: Tenants) -> None:
    """A courtesy: it costs the next starter one call."""
    tenants.put_integration("acme", ACCOUNT)
    cloud.wire.on("^firestore Commit", Kind.REFUSE, "PERMISSION_DENIED", times=2)

    tenants.busy("acme", "heygen", "production", SOON)
    tenants.learn("acme", ACCOUNT, "look_kai", Cutout.INSET)

    assert ACCOUNT == account(tenants)


def test_what_newer_code_wrote_of_an_account_is_written_back(cloud: Cloud, tenants: Tenants) -> None:
    """Read, changed and written again, an account, a key and a tenant keep the fields this code does not know."""
    store = cloud.wiring.clients.firestore
    path = "tenants/acme/integrations/heygen-production"
    tenants.put_integration("acme", ACCOUNT)
    tenants.put_tenant(Tenant("acme", "Acme"))
    for each in (path, "tenants/acme"):
        store.document(each).update({"canary": 1})

    tenants.put_integration("acme", replace(found, version="2") if (found := account(tenants)) else ACCOUNT)
    tenants.put_tenant(replace(who, plan="pro") if (who := tenants.tenant("acme")) else Tenant("acme", "?"))

    assert [1, 1] == [store.document(each).get().get("canary") for each in (path, "tenants/acme")]
    assert ("2", "pro") == (store.document(path).get().get("version"), store.document("tenants/acme").get().get("plan"))
