"""The settings: every variable abroll reads, with a sentence each; read once, all mistakes reported together.

Google's own emulator variables (FIRESTORE_EMULATOR_HOST, STORAGE_EMULATOR_HOST, GCE_METADATA_HOST) are read by Google's
libraries, not by us. The endpoints below are empty in the cloud, by test of the Terraform.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

KEY_FORMS = ("shown", "base64")
SHIPPED_TABLES = Path(__file__).parent / "tables.json"


class BadSettings(Exception):
    """One or more settings are missing or wrong; the message names every one."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a setting is called outside, and why it is there."""

    variable: str
    sentence: str


def _setting(variable: str, sentence: str, default: str | None = None) -> str:
    metadata = {"setting": Setting(variable, sentence)}
    if default is None:
        declared: str = field(metadata=metadata)
    else:
        declared = field(metadata=metadata, default=default)
    return declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where this abroll runs and what it talks to."""

    project: str = _setting("ABROLL_PROJECT", "The Google Cloud project's id.")
    location: str = _setting("ABROLL_LOCATION", "Region of functions and queues.", "us-central1")
    public_url: str = _setting(
        "ABROLL_PUBLIC_URL", "What callers see before a function's name, without a slash at the end."
    )
    task_url: str = _setting(
        "ABROLL_TASK_URL", "A function's URL for tasks and their audience; {function} and {service} are filled in."
    )
    invoker: str = _setting("ABROLL_INVOKER", "The account tasks are delivered as; the platform lets only it in.")
    takes_bucket: str = _setting("ABROLL_TAKES_BUCKET", "Veo's output; every object there triggers veo_output.")
    films_bucket: str = _setting("ABROLL_FILMS_BUCKET", "Images, presenter takes, films and posters.")
    tables: str = _setting("ABROLL_TABLES", "Path of the capability, price and timeout tables.", str(SHIPPED_TABLES))
    egress_allow: str = _setting(
        "ABROLL_EGRESS_ALLOW", "Comma-separated scheme://host-or-CIDR:port that may be private.", ""
    )
    signer: str = _setting("ABROLL_SIGNER", "The account whose key signs film links; empty: the function's own.", "")
    tasks_endpoint: str = _setting(
        "ABROLL_TASKS_ENDPOINT", "host:port of a Cloud Tasks without TLS; empty: Google's.", ""
    )
    secrets_endpoint: str = _setting(
        "ABROLL_SECRETS_ENDPOINT", "host:port of a Secret Manager without TLS; empty: Google's.", ""
    )
    iam_endpoint: str = _setting(
        "ABROLL_IAM_ENDPOINT", "Where signBlob is asked.", "https://iamcredentials.googleapis.com"
    )
    veo_endpoint: str = _setting(
        "ABROLL_VEO_ENDPOINT", "Where Veo is asked.", "https://us-central1-aiplatform.googleapis.com"
    )
    heygen_endpoint: str = _setting("ABROLL_HEYGEN_ENDPOINT", "Where HeyGen is asked.", "https://api.heygen.com")
    did_endpoint: str = _setting("ABROLL_DID_ENDPOINT", "Where D-ID is asked.", "https://api.d-id.com")
    did_key_form: str = _setting(
        "ABROLL_DID_KEY_FORM", "How D-ID's keys are sent: `shown`, as its Studio shows them, or `base64`.", "shown"
    )
    callback_sources: str = _setting(
        "ABROLL_CALLBACK_SOURCES", "Comma-separated networks provider_webhook takes calls from; empty: any.", ""
    )

    def function_url(self, function: str) -> str:
        """Return where a task reaches a function: also the audience of its token."""
        return self.task_url.format(function=function, service=function.replace("_", "-"))

    @property
    def allowed(self) -> tuple[str, ...]:
        """The egress exceptions, one by one."""
        return tuple(entry.strip() for entry in self.egress_allow.split(",") if entry.strip())

    @property
    def printed(self) -> dict[str, str]:
        """All settings as they may be logged: none of them is a secret."""
        return {setting.variable: str(getattr(self, name)) for name, setting in declared().items()}


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Read comma-separated networks, "203.0.113.0/24, 2001:db8::/32". Raises ValueError."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def declared() -> dict[str, Setting]:
    """Return every setting by its field's name."""
    return {item.name: item.metadata["setting"] for item in fields(Settings)}


def settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings; raises BadSettings naming all that is missing or wrong."""
    found: dict[str, str] = {}
    wrong: list[str] = []
    for item in fields(Settings):
        setting: Setting = item.metadata["setting"]
        value = environ.get(setting.variable, "")
        if value:
            found[item.name] = value
        elif isinstance(item.default, str):
            found[item.name] = item.default
        else:
            wrong.append(f"{setting.variable} is not set: {setting.sentence}")
    task_url = found.get("task_url", "{function}")
    if "{function}" not in task_url and "{service}" not in task_url:
        wrong.append("ABROLL_TASK_URL names neither {function} nor {service}")
    if found.get("public_url", "").endswith("/"):
        wrong.append("ABROLL_PUBLIC_URL ends in a slash")
    if found.get("did_key_form") not in KEY_FORMS:
        wrong.append(f"ABROLL_DID_KEY_FORM is none of {', '.join(KEY_FORMS)}")
    try:
        networks(found.get("callback_sources", ""))
    except ValueError as odd:
        wrong.append(f"ABROLL_CALLBACK_SOURCES: {odd}")
    if wrong:
        raise BadSettings("; ".join(wrong))
    return Settings(**found)


def read_tables(path: str) -> dict[str, object]:
    """Read the tables file; raises BadSettings when it is no JSON object."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as broken:
        raise BadSettings(f"ABROLL_TABLES: {path} cannot be read as JSON: {broken}") from broken
    if not isinstance(data, dict):
        raise BadSettings(f"ABROLL_TABLES: {path} is no JSON object")
    return data
