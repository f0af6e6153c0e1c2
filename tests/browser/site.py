"""The laptop's pages as somebody with a browser has them."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from infra.local.laptop import Laptop
from tests.patience import PATIENCE

if TYPE_CHECKING:  # where there is no Chromium, playwright is not needed either
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

ALONE = ("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--no-proxy-server", "--mute-audio")
SIZES = {"9:16": [180, 320], "16:9": [320, 180]}
WORLD = json.dumps(
    {
        "port": 0,
        "tables": {"sizes": {"720p": {ratio: {"width": w, "height": h} for ratio, (w, h) in SIZES.items()}}},
        "veo": {"per_minute": 600, "seconds_per_clip": 0.3, "sizes": {f"720p {r}": s for r, s in SIZES.items()}},
        "heygen": {"seconds_per_video": 0.3, "sizes": {f"720p {r}": s for r, s in SIZES.items()}},
    }
)
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


@dataclass(frozen=True, slots=True)
class Shops:
    """The laptop and its tenants."""

    laptop: Laptop
    keys: Mapping[str, str]  # by tenant; `operator` is one that reads across tenants

    @property
    def url(self) -> str:
        """Where abroll is."""
        return self.laptop.places.front_url

    def call(self, who: str, method: str, path: str, body: object = None) -> Mapping[str, Any]:
        """Make a call of the API."""
        headers = {"Authorization": f"Bearer {self.keys[who]}"}
        answer = httpx.request(
            method, f"{self.url}{path}", json=body, headers=headers, timeout=PATIENCE, trust_env=False
        )
        assert answer.is_success, answer.text
        fields: Mapping[str, Any] = answer.json()
        return fields

    def upload(self, who: str, path: str, data: bytes) -> Mapping[str, Any]:
        """Send a file."""
        headers = {"Authorization": f"Bearer {self.keys[who]}"}
        answer = httpx.post(f"{self.url}{path}", content=data, headers=headers, timeout=PATIENCE, trust_env=False)
        assert answer.is_success, answer.text
        fields: Mapping[str, Any] = answer.json()
        return fields

    def wait(self, who: str, job: str) -> None:
        """Wait until a job's film is finished."""
        end = time.monotonic() + PATIENCE
        while "completed" != (status := self.call(who, "GET", f"/jobs/{job}")["status"]):
            assert "failed" != status
            assert time.monotonic() < end, f"{job} is still {status}"
            time.sleep(0.2)


@dataclass(frozen=True, slots=True)
class Site:
    """The laptop's pages and the browser that opens them."""

    shops: Shops
    browser: "Browser"
    shots: str | None  # the folder screenshots are kept in

    @property
    def url(self) -> str:
        """Where abroll is."""
        return self.shops.url

    @contextmanager
    def page(self, who: str = "", **context: Any) -> "Iterator[Page]":
        """Yield a page of a person's own, signed in; whatever it complains of, or asks of others, fails the test."""
        wrong: list[str] = []
        own = self.browser.new_context(**{"viewport": DESKTOP, **context})
        own.set_default_timeout(PATIENCE * 1000)
        page = own.new_page()
        page.on("console", lambda message: wrong.extend(_complaint(message)))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"a dialog: {dialog.message}"))
        page.on("request", lambda request: wrong.extend(_foreign(request)))
        try:
            if who:
                self.sign_in(page, self.shops.keys[who])
            yield page
        finally:
            own.close()
        assert [] == wrong

    def sign_in(self, page: "Page", key: str) -> None:
        """Sign in by a key, as a person does."""
        page.goto(f"{self.url}/console/")
        page.get_by_label("API key").fill(key)
        page.get_by_role("button", name="Sign in").click()

    def keep(self, page: "Page", name: str) -> None:
        """Keep a picture of a whole page, where pictures are wanted."""
        if self.shots:
            page.screenshot(path=Path(self.shots) / f"{name}.png", full_page=True)


def _complaint(message: "ConsoleMessage") -> Iterator[str]:
    if "status of 422 (" in message.text:
        return  # a form that is refused: the page tells why
    if "net::ERR_INTERNET_DISCONNECTED" in message.text:
        return  # a test took the network away
    if message.type in ("error", "warning"):
        yield f"{message.type}: {message.text} ({message.location.get('url')})"


def _foreign(request: "Request") -> Iterator[str]:
    if urlsplit(request.url).scheme in ("http", "https") and urlsplit(request.url).hostname != "127.0.0.1":
        yield f"a request to {request.url}"
