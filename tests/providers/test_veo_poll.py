"""What Veo says of an operation: pending, a film, or one of three endings without one (veo page, "The operation")."""

from datetime import timedelta
from typing import Any

import pytest

from shared.codes import Code
from shared.egress.client import Egress
from shared.providers.ports import Blamed, Failure, Filmed, Lost, Misconfigured, Pending, TryLater
from tests.egress.loopback import Loopback, Script, raw, reply, reset
from tests.providers.orders import MODEL, MODELS, OPERATION, Tokens, veo

OLD = f"{MODELS}/veo-2.9-retired-001/operations/77"
FILM = {"gcsUri": "gs://takes/jobs/j1/clip-1/t1-a1/4417/sample_0.mp4", "mimeType": "video/mp4"}
RAW = "the vendor's own words"


def ended(**more: Any) -> Script:
    """Answer with a finished operation."""
    return reply(200, {"name": OPERATION, "done": True, **more})


def failed(code: Any, message: str = RAW) -> Script:
    """Answer with an operation that ended in an error."""
    return ended(error={"code": code, "message": message})


def poll(script: Script) -> Pending | Filmed | Failure:
    """Look at a server that plays the script."""
    with Loopback(script) as server:
        return veo(server.url).poll(OPERATION)


def test_question_goes_to_the_operations_own_model() -> None:
    """The path is cut from the operation's name: the configured model may have changed since (hole 34)."""
    with Loopback(reply(200, {"name": OLD})) as server:
        veo(server.url).poll(OLD)

    assert server.heard[0].method == "POST"
    assert server.heard[0].target == f"/v1/{MODELS}/veo-2.9-retired-001:fetchPredictOperation"
    assert server.heard[0].json == {"operationName": OLD}


@pytest.mark.parametrize("more", [{}, {"done": False}, {"done": None}, {"metadata": {"progress": 3}}])
def test_pending(more: dict[str, Any]) -> None:
    """Without done the clip is in the making, whether or not the word is there."""
    assert poll(reply(200, {"name": OPERATION, **more})) == Pending()


def test_film() -> None:
    """The film's place is read, never computed."""
    assert poll(ended(response={"raiMediaFilteredCount": 0, "videos": [FILM]})) == Filmed(FILM["gcsUri"])


