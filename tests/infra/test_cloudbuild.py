"""The three builds that deploy: tests as nobody, a plan by a reader, an apply of exactly that plan."""

import re
import subprocess
import tarfile
import textwrap
from pathlib import Path

import pytest

from tests.infra.inventory import builds, terraform

CHECK, PLAN, APPLY = "cloudbuild.yaml", "cloudbuild.plan.yaml", "cloudbuild.apply.yaml"
ACCOUNTS = {CHECK: "checker", PLAN: "planner", APPLY: "deployer"}
PINNED = re.compile(r"[\w/.-]+:\d+\.\d+\.\d+[\w-]*@sha256:[0-9a-f]{64}")


def steps(build: str) -> dict[str, str]:
    """Return a build's steps by their ids, in order."""
    return dict(re.findall(r"(?ms)^  - id: (\w+)\n(.*?)(?=^  - id: |^\S|^  # )", builds()[build]))


def script(build: str, step: str) -> str:
    """Return the shell script of a step as its container gets it."""
    text = steps(build)[step].partition("      - |\n")[2]
    return textwrap.dedent(re.split(r"(?m)^    \w", text)[0]).replace("$$", "$")


def run(folder: Path, script: str, tools: dict[str, str], **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a step's script in infra/ of a folder, with these shell programs before the machine's own."""
    (folder / "infra").mkdir(parents=True, exist_ok=True)
    (folder / "tools").mkdir()
    for name, text in tools.items():
        (folder / "tools" / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (folder / "tools" / name).chmod(0o755)
    return subprocess.run(
        ["/bin/sh", "-euc", script],
        cwd=folder / "infra",
        env={"PATH": f"{folder}/tools:/usr/bin:/bin", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_there_is_a_build_for_each_weight_of_rights() -> None:
    """Cloud Build runs all steps of a build as one account: each build names its own, and the owner makes them."""
    named = {
        build: re.findall(r"(?m)^serviceAccount: projects/\$\{PROJECT_ID\}/serviceAccounts/abroll-(\w+)@", text)
        for build, text in builds().items()
    }

    assert {build: [account] for build, account in ACCOUNTS.items()} == named
    made = re.search(
        r'resource "google_service_account" "builder" \{\s+for_each = \{(.*?)\}',
        terraform()["owner/builds.tf"],
        re.DOTALL,
    )
    assert made
    assert set(ACCOUNTS.values()) == set(re.findall(r"(\w+) +=", made[1]))


def test_what_the_tests_install_runs_without_rights() -> None:
    """The project's own check, and Terraform's, stand in the first build alone."""
    assert ["test", "package", "validate"] == list(steps(CHECK))
    assert "args: ['.ci/run']" in steps(CHECK)["test"]
    for build in (PLAN, APPLY):
        assert not re.search(r"\.ci/run|pip |requirements", builds()[build])


def test_each_step_waits_for_the_one_before() -> None:
    """Nothing is packaged before it is tested, nothing planned before it is packaged."""
    waits = {build: re.findall(r"waitFor: \['(\w+)'\]", "".join(steps(build).values())) for build in builds()}

    assert {CHECK: ["test", "package"], PLAN: ["package"], APPLY: []} == waits


@pytest.mark.parametrize("build", ACCOUNTS)
def test_images_are_pinned_by_digest(build: str) -> None:
    """A tag may be moved to another image: every step's names a full version for people, and the image's digest."""
    names = re.findall(r"(?m)^ +name: (.+)$", builds()[build])

    assert len(steps(build)) == len(names)
    assert [] == [name for name in names if not PINNED.fullmatch(name)]


def test_a_tag_alone_is_no_pin() -> None:
    """What the pattern above refuses: no digest, half of one, no version."""
    digest = "@sha256:" + "0" * 64

    wanted = {f"python:3.13.15-bookworm{digest}": True, "python:3.13.15-bookworm": False}
    wanted |= {f"python{digest}": False, f"python:3.13.15{digest[:-1]}": False, f"python:latest{digest}": False}
    assert wanted == {name: bool(PINNED.fullmatch(name)) for name in wanted}


def test_an_image_is_one_everywhere() -> None:
    """Two digests of one image would test another Terraform than the one that applies."""
    named = set(re.findall(r"(?m)^ +name: (\S+)$", "".join(builds().values())))

    assert len({name.partition(":")[0] for name in named}) == len(named)


def test_nothing_is_applied_but_by_the_deployer() -> None:
    """Only the last build applies; the others cannot, and say nothing of it."""
    assert {APPLY} == {build for build, text in builds().items() if "terraform apply" in text}


def test_a_plan_takes_everything_along_that_applying_needs(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What planning leaves holds archives, plan, variables and providers: the deployer fetches nothing else."""
    terraform = """case $1 in
init) mkdir .terraform && touch .terraform/provider ;;
plan) touch ../build/tfplan ;;
esac
echo "$@" >> calls"""
    (tmp_path / "build" / "archives").mkdir(parents=True)
    (tmp_path / "build" / "archives" / "jobs.zip").touch()

    ran = run(
        tmp_path,
        script(PLAN, "plan"),
        {"terraform": terraform},
        HOME=str(tmp_path_factory.mktemp("home")),
        ALERT_EMAIL="ops@example.com",
        PROJECT="shop-films",
        PUBLIC_URL="",
        REGION="us-central1",
        STATE_BUCKET="kept",
    )

    assert (0, "") == (ran.returncode, ran.stderr)
    with tarfile.open(tmp_path / "release.tgz") as release:
        names = {name.removeprefix("./") for name in release.getnames()}
        variables = release.extractfile("./infra/build.auto.tfvars")
        assert variables
        said = variables.read().decode()
    assert {"build/tfplan", "build/archives/jobs.zip", "infra/.terraform/provider"} <= names
    assert 'alert_email = "ops@example.com"\nproject = "shop-films"\npublic_url = ""\nregion = "us-central1"\n' == said
    assert "plan -lock=false -out=../build/tfplan" in (tmp_path / "infra" / "calls").read_text("utf-8")


def test_the_operators_own_variables_stand_over_the_builds() -> None:
    """Terraform reads *.auto.tfvars by name, the last one wins: infra/here.auto.tfvars comes after the build's."""
    written = re.search(r"> (\S+\.auto\.tfvars)", script(PLAN, "plan"))

    assert written
    assert written[1] < "here.auto.tfvars"


def applied(folder: Path, refusals: int, *, planned: bool = True) -> tuple[int, list[str]]:
    """Run the apply step before a terraform that refuses so many applies; return its code and what it called."""
    (folder / "build").mkdir(parents=True)
    (folder / "calls").touch()
    if planned:
        (folder / "build" / "tfplan").touch()
    terraform = f"""echo "$1" >> {folder}/calls
[ "$1" = plan ] || [ "$(grep -c apply {folder}/calls)" -gt {refusals} ]"""
    ran = run(folder, script(APPLY, "apply"), {"terraform": terraform, "sleep": f"echo sleep >> {folder}/calls"})
    return ran.returncode, (folder / "calls").read_text("utf-8").split()


def test_what_a_new_project_refuses_is_applied_again(tmp_path: Path) -> None:
    """The rest is planned anew and applied, without the gate of tests before it; not for ever."""
    at_once, once, never = (applied(tmp_path / str(refusals), refusals) for refusals in (0, 1, 9))

    again = ["sleep", "plan", "apply"]
    assert (0, ["apply"]) == at_once
    assert (0, ["apply", *again]) == once
    assert (1, ["apply", *again * 3]) == never


def test_without_a_plan_nothing_is_applied(tmp_path: Path) -> None:
    """A person's own folder sent in to be applied has no plan in it: refused before Terraform is asked."""
    assert (1, []) == applied(tmp_path, 0, planned=False)


@pytest.mark.parametrize("build", ACCOUNTS)
def test_its_log_goes_to_cloud_logging(build: str) -> None:
    """A build with its own account must say where its log goes."""
    assert "\n  logging: CLOUD_LOGGING_ONLY\n" in builds()[build]


@pytest.mark.parametrize("build", ACCOUNTS)
def test_every_substitution_is_declared_and_used(build: str) -> None:
    """Cloud Build refuses a build with an unknown or an unused one; a shell's own dollar is doubled."""
    text = builds()[build]
    declared = set(re.findall(r"(?m)^  (_\w+):", text))
    dollars = set(re.findall(r"(?<!\$)\$(?!\$)\{?(\w+)\}?", text))
    environ = set(re.findall(r"(?m)^    - ([A-Z_]+)=\$\{_?[A-Z_]+\}$", text))

    assert declared | ({"BUILD_ID"} if build == PLAN else set()) | {"PROJECT_ID"} == dollars
    assert environ <= set(re.findall(r"\$\$(\w+)", text))
