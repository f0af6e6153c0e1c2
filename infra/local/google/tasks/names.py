"""Resource names of Cloud Tasks, and the wording Google refuses a bad one with.

The wording of refusals, here and in the neighbours, was recorded from the real service by
github.com/aertje/cloud-tasks-emulator (test/conformance/golden/errors.json at a2c53cb, 2026).
"""

import re

import grpc

from ..rpc import Refused, invalid

LOCATION = re.compile(r"projects/(?P<project>[A-Za-z0-9:.-]+)/locations/(?P<location>[A-Za-z0-9-]+)")
QUEUE = re.compile(rf"(?P<parent>{LOCATION.pattern})/queues/(?P<queue>[A-Za-z0-9-]{{1,100}})")
TASK = re.compile(r"(?P<queue>.+)/tasks/(?P<id>[^/]*)")
TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,500}")
QUEUE_FORMAT = "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>"


def check_queue_name(name: str) -> str:
    """Return `name` if it is a queue's, else refuse."""
    if not QUEUE.fullmatch(name):
        raise invalid(f'Queue name must be formatted: "{QUEUE_FORMAT}".')
    return name


def queue_of_task(name: str) -> str:
    """Return the queue part of a task's name, or refuse."""
    parts = TASK.fullmatch(name)
    if parts is None or not QUEUE.fullmatch(parts["queue"]):
        raise invalid(f'Task name must be formatted: "{QUEUE_FORMAT}/tasks/<TASK_ID>".')
    if not TASK_ID.fullmatch(parts["id"]):
        raise invalid(
            f'Task ID "{parts["id"]}" can contain only letters ([A-Za-z]), numbers ([0-9]), hyphens (-), or '
            "underscores (_). Task ID must between 1 and 500 characters."
        )
    return parts["queue"]


def project_of(name: str) -> str:
    """Return the project a location, queue or task name begins with."""
    parts = LOCATION.match(name)
    return parts["project"] if parts else ""


def check_project(name: str, *, served: str) -> None:
    """Refuse a resource of a project other than that of the location `served`."""
    if project_of(name) != project_of(served):
        # The real service looks the project up first, whatever the string.
        project = project_of(name) or name
        raise Refused(grpc.StatusCode.PERMISSION_DENIED, f"Permission denied on resource project {project}.")


def check_location(name: str, *, served: str) -> None:
    """Refuse a location other than the one this server plays."""
    check_project(name, served=served)
    if name != served:
        raise invalid(f"The local Cloud Tasks serves the location {served} only.")
