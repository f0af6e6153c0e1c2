"""How the server says no: one exception carrying the gRPC code and Google's wording."""

import grpc


class Refusal(Exception):
    """A request is answered with a status other than OK; `code` and `message` go to the wire as they are."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> Refusal:
    """INVALID_ARGUMENT: the request is wrong whatever the data."""
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def not_found(message: str) -> Refusal:
    """NOT_FOUND: a document that must exist does not."""
    return Refusal(grpc.StatusCode.NOT_FOUND, message)


def already_exists(message: str) -> Refusal:
    """ALREADY_EXISTS: a document that must not exist does."""
    return Refusal(grpc.StatusCode.ALREADY_EXISTS, message)


def failed_precondition(message: str) -> Refusal:
    """FAILED_PRECONDITION: the state (a version, an index, a snapshot's age) does not allow it."""
    return Refusal(grpc.StatusCode.FAILED_PRECONDITION, message)


def aborted(message: str) -> Refusal:
    """ABORTED: somebody else was first; the caller starts the transaction again."""
    return Refusal(grpc.StatusCode.ABORTED, message)


def unimplemented(what: str) -> Refusal:
    """UNIMPLEMENTED, naming the method or feature the embedded Firestore leaves out."""
    return Refusal(grpc.StatusCode.UNIMPLEMENTED, f"The embedded Firestore does not implement {what}.")
