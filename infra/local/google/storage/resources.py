"""An object and a bucket as the JSON API shows them, and what a client may say about an object when it writes one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Self
from urllib.parse import quote

from .rules import Claims, Digests, Version
from .wire import invalid, unsupported

GOOGLE = "https://www.googleapis.com"  # the host of links inside events, as Google writes them

_MULTI_REGIONS = frozenset({"ASIA", "EU", "US"})
_DUAL_REGIONS = frozenset({"ASIA1", "EUR4", "EUR5", "EUR7", "EUR8", "NAM4"})
IAM: Mapping[str, object] = {  # of every bucket
    "uniformBucketLevelAccess": {"enabled": True},
    "publicAccessPrevention": "enforced",
}
_TEXTS = {
    "cacheControl": "cache_control",
    "contentDisposition": "content_disposition",
    "contentLanguage": "content_language",
    "contentType": "content_type",
    "customTime": "custom_time",
}
# Output-only fields: a client that patches what it read sends them back, and Cloud Storage ignores them.
_OUTPUT = frozenset(
    (
        "bucket",
        "componentCount",
        "etag",
        "generation",
        "id",
        "kind",
        "mediaLink",
        "metageneration",
        "name",
        "owner",
        "selfLink",
        "size",
        "timeCreated",
        "timeFinalized",
        "timeStorageClassUpdated",
        "updated",
    )
)
_UNSUPPORTED = frozenset(
    (
        "acl",
        "contexts",
        "customerEncryption",
        "eventBasedHold",
        "hardDeleteTime",
        "kmsKeyName",
        "retention",
        "retentionExpirationTime",
        "softDeleteTime",
        "temporaryHold",
        "timeDeleted",
    )
)
# Bytes of custom metadata: of a name, of a value, of all together (google.storage.v1, ServiceConstants).
_NAME_MOST, _VALUE_MOST, _CUSTOM_MOST = 1024, 4096, 8192


@dataclass(frozen=True, slots=True)
class Description:
    """What a client says about an object besides its bytes."""

    content_type: str | None = None
    content_disposition: str | None = None
    content_language: str | None = None
    cache_control: str | None = None
    custom_time: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()

    def patched(self, resource: Mapping[str, object], *, replacing: bool = False) -> "Description":
        """Apply a JSON object resource: null removes, an absent field stays (or, when replacing, goes)."""
        base = Description() if replacing else self
        changes: dict[str, str | None] = {}
        for key, value in resource.items():
            match key:
                case "metadata" | "crc32c" | "md5Hash":
                    continue
                case "storageClass" if value not in {None, "STANDARD"}:
                    raise unsupported(f"the storage class {value!r}")
                case "contentEncoding" if value not in {None, "", "identity"}:
                    raise unsupported(f"the content encoding {value!r} (decompressive transcoding)")
                case "storageClass" | "contentEncoding":
                    continue
                case _ if key in _TEXTS:
                    changes[_TEXTS[key]] = _text(key, value)
                case _ if key in _UNSUPPORTED and value not in (None, [], {}, False):
                    raise unsupported(f"the object field {key!r}")
                case _ if key not in _OUTPUT | _UNSUPPORTED:
                    raise invalid(f"Unknown object field: {key!r}.")
        metadata = _merged(base.metadata, resource["metadata"]) if "metadata" in resource else base.metadata
        return replace(base, metadata=metadata, **changes)

    def to_text(self) -> str:
        """Write it for a database column."""
        return json.dumps({part.name: getattr(self, part.name) for part in fields(self)})

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote."""
        stored = json.loads(text)
        stored["metadata"] = tuple((key, value) for key, value in stored["metadata"])
        return cls(**stored)


def _text(key: str, value: object) -> str | None:
    if value is None or (isinstance(value, str) and value.isprintable()):
        return value or None
    raise invalid(f"Invalid value for {key}: {value!r}.")


