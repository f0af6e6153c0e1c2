"""A call is repeated where that cannot buy twice, and the key goes to abroll alone."""

import json
from collections.abc import Iterator

import httpx
import pytest
from werkzeug.wrappers import Response

from shared.client import Abroll, AbrollError, KeyRefused, NotFound, Refused, Unavailable
from tests.client.canned import KEY, Canned, canned, plain, refusal

TENANT = plain('{"id": "shop"}')
ORDERED = plain('{"job_id": "6f0d9a54-3f0b-4f7a-8f5d-0a4b1c2d3e4f"}', 202)
JOB = "6f0d9a54-3f0b-4f7a-8f5d-0a4b1c2d3e4f"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_read_is_repeated_when_busy(server: Canned, status: int) -> None:
    """Twice busy, then answered: nobody notices."""
    server.answer(refusal(status, "busy"), refusal(status, "busy"), TENANT)

    assert "shop" == server.abroll().tenant()["id"]
    assert [0.5, 1.0] == server.slept


def test_retry_after_is_obeyed(server: Canned) -> None:
    """The server knows how long: neither earlier nor later."""
    server.answer(refusal(429, "rate_limited", Retry_After="7"), TENANT)

    server.abroll().tenant()

    assert [7.0] == server.slept


def test_patience_ends(server: Canned) -> None:
    """A minute later it is said how things stand, with the seconds to wait."""
    server.answer(refusal(503, "busy", Retry_After="25"))

    with pytest.raises(Unavailable) as failed:
        server.abroll().tenant()

    assert ([25.0, 25.0], 25.0) == (server.slept, failed.value.retry_after)


def test_an_order_is_repeated_under_one_key(server: Canned) -> None:
    """The answer was lost: the same Idempotency-Key goes out again, so that one film is bought."""
    server.answer(refusal(502, "x"), refusal(503, "x"), ORDERED)

    assert server.abroll().films.create({"product_title": "Mug"})["job_id"] == JOB

    keys = {headers["Idempotency-Key"] for _, _, headers, _ in server.heard}
    assert (3, 1) == (len(server.heard), len(keys))


def test_what_may_have_worked_is_not_repeated_without_a_key(server: Canned) -> None:
    """A second webhook secret nobody asked for would end the first."""
    server.answer(refusal(502, "x"))

    with pytest.raises(Unavailable):
        server.abroll().new_webhook_secret()

    assert 1 == len(server.heard)


def test_what_was_surely_refused_is_repeated_whatever_it_is(server: Canned) -> None:
    """429 says that nothing was done."""
    server.answer(refusal(429, "rate_limited", Retry_After="1"), plain('{"secret": "whsec_"}', 201))

    server.abroll().new_webhook_secret()

    assert 2 == len(server.heard)


def test_no_answer_is_repeated_for_reads() -> None:
    """Nobody listens: tried until the patience ends, then told in one sentence with a next move."""
    with canned() as gone:
        abroll = gone.abroll(seconds=3.0)

    with pytest.raises(Unavailable, match="no answer") as failed:
        abroll.tenant()

    assert [0.5, 1.0] == gone.slept
    assert failed.value.next_move


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Refused), (401, KeyRefused), (403, KeyRefused), (404, NotFound), (409, Refused)]
)
def test_a_refusal_is_not_repeated(server: Canned, status: int, kind: type[AbrollError]) -> None:
    """It says what is wrong, field by field, and what to do, as abroll does."""
    server.answer(refusal(status, "validation_error"))

    with pytest.raises(kind) as failed:
        server.abroll().films.create({})

    told = failed.value
    assert 1 == len(server.heard)
    assert ("no", "mend it", {"scenes.0": ["is wrong"]}) == (told.message, told.next_move, told.details)
    assert "no\nscenes.0: is wrong\nmend it" == str(told)
    assert ("validation_error", "r1", status) == (told.code, told.request_id, told.status)


