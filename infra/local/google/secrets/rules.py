"""What Secret Manager takes: ids, labels and payloads within the documented limits, and nothing this server lacks.

Source: docstrings of google-cloud-secret-manager 2.32.0 (Secret, SecretPayload); docs.cloud.google.com/secret-manager
quotas and etags, read 2026-11.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

import google_crc32c

from ..rpc import invalid, refuse_other_fields, unserved
from .names import SECRET_ID

MOST_PAYLOAD_BYTES = 64 * 1024
MOST_LABELS = 64
MOST_LABEL_CHARACTERS = 63
MOST_LABEL_BYTES = 128
OUTPUT_ONLY = {"name", "create_time", "etag"}
SECRET_FIELDS = frozenset({"replication", "labels"} | OUTPUT_ONLY)
IMMUTABLE = {"name", "replication", "create_time", "secret_type", "tags"}
LETTERS = {"Ll", "Lo"}
DIGITS = {"Nd", "Nl", "No"}


def read_new_secret(secret_id: str, message: Any) -> Mapping[str, str]:
    """Check a CreateSecretRequest's id and `Secret`; return the labels."""
    if not SECRET_ID.fullmatch(secret_id):
        raise invalid(f"Secret ID [{secret_id}] must match the expected format [[a-zA-Z_0-9-]{{1,255}}].")
    refuse_other_fields(message, where="Secret", served=SECRET_FIELDS)
    if not message.HasField("replication"):
        raise invalid("Secret.replication must be provided.")
    refuse_other_fields(message.replication, where="Replication", served=frozenset({"automatic"}))
    if not message.replication.HasField("automatic"):
        raise invalid("Secret.replication must be automatic or user_managed.")
    refuse_other_fields(message.replication.automatic, where="Replication.Automatic", served=frozenset())
    return read_labels(message)


def read_labels(message: Any) -> Mapping[str, str]:
    """Return a `Secret`'s labels, or refuse them."""
    labels = dict(message.labels)
    if len(labels) > MOST_LABELS:
        raise invalid(f"Secret.labels: {len(labels)} labels given, no more than {MOST_LABELS} can be assigned.")
    for key, value in labels.items():
        starts_well = bool(key) and unicodedata.category(key[0]) in LETTERS
        if not starts_well or not _fits(key) or not _fits(value):
            raise invalid(f"Secret.labels: [{key}: {value}] does not match the format of labels.")
    return labels


def check_update_mask(paths: tuple[str, ...], known: frozenset[str]) -> None:
    """Refuse an update of anything but labels, each for its reason."""
    if not paths:
        raise invalid("UpdateSecretRequest.update_mask is required.")
    for path in paths:
        if path.split(".")[0] not in known:
            raise invalid(f"update_mask path [{path}] is not a field of Secret.")
        if path in IMMUTABLE:
            raise invalid(f"Secret.{path} is immutable.")
        if path != "labels":
            raise unserved(f"update_mask path {path}")


def read_payload(payload: Any) -> tuple[bytes, int]:
    """Return a payload's data with its CRC32C, verified when the caller gave one."""
    data: bytes = payload.data
    if not data:
        raise invalid("Secret Payload cannot be empty.")
    if len(data) > MOST_PAYLOAD_BYTES:
        raise invalid(f"Secret payload size {len(data)} exceeds the limit of {MOST_PAYLOAD_BYTES} bytes.")
    checksum: int = google_crc32c.value(data)
    if payload.HasField("data_crc32c") and payload.data_crc32c != checksum:
        raise invalid("The checksum verification for the given data failed: data_crc32c does not match.")
    return data, checksum


def _fits(text: str) -> bool:
    return (
        len(text) <= MOST_LABEL_CHARACTERS
        and len(text.encode()) <= MOST_LABEL_BYTES
        and all(character in "_-" or unicodedata.category(character) in LETTERS | DIGITS for character in text)
    )
