"""The build that deploys: tests before plans, plans before applies, and applies only when asked."""

import re
from itertools import pairwise

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
    assert 1 == TEXT.count("terraform apply")
    guard, apply = STEPS["apply"].index('if [ "$$APPLY" != "true" ]'), STEPS["apply"].index("terraform apply")
    assert guard < STEPS["apply"].index("exit 0") < STEPS["apply"].index("fi\n") < apply


def test_what_was_planned_is_applied() -> None:
    """The plan is a file of this build, and it is that file that is applied."""
    assert "terraform plan -out=/workspace/build/tfplan" in STEPS["plan"]
    assert "terraform apply /workspace/build/tfplan" in STEPS["apply"]


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
    assert {"APPLY", "STATE_BUCKET"} == set(re.findall(r"\$\$(\w+)", TEXT))
