"""Finds a presenter's head by the outline of who was cut out; pure.

Words, logo and cards keep off a face, so its lower edge counts most. A person narrows once from above, at the neck,
just below the chin; where hair falls over it, the head's proportions tell. What is found must have those of a head,
else nothing is: a guess takes its place (`boxes.face`).
"""

from collections.abc import Iterator, Sequence

from PIL import Image

from shared.media.boxes import Box

_MOSTLY, _AT_TIMES = 0.5, 0.1  # of the frames: where somebody is, and where somebody may come
_SHOULDERS = 1.5  # times a head's width is what comes below it, at least
_NARROWS = 0.75  # of a head's width is a neck at most
_PLATEAU, _CHIN = 1.1, 0.1  # of the neck's least width it is a neck; of the head's, how far a chin hangs before it
_UNDER_HAIR = 1.3  # times the width of head and hair is how high it is, where no neck is seen
_HEAD_LEAST, _HEAD_MOST = 0.75, 2.2  # times its width a head is high, to where it ends
_SPECK = 8  # pixels a head needs to be told from noise


Run = tuple[int, int]  # of covered pixels in a row: from where to where


def head_in(outlines: Sequence[Image.Image]) -> Box | None:
    """Return the box of a head in the pixels of pictures of who was cut out (255 = there), which have one size.

    It reaches from the hair to the chin, and as far aside as the head sways. None where nobody has the shape of a
    person who is seen from the head to below the shoulders; of several heads the widest.
    """
    often = _often(outlines)
    rows = _rows(often)
    # A raised hand may be higher than the head: all that stands free at its top is tried.
    found = [head for top in _tops(rows) if (head := _head(rows, *top))]
    return _swaying(often, max(found, key=lambda head: head.width)) if found else None


def _often(outlines: Sequence[Image.Image]) -> Image.Image:
    """Return how often somebody is at each pixel: 255 = always."""
    wide, high = outlines[0].size
    rows = Image.frombytes("L", (wide * high, len(outlines)), b"".join(one.tobytes() for one in outlines))
    return Image.frombytes("L", (wide, high), rows.resize((wide * high, 1), Image.Resampling.BOX).tobytes())


def _rows(often: Image.Image) -> list[list[Run]]:
    """Return the runs of each row in which somebody mostly is."""
    pixels, wide = often.point([255 * (value >= 255 * _MOSTLY) for value in range(256)]).tobytes(), often.width
    return [_runs(pixels[at : at + wide]) for at in range(0, len(pixels), wide)]


def _runs(row: bytes) -> list[Run]:
    runs, at = list[Run](), 0
    while (left := row.find(b"\xff", at)) >= 0:
        at = row.find(b"\0", left)
        at = len(row) if at < 0 else at
        runs.append((left, at))
    return runs


def _tops(rows: Sequence[list[Run]]) -> Iterator[tuple[int, Run]]:
    """Yield the runs that have nothing above them, with their rows."""
    above: list[Run] = []
    for at, row in enumerate(rows):
        yield from ((at, run) for run in row if not any(_touch(run, one) for one in above))
        above = row


def _touch(one: Run, two: Run) -> bool:
    return one[0] < two[1] and two[0] < one[1]


def _head(rows: Sequence[list[Run]], top: int, first: Run) -> Box | None:
    """Return the box of the head whose highest row is `first`, if it has a head's proportions."""
    body = [first]
    for row in rows[top + 1 :]:
        below = [run for run in row if _touch(run, body[-1])]
        if not below:
            break
        body.append(max(below, key=lambda run: run[1] - run[0]))
    widths = [right - left for left, right in body]
    wide = _head_width(widths)
    broad = (at for at in range(wide // 2, len(widths)) if widths[at] >= _SHOULDERS * wide)
    shoulders = next(broad, 0)
    if wide < _SPECK or not _HEAD_LEAST * wide <= shoulders <= _HEAD_MOST * wide:
        return None
    low = min(_chin(widths, wide, shoulders), shoulders)
    left, right = min(run[0] for run in body[:low]), max(run[1] for run in body[:low])
    return Box(left, top, right - left, low)


def _head_width(widths: Sequence[int]) -> int:
    """Return the greatest width of the first rows, which are about as many as it is itself: a head is that high."""
    most = 0
    for rows, width in enumerate(widths):
        if rows >= _HEAD_LEAST * most > 0:
            return most
        most = max(most, width)
    return most


def _chin(widths: Sequence[int], wide: int, shoulders: int) -> int:
    """Return the row of the chin: a little below where the neck begins; guessed where hair falls over that."""
    rows = range(round(_HEAD_LEAST * wide), shoulders)
    narrow = min((widths[at] for at in rows), default=wide)
    if narrow > _NARROWS * wide:
        return round(_UNDER_HAIR * wide)
    return next(at for at in rows if widths[at] <= _PLATEAU * narrow) + round(_CHIN * wide)


def _swaying(often: Image.Image, head: Box) -> Box:
    """Return a head's box with the room it sways in, by a third of its width at most on either side and above."""
    room = head.width // 3
    left, top = max(0, head.x - room), max(0, head.y - room)
    right, low = min(often.width, head.x + head.width + room), head.y + head.height
    at_times = often.crop((left, top, right, low)).point([255 * (value >= 255 * _AT_TIMES) for value in range(256)])
    box = at_times.getbbox() or (0, 0, right - left, low - top)
    return Box(left + box[0], top + box[1], box[2] - box[0], low - top - box[1])
