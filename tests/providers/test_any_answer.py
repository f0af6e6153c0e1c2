"""Whatever a vendor answers, the clients answer in the words of the contract: no body and no status breaks them."""

import json
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from shared.providers.did import answers as did_answers
from shared.providers.heygen import answers as heygen_answers
from shared.providers.heygen_video import answers as footage_answers
from shared.providers.ports import (
    Failure,
    Filmed,
    InFlight,
    KeyChanged,
    Lost,
    Misconfigured,
    Pending,
    Refused,
    TryLater,
    Unknown,
)
from shared.providers.veo import answers as veo_answers
from tests.providers.orders import KEY, MODEL, OPERATION, speech

WORDS = st.sampled_from(
    [
        "",
        "8",
        "completed",
        "failed",
        "pending",
        "rate_limit_exceeded",
        "webm",
        "done",
        "rejected",
        "AuthorizationError",
        "BadRequestError",
        "Support codes: 15236754, x",
        OPERATION,
    ]
)
NAMES = (
    st.sampled_from(
        ["name", "done", "error", "response", "videos", "gcsUri", "raiMediaFilteredCount", "raiMediaFilteredReasons"]
    )
    | st.sampled_from(["kind", "description", "details", "result_url", "presenter_id", "clips", "token", "created_at"])
    | st.sampled_from(
        [
            "data",
            "id",
            "video_id",
            "status",
            "code",
            "message",
            "param",
            "video_url",
            "duration",
            "failure_code",
            "title",
        ]
    )
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=5),
    max_leaves=12,
)
BODIES = JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40)
STATUSES = st.integers(200, 599)


def answered(status: int, body: bytes) -> httpx.Response:
    """Return an answer as it came."""
    return httpx.Response(status, content=body)


@given(STATUSES, BODIES)
def test_veo_submit_ends_in_a_name_or_a_decision(status: int, body: bytes) -> None:
    """Only a success may bring a name; a server's trouble is always Unknown."""
    try:
        name = veo_answers.operation_name(answered(status, body), MODEL)
    except (TryLater, Refused, Misconfigured):
        assert 300 <= status < 500
    except Unknown:
        assert status < 300 or status >= 500 or status in {408, 409, 425, 499}
    else:
        assert status < 300
        assert name


@given(STATUSES, BODIES)
def test_veo_look_ends_in_a_state_or_a_decision(status: int, body: bytes) -> None:
    """Only a success tells a state."""
    try:
        found = veo_answers.outcome(answered(status, body), OPERATION)
    except (Lost, TryLater, Misconfigured):
        return
    assert status < 300
    assert isinstance(found, Pending | Filmed | Failure)


@given(
    st.fixed_dictionaries({}, optional={"error": JSON, "response": JSON, "metadata": JSON}),
    st.sampled_from([True, False, None]),
)
def test_veo_operation_of_any_shape_is_understood(more: dict[str, Any], done: bool | None) -> None:
    """A finished operation is a film or a failure, an unfinished one is pending, whatever else it says."""
    body = json.dumps({"name": OPERATION, "done": done, **more}).encode()

    found = veo_answers.outcome(answered(200, body), OPERATION)

    assert isinstance(found, Filmed | Failure if done else Pending)


@given(STATUSES, BODIES, st.sampled_from(["alpha", "key", "inset"]))
def test_heygen_submit_ends_in_an_id_or_a_decision(status: int, body: bytes, cutout: str) -> None:
    """Only a success may bring an id; a server's trouble is always Unknown."""
    try:
        made = heygen_answers.made_id(answered(status, body), speech(cutout=cutout), KEY)
    except (TryLater, Refused, Misconfigured, InFlight):
        assert 300 <= status < 500
    except Unknown:
        assert status < 400 or status >= 500 or status in {408, 425, 499}
    else:
        assert status < 300
        assert made


