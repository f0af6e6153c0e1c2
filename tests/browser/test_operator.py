"""The operator's story: a film that was stopped is found by what its vendor calls it, tried again, and is made."""

import re
import time
from collections.abc import Iterator

from tests.browser.site import Shops, Site
from tests.patience import PATIENCE

ORDER = {
    "product_title": "Grinder Pro",
    "scenes": [{"visual_description": "A grinder on a counter", "duration": 4}],
    "webhook_url": "http://127.0.0.1:9/hook",
}


def stopped(shops: Shops) -> tuple[str, str]:
    """Order a film and cancel it while it is made; return its id and its vendor's for the footage.

    One that is finished before anybody can cancel it is ordered anew.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        job = str(shops.call("shop", "POST", "/create_job", ORDER)["job_id"])
        while not (named := list(vendors_ids(shops, job))):
            assert time.monotonic() < end, "no vendor has named the footage"
            time.sleep(0.05)
        if shops.call("shop", "GET", f"/jobs/{job}")["status"] != "completed":
            shops.call("shop", "POST", "/jobs/cancel", {"ids": [job]})
        if shops.call("shop", "GET", f"/jobs/{job}")["status"] == "cancelled":
            return job, named[0]
    raise AssertionError("every film was finished before it could be cancelled")


def vendors_ids(shops: Shops, job: str) -> Iterator[str]:
    """Yield what vendors call a film's attempts."""
    for line in shops.call("shop", "GET", f"/jobs/{job}/bill")["lines"]:
        if line.get("provider_id"):
            yield line["provider_id"]


def test_an_operator_finds_a_film_by_its_vendors_id_and_acts(site: Site) -> None:
    """Search by the vendor's id, try it again at the price on the button, see it made; its tenant's audit log tells."""
    job, named = stopped(site.shops)

    with site.page("operator") as page:
        page.get_by_role("link", name="Jobs", exact=True).click()
        page.get_by_label("Job id, a vendor's id").fill(named.rpartition("/")[2])
        page.get_by_role("button", name="Search").click()
        page.get_by_role("button", name=re.compile(r"Try it again for \$")).wait_for()
        site.keep(page, "operator-found")
        found = page.locator("#job-id").inner_text()
        page.get_by_role("button", name=re.compile(r"Try it again for \$")).click()
        page.get_by_text("The film is tried again").wait_for()
        page.locator("video").wait_for()
        page.get_by_role("link", name="Deliveries", exact=True).click()
        listed = page.get_by_role("region", name="Deliveries").inner_text()
        page.get_by_role("link", name="Spend", exact=True).click()
        spent = page.get_by_role("region", name="By tenant").inner_text()

    told = site.shops.call("shop", "GET", "/tenant/audit")["changes"]
    assert job == found
    assert "127.0.0.1" in listed
    assert "shop" in spent
    assert [("job.retried", "operator")] == [(line["what"], line["by"]) for line in told if line["about"] == job]
