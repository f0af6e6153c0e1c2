"""Secrets: made, read, listed, labelled, deleted."""

from typing import Any

import pytest
from google.api_core.exceptions import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    MethodNotImplemented,
    NotFound,
)
from google.cloud.secretmanager_v1.types import Secret

from tests.google.elsewhere import own_server, stand_in
from tests.google.secrets.world import NUMBERED, PROJECT, Vault

KEY = f"{PROJECT}/secrets/key"


def _update(vault: Vault, *paths: str, **fields: Any) -> Secret:
    secret = {"name": KEY} | fields
    return vault.client.update_secret(request={"secret": secret, "update_mask": {"paths": list(paths)}})


def test_a_secret_answers_by_the_projects_number(vault: Vault) -> None:
    """Whatever a caller writes, names in answers carry the project's number, as the real service's do."""
    created = vault.create(labels={"tenant": "t1"})

    assert created.name == f"{NUMBERED}/secrets/key"
    assert dict(created.labels) == {"tenant": "t1"}
    assert created.create_time == vault.clock.now
    assert "automatic" in created.replication
    assert vault.client.get_secret(name=KEY) == created
    assert vault.client.get_secret(name=created.name) == created


def test_a_secrets_name_is_taken_once(vault: Vault) -> None:
    """ALREADY_EXISTS, with the name."""
    vault.create()

    with pytest.raises(AlreadyExists, match=f"{NUMBERED}/secrets/key"):
        vault.create()


@own_server("secrets")
def test_projects_do_not_share_names(vault: Vault) -> None:
    """The same id in two projects is two secrets."""
    vault.create()
    request = {"parent": "projects/other", "secret_id": "key", "secret": {"replication": {"automatic": {}}}}
    vault.client.create_secret(request=request)

    assert [secret.name for secret in vault.client.list_secrets(parent=PROJECT)] == [f"{NUMBERED}/secrets/key"]


def test_an_unknown_secret_is_not_found(vault: Vault) -> None:
    """Get, update, delete, add and list answer NOT_FOUND with the name."""
    for call in (
        lambda: vault.client.get_secret(name=KEY),
        lambda: _update(vault, "labels"),
        lambda: vault.client.delete_secret(name=KEY),
        vault.add,
        lambda: vault.client.list_secret_versions(parent=KEY),
    ):
        with pytest.raises(NotFound, match=f"{NUMBERED}/secrets/key"):
            call()


@pytest.mark.parametrize("secret_id", ["", "a" * 256, "with space", "dot.ted", "sla/sh", "ümlaut"])
def test_a_bad_id_is_invalid(vault: Vault, secret_id: str) -> None:
    """An id is [A-Za-z0-9_-]{1,255}."""
    with pytest.raises(InvalidArgument, match="Secret ID"):
        vault.create(secret_id)


@pytest.mark.parametrize("secret_id", ["a", "a" * 255, "abroll-heygen-production_T1"])
def test_a_good_id_is_taken(vault: Vault, secret_id: str) -> None:
    """The longest and oddest allowed ids are kept as they are."""
    assert vault.create(secret_id).name == f"{NUMBERED}/secrets/{secret_id}"


@pytest.mark.parametrize(
    "labels",
    [
        {"Tenant": "x"},
        {"1tenant": "x"},
        {"": "x"},
        {"a" * 64: "x"},
        {"tenant": "UPPER"},
        {"tenant": "a" * 64},
        {"tenant": "a.b"},
        {"tenant": "日" * 43},
        {f"l{number}": "" for number in range(65)},
    ],
)
def test_a_bad_label_is_invalid(vault: Vault, labels: dict[str, str]) -> None:
    """A key starts with a small letter, no capitals, 63 characters, 128 bytes, 64 labels in all (Secret.labels)."""
    with pytest.raises(InvalidArgument, match=r"Secret\.labels"):
        vault.create(labels=labels)


def test_the_largest_labels_are_taken(vault: Vault) -> None:
    """64 labels of 63 characters, letters of any script without case."""
    labels = {f"l{number:062}": "0" * 63 for number in range(63)} | {"日": "本-_1"}

    assert dict(vault.create(labels=labels).labels) == labels


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"replication": {"user_managed": {"replicas": [{"location": "europe-west4"}]}}}, "Replication.user_managed"),
        (
            {"replication": {"automatic": {"customer_managed_encryption": {"kms_key_name": "k"}}}},
            "Replication.Automatic.customer_managed_encryption",
        ),
        ({"ttl": {"seconds": 60}}, "Secret.ttl"),
        ({"annotations": {"a": "b"}}, "Secret.annotations"),
        ({"version_aliases": {"a": 1}}, "Secret.version_aliases"),
        ({"version_destroy_ttl": {"seconds": 86400}}, "Secret.version_destroy_ttl"),
        ({"topics": [{"name": "projects/p/topics/t"}]}, "Secret.topics"),
    ],
)
@stand_in("secrets")
def test_settings_not_played_are_refused_by_name(vault: Vault, fields: dict[str, Any], name: str) -> None:
    """A real setting this server would ignore is UNIMPLEMENTED and named."""
    with pytest.raises(MethodNotImplemented, match=name):
        vault.create(**fields)


