"""ListDocuments and ListCollectionIds: pages whose token says where the next one starts."""

import base64
import binascii
import secrets
import string
import zlib

from . import fields, messages, names, plans, wire
from .database import Database, View
from .documents import Scope, Stored
from .messages import Cursor, RequestPb, ResponsePb, StructuredQuery
from .refusals import invalid, unimplemented

_DEFAULT_PAGE = 20
_MAX_PAGE = 300
_DESCENDING = 2
_ID_LETTERS = string.ascii_letters + string.digits


def fresh_id() -> str:
    """Return a random document id as Firestore makes them: 20 letters and digits."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(20))


def documents(state: Database, request: RequestPb) -> ResponsePb:
    """Answer ListDocuments."""
    if not request.collection_id:
        raise unimplemented("ListDocuments over all collections (an empty collection_id)")
    if request.show_missing and request.order_by:
        raise invalid("show_missing cannot be used with order_by.")
    if request.show_missing and request.WhichOneof("consistency_selector") == "transaction":
        raise unimplemented("ListDocuments with show_missing in a transaction")
    size = _page_size(request.page_size)
    query = _query(request)
    query.limit.value = size + 1
    plan = plans.plan(request.parent, query)
    mask = fields.mask_paths(request.mask) if request.HasField("mask") else None
    found: list[Stored | str]
    with state.lock:
        view = state.view(request, names.database_of(request.parent))
        if request.show_missing:
            found = _with_missing(state, view, plan, query)
            state.bill.add(reads=max(len(found[: size + 1]), 1))
        else:
            found = list(state.query(view, plan).documents)
    response = messages.ListDocumentsResponse()
    for one in found[:size]:
        if isinstance(one, str):
            response.documents.add(name=one)
        else:
            response.documents.append(wire.message(one, mask))
    if len(found) > size:
        last = found[size - 1]
        response.next_page_token = _token(query, last if isinstance(last, str) else state.documents.parsed(last))
    return response


def collection_ids(state: Database, request: RequestPb) -> ResponsePb:
    """Answer ListCollectionIds."""
    parent = names.check_parent(request.parent)
    size = _page_size(request.page_size)
    view = state.view(request, names.database_of(parent))
    after = _decode(request.page_token).decode() if request.page_token else ""
    ids = [one for one in state.collection_ids(view, parent) if one.encode() > after.encode()]
    response = messages.ListCollectionIdsResponse(collection_ids=ids[:size])
    if len(ids) > size:
        response.next_page_token = _encode(ids[size - 1].encode())
    return response


def _query(request: RequestPb) -> RequestPb:
    """Build the query a listing is; a page token carries its start cursor."""
    query = StructuredQuery()
    query.from_.add(collection_id=request.collection_id)
    for clause in filter(None, (clause.strip() for clause in request.order_by.split(","))):
        path, _, direction = clause.partition(" ")
        if direction.strip().lower() not in {"", "asc", "desc"}:
            raise invalid(f'Invalid order_by clause "{clause}".')
        query.order_by.add(direction=_DESCENDING if direction.strip().lower() == "desc" else 1).field.field_path = path
    if not query.order_by or query.order_by[-1].field.field_path != "__name__":
        direction = query.order_by[-1].direction if query.order_by else 1
        query.order_by.add(direction=direction).field.field_path = "__name__"
    if request.page_token:
        query.start_at.CopyFrom(Cursor.FromString(_decode(request.page_token)))
    return query


def _with_missing(state: Database, view: View, plan: plans.Plan, query: RequestPb) -> list[Stored | str]:
    """List a collection by name with the documents that are not there but have collections below them."""
    prefix = f"{plan.scope.parent}/{plan.scope.collection_id}/"
    found: dict[str, Stored | str] = {}
    for stored in state.documents.scan(Scope(prefix[:-1], "", all_descendants=True), view.read_time):
        name = prefix + stored.name[len(prefix) :].partition("/")[0]
        if name == stored.name or name not in found:
            found[name] = stored if name == stored.name else name
    after = query.start_at.values[0].reference_value if query.HasField("start_at") else ""
    ordered = sorted(found, key=names.name_key)
    return [found[name] for name in ordered if not after or names.name_key(name) > names.name_key(after)]


def _page_size(wanted: int) -> int:
    if wanted < 0:
        raise invalid("page_size must not be negative.")
    return min(wanted or _DEFAULT_PAGE, _MAX_PAGE)


def _token(query: RequestPb, last: RequestPb) -> str:
    cursor = Cursor(before=False)
    name = last if isinstance(last, str) else last.name
    for order in query.order_by:
        path = fields.parse(order.field.field_path)
        if path == fields.DOCUMENT_NAME:
            cursor.values.add(reference_value=name)
        else:
            cursor.values.add().CopyFrom(fields.lookup(last.fields, path))
    return _encode(cursor.SerializeToString())


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.crc32(content).to_bytes(4) + content).decode()


def _decode(token: str) -> bytes:
    """Return what `_encode` was given; a token that is not one of ours is INVALID_ARGUMENT."""
    try:
        raw = base64.urlsafe_b64decode(token)
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid page token.") from error
    if zlib.crc32(raw[4:]).to_bytes(4) != raw[:4]:
        raise invalid("Invalid page token.")
    return raw[4:]
