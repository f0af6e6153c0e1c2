"""google.cloud.secretmanager.v1.SecretManagerService over a store: twelve of its methods, the others refused by name.

Who may do what is not checked: the laptop has one user. Refusals carry Google's status codes; where the wording is
known from the real service it is Google's too.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from secrets import token_hex
from typing import Any, TypeVar

import grpc

from ..rpc import Method, Refused, invalid, page_of, unserved
from . import messages
from .model import Secret, Version, VersionState
from .names import VersionName, read_project, read_secret, read_version, version_name
from .rules import check_update_mask, read_labels, read_new_secret, read_payload
from .store import Store

SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"
LARGEST_PAGE = 25000
MOST = 10**20 - 1  # above any sequence or number

Item = TypeVar("Item")


class Service:
    """Answers the calls."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def methods(self) -> Mapping[str, Method]:
        """Return the RPCs by name."""
        return {
            "CreateSecret": Method(messages.CreateSecret.FromString, self.create_secret),
            "GetSecret": Method(messages.GetSecret.FromString, self.get_secret),
            "ListSecrets": Method(messages.ListSecrets.FromString, self.list_secrets),
            "UpdateSecret": Method(messages.UpdateSecret.FromString, self.update_secret),
            "DeleteSecret": Method(messages.DeleteSecret.FromString, self.delete_secret),
            "AddSecretVersion": Method(messages.AddSecretVersion.FromString, self.add_version),
            "GetSecretVersion": Method(messages.GetSecretVersion.FromString, self.get_version),
            "ListSecretVersions": Method(messages.ListSecretVersions.FromString, self.list_versions),
            "AccessSecretVersion": Method(messages.AccessSecretVersion.FromString, self.access_version),
            "EnableSecretVersion": Method(messages.EnableSecretVersion.FromString, self.enable_version),
            "DisableSecretVersion": Method(messages.DisableSecretVersion.FromString, self.disable_version),
            "DestroySecretVersion": Method(messages.DestroySecretVersion.FromString, self.destroy_version),
        }

    def create_secret(self, request: Any) -> Any:
        """Keep a secret without versions."""
        name = f"{read_project(request.parent)}/secrets/{request.secret_id}"
        labels = read_new_secret(request.secret_id, request.secret)
        secret = Secret(name, self._clock(), labels, token_hex(8))
        with self._store.transaction():
            if self._store.secret(name) is not None:
                raise Refused(grpc.StatusCode.ALREADY_EXISTS, f"Secret [{name}] already exists.")
            self._store.add_secret(secret)
        return messages.secret_message(secret)

    def get_secret(self, request: Any) -> Any:
        """Return a secret."""
        return messages.secret_message(self._secret(read_secret(request.name)))

    def list_secrets(self, request: Any) -> Any:
        """Return a page of a project's secrets, newest first."""
        secrets = self._store.secrets(read_project(request.parent))
        _refuse_filter(request, "ListSecretsRequest")
        page, token = page_of(
            secrets, request, largest=LARGEST_PAGE, place=lambda secret: _newest_first(secret.sequence)
        )
        found = [messages.secret_message(secret) for secret in page]
        return messages.SecretsPage(secrets=found, next_page_token=token, total_size=len(secrets))

    def update_secret(self, request: Any) -> Any:
        """Replace a secret's labels, if the etag given, if any, is still its own."""
        name = read_secret(request.secret.name)
        check_update_mask(tuple(request.update_mask.paths), messages.SECRET_FIELDS)
        labels = read_labels(request.secret)
        with self._store.transaction():
            kept = self._secret(name)
            _check_etag(request.secret.etag, kept.etag)
            changed = replace(kept, labels=labels, revision=kept.revision + 1)
            self._store.update_secret(changed)
        return messages.secret_message(changed)

    def delete_secret(self, request: Any) -> None:
        """Delete a secret with all its versions, at once and for good."""
        with self._store.transaction():
            kept = self._secret(read_secret(request.name))
            _check_etag(request.etag, kept.etag)
            self._store.delete_secret(kept.name)

    def add_version(self, request: Any) -> Any:
        """Keep a payload as the secret's next version, enabled."""
        name = read_secret(request.parent)
        data, checksum = read_payload(request.payload)
        with self._store.transaction():
            secret = self._secret(name)
            newest = self._store.newest(name)
            version = Version(
                secret=secret.name,
                number=newest.number + 1 if newest else 1,
                created=self._clock(),
                payload=data,
                crc32c=checksum,
                checksum_given=request.payload.HasField("data_crc32c"),
                uid=token_hex(8),
            )
            self._store.save_version(version)
        return messages.version_message(version)

    def get_version(self, request: Any) -> Any:
        """Return a version's state."""
        return messages.version_message(self._version(read_version(request.name)))

    def list_versions(self, request: Any) -> Any:
        """Return a page of a secret's versions, newest first, destroyed ones among them."""
        versions = self._store.versions(self._secret(read_secret(request.parent)).name)
        _refuse_filter(request, "ListSecretVersionsRequest")
        page, token = page_of(
            versions, request, largest=LARGEST_PAGE, place=lambda version: _newest_first(version.number)
        )
        found = [messages.version_message(version) for version in page]
        return messages.VersionsPage(versions=found, next_page_token=token, total_size=len(versions))

    def access_version(self, request: Any) -> Any:
        """Return a payload; `latest` is the newest version whatever its state."""
        version = self._version(read_version(request.name))
        if version.state is not VersionState.ENABLED:
            raise _in_state(version)
        return messages.accessed_message(version)

    def enable_version(self, request: Any) -> Any:
        """Make a version accessible."""
        return self._change(request, VersionState.ENABLED)

    def disable_version(self, request: Any) -> Any:
        """Make a version inaccessible until it is enabled again."""
        return self._change(request, VersionState.DISABLED)

    def destroy_version(self, request: Any) -> Any:
        """Wipe a version's payload for good."""
        return self._change(request, VersionState.DESTROYED)

    def _change(self, request: Any, state: VersionState) -> Any:
        name = read_version(request.name)
        if name.number is None:
            raise invalid(f"[{request.name}] must name a version by its number: latest only serves get and access.")
        with self._store.transaction():
            kept = self._version(name)
            _check_etag(request.etag, kept.etag)
            if kept.state is VersionState.DESTROYED:
                raise _in_state(kept)
            changed = replace(kept, state=state, revision=kept.revision + 1)
            if state is VersionState.DESTROYED:
                changed = replace(changed, payload=b"", crc32c=0, destroyed=self._clock())
            self._store.save_version(changed)
        return messages.version_message(changed)

    def _secret(self, name: str) -> Secret:
        secret = self._store.secret(name)
        if secret is None:
            raise Refused(grpc.StatusCode.NOT_FOUND, f"Secret [{name}] not found.")
        return secret

    def _version(self, name: VersionName) -> Version:
        if name.number is None:
            newest = self._store.newest(name.secret)
            if newest is None:
                raise Refused(grpc.StatusCode.NOT_FOUND, f"Secret [{name.secret}] not found or has no versions.")
            return newest
        version = self._store.version(name.secret, name.number)
        if version is None:
            asked = version_name(name.secret, name.number)
            raise Refused(grpc.StatusCode.NOT_FOUND, f"Secret Version [{asked}] not found.")
        return version


def _in_state(version: Version) -> Refused:
    name = version_name(version.secret, version.number)
    return Refused(grpc.StatusCode.FAILED_PRECONDITION, f"Secret Version [{name}] is in {version.state} state.")


def _check_etag(asked: str, kept: str) -> None:
    if asked and asked != kept:
        raise Refused(grpc.StatusCode.FAILED_PRECONDITION, f"The etag [{asked}] does not match the current one.")


def _newest_first(number: int) -> str:
    return f"{MOST - number:020d}"


def _refuse_filter(request: Any, where: str) -> None:
    if request.filter:
        raise unserved(f"{where}.filter")