def _merged(old: tuple[tuple[str, str], ...], new: object) -> tuple[tuple[str, str], ...]:
    if new is None:
        return ()
    if not isinstance(new, dict):
        raise invalid(f"Invalid value for metadata: {new!r}.")
    merged = dict(old)
    for key, value in new.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, str):
            merged[key] = value
        else:
            raise invalid(f"Invalid value for metadata.{key}: {value!r}.")
    sizes = [(len(key.encode()), len(text.encode())) for key, text in merged.items()]
    if any(name > _NAME_MOST or value > _VALUE_MOST for name, value in sizes) or sum(map(sum, sizes)) > _CUSTOM_MOST:
        most = f"{_NAME_MOST} bytes a name, {_VALUE_MOST} a value, {_CUSTOM_MOST} in all"
        raise invalid(f"Custom metadata is too large: it may have {most}.")
    return tuple(sorted(merged.items()))


def read_resource_claims(resource: Mapping[str, object]) -> Claims:
    """Read the checksums a JSON object resource claims."""
    crc32c, md5 = (_text(key, resource.get(key)) for key in ("crc32c", "md5Hash"))
    return Claims(crc32c=(crc32c,) if crc32c else (), md5=(md5,) if md5 else ())


@dataclass(frozen=True, slots=True)
class Stored:
    """A live object: its identity, its bytes' measure, and its description."""

    bucket: str
    name: str
    version: Version
    size: int
    digests: Digests
    file: str
    created: datetime
    updated: datetime
    description: Description = field(default_factory=Description)


def stamp(moment: datetime) -> str:
    """Write a moment as Google's JSON does: RFC 3339 with milliseconds and Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def object_resource(stored: Stored, host: str) -> dict[str, object]:
    """Build the JSON API's object resource; links lead to `host`."""
    generation = str(stored.version.generation)
    path = f"storage/v1/b/{stored.bucket}/o/{quote(stored.name, safe='~')}"
    created, description = stamp(stored.created), stored.description
    resource: dict[str, object] = {
        "kind": "storage#object",
        "id": f"{stored.bucket}/{stored.name}/{generation}",
        "selfLink": f"{host}/{path}",
        "mediaLink": f"{host}/download/{path}?generation={generation}&alt=media",
        "name": stored.name,
        "bucket": stored.bucket,
        "generation": generation,
        "metageneration": str(stored.version.metageneration),
        "storageClass": "STANDARD",
        "size": str(stored.size),
        "md5Hash": stored.digests.md5,
        "crc32c": stored.digests.crc32c,
        "etag": stored.version.etag,
        "timeCreated": created,
        "updated": stamp(stored.updated),
        "timeStorageClassUpdated": created,
        "timeFinalized": created,
    }
    resource |= {key: value for key, part in _TEXTS.items() if (value := getattr(description, part)) is not None}
    if description.metadata:
        resource["metadata"] = dict(description.metadata)
    return resource


def bucket_resource(
    name: str, location: str, age_days: tuple[tuple[str, int], ...], created: datetime, host: str
) -> object:
    """Build the JSON API's bucket resource: uniform access, public access prevented, no versions kept."""
    resource: dict[str, object] = {
        "kind": "storage#bucket",
        "id": name,
        "selfLink": f"{host}/storage/v1/b/{name}",
        "name": name,
        "projectNumber": "0",
        "metageneration": "1",
        "location": location,
        "locationType": _location_type(location),
        "storageClass": "STANDARD",
        "etag": Version(0, 1).etag,
        "timeCreated": stamp(created),
        "updated": stamp(created),
        "iamConfiguration": IAM,
        "softDeletePolicy": {"retentionDurationSeconds": "0"},
    }
    if resource["locationType"] != "region":
        resource["rpo"] = "DEFAULT"
    if age_days:
        rules = [
            {"action": {"type": "Delete"}, "condition": {"age": age, "matchesPrefix": [prefix]}}
            for prefix, age in age_days
        ]
        resource["lifecycle"] = {"rule": rules}
    return resource


def _location_type(location: str) -> str:
    if location in _MULTI_REGIONS:
        return "multi-region"
    return "dual-region" if location in _DUAL_REGIONS else "region"
