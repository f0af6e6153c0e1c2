"""One laptop and one Chromium for all that is proved in a real browser; without a Chromium these tests are skipped.

The browser is the system's own (Debian's package `chromium`); nothing is downloaded, and no address but this machine's
is found by it.
"""

import os
import shutil
from collections.abc import Iterator

import pytest

from infra.admin import keys as admin_keys
from infra.admin import tenants
from infra.local.laptop import Laptop
from tests.browser.site import ALONE, WORLD, Site
from tests.storm.findings import open_tenants, operator

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Site]:
    """Start a laptop and a browser, and end both: beside the browser's event loop no other test could run its own."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium here: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    folder = tmp_path_factory.mktemp("browser")
    world = folder / "world.json"
    world.write_text(WORLD, encoding="utf-8")
    laptop = Laptop(folder / "data", world)
    laptop.start()
    try:
        keys = open_tenants(laptop, ("shop",))
        with operator(laptop) as wiring:
            keys["newcomer"] = tenants.add(wiring, "newcomer", "Newcomer", "enterprise")["key"]
            keys["operator"] = admin_keys.add(wiring, "newcomer", operator=True)["key"]
        sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium has none for root
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*ALONE, *sandbox])
            yield Site(laptop, browser, keys, request.config.getoption("--shots"))
            browser.close()
    finally:
        laptop.stop()
