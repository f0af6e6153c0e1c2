"""Resource names of Secret Manager: asked for by project id or number, always answered by number.

The real service knows a project's number; here it is derived from the id, so that code which compares an answer's name
with the name it asked for fails on the laptop as it would in the cloud.
"""

import hashlib
import re
from dataclasses import dataclass

from ..rpc import invalid, unserved

PROJECT = re.compile(r"projects/(?P<project>[^/]+)")
SECRET = re.compile(r"projects/(?P<project>[^/]+)/secrets/(?P<secret>[^/]+)")
VERSION = re.compile(r"projects/(?P<project>[^/]+)/secrets/(?P<secret>[^/]+)/versions/(?P<version>[^/]+)")
SECRET_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
VERSION_ID = re.compile(r"[1-9][0-9]{0,17}")
LATEST = "latest"


@dataclass(frozen=True, slots=True)
class VersionName:
    """A version as asked for: `number` None means `latest`."""

    secret: str
    number: int | None


def project_number(project: str) -> str:
    """Return the number of a project id; a number is its own."""
    if project.isdecimal():
        return project
    return str(10**11 + int.from_bytes(hashlib.sha256(project.encode()).digest()[:8]) % (9 * 10**11))


def read_project(name: str) -> str:
    """Return "projects/NUMBER" for a parent, or refuse it."""
    _refuse_regions(name)
    parts = PROJECT.fullmatch(name)
    if parts is None:
        raise invalid(f"Invalid resource field value in the request: parent [{name}] is not projects/*.")
    return f"projects/{project_number(parts['project'])}"


def read_secret(name: str) -> str:
    """Return a secret's name with the project's number, or refuse it."""
    _refuse_regions(name)
    parts = SECRET.fullmatch(name)
    if parts is None or not SECRET_ID.fullmatch(parts["secret"]):
        raise invalid(f"Invalid resource field value in the request: [{name}] is not projects/*/secrets/*.")
    return f"projects/{project_number(parts['project'])}/secrets/{parts['secret']}"


def read_version(name: str) -> VersionName:
    """Return which version of which secret a name means, or refuse it."""
    _refuse_regions(name)
    parts = VERSION.fullmatch(name)
    if parts is None:
        raise invalid(f"Invalid resource field value in the request: [{name}] is not projects/*/secrets/*/versions/*.")
    secret = read_secret(name.rsplit("/versions/", 1)[0])
    if parts["version"] == LATEST:
        return VersionName(secret, None)
    if not VERSION_ID.fullmatch(parts["version"]):
        raise unserved(f"the version alias {parts['version']!r}")
    return VersionName(secret, int(parts["version"]))


def version_name(secret: str, number: int) -> str:
    """Return a version's full name."""
    return f"{secret}/versions/{number}"


def _refuse_regions(name: str) -> None:
    if re.fullmatch(r"projects/[^/]+/locations/.*", name):
        raise unserved(f"the regional resource {name}")
