"""The files that are made of a finished film beside its MP4, and what making a film takes with them.

The MP4 is always there: pages, versions and every measure stand on it. Another container and a preview are made of it
afterwards, so they change no frame, and a film that exists gets them without being composed again.
"""

from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.picture import Container, Preview
from shared.pipeline.plan.request import FilmRequest


def files_of(request: FilmRequest) -> tuple[str, ...]:
    """Return the suffixes of the further files an order of one film asks for, its container first."""
    container = request.container or Container.MP4
    preview = request.preview or Preview.NONE
    return tuple(each.value for each in (container, preview) if each not in (Container.MP4, Preview.NONE))


def each_second(request: FilmRequest, tables: Tables) -> float:
    """Return the seconds of work that each second of an order's one film takes."""
    more = tables.compute.webm_per_second[request.resolution] if request.container is Container.WEBM else 0.0
    return tables.compute.wait_per_second[request.resolution] + more


def whatever_length(request: FilmRequest, tables: Tables) -> float:
    """Return the seconds of work that an order's one film takes, however short it is."""
    return tables.compute.wait + tables.compute.file * len(files_of(request))


def composing(request: FilmRequest, tables: Tables, seconds: float) -> float:
    """Return the seconds of work that an order's one film of so many seconds takes, with its further files."""
    return whatever_length(request, tables) + each_second(request, tables) * seconds
