"""Where abroll is: ABROLL_URL and ABROLL_KEY name a deployed one, else `python -m infra.local` is started here.

These tests speak HTTP and import nothing of the project.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
SIZES = {"9:16": [180, 320], "16:9": [320, 180], "1:1": [180, 180]}
WORLD = {
    "port": 0,
    "tables": {"sizes": {"720p": {ratio: {"width": w, "height": h} for ratio, (w, h) in SIZES.items()}}},
    "veo": {
        "per_minute": 600,
        "seconds_per_clip": 0.3,
        "sizes": {f"720p {r}": s for r, s in SIZES.items() if r != "1:1"},
    },
    "heygen": {"seconds_per_video": 0.3, "sizes": {f"720p {ratio}": size for ratio, size in SIZES.items()}},
}


@dataclass(frozen=True, slots=True)
class Abroll:
    """One abroll and one caller."""

    url: str
    key: str
    http: httpx.Client


@pytest.fixture(scope="session")
def abroll(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Abroll]:
    """Return a running abroll with a key that may do everything and no avatar account yet."""
    if "ABROLL_URL" in os.environ:
        yield from _caller(os.environ["ABROLL_URL"], os.environ["ABROLL_KEY"])
        return
    folder = tmp_path_factory.mktemp("system")
    world = folder / "world.json"
    world.write_text(json.dumps(WORLD), encoding="utf-8")
    command = [sys.executable, "-m", "infra.local", "--data", str(folder / "data"), "--world", str(world)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        url, key = _said(process)
        yield from _caller(url, key)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert process.stdout is not None
        process.stdout.close()


def _said(process: "subprocess.Popen[str]") -> tuple[str, str]:
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line.startswith("Ctrl-C"):
            break
    url = re.search(r"running at (\S+)", text)
    key = re.search(r"KEY=(\S+)", text)
    assert url, text
    assert key, text
    return url[1], key[1]


def _caller(url: str, key: str) -> Iterator[Abroll]:
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE, trust_env=False) as http:
        yield Abroll(url, key, http)
