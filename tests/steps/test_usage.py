"""Usage adds up: rows to pages, vendors to columns, all of it to the jobs' bills, in JSON as in CSV."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import quote

import pytest

from tests.steps.calls import Customer, customer, told
from tests.steps.stage import TENANT, Stage, footage, presented, staged

SUMS = ("paid_by_us", "billed_by_provider")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a stage on which a film with a presenter was made, one cancelled, one is being made."""
    with staged(tmp_path_factory.mktemp("usage")) as each:
        made, cancelled = each.order(presented(product_id="=1+1")), each.order(footage())
        customer(each.wiring, TENANT.id).call("POST", f"/jobs/{cancelled}/cancel")
        each.live(made)
        each.order(footage(product_id="sku-1"))
        yield each


@pytest.fixture
def shop(stage: Stage) -> Customer:
    return customer(stage.wiring, TENANT.id)


def test_a_page_adds_up_to_its_jobs_bills(shop: Customer) -> None:
    """Each row is its job's bill; the sums are the rows'; each job's vendors add up to its columns."""
    page = told(shop.call("GET", "/jobs/usage"))

    bills = {each["job_id"]: told(shop.call("GET", f"/jobs/{each['job_id']}/bill")) for each in page["jobs"]}
    assert 3 == len(bills)
    assert 1 == page["films"]
    assert {"abroll", "heygen", "veo"} == page["by_vendor"].keys()
    for name in SUMS:
        assert all(bills[each["job_id"]][name] == each[name] for each in page["jobs"])
        assert Decimal(page[name]) == sum(Decimal(each[name]) for each in page["jobs"]) > 0
        assert Decimal(page[name]) == sum(Decimal(each[name]) for each in page["by_vendor"].values())


def test_what_is_settled_is_the_months(stage: Stage, shop: Customer) -> None:
    """Ended jobs together: what the month was charged."""
    page = told(shop.call("GET", "/jobs/usage"))

    ended = sum(Decimal(each["paid_by_us"]) for each in page["jobs"] if each.get("completed_at"))
    months = stage.wiring.months.whole(TENANT.id, f"{stage.clock():%Y-%m}")
    assert ended == Decimal(sum(each.charged for each in months)) / 1_000_000


def test_csv_holds_the_same_in_pages(shop: Customer) -> None:
    """Read page by page: the same jobs, the same sums, seconds and credits once a job."""
    whole = told(shop.call("GET", "/jobs/usage"))
    rows: list[dict[str, str]] = []
    cursor = ""
    while True:
        answer = shop.call("GET", f"/jobs/usage.csv?limit=1{cursor}")
        rows += csv.DictReader(io.StringIO(answer.get_data(as_text=True)))
        if "X-Next-Cursor" not in answer.headers:
            break
        cursor = f"&cursor={quote(answer.headers['X-Next-Cursor'])}"

    assert "text/csv" == answer.mimetype
    assert {each["job_id"] for each in whole["jobs"]} == {each["job_id"] for each in rows}
    for name in SUMS:
        assert Decimal(whole[name]) == sum(Decimal(each[name]) for each in rows)
    assert whole["credits_used"] == round(sum(float(each["credits_used"] or 0) for each in rows), 1)


def test_no_cell_is_a_formula(shop: Customer) -> None:
    """A product called like one is text to a spreadsheet."""
    text = shop.call("GET", "/jobs/usage.csv").get_data(as_text=True)

    assert "'=1+1" in text
    assert ",=1+1" not in text


def test_usage_is_narrowed_as_a_list_is(shop: Customer) -> None:
    """By product; a filter nobody knows is refused."""
    page = told(shop.call("GET", "/jobs/usage?product_id=sku-1"))

    assert ["sku-1"] == [each["product_id"] for each in page["jobs"]]
    assert 400 == shop.call("GET", "/jobs/usage?vendor=veo").status_code


def test_another_tenants_usage_is_not_told(stage: Stage) -> None:
    """A tenant without jobs used nothing."""
    page = told(customer(stage.wiring, "idle").call("GET", "/jobs/usage"))

    assert ([], 0, "0.0000") == (page["jobs"], page["films"], page["paid_by_us"])
