"""The JSON API's bucket methods: get, list and create; all else about buckets is Terraform's and refused by name."""

from werkzeug.wrappers import Response

from .arrival import Arrival
from .partial import select
from .resources import IAM, bucket_resource
from .rows import BucketRow
from .rules import Verdict, Version, read_conditions
from .state import State
from .wire import (
    answer_json,
    condition_not_met,
    invalid,
    no_method,
    read_json,
    unsupported,
)

_CREATE = frozenset({"name", "location", "storageClass", "iamConfiguration"})
_VERSION = Version(0, 1)


def many(state: State, arrival: Arrival) -> Response:
    """Answer GET and POST of /storage/v1/b."""
    query = arrival.query
    match arrival.method:
        case "GET":
            query.allow(("project", "prefix", "maxResults"))
            rows = [row for row in state.buckets() if row.name.startswith(query.text("prefix") or "")]
            items = [_show(row, arrival) for row in rows]
            body = {"kind": "storage#buckets"} | ({"items": items} if items else {})
            return answer_json(select(body, query.text("fields")))
        case "POST":
            query.allow(("project",))
            return _create(state, arrival)
        case method:
            raise no_method(method)


def one(state: State, arrival: Arrival, name: str) -> Response:
    """Answer GET of /storage/v1/b/BUCKET."""
    query = arrival.query
    query.allow(("ifMetagenerationMatch", "ifMetagenerationNotMatch"))
    if arrival.method in {"PATCH", "PUT", "DELETE"}:
        raise unsupported("changing or deleting a bucket")
    if arrival.method != "GET":
        raise no_method(arrival.method)
    row = state.bucket(name)
    match read_conditions(query, arrival.headers).judge(_VERSION, reading=True):
        case Verdict.FAILED:
            raise condition_not_met()
        case Verdict.UNCHANGED:
            return Response(status=304)
        case Verdict.MET:
            return answer_json(select(_show(row, arrival), query.text("fields")))


def _create(state: State, arrival: Arrival) -> Response:
    resource = read_json(arrival.body())
    name, location = resource.get("name"), resource.get("location", "US")
    for key in resource.keys() - _CREATE:
        raise unsupported(f"the bucket field {key!r}")
    if resource.get("storageClass") not in {None, "STANDARD"}:
        raise unsupported(f"the storage class {resource['storageClass']!r}")
    _check_iam(resource.get("iamConfiguration"))
    if not isinstance(name, str) or not isinstance(location, str):
        raise invalid("Required: the bucket's name.")
    if not arrival.query.text("project"):
        raise invalid("Required parameter: project")
    row = state.create_bucket(name, location)
    return answer_json(select(_show(row, arrival), arrival.query.text("fields")))


def _check_iam(wanted: object) -> None:
    """Refuse any other access than every bucket has."""
    if wanted is None:
        return
    if not isinstance(wanted, dict):
        raise invalid("Invalid value for: iamConfiguration")
    for key, value in wanted.items():
        if value is not None and IAM.get(key) != value:
            raise unsupported(f"the iamConfiguration {key!r} {value!r}: access is uniform and never public here")


def _show(row: BucketRow, arrival: Arrival) -> object:
    return bucket_resource(row.name, row.location, row.age_days, row.created, arrival.host)
