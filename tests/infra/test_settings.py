"""A deployed function gets the settings it needs, and none that only the laptop may have."""

import re
from dataclasses import MISSING, fields

from shared.config import Settings
from tests.infra.inventory import block, builds, terraform

LAPTOPS = {  # endpoints of emulators, read by Google's own libraries
    "FIRESTORE_EMULATOR_HOST",
    "STORAGE_EMULATOR_HOST",
    "GCE_METADATA_HOST",
    "GCE_METADATA_IP",
    "GCE_METADATA_ROOT",
    "PUBSUB_EMULATOR_HOST",
}
PLATFORMS = {"DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "GRPC_ENABLE_FORK_SUPPORT", "LOG_EXECUTION_ID"}


def environment() -> set[str]:
    """Return the names of all variables functions are deployed with."""
    return set(re.findall(r"(?m)^\s*([A-Z][A-Z_]+)\s*=", block(terraform()["functions.tf"], "environment = {")))


def test_what_settings_require_is_what_terraform_sets() -> None:
    """Every required setting is set, and beside them only the region and the platform's switches."""
    required = {item.metadata["setting"].variable for item in fields(Settings) if item.default is MISSING}

    assert required | {"ABROLL_LOCATION"} | PLATFORMS == environment()


def test_threads_are_the_functions_concurrency() -> None:
    """THREADS, the one variable that differs, is the row's concurrency (else requests queue inside an instance)."""
    assert "{ THREADS = tostring(each.value.concurrency) }" in terraform()["functions.tf"]
    assert "max_instance_request_concurrency = each.value.concurrency" in terraform()["functions.tf"]


def test_no_endpoint_and_no_exception_is_ever_deployed() -> None:
    """Neither Terraform nor the build names an endpoint, an emulator or a private address that may be reached."""
    ours = {item.metadata["setting"].variable for item in fields(Settings)}
    forbidden = {name for name in ours if name.endswith("_ENDPOINT")} | {"ABROLL_EGRESS_ALLOW"} | LAPTOPS
    deployed = {**terraform(), **builds()}

    found = {(file, name) for file, text in deployed.items() for name in forbidden if name in text}

    assert set() == found


def test_no_secret_value_and_no_project_stands_in_a_file() -> None:
    """Secrets have no version in Terraform, and whose project it is comes from outside."""
    text = "\n".join(terraform().values())

    assert "google_secret_manager_secret_version" not in text
    assert "secret_data" not in text
    assert ["var.project"] * text.count("project_id = ") == re.findall(r"project_id = (\S+)", text)
