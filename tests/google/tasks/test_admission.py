"""What create_task takes and what it refuses, limit by limit."""

from datetime import timedelta
from typing import Any

import pytest
from google.api_core.exceptions import InvalidArgument, MethodNotImplemented, PermissionDenied
from google.cloud.tasks_v2.types import HttpMethod, Task

from tests.google.elsewhere import stand_in
from tests.google.tasks.world import ACCOUNT, Cloud

URL = "http://127.0.0.1:1/"


def _create(cloud: Cloud, http: dict[str, Any], **fields: Any) -> Task:
    return cloud.submit({"http_request": {"url": URL} | http} | fields)


def test_a_task_answers_with_googles_defaults(cloud: Cloud) -> None:
    """POST, ten minutes, now, and the BASIC view without the body (docstring of Task)."""
    cloud.clock.now += timedelta(microseconds=123456)

    task = _create(cloud, {"body": b"secret", "headers": {"content-type": "application/json", "User-Agent": "mine"}})

    assert task.http_request.http_method is HttpMethod.POST
    assert task.dispatch_deadline == timedelta(minutes=10)
    assert task.schedule_time == cloud.clock.now
    assert task.create_time == cloud.clock.now.replace(microsecond=0)
    assert task.view is Task.View.BASIC
    assert task.http_request.body == b""
    assert dict(task.http_request.headers) == {"content-type": "application/json", "User-Agent": "Google-Cloud-Tasks"}


def test_the_full_view_shows_the_body(cloud: Cloud) -> None:
    """FULL answers the body, on create, get and list."""
    http = {"url": URL, "body": b"x"}
    request: dict[str, Any] = {"parent": cloud.queue, "task": {"http_request": http}, "response_view": Task.View.FULL}

    created = cloud.client.create_task(request=request)
    got = cloud.client.get_task(request={"name": created.name, "response_view": Task.View.FULL})
    (listed,) = cloud.client.list_tasks(request={"parent": cloud.queue, "response_view": Task.View.FULL})

    assert [task.http_request.body for task in (created, got, listed)] == [b"x"] * 3


def test_a_schedule_time_in_the_past_means_now(cloud: Cloud) -> None:
    """Cloud Tasks sets a past schedule_time to the current time."""
    task = _create(cloud, {}, schedule_time=cloud.clock.now - timedelta(days=3))

    assert task.schedule_time == cloud.clock.now


def test_thirty_days_ahead_is_the_farthest(cloud: Cloud) -> None:
    """Exactly 30 days are taken, a second more is INVALID_ARGUMENT (quotas)."""
    farthest = cloud.clock.now + timedelta(days=30)

    assert _create(cloud, {}, schedule_time=farthest).schedule_time == farthest
    with pytest.raises(InvalidArgument, match="30 days"):
        _create(cloud, {}, schedule_time=farthest + timedelta(seconds=1))


@pytest.mark.parametrize("seconds", [15, 600.5, 1799])
def test_a_deadline_between_15_s_and_30_min_is_taken(cloud: Cloud, seconds: float) -> None:
    """dispatch_deadline keeps milliseconds."""
    task = _create(cloud, {}, dispatch_deadline=timedelta(seconds=seconds, microseconds=77))

    assert task.dispatch_deadline == timedelta(seconds=seconds)


def test_thirty_minutes_are_the_longest_deadline(cloud: Cloud) -> None:
    """The limit itself is taken."""
    assert _create(cloud, {}, dispatch_deadline=timedelta(minutes=30)).dispatch_deadline == timedelta(minutes=30)


@pytest.mark.parametrize("seconds", [-1, 0, 14.999, 1801])
def test_a_deadline_outside_is_refused(cloud: Cloud, seconds: float) -> None:
    """For HTTP tasks the deadline must be in [15 s, 30 min]."""
    with pytest.raises(InvalidArgument, match="dispatchDeadline"):
        _create(cloud, {}, dispatch_deadline=timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("http", "words"),
    [
        ({"url": ""}, "HttpRequest.url is required"),
        ({"url": "127.0.0.1:80/x"}, "must start with 'http://' or 'https://'"),
        ({"url": "ftp://127.0.0.1/x"}, "must start with 'http://' or 'https://'"),
        ({"url": URL + "a" * 2083}, "2083"),
        ({"body": b"x", "http_method": HttpMethod.GET}, "POST, PUT and PATCH"),
        ({"body": b"x", "http_method": HttpMethod.DELETE}, "POST, PUT and PATCH"),
        ({"http_method": 99}, "http_method 99"),
        ({"headers": {"X": "v" * 80 * 1024}}, "80KB"),
        ({"headers": {"with space": "v"}}, "invalid header"),
        ({"headers": {"X": "line\r\nbreak"}}, "invalid header"),
        ({"body": b"x" * 100 * 1024}, "Task size too large"),
        ({"oidc_token": {"service_account_email": "someone@example.com"}}, "service account"),
        ({"oidc_token": {}}, "service account"),
    ],
)
def test_a_broken_limit_is_invalid(cloud: Cloud, http: dict[str, Any], words: str) -> None:
    """Each limit of HttpRequest is INVALID_ARGUMENT, by name."""
    with pytest.raises(InvalidArgument, match=words):
        _create(cloud, http)


def test_the_largest_allowed_things_are_taken(cloud: Cloud) -> None:
    """2083 characters of URL and a body that fills 100 KB."""
    url = URL + "a" * (2083 - len(URL))

    assert _create(cloud, {"url": url, "body": b"x" * 99_000}).http_request.url == url


def test_an_account_of_another_project_is_denied(cloud: Cloud) -> None:
    """The OIDC account must live in the queue's project."""
    with pytest.raises(PermissionDenied, match="demo-project"):
        _create(cloud, {"oidc_token": {"service_account_email": "a@other.iam.gserviceaccount.com"}})


def test_the_audience_defaults_to_the_whole_url(cloud: Cloud) -> None:
    """OidcToken.audience: "If not specified, the URI specified in target will be used"."""
    task = _create(cloud, {"url": URL + "?a=b", "oidc_token": {"service_account_email": ACCOUNT}})

    assert task.http_request.oidc_token.audience == URL + "?a=b"


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ({"app_engine_http_request": {"relative_uri": "/"}}, "Task.app_engine_http_request"),
        ({"http_request": {"url": URL}, "retry_config": {"max_attempts": 3}}, "Task.retry_config"),
        (
            {"http_request": {"url": URL, "oauth_token": {"service_account_email": ACCOUNT}}},
            "HttpRequest.oauth_token",
        ),
    ],
)
@stand_in("tasks")
def test_what_is_not_played_is_refused_by_name(cloud: Cloud, task: dict[str, Any], name: str) -> None:
    """A real feature this server lacks is UNIMPLEMENTED and named."""
    with pytest.raises(MethodNotImplemented, match=name):
        cloud.submit(task)


def test_a_task_without_a_target_is_refused(cloud: Cloud) -> None:
    """A task must say what to call."""
    with pytest.raises(InvalidArgument, match="http_request"):
        cloud.submit({})
