"""What was acknowledged survives the server's death, what was destroyed leaves no trace; other methods are refused."""

import signal
import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from google.cloud.secretmanager_v1.services.secret_manager_service.transports.grpc import (
    SecretManagerServiceGrpcTransport,
)

from infra.local.google.secrets.service import SERVICE
from tests.google.elsewhere import stand_in
from tests.google.secrets.conftest import StartVault
from tests.google.secrets.world import PROJECT, Vault, connect, version_of

SERVE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from infra.local.google.secrets.server import SecretsServer

server = SecretsServer(Path(sys.argv[1]), clock=lambda: datetime.now(UTC))
print(server.start(), flush=True)
sys.stdin.read()
"""
SERVED = {
    *("CreateSecret", "GetSecret", "ListSecrets", "UpdateSecret", "DeleteSecret"),
    *("AddSecretVersion", "GetSecretVersion", "ListSecretVersions", "AccessSecretVersion"),
    *("EnableSecretVersion", "DisableSecretVersion", "DestroySecretVersion"),
}
NOT_SERVED = ["GetIamPolicy", "SetIamPolicy", "TestIamPermissions", "EnableManagedRotation", "RotateSecret"]


def test_versions_survive_a_kill(tmp_path: Path, start_vault: StartVault) -> None:
    """Versions added just before a kill -9 are all accessible on the next server."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdout is not None
        channel, client = connect(process.stdout.readline().strip())
        client.create_secret(
            request={"parent": PROJECT, "secret_id": "key", "secret": {"replication": {"automatic": {}}}}
        )
        for number in range(1, 11):
            payload = {"data": f"value {number}".encode()}
            client.add_secret_version(request={"parent": f"{PROJECT}/secrets/key", "payload": payload})
        process.send_signal(signal.SIGKILL)
        channel.close()

    vault = start_vault()

    assert [vault.read(str(number)) for number in range(1, 11)] == [
        f"value {number}".encode() for number in range(1, 11)
    ]


def test_a_restart_forgets_nothing(start_vault: StartVault) -> None:
    """Labels, etags, states and checksums are as before."""
    first = start_vault()
    first.create(labels={"tenant": "t1"})
    first.add(b"a")
    first.add(b"b")
    first.client.disable_secret_version(name=version_of("1"))
    names = {"secret": f"{PROJECT}/secrets/key", "version": version_of("1"), "latest": version_of("latest")}

    def seen(vault: Vault) -> tuple[object, ...]:
        return (
            vault.client.get_secret(name=names["secret"]),
            vault.client.get_secret_version(name=names["version"]),
            vault.client.access_secret_version(name=names["latest"]),
        )

    before = seen(first)
    first.server.stop()

    assert seen(start_vault()) == before


def test_a_destroyed_payload_is_wiped_from_the_file(tmp_path: Path, start_vault: StartVault) -> None:
    """After destroy and stop no file of the server holds the payload's bytes."""
    vault = start_vault()
    vault.create()
    vault.add(b"hg_the-tenants-key")
    vault.client.destroy_secret_version(name=version_of("1"))
    vault.server.stop()

    assert [path.name for path in tmp_path.iterdir() if b"hg_the-tenants-key" in path.read_bytes()] == []


def test_only_the_owner_may_read_the_file(tmp_path: Path, vault: Vault) -> None:
    """The file that holds keys is closed to other users of the machine."""
    vault.create()

    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("secrets.sqlite*")} == {0}


def test_the_two_lists_are_all_there_is() -> None:
    """Google's client of today knows no method outside the two lists."""
    known = {
        "".join(word.capitalize() for word in name.split("_"))
        for name in vars(SecretManagerServiceGrpcTransport)
        if not name.startswith("_")
    }
    plumbing = {"CreateChannel", "GrpcChannel", "Close", "Kind"}
    other_services = {"ListLocations", "GetLocation"}

    assert known - plumbing - other_services == SERVED | set(NOT_SERVED)


@pytest.mark.parametrize("method", NOT_SERVED)
@stand_in("secrets")
def test_a_method_not_played_is_refused_by_name(vault: Vault, method: str) -> None:
    """UNIMPLEMENTED, and the method's name stands in the message."""
    call = vault.channel.unary_unary(f"/{SERVICE}/{method}", request_serializer=bytes, response_deserializer=bytes)

    with pytest.raises(grpc.RpcError) as error:
        call(b"")

    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert method in (error.value.details() or "")
