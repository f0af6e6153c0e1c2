"""Versions: added, accessed, switched off and on, destroyed."""

import google_crc32c
import pytest
from google.api_core.exceptions import FailedPrecondition, InvalidArgument, MethodNotImplemented, NotFound
from google.cloud.secretmanager_v1.types import SecretVersion

from tests.google.elsewhere import stand_in
from tests.google.secrets.world import NUMBERED, PROJECT, Vault, version_of

DATA = b"hg_\x00\xff-secret"


def test_versions_count_from_one(vault: Vault) -> None:
    """The first version is 1, the next 2; each starts enabled (SecretVersion.name)."""
    vault.create()

    first, second = vault.add(b"a"), vault.add(b"b")

    assert [first.name, second.name] == [f"{NUMBERED}/secrets/key/versions/{number}" for number in (1, 2)]
    assert first.state is SecretVersion.State.ENABLED
    assert first.create_time == vault.clock.now
    assert first.etag != second.etag


def test_access_gives_the_payload_and_its_checksum(vault: Vault) -> None:
    """The answer carries name by number, data and CRC32C, also when the caller gave no checksum (SecretPayload)."""
    vault.create()
    added = vault.add(DATA)

    accessed = vault.client.access_secret_version(name=version_of("1"))

    assert accessed.name == f"{NUMBERED}/secrets/key/versions/1"
    assert accessed.payload.data == DATA
    assert accessed.payload.data_crc32c == google_crc32c.value(DATA)
    assert added.client_specified_payload_checksum is False


def test_a_right_checksum_is_noted(vault: Vault) -> None:
    """data_crc32c is verified on add and the version says it was given."""
    vault.create()

    assert vault.add(DATA, data_crc32c=google_crc32c.value(DATA)).client_specified_payload_checksum is True


def test_a_wrong_checksum_is_invalid(vault: Vault) -> None:
    """A payload damaged on its way is refused and no version is made."""
    vault.create()

    with pytest.raises(InvalidArgument, match="checksum"):
        vault.add(DATA, data_crc32c=google_crc32c.value(DATA) ^ 1)
    assert list(vault.client.list_secret_versions(parent=f"{PROJECT}/secrets/key")) == []


def test_64_kib_are_the_most(vault: Vault) -> None:
    """65,536 bytes are taken, one more is INVALID_ARGUMENT (quotas)."""
    vault.create()

    vault.add(b"x" * 65536)
    with pytest.raises(InvalidArgument, match="65536"):
        vault.add(b"x" * 65537)


def test_an_empty_payload_is_invalid(vault: Vault) -> None:
    """The real service says "Secret Payload cannot be empty."."""
    vault.create()

    with pytest.raises(InvalidArgument, match="cannot be empty"):
        vault.add(b"")


def test_latest_is_the_newest_version(vault: Vault) -> None:
    """`latest` is an alias to the most recently created version, for get and access."""
    vault.create()
    vault.add(b"old")
    vault.add(b"new")

    assert vault.read("latest") == b"new"
    assert vault.client.get_secret_version(name=version_of("latest")).name.endswith("/versions/2")


def test_latest_does_not_look_for_an_enabled_one(vault: Vault) -> None:
    """With the newest disabled or destroyed, `latest` fails though an older one is enabled (get-secretmanager#268)."""
    vault.create()
    vault.add(b"old")
    newest = vault.add(b"new")

    vault.client.disable_secret_version(name=newest.name)
    with pytest.raises(FailedPrecondition, match="is in DISABLED state"):
        vault.read("latest")

    vault.client.destroy_secret_version(name=newest.name)
    with pytest.raises(FailedPrecondition, match="is in DESTROYED state"):
        vault.read("latest")
    assert vault.read("1") == b"old"


def test_latest_of_no_versions_is_not_found(vault: Vault) -> None:
    """An empty or missing secret's `latest` is NOT_FOUND in Google's words."""
    vault.create()

    for secret in ("key", "missing"):
        with pytest.raises(NotFound, match="not found or has no versions"):
            vault.read("latest", of=secret)


@pytest.mark.parametrize("version", ["2", "999999999"])
def test_an_unknown_version_is_not_found(vault: Vault, version: str) -> None:
    """NOT_FOUND names the version."""
    vault.create()
    vault.add()

    with pytest.raises(NotFound, match=f"versions/{version}"):
        vault.read(version)