def test_film_beside_a_filtered_sibling() -> None:
    """A film is a film, whatever else was filtered."""
    found = poll(ended(response={"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["x"], "videos": [FILM]}))

    assert found == Filmed(FILM["gcsUri"])


@pytest.mark.parametrize(
    ("code", "word", "after"),
    [
        (3, "invalid", None),
        (7, "permission", None),
        (8, "capacity", 60),
        (9, "provisioning", 90),
        (13, "internal", 30),
        (14, "capacity", 60),
        (4, "internal", None),
        (0, "internal", None),
        (99, "internal", None),
        ("8", "internal", None),
        (True, "internal", None),
        (None, "internal", None),
        ([8], "internal", None),
    ],
)
def test_error_by_code(code: Any, word: str, after: int | None) -> None:
    """Codes 8, 9, 13 and 14 may be filmed again by contract; every other ends the clip."""
    found = poll(failed(code))

    assert isinstance(found, Failure)
    assert (found.code, found.retry_after) == (word, None if after is None else timedelta(seconds=after))
    assert RAW not in found.why + found.next_move
    assert found.next_move


@pytest.mark.parametrize("error", [{}, [], "broken", {"code": 10**400}])
def test_error_of_the_wrong_shape_is_an_error(error: Any) -> None:
    """An ending that cannot be read is an ending all the same, and is not filmed again."""
    found = poll(ended(error=error))

    assert isinstance(found, Failure)
    assert (found.code, found.retry_after) == ("internal", None)


@pytest.mark.parametrize("code", [3, 8, 13])
def test_support_codes_are_read_before_the_error_code(code: int) -> None:
    """Code 3 is both our mistake and a safety refusal; the support code decides."""
    message = "The input image violates usage guidelines. Support codes: 58061214, 17301594"

    found = poll(failed(code, message))

    assert found == Failure(
        code=Code.SAFETY,
        why="Google's safety filter refused the clip (child safety), support code 58061214, 17301594.",
        next_move="Retry the job with other words.",
        retry_after=None,
        support_codes=("58061214", "17301594"),
        blamed=Blamed.IMAGE,
    )


def test_unknown_support_code_is_still_a_safety_refusal() -> None:
    """Google adds codes; the number itself is told."""
    found = poll(failed(3, "Refused. Support codes: 12345678"))

    assert isinstance(found, Failure)
    assert found.why == "Google's safety filter refused the clip, support code 12345678."


@pytest.mark.parametrize(
    "response",
    [
        {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["Not generated. Support codes: 61493863"]},
        {"raiMediaFilteredReasons": ["Not generated. Support codes: 61493863"], "videos": []},
    ],
)
def test_filtered(response: dict[str, Any]) -> None:
    """A film the output filter held back may be tried once more; the machine counts."""
    found = poll(ended(response=response))

    assert found == Failure(
        code=Code.FILTERED,
        why="Google's safety filter refused the clip (violence), support code 61493863.",
        next_move="Retry the job with other words.",
        retry_after=timedelta(seconds=5),
        support_codes=("61493863",),
    )


def test_filtered_without_reasons() -> None:
    """A count alone is filtered too."""
    found = poll(ended(response={"raiMediaFilteredCount": 1}))

    assert isinstance(found, Failure)
    assert (found.code, found.why) == ("filtered", "Google's safety filter refused the clip.")


@pytest.mark.parametrize(
    "more",
    [
        {"response": {"videos": []}},
        {"response": {"videos": [{"mimeType": "video/mp4"}]}},
        {"response": {"videos": ["gs://x"]}},
        {"response": {"videos": {"gcsUri": "gs://x"}}},
        {"response": {"raiMediaFilteredCount": 0}},
        {"response": None},
        {"response": "done"},
        {},
    ],
)
def test_empty(more: dict[str, Any]) -> None:
    """Done without error, film or filter has a name of its own, and may be tried once more."""
    found = poll(ended(**more))

    assert isinstance(found, Failure)
    assert found.code == "empty"
    assert found.retry_after is not None


BY_NUMBER = OPERATION.replace("/acme-prod/", "/123456789/")


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"name": BY_NUMBER}, Pending()),
        ({"name": BY_NUMBER, "done": False}, Pending()),
        ({"done": False}, Pending()),
        ({"name": None, "done": False}, Pending()),
        ({"name": BY_NUMBER, "done": True, "response": {"videos": [FILM]}}, Filmed(FILM["gcsUri"])),
        ({"name": OPERATION.rpartition("/")[2], "done": True, "response": {"videos": [FILM]}}, Filmed(FILM["gcsUri"])),
        ({"done": True, "response": {"videos": [FILM]}}, Filmed(FILM["gcsUri"])),
    ],
)
def test_an_answer_is_heard_however_it_names_the_operation(named: dict[str, Any], expected: object) -> None:
    """By the project's number, by its id alone, or not at all: the question was about this operation only."""
    assert poll(reply(200, named)) == expected


@pytest.mark.parametrize("name", [BY_NUMBER, None])
def test_a_refusal_is_heard_however_it_names_the_operation(name: str | None) -> None:
    """Or a safety refusal would be heard as "later" for half an hour."""
    error = {"code": 3, "message": "No. Support codes: 61493863"}

    found = poll(reply(200, {"name": name, "done": True, "error": error}))

    assert isinstance(found, Failure)
    assert (found.code, found.retry_after) == (Code.SAFETY, None)


