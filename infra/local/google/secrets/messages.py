"""Google's protobuf messages for Secret Manager: which class carries which call, and our model written into them."""

from typing import Any

from google.cloud.secretmanager_v1.types import resources, service

from .model import Secret, Version
from .names import version_name

CreateSecret = service.CreateSecretRequest.pb()
GetSecret = service.GetSecretRequest.pb()
ListSecrets = service.ListSecretsRequest.pb()
UpdateSecret = service.UpdateSecretRequest.pb()
DeleteSecret = service.DeleteSecretRequest.pb()
AddSecretVersion = service.AddSecretVersionRequest.pb()
GetSecretVersion = service.GetSecretVersionRequest.pb()
ListSecretVersions = service.ListSecretVersionsRequest.pb()
AccessSecretVersion = service.AccessSecretVersionRequest.pb()
EnableSecretVersion = service.EnableSecretVersionRequest.pb()
DisableSecretVersion = service.DisableSecretVersionRequest.pb()
DestroySecretVersion = service.DestroySecretVersionRequest.pb()
SecretsPage = service.ListSecretsResponse.pb()
VersionsPage = service.ListSecretVersionsResponse.pb()
Accessed = service.AccessSecretVersionResponse.pb()
SecretMessage = resources.Secret.pb()
VersionMessage = resources.SecretVersion.pb()

SECRET_FIELDS = frozenset(field.name for field in SecretMessage.DESCRIPTOR.fields)


def secret_message(kept: Secret) -> Any:
    """Return a secret as Google answers it."""
    message = SecretMessage(name=kept.name, labels=dict(kept.labels), etag=kept.etag)
    message.replication.automatic.SetInParent()
    message.create_time.FromDatetime(kept.created)
    return message


def version_message(kept: Version) -> Any:
    """Return a version as Google answers it, without its payload."""
    message = VersionMessage(
        name=version_name(kept.secret, kept.number),
        state=kept.state.value,
        etag=kept.etag,
        client_specified_payload_checksum=kept.checksum_given,
    )
    message.replication_status.automatic.SetInParent()
    message.create_time.FromDatetime(kept.created)
    if kept.destroyed is not None:
        message.destroy_time.FromDatetime(kept.destroyed)
    return message


def accessed_message(kept: Version) -> Any:
    """Return a version's payload with its checksum."""
    message = Accessed(name=version_name(kept.secret, kept.number))
    message.payload.data = kept.payload
    message.payload.data_crc32c = kept.crc32c
    return message
