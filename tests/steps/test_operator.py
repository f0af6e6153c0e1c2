"""The scope `operator`: it alone reads across tenants, changes nothing there, and no call makes a key that has it."""

from collections.abc import Iterator

import pytest

from infra.admin import keys
from shared.cloud.tenants import Tenant
from tests.steps.calls import Customer, call, customer, told
from tests.steps.stage import TENANT, Stage, footage, staged
from tests.steps.test_answers import SCHEMAS, strays


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("operator")) as each:
        yield each


@pytest.fixture(scope="module")
def operator(stage: Stage) -> Customer:
    """Return whoever runs abroll, with the key the operator's command makes."""
    stage.wiring.tenants.put_tenant(Tenant("house", "House"))
    text = keys.add(stage.wiring, "house", operator=True)["key"]
    key = next(each for each in stage.wiring.revocations.keys("house"))
    return Customer(stage.wiring, text, key)


@pytest.fixture(scope="module")
def job(stage: Stage) -> str:
    return stage.order(footage())


def test_an_operator_reads_every_tenant_and_its_jobs(operator: Customer, job: str) -> None:
    """All tenants, one of them without what its own calls read, its jobs, and a job by its id."""
    tenants = told(operator.call("GET", "/tenant/tenants"))
    one = told(operator.call("GET", f"/tenant/tenants/{TENANT.id}"))
    listed = told(operator.call("GET", f"/jobs?tenant={TENANT.id}"))
    used = told(operator.call("GET", f"/jobs/usage?tenant={TENANT.id}"))
    read = [operator.call("GET", f"/jobs/{job}{more}").status_code for more in ("", "/bill", "/timeline", "/request")]
    nobody = operator.call("GET", "/jobs/usage?tenant=nobody")

    assert {TENANT.id, "house"} <= {each["id"] for each in tenants["tenants"]}
    assert TENANT.id == one["id"]
    assert not {"template", "webhooks"} & one.keys()
    assert [job] == [each["id"] for each in listed["jobs"]]
    assert [job] == [each["job_id"] for each in used["jobs"]]
    assert [] == [*strays(SCHEMAS["Tenants"], tenants), *strays(SCHEMAS["Tenant"], one)]
    assert [200] * 4 == read
    assert 404 == nobody.status_code


def test_an_operator_changes_nothing_of_anothers(stage: Stage, operator: Customer, job: str) -> None:
    """Its key does not write at all; nor does one that may write its own tenant's jobs as well."""
    clerk = customer(stage.wiring, "house", ("operator", "jobs:read", "jobs:write"))

    answers = [
        whose.call("POST", f"/jobs/{job}/{what}", {}).status_code
        for whose in (operator, clerk)
        for what in ("cancel", "retry", "links", "regenerate")
    ]

    assert [403] * 4 + [404] * 4 == answers
    assert stage.job(job).ending is None


def test_nobody_else_reads_across(stage: Stage, job: str) -> None:
    """An administrator of a tenant is refused in words, whatever tenant it names; its own is no other's."""
    rival = customer(stage.wiring, "rival")

    crossed = [
        rival.call("GET", path).status_code
        for path in (f"/jobs?tenant={TENANT.id}", "/jobs?tenant=nobody", "/tenant/tenants", "/tenant/tenants/rival")
    ]

    assert [403] * 4 == crossed
    assert 404 == rival.call("GET", f"/jobs/{job}").status_code
    assert 200 == rival.call("GET", "/jobs?tenant=rival").status_code


def test_no_call_makes_an_operators_key(stage: Stage, operator: Customer) -> None:
    """Not even one whose own key has the scope beside an administrator's."""
    both = customer(stage.wiring, "house", ("operator", "tenant:admin"))

    made = both.call("POST", "/tenant/keys", {"name": "more", "scopes": ["operator"]})
    rotated = both.call("POST", f"/tenant/keys/{operator.key.id}/rotate", {})

    assert (400, 400) == (made.status_code, rotated.status_code)  # the other lacks jobs:read


def test_strange_names_of_tenants_are_refused(operator: Customer) -> None:
    """They never reach the store."""
    strange = [
        operator.call("GET", path).status_code
        for path in (
            "/tenant/tenants/__x__",
            "/tenant/tenants/..",
            "/tenant/tenants?cursor=__x__",
            "/jobs?tenant=__x__",
        )
    ]

    assert [404, 404, 400, 400] == strange


def test_without_a_key_nothing_is_told(stage: Stage) -> None:
    """As everywhere."""
    assert 401 == call(stage.wiring, "GET", "/tenant/tenants").status_code
