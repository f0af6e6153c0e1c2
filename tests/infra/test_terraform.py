"""Terraform itself: formatted, valid, and its own tests hold, against stand-in providers where those lie at hand.

The stand-ins know arguments, types and references, not the values Google accepts. Terraform refuses to end a test that
has applied something with `prevent_destroy`, so the suite plans; one test here lifts that guard and applies.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra.inventory import INFRA, ROOT

OFFLINE = ROOT.parent / "shared" / "terraform-offline" / "terraform-offline"
SPARING = {"GOGC": "800"}  # Go tidies its memory less often: that was a quarter of the work

needs_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
needs_stand_ins = pytest.mark.skipif(
    shutil.which("terraform") is None or not OFFLINE.exists(), reason="terraform or its stand-in providers are not here"
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of what Terraform reads, so that the tree stays as it is."""
    infra = tmp_path / "infra"
    shutil.copytree(INFRA, infra, ignore=shutil.ignore_patterns("local", "*.py", "__pycache__", ".terraform*"))
    shutil.copytree(ROOT / "functions", tmp_path / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    return infra


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run terraform with the stand-ins."""
    command = [str(OFFLINE), f"-chdir={folder}", *arguments]
    return subprocess.run(command, env={**os.environ, **SPARING}, capture_output=True, text=True, check=False)


def change(folder: Path, pattern: str, before: str, after: str) -> None:
    """Replace a text in the files a pattern names; it must have stood there."""
    changed = 0
    for path in folder.glob(pattern):
        text = path.read_text("utf-8")
        changed += text.count(before)
        path.write_text(text.replace(before, after), encoding="utf-8")
    assert changed


def passed(done: subprocess.CompletedProcess[str]) -> int:
    """Return how many runs passed; none may have failed."""
    summary = re.search(r"Success! (\d+) passed, 0 failed", done.stdout)
    assert summary, done.stdout + done.stderr
    assert 0 == done.returncode
    return int(summary[1])


@needs_terraform
def test_every_file_is_formatted() -> None:
    """`terraform fmt` would change nothing."""
    done = subprocess.run(
        ["terraform", f"-chdir={INFRA}", "fmt", "-check", "-recursive"],  # noqa: S607  # as the build calls it
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stdout)


@needs_stand_ins
def test_it_is_valid_and_its_own_tests_hold(copy: Path) -> None:
    """init, validate and test, as the build runs them."""
    assert 0 == run(copy, "init", "-backend=false", "-no-color").returncode

    valid = run(copy, "validate", "-no-color")
    tested = run(copy, "test", "-no-color")

    assert "Success! The configuration is valid." in valid.stdout
    assert passed(tested) >= 12


@needs_stand_ins
def test_the_owners_folder_is_valid_and_its_own_tests_hold(copy: Path) -> None:
    """The accounts and their roles: init, validate and test."""
    owner = copy / "owner"
    assert 0 == run(owner, "init", "-backend=false", "-no-color").returncode

    valid = run(owner, "validate", "-no-color")
    tested = run(owner, "test", "-no-color")

    assert "Success! The configuration is valid." in valid.stdout
    assert 6 == passed(tested)


@needs_stand_ins
def test_every_run_of_the_owners_finds_its_breach(copy: Path) -> None:
    """Each run of that suite fails on what it watches over."""
    owner = copy / "owner"
    breaches = {
        "rights": ("accounts.tf", "members            = [local.builder.deployer]", "members = [local.builder.planner]"),
        "checker": ("builds.tf", "members = [local.builder.planner]", "members = [local.builder.checker]"),
        "planner": ("roles.tf", '"secretmanager.secrets.get",\n      ', '"secretmanager.secrets.delete",\n      '),
        "no_customers_data": ("roles.tf", '"storage.buckets"                 = [', '"storage.objects" = ["get",'),
        "deployer": ("roles.tf", '"roles/datastore.user",', '"roles/datastore.owner",'),
        "secrets": ("roles.tf", '"secretmanager.versions.list"]', '"secretmanager.versions.access"]'),
    }
    for file, before, after in breaches.values():
        change(owner, file, before, after)
    assert 0 == run(owner, "init", "-backend=false", "-no-color").returncode

    done = run(owner, "test", "-no-color")

    assert sorted(breaches) == sorted(re.findall(r'run "(\w+)"... fail', done.stdout)), done.stdout + done.stderr


@needs_stand_ins
def test_what_was_planned_holds_after_an_apply(copy: Path) -> None:
    """The same assertions once more when everything has been made."""
    change(copy, "*.tf", "prevent_destroy = true", "prevent_destroy = false")
    change(copy, "tests/deployment.tftest.hcl", "command = plan", "command = apply")

    assert passed(run(copy, "test", "-no-color", "-filter=tests/deployment.tftest.hcl")) >= 8


@needs_stand_ins
def test_every_run_finds_its_breach(copy: Path) -> None:
    """Each run of the suite fails on what it watches over."""
    breaches = {
        "doors": ("functions.json", '"notify": {"caller": "tasks"', '"notify": {"caller": "anyone"'),
        "functions": ("functions.tf", "local.runtime[each.key]", 'local.runtime["jobs"]'),
        "rights": ("functions.json", '"enqueue", "look_up_tasks"', '"enqueue", "footage", "look_up_tasks"'),
        "queues": ("queues.tf", "max_attempts  = each.value.max_attempts", "max_attempts  = 100"),
        "data": ("buckets.tf", '"enforced"', '"inherited"'),
        "never_worked": ("reach.tf", "httpRequest.status=(401 OR 403)", "httpRequest.status=500"),
        "an_address_of_its_own": ("functions.tf", "coalesce(var.public_url, ", "coalesce("),
        "alarms": ("monitoring.tf", "CRITICAL", "WARNING"),
        "more_instances": ("functions.tf", "try(var.instances[each.key].min, 0)", "0"),
    }
    for file, before, after in breaches.values():
        change(copy, file, before, after)

    done = run(copy, "test", "-no-color", "-filter=tests/deployment.tftest.hcl")

    assert sorted(breaches) == sorted(re.findall(r'run "(\w+)"... fail', done.stdout)), done.stdout + done.stderr
