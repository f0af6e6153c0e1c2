"""What a handler receives, and which answers acknowledge a task."""

from datetime import timedelta

import pytest
from google.api_core.exceptions import NotFound
from google.cloud.tasks_v2.types import HttpMethod
from werkzeug.wrappers import Response

from infra.local.google.identity.issuer import Issuer
from infra.local.google.tasks.server import Counts, TaskFacts
from tests.google.tasks.world import ACCOUNT, QUEUE, Cloud, Heard


def test_a_task_arrives_as_it_was_sent(cloud: Cloud) -> None:
    """Method, path, query, body and own headers reach the handler (HttpRequest)."""
    cloud.create(
        http_request={
            "url": f"{cloud.handler.url}/start_clip?job=1",
            "http_method": HttpMethod.PUT,
            "headers": {"Content-Type": "application/json", "X-Mine": "1"},
            "body": b'{"job": 1}',
        }
    )

    assert cloud.server.run_due() == 1
    (heard,) = cloud.handler.heard
    assert (heard.method, heard.path, heard.body) == ("PUT", "/start_clip?job=1", b'{"job": 1}')
    assert (heard.headers["Content-Type"], heard.headers["X-Mine"]) == ("application/json", "1")


def test_the_first_attempt_carries_googles_headers(cloud: Cloud) -> None:
    """Queue, task, counts of zero, ETA in seconds since 1970; nothing about a previous attempt."""
    cloud.create("a", schedule_time=cloud.clock.now + timedelta(seconds=1.5))
    cloud.clock.advance(minutes=1)
    cloud.server.run_due()

    (heard,) = cloud.handler.heard

    names = ("QueueName", "TaskName", "TaskRetryCount", "TaskExecutionCount", "TaskETA")
    assert [heard.tasks_header(name) for name in names] == ["veo", "a", "0", "0", "1795262401.500000"]
    assert heard.tasks_header("TaskPreviousResponse") is None
    assert heard.tasks_header("TaskRetryReason") is None
    assert heard.headers["User-Agent"] == "Google-Cloud-Tasks"


def test_no_content_type_is_made_up(cloud: Cloud) -> None:
    """A task without a Content-Type arrives without one (HttpRequest.headers: it "won't be set by Cloud Tasks")."""
    cloud.create(http_request={"url": cloud.handler.url, "body": b"{}"})

    cloud.server.run_due()

    assert "Content-Type" not in cloud.handler.heard[0].headers


def test_reserved_headers_are_replaced(cloud: Cloud) -> None:
    """Host, Content-Length, User-Agent, X-Google-, X-AppEngine- and X-CloudTasks- of the task are ignored."""
    forged = {"Host": "evil", "X-Google-A": "1", "X-AppEngine-B": "2", "X-CloudTasks-TaskRetryCount": "9"}
    cloud.create(http_request={"url": cloud.handler.url, "headers": forged | {"content-length": "0"}, "body": b"abc"})

    cloud.server.run_due()

    (heard,) = cloud.handler.heard
    assert heard.body == b"abc"
    assert heard.headers["Host"] == cloud.handler.url.removeprefix("http://")
    assert heard.tasks_header("TaskRetryCount") == "0"
    assert not {"X-Google-A", "X-Appengine-B"} & heard.headers.keys()


def test_a_task_brings_an_oidc_token(cloud: Cloud, issuer: Issuer) -> None:
    """The token of oidc_token is the issuer's, for the audience asked for, and beats an Authorization of the task."""
    token = {"service_account_email": ACCOUNT, "audience": "https://start-clip.run.app"}
    http = {"url": cloud.handler.url, "oidc_token": token, "headers": {"authorization": "Basic eDp5"}}
    cloud.create(http_request=http)

    cloud.server.run_due()

    scheme, _, sent = cloud.handler.heard[0].headers["Authorization"].partition(" ")
    assert scheme == "Bearer"
    assert issuer.verify(sent, audience="https://start-clip.run.app") == ACCOUNT


