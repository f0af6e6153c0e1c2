"""One laptop and one Chromium for all that is proved in a real browser; without a Chromium these tests are skipped.

The browser is the system's own (Debian's package `chromium`); nothing is downloaded, and no address but this machine's
is found by it.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.browser.people import WORLD, let_in

from infra.local.laptop import Laptop
from tests.storm.findings import operator

CHROMIUM = shutil.which("chromium")
ALONE = ("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--no-proxy-server")


@dataclass(frozen=True, slots=True)
class Site:
    """The laptop's pages and the browser that opens them."""

    laptop: Laptop
    browser: Any  # playwright's Browser; imported only where there is a Chromium
    shots: Path | None
    wrong: list[str] = field(default_factory=list)  # what any page complained about

    @property
    def url(self) -> str:
        """Where abroll is."""
        return self.laptop.places.front_url


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Site]:
    """Start a laptop and a browser; no page may have complained until the end."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    import os

    from playwright.sync_api import sync_playwright

    folder = tmp_path_factory.mktemp("browser")
    world = folder / "world.json"
    world.write_text(WORLD, encoding="utf-8")
    laptop = Laptop(folder / "data", world)
    laptop.start()
    try:
        with operator(laptop) as wiring:
            let_in(wiring)
        with sync_playwright() as driver:
            sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium has none for root
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*ALONE, *sandbox])
            wanted = request.config.getoption("--shots")
            yield Site(laptop, browser, Path(wanted) if wanted else None)
            browser.close()
    finally:
        laptop.stop()
