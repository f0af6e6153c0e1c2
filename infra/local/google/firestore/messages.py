"""Google's raw protobuf classes (`google.firestore.v1`), unwrapped once: the wire can do without proto-plus.

The generated Python client ships no type information for the unwrapped classes, so each alias below says which message
an `Any` stands for.
"""

from typing import Any, TypeAlias

from google.cloud.firestore_v1 import types

DocumentPb: TypeAlias = Any  # google.firestore.v1.Document
ValuePb: TypeAlias = Any  # google.firestore.v1.Value
FieldsPb: TypeAlias = Any  # map<string, Value>
WritePb: TypeAlias = Any  # google.firestore.v1.Write
WriteResultPb: TypeAlias = Any  # google.firestore.v1.WriteResult
QueryPb: TypeAlias = Any  # google.firestore.v1.StructuredQuery
FilterPb: TypeAlias = Any  # google.firestore.v1.StructuredQuery.Filter
CursorPb: TypeAlias = Any  # google.firestore.v1.Cursor
MaskPb: TypeAlias = Any  # google.firestore.v1.DocumentMask
PreconditionPb: TypeAlias = Any  # google.firestore.v1.Precondition
TimestampPb: TypeAlias = Any  # google.protobuf.Timestamp
RequestPb: TypeAlias = Any  # any request of the service
ResponsePb: TypeAlias = Any  # any response of the service

Document: Any = types.Document.pb()
Value: Any = types.Value.pb()
Cursor: Any = types.Cursor.pb()
StructuredQuery: Any = types.StructuredQuery.pb()
WriteResult: Any = types.WriteResult.pb()
Write: Any = types.Write.pb()
Timestamp: Any = type(Document().create_time)
AggregationResult: Any = types.AggregationResult.pb()

BatchGetDocumentsRequest: Any = types.BatchGetDocumentsRequest.pb()
BatchGetDocumentsResponse: Any = types.BatchGetDocumentsResponse.pb()
BatchWriteRequest: Any = types.BatchWriteRequest.pb()
BatchWriteResponse: Any = types.BatchWriteResponse.pb()
BeginTransactionRequest: Any = types.BeginTransactionRequest.pb()
BeginTransactionResponse: Any = types.BeginTransactionResponse.pb()
CommitRequest: Any = types.CommitRequest.pb()
CommitResponse: Any = types.CommitResponse.pb()
CreateDocumentRequest: Any = types.CreateDocumentRequest.pb()
DeleteDocumentRequest: Any = types.DeleteDocumentRequest.pb()
GetDocumentRequest: Any = types.GetDocumentRequest.pb()
ListCollectionIdsRequest: Any = types.ListCollectionIdsRequest.pb()
ListCollectionIdsResponse: Any = types.ListCollectionIdsResponse.pb()
ListDocumentsRequest: Any = types.ListDocumentsRequest.pb()
ListDocumentsResponse: Any = types.ListDocumentsResponse.pb()
ListenRequest: Any = types.ListenRequest.pb()
ListenResponse: Any = types.ListenResponse.pb()
RollbackRequest: Any = types.RollbackRequest.pb()
RunAggregationQueryRequest: Any = types.RunAggregationQueryRequest.pb()
RunAggregationQueryResponse: Any = types.RunAggregationQueryResponse.pb()
RunQueryRequest: Any = types.RunQueryRequest.pb()
RunQueryResponse: Any = types.RunQueryResponse.pb()
UpdateDocumentRequest: Any = types.UpdateDocumentRequest.pb()
