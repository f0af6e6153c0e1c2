"""Where real things meet: every function's parts, built when first used, handed on as typed parameters.

The parts stand in `shared/parts/`, each room upon the one before: stores, vendors, steps, orders, doors.
"""

import os
from functools import cache
from typing import Any

from shared import log
from shared.config import settings
from shared.parts.doors import DoorParts

PART_OF = {"api": "django_api", "batches": "batches_door", "jobs": "jobs_door"}  # called like a path, or a collection


class Wiring(DoorParts):
    """The parts of one instance."""

    def door(self, function: str) -> Any:
        """Return the part a function hands its requests to."""
        return getattr(self, PART_OF.get(function, function))


@cache
def wiring() -> Wiring:
    """Return this instance's parts; built in the handler, after gunicorn's fork."""
    found = settings(os.environ)
    log.configure(found.project)
    return Wiring(found)