def test_a_disabled_version_comes_back(vault: Vault) -> None:
    """Disable hides the payload, enable shows the same one again."""
    vault.create()
    vault.add(DATA)

    disabled = vault.client.disable_secret_version(name=version_of("1"))
    with pytest.raises(FailedPrecondition, match="is in DISABLED state"):
        vault.read("1")
    enabled = vault.client.enable_secret_version(name=version_of("1"))

    assert (disabled.state, enabled.state) == (SecretVersion.State.DISABLED, SecretVersion.State.ENABLED)
    assert vault.read("1") == DATA


def test_a_destroyed_version_never_comes_back(vault: Vault) -> None:
    """Destroyed is the last state: it can be read about, and nothing else is possible."""
    vault.create()
    vault.add(DATA)
    vault.clock.advance(days=1)

    destroyed = vault.client.destroy_secret_version(name=version_of("1"))

    assert destroyed.state is SecretVersion.State.DESTROYED
    assert destroyed.destroy_time == vault.clock.now
    assert vault.client.get_secret_version(name=version_of("1")) == destroyed
    for call in (
        lambda: vault.read("1"),
        lambda: vault.client.enable_secret_version(name=version_of("1")),
        lambda: vault.client.disable_secret_version(name=version_of("1")),
        lambda: vault.client.destroy_secret_version(name=version_of("1")),
    ):
        with pytest.raises(FailedPrecondition, match="is in DESTROYED state"):
            call()


def test_a_destroyed_versions_number_is_not_used_again(vault: Vault) -> None:
    """The next version counts on."""
    vault.create()
    vault.client.destroy_secret_version(name=vault.add().name)

    assert vault.add().name.endswith("/versions/2")


def test_a_versions_etag_is_a_compare_and_set(vault: Vault) -> None:
    """Enabling an enabled version changes nothing but the etag, so a stale disable fails (the docs' own example)."""
    vault.create()
    stale = vault.add().etag
    vault.client.enable_secret_version(name=version_of("1"))

    with pytest.raises(FailedPrecondition, match="etag"):
        vault.client.disable_secret_version(request={"name": version_of("1"), "etag": stale})

    current = vault.client.get_secret_version(name=version_of("1")).etag
    disabled = vault.client.disable_secret_version(request={"name": version_of("1"), "etag": current})
    assert disabled.state is SecretVersion.State.DISABLED


def test_versions_are_listed_newest_first_in_pages(vault: Vault) -> None:
    """Destroyed ones are among them, payloads are not."""
    vault.create()
    for _ in range(3):
        vault.add()
    vault.client.destroy_secret_version(name=version_of("2"))

    request = {"parent": f"{PROJECT}/secrets/key", "page_size": 2}
    pages = list(vault.client.list_secret_versions(request=request).pages)

    states = [[(version.name.rsplit("/", 1)[1], version.state.name) for version in page.versions] for page in pages]
    assert states == [[("3", "ENABLED"), ("2", "DESTROYED")], [("1", "ENABLED")]]


@stand_in("secrets")
def test_an_alias_is_refused_by_name(vault: Vault) -> None:
    """Version aliases are not played."""
    vault.create()

    with pytest.raises(MethodNotImplemented, match="'stable'"):
        vault.read("stable")


@pytest.mark.parametrize("version", ["0", "-1", "01"])
def test_what_is_no_number_is_refused(vault: Vault, version: str) -> None:
    """Versions are counted from 1, without leading zeros."""
    vault.create()
    vault.add()

    with pytest.raises(MethodNotImplemented):
        vault.read(version)


def test_latest_cannot_be_changed(vault: Vault) -> None:
    """Enable, disable and destroy want a number."""
    vault.create()
    vault.add()

    with pytest.raises(InvalidArgument, match="by its number"):
        vault.client.disable_secret_version(name=version_of("latest"))


def test_a_page_begins_where_the_last_one_ended(vault: Vault) -> None:
    """A version added between two pages makes none come twice."""
    vault.create()
    for _ in range(4):
        vault.add()
    pages = vault.client.list_secret_versions(request={"parent": f"{PROJECT}/secrets/key", "page_size": 2}).pages
    listed = [version.name for version in next(pages).versions]
    vault.add()

    listed += [version.name for page in pages for version in page.versions]

    assert [f"{NUMBERED}/secrets/key/versions/{number}" for number in (4, 3, 2, 1)] == listed
