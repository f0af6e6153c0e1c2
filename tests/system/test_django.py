"""The page about the older Django API, pasted as it stands: its calls make a film, its refusals are as it says."""

import json
import re
import shutil
import subprocess

import pytest

from tests.system.conftest import ROOT, Abroll

PAGE = (ROOT / "infra" / "recipes" / "django.md").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_the_pages_calls_are_answered_as_it_says(abroll: Abroll) -> None:
    """An order, its status until the film is there, a page of a list; then refusals by field and with a detail."""
    _, film, refused = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    known = {"ABROLL": abroll.url, "KEY": abroll.key}

    done, said = (
        subprocess.run(["/bin/sh", "-eu"], input=each, env=known, text=True, capture_output=True, check=True).stdout
        for each in (film, refused)
    )
    page = json.loads(done[done.index("{") :])
    wrong, nothing, deep, stranger = map(json.loads, said.splitlines())

    assert "The film is ready" in done
    assert {"count", "next", "previous", "results"} == page.keys()
    assert re.findall(r"^job (.+)$", done, re.MULTILINE)[0] in [row["id"] for row in page["results"]]
    assert {"product_title", "scenes"} == wrong.keys()
    assert wrong["product_title"][0].startswith("is required, ")
    assert "not_found" == nothing["code"]
    assert ["page"] == list(deep)
    assert "unauthorized" == stranger["code"]
