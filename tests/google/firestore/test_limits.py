"""What a document, an id and a request may be; Google: firestore/quotas#limits and firestore/docs/storage-size."""

from typing import Any

import pytest
from google.api_core.exceptions import InvalidArgument

from tests.google.firestore.conftest import commit


def _nested(levels: int) -> dict[str, Any]:
    """Return fields `levels` deep."""
    return {"deep": 1 if levels == 1 else _nested(levels - 1)}


def test_document_may_have_one_mebibyte(client: Any) -> None:
    """A document of exactly 1,048,576 bytes by the storage-size rules is stored (storage-size)."""
    document = client.document("big/one")
    name = (len("big") + 1) + (len("one") + 1) + 16
    filler = 1_048_576 - name - 32 - 2 * (len("a") + 1) - 2

    document.set({"a": "x" * 1000, "b": "y" * (filler - 1000)})

    assert len(document.get().get("b")) == filler - 1000


def test_document_over_one_mebibyte_is_refused(client: Any) -> None:
    """One byte more is INVALID_ARGUMENT and says both sizes (firestore/quotas, storage-size)."""
    document = client.document("big/one")
    name = (len("big") + 1) + (len("one") + 1) + 16
    filler = 1_048_576 - name - 32 - 2 * (len("a") + 1) - 2

    with pytest.raises(
        InvalidArgument,
        match=r"Document 'projects/demo[^/]*/.*/big/one' cannot be written because its size \(1,048,577 bytes\) "
        r"exceeds the maximum allowed size of 1,048,576 bytes",
    ):
        document.set({"a": "x" * 1000, "b": "y" * (filler - 999)})


def test_document_that_grows_too_big_is_refused(client: Any) -> None:
    """The limit is the whole document's, however small the update (firestore/quotas)."""
    document = client.document("big/grown")
    document.set({"a": "x" * 600_000})

    with pytest.raises(InvalidArgument, match="exceeds the maximum allowed size"):
        document.update({"b": "x" * 600_000})

    assert list(document.get().to_dict() or {}) == ["a"]


@pytest.mark.parametrize("value", ["x" * 1_048_488, b"x" * 1_048_488, "ñ" * 524_244], ids=["text", "bytes", "two-byte"])
def test_value_too_long_is_named(client: Any, value: object) -> None:
    """A field value over 1,048,487 bytes is INVALID_ARGUMENT and named (firestore/quotas)."""
    with pytest.raises(InvalidArgument, match='The value of property "long" is longer than 1048487 bytes'):
        client.document("big/value").set({"long": value})


def test_request_over_ten_mebibytes_is_refused(raw: Any, documents: str) -> None:
    """A request over 10 MiB is INVALID_ARGUMENT whatever is in it (firestore/quotas)."""
    fields = {"text": {"string_value": "x" * 900_000}}
    many = [{"update": {"name": f"{documents}/big/{n}", "fields": fields}} for n in range(12)]

    with pytest.raises(InvalidArgument, match="Request payload size exceeds the limit: 10485760 bytes"):
        commit(raw, documents, *many)


def test_fields_may_be_twenty_deep(client: Any) -> None:
    """20 levels of fields are stored (firestore/quotas, "Maximum depth of fields in a map or array")."""
    document = client.document("deep/twenty")

    document.set(_nested(20))

    assert document.get().to_dict() == _nested(20)


def test_fields_deeper_than_twenty_are_refused(client: Any) -> None:
    """The 21st level is INVALID_ARGUMENT and names the property (firestore/quotas)."""
    with pytest.raises(InvalidArgument, match="Property deep contains an invalid nested entity"):
        client.document("deep/more").set(_nested(21))


@pytest.mark.parametrize("key", ["__reserved__", "____", "x" * 1501], ids=["reserved", "underscores", "long"])
@pytest.mark.parametrize("nested", [False, True], ids=["top", "nested"])
def test_forbidden_field_names(client: Any, key: str, nested: bool) -> None:
    """Names matching __.*__ or over 1500 bytes are INVALID_ARGUMENT at any depth (firestore/quotas)."""
    fields: dict[str, Any] = {"a": [{key: 1}]} if nested else {key: 1}

    with pytest.raises(InvalidArgument, match=r"reserved|1500"):
        client.document("keys/bad").set(fields)


def test_empty_field_name_is_refused(raw: Any, documents: str) -> None:
    """A field must have a name (google.firestore.v1.Document.fields)."""
    write = {"update": {"name": f"{documents}/keys/empty", "fields": {"": {"integer_value": 1}}}}

    with pytest.raises(InvalidArgument, match="non-empty"):
        commit(raw, documents, write)


def test_reserved_path_in_a_mask_is_refused(raw: Any, documents: str) -> None:
    """A mask "must not contain a reserved field name" (Write.update_mask)."""
    write = {"update": {"name": f"{documents}/keys/mask"}, "update_mask": {"field_paths": ["__name__"]}}

    with pytest.raises(InvalidArgument, match="reserved"):
        commit(raw, documents, write)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("c/__reserved__", "is invalid because it is reserved"),
        ("__reserved__/d", "is invalid because it is reserved"),
        ("c/.", "is invalid"),
        ("c/..", "is invalid"),
        ("c/" + "x" * 1501, "longer than 1500 bytes"),
        ("c/" + "ñ" * 751, "longer than 1500 bytes"),
        ("x" * 1501 + "/d", "longer than 1500 bytes"),
        ("c//d/e", "must not be empty"),
        ("c", "odd number"),
        ("/".join(["x" * 1400] * 6), "longer than 6144 bytes"),
    ],
    ids=[
        "document",
        "collection",
        "dot",
        "dots",
        "long",
        "long in bytes",
        "long collection",
        "empty",
        "collection only",
        "name",
    ],
)
def test_forbidden_ids(raw: Any, documents: str, path: str, message: str) -> None:
    """Ids obey the documented constraints, else INVALID_ARGUMENT (firestore/quotas)."""
    with pytest.raises(InvalidArgument, match=message):
        commit(raw, documents, {"update": {"name": f"{documents}/{path}"}})


@pytest.mark.parametrize("path", ["c/" + "x" * 1500, "c/__id7__", "c/ñ 🎬.", "c/_", "__c/__d"], ids=repr)
def test_allowed_ids(client: Any, path: str) -> None:
    """Ids up to 1500 bytes of any text are allowed, `__id7__` being a numeric one (firestore/quotas)."""
    document = client.document(path)

    document.set({"a": 1})

    assert document.get().exists
