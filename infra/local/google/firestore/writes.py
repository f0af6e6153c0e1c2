"""One write against one document: precondition, update with mask, deletion, transforms, and the result Google answers.

Semantics: google.firestore.v1.Write, Precondition and WriteResult in the service's API reference.
"""

from dataclasses import dataclass

from . import fields as paths
from . import transforms
from .documents import Stored
from .limits import admit_fields, check_size
from .messages import Document, DocumentPb, PreconditionPb, ValuePb, WritePb
from .moments import Micros, aligned
from .names import within
from .refusals import already_exists, failed_precondition, invalid, not_found


@dataclass(frozen=True, slots=True)
class Written:
    """What a write makes of its document: the new state (None: deleted) and its transforms' results."""

    document: Stored | None
    transform_results: list[ValuePb]


def target(write: WritePb, database: str) -> str:
    """Return the name of the document a write is about, checked."""
    match write.WhichOneof("operation"):
        case "update":
            return within(write.update.name, database)
        case "delete":
            return within(write.delete, database)
        case "transform":
            return within(write.transform.document, database)
        case _:
            raise invalid("A write must have one of update, delete or transform.")


def apply(write: WritePb, name: str, current: Stored | None, at: Micros) -> Written:
    """Compute the outcome of `write` on the document `name` as it is now, for a commit at `at`.

    A write that changes nothing returns `current` itself, update time and all.
    """
    operation = write.WhichOneof("operation")
    if operation != "update" and (write.HasField("update_mask") or write.update_transforms):
        raise invalid(f"update_mask and update_transforms need the operation update, not {operation}.")
    if write.HasField("current_document"):
        _check(write.current_document, name, current, at)
    if operation == "delete":
        return Written(None, [])
    if operation == "transform":
        document = _existing(name, current)
        if not write.transform.field_transforms:
            raise invalid("A transform must name at least one field.")
        results = transforms.apply_all(document, write.transform.field_transforms, at)
    else:
        document = _updated(write, name, current)
        results = transforms.apply_all(document, write.update_transforms, at)
    return Written(_stored(document, name, current, at), results)


def _check(condition: PreconditionPb, name: str, current: Stored | None, at: Micros) -> None:
    match condition.WhichOneof("condition_type"):
        case "exists" if condition.exists and current is None:
            raise not_found(f"No document to update: {name}")
        case "exists" if not condition.exists and current is not None:
            raise already_exists(f"Document already exists: {name}")
        case "update_time":
            wanted = aligned(condition.update_time, "current_document.update_time")
            if wanted > at:
                raise invalid("current_document.update_time cannot be in the future.")
            if current is None:
                raise not_found(f"No document to update: {name}")
            if current.updated != wanted:
                raise failed_precondition(
                    f"the stored version ({current.updated}) does not match the required base version ({wanted})"
                )


def _updated(write: WritePb, name: str, current: Stored | None) -> DocumentPb:
    update = write.update
    admit_fields(update.fields, name)
    if not write.HasField("update_mask"):
        update.ClearField("create_time")
        update.ClearField("update_time")
        return update
    document = _existing(name, current)
    for path in [paths.parse_writable(text) for text in write.update_mask.field_paths]:
        value = paths.lookup(update.fields, path)
        if value is None:
            paths.remove(document.fields, path)
        else:
            paths.assign(document.fields, path, value)
    return document


def _existing(name: str, current: Stored | None) -> DocumentPb:
    return Document(name=name) if current is None else Document.FromString(current.body)


def _stored(document: DocumentPb, name: str, current: Stored | None, at: Micros) -> Stored:
    body: bytes = document.SerializeToString(deterministic=True)
    check_size(document, len(body))
    if current is None:
        return Stored(name, body, at, at)
    return current if body == current.body else Stored(name, body, current.created, at)