@given(STATUSES, BODIES)
def test_heygen_look_ends_in_a_state_or_a_decision(status: int, body: bytes) -> None:
    """Only a success tells a state."""
    try:
        found, _title = heygen_answers.outcome(answered(status, body), "v_1", KEY)
    except (Lost, TryLater, KeyChanged):
        return
    assert status < 300
    assert isinstance(found, Pending | Filmed | Failure)


@given(st.dictionaries(NAMES, JSON, max_size=8), WORDS.filter(bool))
def test_heygen_film_of_any_shape_is_understood(more: dict[str, Any], status: str) -> None:
    """Every status with the film's own id is a state, whatever else it says."""
    body = json.dumps({"data": {**more, "id": "v_1", "status": status}}).encode()

    found, _title = heygen_answers.outcome(answered(200, body), "v_1", KEY)

    assert isinstance(found, Pending | Filmed | Failure)


@given(STATUSES, BODIES)
def test_heygen_footage_submit_ends_in_an_id_or_a_decision(status: int, body: bytes) -> None:
    """Only a success may bring an id; a server's trouble is always Unknown."""
    try:
        made = footage_answers.footage_id(answered(status, body), KEY)
    except (TryLater, Refused, Misconfigured, InFlight):
        assert 300 <= status < 500
    except Unknown:
        assert status < 400 or status >= 500 or status in {408, 425, 499}
    else:
        assert status < 300
        assert made


@given(STATUSES, BODIES)
def test_heygen_footage_look_ends_in_a_state_or_a_decision(status: int, body: bytes) -> None:
    """Only a success tells a state."""
    try:
        found = footage_answers.footage_outcome(answered(status, body), "v_1", KEY)
    except (Lost, TryLater, KeyChanged):
        return
    assert status < 300
    assert isinstance(found, Pending | Filmed | Failure)


@given(st.dictionaries(NAMES.filter(lambda name: name not in {"id", "video_id"}), JSON, max_size=8), WORDS.filter(bool))
def test_heygen_footage_of_any_shape_is_understood(more: dict[str, Any], status: str) -> None:
    """The route tells no id: every status is a state, whatever else it says."""
    body = json.dumps({"data": {**more, "status": status}}).encode()

    found = footage_answers.footage_outcome(answered(200, body), "v_1", KEY)

    assert isinstance(found, Pending | Filmed | Failure)


@given(STATUSES, BODIES, st.sampled_from(["alpha", "key", "inset"]))
def test_did_order_ends_in_an_id_or_a_decision(status: int, body: bytes, cutout: str) -> None:
    """Only a success may bring an id; a server's trouble is always Unknown."""
    try:
        made = did_answers.made_id(answered(status, body), speech(cutout=cutout), KEY)
    except (TryLater, Refused, Misconfigured):
        assert 300 <= status < 500
        assert status not in {408, 409, 425, 499}
    except Unknown:
        assert status < 300 or status >= 500 or status in {408, 409, 425, 499}
    else:
        assert status < 300
        assert made


@given(STATUSES, BODIES)
def test_did_look_ends_in_a_state_or_a_decision(status: int, body: bytes) -> None:
    """Only a success tells a state; only 404 in D-ID's own words loses a clip."""
    try:
        found, _name = did_answers.outcome(answered(status, body), "clp_1", KEY)
    except Lost:
        assert 404 == status
        return
    except (TryLater, KeyChanged):
        return
    assert status < 300
    assert isinstance(found, Pending | Filmed | Failure)


@given(st.dictionaries(NAMES, JSON, max_size=8), WORDS.filter(bool))
def test_did_clip_of_any_shape_is_understood(more: dict[str, Any], status: str) -> None:
    """Every status with the clip's own id is a state; only three words end it."""
    body = json.dumps({**more, "id": "clp_1", "status": status}).encode()

    found, _name = did_answers.outcome(answered(200, body), "clp_1", KEY)

    ends = status in {"done", "error", "rejected"}
    assert isinstance(found, Pending | Filmed | Failure if ends else Pending)
