"""The service's methods: each turns one request of google.firestore.v1.Firestore into its answers, or a Refusal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from google.rpc.status_pb2 import Status

from . import aggregates, fields, listing, messages, names, plans, wire
from .database import Database, View
from .fields import FieldPath
from .messages import RequestPb, ResponsePb, Write
from .moments import timestamp
from .refusals import Refusal, invalid, not_found, unimplemented

_EMPTY = b""  # google.protobuf.Empty on the wire
_REMOVE = 2  # TargetChange.TargetChangeType

Unary: TypeAlias = Callable[[RequestPb], ResponsePb]
Stream: TypeAlias = Callable[[RequestPb], Iterator[ResponsePb]]
Talk: TypeAlias = Callable[[Iterator[RequestPb]], Iterator[ResponsePb]]


@dataclass(frozen=True, slots=True)
class Methods:
    """The methods over one database state."""

    state: Database

    def unary(self) -> dict[str, tuple[Unary, RequestPb]]:
        """Return the methods with one answer, with their request's class."""
        return {
            "BatchWrite": (self.batch_write, messages.BatchWriteRequest),
            "BeginTransaction": (self.begin_transaction, messages.BeginTransactionRequest),
            "Commit": (self.commit, messages.CommitRequest),
            "CreateDocument": (self.create_document, messages.CreateDocumentRequest),
            "DeleteDocument": (self.delete_document, messages.DeleteDocumentRequest),
            "GetDocument": (self.get_document, messages.GetDocumentRequest),
            "ListCollectionIds": (self.list_collection_ids, messages.ListCollectionIdsRequest),
            "ListDocuments": (self.list_documents, messages.ListDocumentsRequest),
            "Rollback": (self.rollback, messages.RollbackRequest),
            "UpdateDocument": (self.update_document, messages.UpdateDocumentRequest),
        }

    def streams(self) -> dict[str, tuple[Stream, RequestPb]]:
        """Return the methods that answer with a stream, with their request's class."""
        return {
            "BatchGetDocuments": (self.batch_get_documents, messages.BatchGetDocumentsRequest),
            "RunAggregationQuery": (self.run_aggregation_query, messages.RunAggregationQueryRequest),
            "RunQuery": (self.run_query, messages.RunQueryRequest),
        }

    def talks(self) -> dict[str, tuple[Talk, RequestPb]]:
        """Return the methods that hear and answer a stream, with their request's class."""
        return {"Listen": (self.listen, messages.ListenRequest)}

    def listen(self, requests: Iterator[RequestPb]) -> Iterator[ResponsePb]:
        """Refuse each target by itself, naming Listen.

        A status on the call would not be heard: Google's client for Node takes every one for a broken line, and dials
        again for ever. A target that is removed with a cause ends its listener with an error, in every client.
        """
        refusal = unimplemented("the method google.firestore.v1.Firestore/Listen")
        cause = Status(code=refusal.code.value[0], message=refusal.message)
        for request in requests:
            names.check_database(request.database)
            if request.WhichOneof("target_change") == "add_target":
                removed = messages.ListenResponse()
                removed.target_change.target_change_type = _REMOVE
                removed.target_change.target_ids.append(request.add_target.target_id)
                removed.target_change.cause.CopyFrom(cause)
                yield removed
                return  # a listener that stays would hold a worker

    def begin_transaction(self, request: RequestPb) -> ResponsePb:
        """Open a transaction."""
        token = self.state.begin(names.check_database(request.database), request.options)
        return messages.BeginTransactionResponse(transaction=token)

    def rollback(self, request: RequestPb) -> ResponsePb:
        """End a transaction without effect."""
        self.state.roll_back(names.check_database(request.database), request.transaction)
        return _EMPTY

    def commit(self, request: RequestPb) -> ResponsePb:
        """Apply writes atomically."""
        committed = self.state.commit(names.check_database(request.database), request.writes, request.transaction)
        return messages.CommitResponse(write_results=committed.results, commit_time=timestamp(committed.at))

    def batch_write(self, request: RequestPb) -> ResponsePb:
        """Apply writes each for itself, and answer each one's status."""
        database = names.check_database(request.database)
        if request.labels:
            raise unimplemented("labels of BatchWrite")
        response = messages.BatchWriteResponse()
        seen: set[str] = set()
        for write in request.writes:
            name = getattr(write.update, "name", "") or write.delete or write.transform.document
            if name in seen:
                raise invalid("Cannot write to the same document more than once in a BatchWrite.")
            seen.add(name)
        for write in request.writes:
            try:
                response.write_results.append(self.state.commit(database, [write]).results[0])
                response.status.append(Status())
            except Refusal as refusal:
                response.write_results.append(messages.WriteResult())
                response.status.append(Status(code=refusal.code.value[0], message=refusal.message))
        return response

    def batch_get_documents(self, request: RequestPb) -> Iterator[ResponsePb]:
        """Read documents by name; answers come in the order of the names, not of the request, the missing ones last."""
        database = names.check_database(request.database)
        wanted = sorted({names.within(name, database) for name in request.documents}, key=names.name_key)
        mask = fields.mask_paths(request.mask) if request.HasField("mask") else None
        view = self.state.view(request, database)
        read = self.state.read(view, wanted)
        if view.opened:
            yield messages.BatchGetDocumentsResponse(transaction=view.opened)
        for found in filter(None, read):
            yield wire.found(found, view.read_time, mask)
        for name, stored in zip(wanted, read, strict=True):
            if stored is None:
                yield messages.BatchGetDocumentsResponse(missing=name, read_time=timestamp(view.read_time))

    def get_document(self, request: RequestPb) -> ResponsePb:
        """Read one document; NOT_FOUND without it."""
        name = names.check_document(request.name)
        view = self.state.view(request, names.database_of(name))
        stored = self.state.read(view, [name])[0]
        if stored is None:
            raise not_found(f'Document "{name}" not found.')
        return wire.document(stored, _mask(request))

    def create_document(self, request: RequestPb) -> ResponsePb:
        """Create one document under a given or a fresh id."""
        names.check_parent(request.parent)
        document_id = request.document_id or listing.fresh_id()
        name = f"{request.parent}/{names.check_id(request.collection_id, 'Collection')}/{document_id}"
        if request.document.name:
            raise invalid("The name of a document to create must not be set.")
        write = Write(update=request.document)
        write.update.name = name
        write.current_document.exists = False
        return self._written(name, write, _mask(request))

    def update_document(self, request: RequestPb) -> ResponsePb:
        """Update one document and answer it."""
        write = Write(update=request.document)
        if request.HasField("update_mask"):
            write.update_mask.CopyFrom(request.update_mask)
        if request.HasField("current_document"):
            write.current_document.CopyFrom(request.current_document)
        return self._written(names.check_document(request.document.name), write, _mask(request))

    def delete_document(self, request: RequestPb) -> ResponsePb:
        """Delete one document."""
        write = Write(delete=request.name)
        if request.HasField("current_document"):
            write.current_document.CopyFrom(request.current_document)
        self.state.commit(names.database_of(names.check_document(request.name)), [write])
        return _EMPTY

    def run_query(self, request: RequestPb) -> Iterator[ResponsePb]:
        """Answer a query document by document."""
        view, plan = self._query(request, request.structured_query)
        results = self.state.query(view, plan)
        if view.opened:
            yield messages.RunQueryResponse(transaction=view.opened)
        if results.skipped or not results.documents:
            yield messages.RunQueryResponse(skipped_results=len(results.skipped), read_time=timestamp(view.read_time))
        for stored in results.documents:
            yield wire.result(stored, view.read_time, plan.select)

    def run_aggregation_query(self, request: RequestPb) -> Iterator[ResponsePb]:
        """Answer a query's figures."""
        asked = aggregates.read(request.structured_aggregation_query)
        summed = aggregates.aggregated_fields(asked)
        view, plan = self._query(request, request.structured_aggregation_query.structured_query, summed)
        figures = self.state.aggregate(
            view,
            plan,
            lambda results: aggregates.compute(asked, self.state.documents, results.documents),
        )
        result = messages.AggregationResult()
        for alias, figure in figures.items():
            result.aggregate_fields[alias].CopyFrom(figure)
        yield messages.RunAggregationQueryResponse(
            result=result, transaction=view.opened, read_time=timestamp(view.read_time)
        )

    def list_documents(self, request: RequestPb) -> ResponsePb:
        """Answer a page of a collection."""
        return listing.documents(self.state, request)

    def list_collection_ids(self, request: RequestPb) -> ResponsePb:
        """Answer a page of the collections below a parent."""
        return listing.collection_ids(self.state, request)

    def _query(
        self, request: RequestPb, query: RequestPb, aggregated: tuple[FieldPath, ...] = ()
    ) -> tuple[View, plans.Plan]:
        if request.HasField("explain_options"):
            raise unimplemented("query explain (explain_options)")
        plan = plans.plan(request.parent, query, aggregated)
        return self.state.view(request, names.database_of(request.parent)), plan

    def _written(self, name: str, write: RequestPb, mask: list[FieldPath] | None) -> ResponsePb:
        with self.state.lock:
            self.state.commit(names.database_of(name), [write])
            stored = self.state.documents.get(name)
        if stored is None:
            raise not_found(f'Document "{name}" not found.')
        return wire.document(stored, mask)


def _mask(request: RequestPb) -> list[FieldPath] | None:
    return fields.mask_paths(request.mask) if request.HasField("mask") else None
