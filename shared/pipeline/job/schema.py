"""The numbers of a document's form: which ones this code can write, and what the least code is that may write each.

A release that only adds optional fields gets a number of its own and lets the one before write on: it gives back what
it does not know. One whose documents older code must not write names itself. While a release can write two forms, new
jobs are born in the older one until `settings/schema` says that every function knows the newer (shared/cloud/forms.py);
a job keeps the form it was born in. The release after that drops the older one (CONTRIBUTING, "Expand, then contract").
"""

from collections.abc import Mapping

WRITES: Mapping[int, int] = {2: 2, 3: 3}  # form: the least code that may write it
SCHEMA = max(WRITES)
OLDEST = min(WRITES)
SWITCHING = 3  # its takes may change the avatar service, or be left out, or it makes several films, or shows clips of
# the tenant's own: older code would order takes of the wrong service, compose each film alike, or find no picture


def written(allowed: int, writes: Mapping[int, int] = WRITES) -> int:
    """Return the newest form this code can write that is allowed, the oldest it can write if none is."""
    return max((form for form in writes if form <= allowed), default=min(writes))