def test_each_attempt_brings_a_fresh_token(cloud: Cloud, issuer: Issuer) -> None:
    """A retry hours later still carries a token that holds."""
    http = {"url": cloud.handler.url, "oidc_token": {"service_account_email": ACCOUNT, "audience": "aud"}}
    cloud.handler.answers(500, **{"Retry-After": "7200"})
    cloud.create(http_request=http)
    cloud.server.run_due()

    cloud.clock.advance(hours=2)
    cloud.server.run_due()

    sent = cloud.handler.heard[1].headers["Authorization"].removeprefix("Bearer ")
    assert issuer.verify(sent, audience="aud") == ACCOUNT


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_2xx_acknowledges(cloud: Cloud, status: int) -> None:
    """Any status from 200 to 299 removes the task."""
    cloud.handler.always(status)
    cloud.create("a")

    cloud.server.run_due()

    assert cloud.server.pending() == []
    with pytest.raises(NotFound):
        cloud.get("a")


@pytest.mark.parametrize("status", [300, 400, 401, 404, 409, 429, 500, 503])
def test_anything_else_is_tried_again(cloud: Cloud, status: int) -> None:
    """Any other status keeps the task; a 4xx is no exception."""
    cloud.handler.always(status)
    created = cloud.create("a")

    cloud.server.run_due()

    (fact,) = cloud.server.pending("veo")
    assert (fact.name, fact.url, fact.attempts) == (created.name, cloud.handler.url + "/", 1)
    assert fact.schedule_time > cloud.clock.now


def test_a_redirect_is_not_followed(cloud: Cloud) -> None:
    """A 302 is a failed attempt and its Location is never asked."""
    elsewhere = f"{cloud.handler.url}/elsewhere"
    cloud.handler.respond = lambda _: Response(status=302, headers={"Location": elsewhere})
    cloud.create("a")

    cloud.server.run_due()

    assert [heard.path for heard in cloud.handler.heard] == ["/?"]
    assert len(cloud.server.pending()) == 1


def test_a_task_waits_for_its_schedule_time(cloud: Cloud) -> None:
    """A task goes out at its schedule_time, not before."""
    due = cloud.clock.now + timedelta(minutes=20)
    cloud.create("a", schedule_time=due)

    assert (cloud.server.run_due(), cloud.server.next_due()) == (0, due)

    cloud.clock.now = due
    assert (cloud.server.run_due(), cloud.server.next_due()) == (1, None)


def test_what_a_handler_enqueues_goes_out_in_the_same_run(cloud: Cloud) -> None:
    """run_due delivers also the tasks that handlers add meanwhile, in the order of their schedule times."""

    def respond(heard: Heard) -> Response:
        if heard.tasks_header("TaskName") == "first":
            cloud.create("second")
        return Response("done")

    cloud.handler.respond = respond
    cloud.create("first")

    assert cloud.server.run_due() == 2
    assert [heard.tasks_header("TaskName") for heard in cloud.handler.heard] == ["first", "second"]


def test_a_deleted_task_is_not_delivered(cloud: Cloud) -> None:
    """delete_task takes a waiting task out of the queue."""
    cloud.client.delete_task(name=cloud.create("a").name)

    assert cloud.server.run_due() == 0


def test_a_task_deleted_while_it_runs_stays_deleted(cloud: Cloud) -> None:
    """A failing attempt does not bring a deleted task back."""

    def respond(_: Heard) -> Response:
        cloud.client.delete_task(name=f"{QUEUE}/tasks/a")
        return Response(status=500)

    cloud.handler.respond = respond
    cloud.create("a")
    cloud.server.run_due()

    assert cloud.server.pending() == []


def test_operations_are_counted(cloud: Cloud) -> None:
    """Creates, dispatches, gets and deletes are counted for the budget of the happy path."""
    cloud.create("a")
    cloud.get("a")
    cloud.client.delete_task(name=f"{cloud.queue}/tasks/a")
    cloud.create("b")
    cloud.server.run_due()

    assert cloud.server.counts == Counts(created=2, dispatched=1, gets=1, deletes=1)


def test_pending_lists_the_tasks_of_a_queue(cloud: Cloud) -> None:
    """pending() gives the facts of what waits, by schedule time."""
    later, sooner = (cloud.clock.now + timedelta(minutes=minutes) for minutes in (2, 1))
    cloud.create("later", schedule_time=later)
    cloud.create("sooner", schedule_time=sooner)

    url = cloud.handler.url + "/"
    facts = [
        TaskFacts(f"{QUEUE}/tasks/sooner", url, sooner, attempts=0),
        TaskFacts(f"{QUEUE}/tasks/later", url, later, attempts=0),
    ]
    assert cloud.server.pending() == facts
    assert cloud.server.pending("veo") == facts
    assert cloud.server.pending("compose") == []