@pytest.mark.parametrize(
    "body", ["", "<html>proxy</html>", "[" * 100_000, '{"error": 5, "details": [1]}', "\ud7ff\x00", "null"]
)
@pytest.mark.parametrize("status", [400, 404, 429, 502])
def test_whatever_answers_is_an_error_of_ours(server: Canned, status: int, body: str) -> None:
    """A proxy's page, JSON without an end of nesting, other people's words: never an exception of a library."""
    server.answer(plain(body, status))

    with pytest.raises(AbrollError) as failed:
        server.abroll(seconds=0).tenant()

    assert status == failed.value.status
    assert json.dumps(failed.value.as_json())


@pytest.mark.parametrize("body", ["", "<html>sign in</html>", "[" * 100_000])
def test_success_that_is_no_json_is_no_answer(server: Canned, body: str) -> None:
    """A hotel's sign-in page says 200 to everything."""
    server.answer(plain(body))

    with pytest.raises(Unavailable, match="not JSON"):
        server.abroll(seconds=0).tenant()


def test_an_answer_without_an_end_is_cut(server: Canned) -> None:
    """Its bytes are bounded, so that memory is."""

    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * 65536

    server.answer(Response(endless(), content_type="application/json"))

    with pytest.raises(Unavailable, match="no end"):
        server.abroll(seconds=0).tenant()


def test_a_redirect_is_not_followed_with_the_key(server: Canned) -> None:
    """An API call that is sent elsewhere is an error; the key stays here."""
    with canned() as other:
        other.answer(TENANT)
        server.answer(Response("", 307, headers={"Location": other.url}))

        with pytest.raises(Unavailable):
            server.abroll(seconds=0).tenant()

        assert [] == other.heard


def test_the_films_store_never_sees_the_key(server: Canned) -> None:
    """The film lies with Google: its link is followed without the Authorization header."""
    with canned() as store:
        store.answer(Response(b"film"))
        server.answer(Response("", 302, headers={"Location": store.url + "/film.mp4?sign=1"}))

        with server.abroll()._transport.file(f"/jobs/{JOB}/film") as answer:
            assert b"film" == answer.read()

        assert f"Bearer {KEY}" == server.heard[0][2]["Authorization"]
        assert "Authorization" not in store.heard[0][2]


@pytest.mark.parametrize(
    "url",
    [
        "http://abroll.example",
        "ftp://abroll.example",
        "abroll.example",
        "https://",
        "http://127.0.0.1.evil.example",
        "http://[::1",
    ],
)
def test_a_key_is_not_sent_in_the_clear(url: str) -> None:
    """Only https, or this machine."""
    with pytest.raises(Refused):
        Abroll(KEY, url)


@pytest.mark.parametrize("key", ["abr live", "abr\nX-Other: 1", "schlüssel", "\x7f"])
def test_a_key_that_is_none_is_refused_before_it_is_sent(key: str) -> None:
    """A newline in a header is no matter for the network."""
    with pytest.raises(KeyRefused):
        Abroll(key, "https://abroll.example")


@pytest.mark.parametrize("job", ["", "..", "../tenant", "x/../../tenant/keys", "6f0d9a54", "%2e%2e"])
def test_a_jobs_id_is_no_path(server: Canned, job: str) -> None:
    """What is not an id reaches no other call."""
    with pytest.raises(NotFound):
        server.abroll().films.get(job)

    assert [] == server.heard


def test_the_client_says_who_it_is(server: Canned) -> None:
    """An operator sees which client calls."""
    server.answer(TENANT)

    server.abroll().tenant()

    assert server.heard[0][2]["User-Agent"].startswith("abroll-client/")


def test_a_client_of_the_callers_own_stays_open(server: Canned) -> None:
    """Who brings an httpx.Client closes it."""
    server.answer(TENANT)
    http = httpx.Client(trust_env=False)

    with Abroll(KEY, server.url, http=http) as abroll:
        abroll.tenant()

    assert not http.is_closed
    http.close()
