"""The settings say everything that is read from the environment, and say all that is wrong with it at once."""

import ast
import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from infra.local.world import Places, World
from shared.config import BadSettings, Settings, declared, settings
from tests.rules.sources import PRODUCT, ROOT, deployed_files, dotted, name_of, parsed

REQUIRED = {item.metadata["setting"].variable for item in fields(Settings) if item.default is MISSING}
VARIABLES = {setting.variable for setting in declared().values()}
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.putenv"}
SECRET = re.compile(r"(KEY|PASSWORD|SECRET|TOKEN|CREDENTIALS)$")


@pytest.fixture
def laptop(tmp_path: Path) -> dict[str, str]:
    """Return what the laptop's functions run with."""
    return Places.of(tmp_path, World(port=0)).environment()


def test_all_mistakes_are_told_at_once() -> None:
    """Whoever deploys reads every missing and wrong variable in one message, each missing one with its sentence."""
    wrong = {"ABROLL_TASK_URL": "https://functions.example", "ABROLL_PUBLIC_URL": "https://functions.example/"}

    with pytest.raises(BadSettings) as refused:
        settings(wrong)

    message = str(refused.value)
    told = {variable for variable in VARIABLES if re.search(rf"\b{variable}\b", message)}
    assert REQUIRED == told
    for setting in declared().values():
        if setting.variable in REQUIRED - set(wrong):
            assert f"{setting.variable} is not set: {setting.sentence}" in message


def test_an_empty_variable_is_one_nobody_set(laptop: dict[str, str]) -> None:
    """Terraform writes unset things as empty text: a required one is still missing, others keep their default."""
    read = settings(laptop | {"ABROLL_LOCATION": "", "ABROLL_VEO_ENDPOINT": ""})

    with pytest.raises(BadSettings, match="ABROLL_PROJECT is not set"):
        settings(laptop | {"ABROLL_PROJECT": ""})

    assert ("us-central1", "https://us-central1-aiplatform.googleapis.com") == (read.location, read.veo_endpoint)


def test_every_setting_is_a_variable_of_ours_with_a_sentence() -> None:
    """A setting's name says whose it is, its sentence why it is there."""
    for setting in declared().values():
        assert re.fullmatch(r"ABROLL(_[A-Z]+)+", setting.variable)
        assert re.fullmatch(r"\S.{10,}\.", setting.sentence)

    assert len(VARIABLES) == len(fields(Settings))


def test_nothing_secret_is_a_setting(laptop: dict[str, str]) -> None:
    """All settings may be logged: keys and secrets live in Secret Manager, never in a function's environment."""
    printed = settings(laptop).printed

    assert VARIABLES == set(printed)
    assert set() == {variable for variable in VARIABLES if SECRET.search(variable)}


def test_every_variable_named_in_code_is_declared() -> None:
    """Code, Terraform and the laptop name no variable the settings do not explain."""
    named: dict[str, set[str]] = {}
    sources = [*deployed_files(*PRODUCT), *(ROOT / "infra").rglob("*.tf"), *(ROOT / "infra").rglob("*.json")]
    for path in sources:
        for variable in re.findall(r"\bABROLL_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")):
            named.setdefault(variable, set()).add(name_of(path))

    assert {} == {variable: where for variable, where in named.items() if variable not in VARIABLES}
    assert set(named) == VARIABLES


def test_the_environment_is_read_in_one_place() -> None:
    """What is deployed asks the environment once, in the wiring; everything else is handed its settings."""
    readers = {
        name_of(path)
        for path in deployed_files("functions", "shared")
        for node in ast.walk(parsed(path))
        if dotted(node) in ENVIRONMENT
    }

    assert {"shared/wiring.py"} == readers


def test_the_laptop_sets_what_is_required(laptop: dict[str, str]) -> None:
    """The laptop's functions are given the very settings the cloud's are, and nothing else of ours."""
    ours = {variable for variable in laptop if variable.startswith("ABROLL_")}

    assert settings(laptop).project
    assert REQUIRED <= ours <= VARIABLES


def test_the_laptop_speaks_to_nothing_but_itself(laptop: dict[str, str]) -> None:
    """Every endpoint there is, is a loopback address on the laptop: no call can reach a real cloud or vendor."""
    endpoints = {variable for variable in VARIABLES if variable.endswith(("_ENDPOINT", "_URL"))}
    emulators = {"FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", "GCE_METADATA_HOST", "GCE_METADATA_IP"}

    assert set() == {
        name for name in endpoints | emulators if not re.match(r"(http://)?127\.0\.0\.1:\d+", laptop.get(name, ""))
    }
