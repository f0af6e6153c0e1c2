"""Into how many parts a film is divided that are painted side by side; pure.

A plan's wait is reckoned with it. Whether a film can be divided so, and where, is known when it is laid out
(`shared/media/parting.py`).
"""

WHOLE_UP_TO = 40.0  # seconds of film that one task composes
MOST_PARTS = 8
SHORTEST_PART = 12.0  # seconds: what a part costs beside its painting is some two


def parts_wanted(seconds: float, *, up_to: float = WHOLE_UP_TO, shortest: float = SHORTEST_PART) -> int:
    """Return how many parts a film of so many seconds is to be painted in."""
    return 1 if seconds <= up_to else max(1, min(MOST_PARTS, int(seconds / shortest)))
