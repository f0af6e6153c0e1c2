"""The build that deploys: tests before plans, plans before applies, and applies only when asked."""

import re
import subprocess
import textwrap
from itertools import pairwise
from pathlib import Path

from tests.infra.inventory import ROOT

TEXT = (ROOT / "cloudbuild.yaml").read_text("utf-8")
STEPS = dict(re.findall(r"(?ms)^  - id: (\w+)\n(.*?)(?=^  - id: |^\S)", TEXT))


def test_the_steps_wait_for_each_other() -> None:
    """test, package, plan, apply: each waits for the one before, so nothing untested is planned."""
    order = list(STEPS)

    assert ["test", "package", "plan", "apply"] == order
    for before, step in pairwise(order):
        assert f"waitFor: ['{before}']" in STEPS[step]


def test_it_runs_what_a_developer_runs() -> None:
    """The first step is the project's own check, the second its own packaging."""
    assert "args: ['.ci/run']" in STEPS["test"]
    assert "args: ['-m', 'infra.package']" in STEPS["package"]


def test_nothing_is_applied_unless_asked() -> None:
    """_APPLY is false by default, and the only apply stands behind the question."""
    assert "  _APPLY: 'false'\n" in TEXT
    assert TEXT.count("terraform apply") == STEPS["apply"].count("terraform apply")
    guard, apply = STEPS["apply"].index('if [ "$$APPLY" != "true" ]'), STEPS["apply"].index("terraform apply")
    assert guard < STEPS["apply"].index("exit 0") < STEPS["apply"].index("fi\n") < apply


def test_what_was_planned_is_applied() -> None:
    """The plan is a file of this build, and it is that file that is applied."""
    assert "terraform plan -out=/workspace/build/tfplan" in STEPS["plan"]
    assert "terraform apply /workspace/build/tfplan" in STEPS["apply"]


def apply(tmp_path: Path, refusals: int, asked: str = "true") -> tuple[int, list[str]]:
    """Run the apply step's own script before a terraform that refuses so many applies; return its code and calls."""
    script = textwrap.dedent(STEPS["apply"].partition("      - |\n")[2].partition("    waitFor")[0]).replace("$$", "$")
    terraform = f"""#!/bin/sh
echo "$1" >> {tmp_path}/calls
[ "$1" = plan ] || [ "$(grep -c apply {tmp_path}/calls)" -gt {refusals} ]
"""
    for name, text in (("terraform", terraform), ("sleep", f"#!/bin/sh\necho sleep >> {tmp_path}/calls\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "calls").touch()
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "APPLY": asked}
    ran = subprocess.run(["/bin/sh", "-euc", script], env=environ, capture_output=True, text=True, check=False)
    return ran.returncode, (tmp_path / "calls").read_text("utf-8").split()


def test_what_a_new_project_refuses_is_applied_again(tmp_path: Path) -> None:
    """The rest is planned anew and applied, without the gate of tests before it; not for ever."""
    folders = [tmp_path / name for name in ("at_once", "once", "never")]
    for folder in folders:
        folder.mkdir()

    at_once, once, never = (apply(folder, refusals) for folder, refusals in zip(folders, (0, 1, 9), strict=True))

    again = ["sleep", "plan", "apply"]
    assert (0, ["apply"]) == at_once
    assert (0, ["apply", *again]) == once
    assert (1, ["apply", *again * 3]) == never


def test_a_build_that_was_not_asked_applies_nothing(tmp_path: Path) -> None:
    """The step says so and ends well."""
    assert (0, []) == apply(tmp_path, 0, asked="false")


def test_images_are_pinned() -> None:
    """Every step names an image with a full version."""
    images = re.findall(r"(?m)^    name: (.+)$", TEXT)

    assert len(STEPS) == len(images)
    assert [] == [image for image in images if not re.fullmatch(r"[\w/.-]+:\d+\.\d+\.\d+[\w-]*", image)]


def test_it_runs_as_an_account_of_its_own_and_logs() -> None:
    """A build with its own account must say where its log goes."""
    assert "\nserviceAccount: projects/${PROJECT_ID}/serviceAccounts/${_DEPLOYER}\n" in TEXT
    assert "\n  logging: CLOUD_LOGGING_ONLY\n" in TEXT


def test_every_substitution_is_declared_and_used() -> None:
    """Cloud Build refuses a build with an unknown or an unused one; a shell's own dollar is doubled."""
    declared = set(re.findall(r"(?m)^  (_\w+):", TEXT))
    dollars = set(re.findall(r"(?<!\$)\$(?!\$)\{?(\w+)\}?", TEXT))

    assert declared | {"PROJECT_ID"} == dollars
    assert {"APPLY", "STATE_BUCKET", "wait"} == set(re.findall(r"\$\$(\w+)", TEXT))
