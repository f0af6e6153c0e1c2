"""How often a tenant has bought in the running hour: two fields of its month's document, written by what reserves.

The commit that counts names the document's revision, so that the count is exact: of two at once one counts again. The
hour is that of the server's read, in UTC; months begin with one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour's name (`2026-11-28T17`) and how often was bought in it."""

    name: str = ""
    count: int = 0

    def at(self, moment: datetime) -> "Hour":
        """Return the hour of a moment: this one, or a new one in which nothing was bought yet."""
        name = f"{moment:%Y-%m-%dT%H}"
        return self if self.name == name else Hour(name)

    @property
    def bought_once_more(self) -> dict[str, Any]:
        """The fields of the document after one more purchase."""
        return {"hour": self.name, "hour_count": self.count + 1}


def hour_of(data: Mapping[str, Any], read_at: datetime) -> Hour:
    """Return the hour in which a month's document was read."""
    return Hour(str(data.get("hour", "")), int(data.get("hour_count", 0))).at(read_at)


def seconds_left(moment: datetime) -> int:
    """Return how many seconds, begun ones included, are left of a moment's hour."""
    begun = moment - moment.replace(minute=0, second=0, microsecond=0)
    return -((begun - timedelta(hours=1)) // timedelta(seconds=1))