@pytest.mark.parametrize(
    "name",
    [
        f"{OPERATION}x",
        OPERATION.rpartition("/")[0],
        f"{OPERATION}/",
        f"{BY_NUMBER[:-1]}0",
        "",
        7,
        [OPERATION],
    ],
)
@pytest.mark.parametrize("more", [{}, {"done": True, "response": {"videos": [FILM]}}])
def test_an_answer_about_another_operation_is_not_believed(name: Any, more: dict[str, Any]) -> None:
    """A film, or a failure, of somebody else's operation says nothing about ours."""
    with pytest.raises(TryLater):
        poll(reply(200, {"name": name, **more}))


def test_404_is_lost_not_failed() -> None:
    """A vanished operation says nothing about its film (hole 33)."""
    with pytest.raises(Lost):
        poll(reply(404, {"error": {"message": RAW}}))


def test_401_once_renews_the_token() -> None:
    """A token that expired while the clip was in the making is renewed."""
    tokens = Tokens()

    with Loopback(reply(401), reply(200, {"name": OPERATION})) as server:
        found = veo(server.url, tokens).poll(OPERATION)

    assert found == Pending()
    assert [heard.headers["authorization"] for heard in server.heard] == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_refused_question_is_misconfigured(status: int) -> None:
    """A question that is refused says nothing about the clip, and waiting does not help."""
    with pytest.raises(Misconfigured):
        poll(reply(status))


@pytest.mark.parametrize(
    "script",
    [
        reply(408),
        reply(500),
        reply(503, b"<html>"),
        reply(302, headers={"location": "/"}),
        reply(200, b""),
        reply(200, b"<html>"),
        reply(200, b"[" * 100_000),
        reply(200, {}),
        reply(200, {"name": OLD}),
        reply(200, {"name": OLD, "done": True, "response": {"videos": [FILM]}}),
        reply(200, {"name": OPERATION, "done": "true"}),
        reply(200, {"name": OPERATION, "done": 1}),
        reply(200, {"name": OPERATION, "done": []}),
        reset(),
        raw(b"", hang_up=True),
    ],
)
def test_trouble_is_later(script: Script) -> None:
    """An answer that tells nothing is asked for again."""
    with pytest.raises(TryLater):
        poll(script)


def test_429_is_later_as_asked() -> None:
    """The wait asked for is kept."""
    with pytest.raises(TryLater) as later:
        poll(reply(429, b"", {"retry-after": "9"}))

    assert later.value.after == timedelta(seconds=9)


def test_unreachable_is_later() -> None:
    """A look that does not reach Veo is simply made again."""
    with Loopback(reply(200)) as gone:
        url = gone.url

    with pytest.raises(TryLater):
        veo(url).poll(OPERATION)


def test_guarded_endpoint_is_our_mistake() -> None:
    """An endpoint the guard refuses is a setting to mend."""
    with pytest.raises(Misconfigured):
        veo("https://127.0.0.1", egress=Egress()).poll(OPERATION)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "clip-1",
        f"{MODELS}/{MODEL}",
        f"{MODELS}/../operations/1",
        f"{MODELS}/../{MODEL}/operations/1",
        f"/{OPERATION}",
        f"{OPERATION}/1",
        f"x/{OPERATION}",
    ],
)
def test_what_is_no_operations_name_is_lost(name: str) -> None:
    """A name that cannot be one is not asked for."""
    with Loopback(reply(200)) as server, pytest.raises(Lost):
        veo(server.url).poll(name)

    assert server.heard == []


def test_odd_characters_stay_in_the_name() -> None:
    """A name's characters cannot turn the question into another address."""
    odd = OPERATION.replace("acme-prod", "acme.example:prod?x#y")

    with Loopback(reply(404)) as server, pytest.raises(Lost):
        veo(server.url).poll(odd)

    models = MODELS.replace("acme-prod", "acme.example:prod%3Fx%23y")
    assert server.heard[0].target == f"/v1/{models}/{MODEL}:fetchPredictOperation"