@pytest.mark.parametrize("replication", [None, {}])
def test_a_secret_needs_a_replication(vault: Vault, replication: dict[str, Any] | None) -> None:
    """A global secret without a replication policy is INVALID_ARGUMENT."""
    with pytest.raises(InvalidArgument, match="replication"):
        vault.create(replication=replication)


def test_labels_are_replaced_and_the_etag_changes(vault: Vault) -> None:
    """UpdateSecret with the mask `labels` replaces them all."""
    created = vault.create(labels={"a": "1", "b": "2"})

    updated = _update(vault, "labels", labels={"b": "3"})

    assert dict(vault.client.get_secret(name=KEY).labels) == {"b": "3"}
    assert updated.etag != created.etag


def test_the_etag_is_a_compare_and_set(vault: Vault) -> None:
    """A stale etag is FAILED_PRECONDITION, the current one goes through, none asks nothing (docs: etags)."""
    stale = vault.create().etag
    current = _update(vault, "labels", labels={"a": "1"}, etag=stale).etag

    with pytest.raises(FailedPrecondition, match="etag"):
        _update(vault, "labels", labels={"a": "2"}, etag=stale)
    with pytest.raises(FailedPrecondition, match="etag"):
        vault.client.delete_secret(request={"name": KEY, "etag": stale})
    assert dict(_update(vault, "labels", labels={"a": "3"}, etag=current).labels) == {"a": "3"}
    assert dict(_update(vault, "labels", labels={"a": "4"}).labels) == {"a": "4"}


def test_an_update_that_changes_nothing_changes_the_etag(vault: Vault) -> None:
    """Even then the resource's etag is a new one (docs: etags)."""
    created = vault.create(labels={"a": "1"})

    assert _update(vault, "labels", labels={"a": "1"}).etag != created.etag


def test_versions_leave_the_secrets_etag_alone(vault: Vault) -> None:
    """Adding and disabling a version does not affect the secret's etag (docs: etags)."""
    created = vault.create()
    vault.client.disable_secret_version(name=vault.add().name)

    assert vault.client.get_secret(name=KEY).etag == created.etag


@pytest.mark.parametrize(
    ("paths", "error", "words"),
    [
        ([], InvalidArgument, "update_mask is required"),
        (["nonsense"], InvalidArgument, "nonsense"),
        (["replication"], InvalidArgument, "immutable"),
        (["name"], InvalidArgument, "immutable"),
        (["annotations"], MethodNotImplemented, "annotations"),
        (["labels", "ttl"], MethodNotImplemented, "ttl"),
    ],
)
def test_other_updates_are_refused(vault: Vault, paths: list[str], error: type[Exception], words: str) -> None:
    """Only labels can be updated; each other path is refused for its own reason."""
    vault.create()

    with pytest.raises(error, match=words):
        _update(vault, *paths)


def test_a_deleted_secret_is_gone_and_its_name_free(vault: Vault) -> None:
    """Deletion takes the versions with it; a new secret of the name starts at version 1 with another etag."""
    created = vault.create()
    vault.add(b"old")
    vault.client.delete_secret(name=KEY)

    with pytest.raises(NotFound):
        vault.read("1")

    assert vault.create().etag != created.etag
    assert vault.add(b"new").name == f"{NUMBERED}/secrets/key/versions/1"
    assert vault.read("1") == b"new"


def test_secrets_are_listed_newest_first_in_pages(vault: Vault) -> None:
    """ListSecrets sorts by creation in reverse and counts all of them."""
    for number in range(5):
        vault.create(f"s{number}")

    pages = list(vault.client.list_secrets(request={"parent": PROJECT, "page_size": 2}).pages)

    assert [[secret.name.rsplit("/", 1)[1] for secret in page.secrets] for page in pages] == [
        ["s4", "s3"],
        ["s2", "s1"],
        ["s0"],
    ]
    assert {page.total_size for page in pages} == {5}


@stand_in("secrets")
def test_a_filter_is_refused_by_name(vault: Vault) -> None:
    """Filters are a language of their own, not played here."""
    with pytest.raises(MethodNotImplemented, match=r"ListSecretsRequest\.filter"):
        vault.client.list_secrets(request={"parent": PROJECT, "filter": "labels.tenant=t1"})


@pytest.mark.parametrize("name", ["projects/p/locations/europe-west4/secrets/key", "projects/p/locations/l"])
@stand_in("secrets")
def test_regional_secrets_are_refused_by_name(vault: Vault, name: str) -> None:
    """Regional resources are another endpoint of the real service."""
    with pytest.raises(MethodNotImplemented, match="regional"):
        vault.client.get_secret(name=name)


@pytest.mark.parametrize("name", ["", "key", "projects/p", "projects/p/secrets/", "projects/p/secrets/k/extra"])
def test_a_malformed_name_is_invalid(vault: Vault, name: str) -> None:
    """What is no secret's name is INVALID_ARGUMENT."""
    with pytest.raises(InvalidArgument):
        vault.client.get_secret(name=name)
