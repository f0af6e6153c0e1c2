"""One laptop for all tests in a real browser, and a Chromium for each; where there is none they are skipped.

The browser is the system's own (Debian's package `chromium`); nothing is downloaded, and no address but this machine's
is found by it.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator

import pytest

from infra.admin import keys as admin_keys
from infra.admin import tenants
from infra.local.laptop import Laptop
from tests.browser.site import ALONE, WORLD, Shops, Site
from tests.storm.findings import open_tenants, operator

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    """Start a laptop with tenants whose keys are known."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium here: apt-get install chromium")
    folder = tmp_path_factory.mktemp("browser")
    world = folder / "world.json"
    world.write_text(WORLD, encoding="utf-8")
    laptop = Laptop(folder / "data", world)
    laptop.start()
    try:
        keys = open_tenants(laptop, ("shop",))
        with operator(laptop) as wiring:
            keys["newcomer"] = tenants.add(wiring, "newcomer", "Newcomer", "enterprise")["key"]
            keys["operator"] = admin_keys.add(wiring, "newcomer", operator=True, acts=True)["key"]
        yield Shops(laptop, keys)
    finally:
        laptop.stop()


@pytest.fixture
def site(shops: Shops, request: pytest.FixtureRequest) -> Iterator[Site]:
    """Start a browser of the test's own: beside its event loop no other test could run one (asyncio.run)."""
    from playwright.sync_api import sync_playwright

    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium has none for root
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*ALONE, *sandbox])
        yield Site(shops, browser, request.config.getoption("--shots"))
        browser.close()
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()
