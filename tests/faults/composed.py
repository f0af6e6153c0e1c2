"""Films composed once a process: the stage's are made again and again, of the same clips by the same edits."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from shared.media.compose import Composed, compose
from shared.media.laid import Known
from shared.pipeline.edit.edit import Edit

MOST = 200  # films kept, each of some 100 kB: the stage's are small


class ComposedOnce:
    """The product's own composer, and what it has made of an edit and of what is in its files.

    The same inputs give the same bytes (`shared/media/compose.py`); a composition that failed is tried anew.
    """

    def __init__(self) -> None:
        self._made: dict[object, tuple[Composed, bytes, bytes]] = {}

    def __call__(
        self,
        edit: Edit,
        files: Mapping[str, Path],
        folder: Path,
        *,
        timeout: float,
        known: Known | None = None,
    ) -> Composed:
        """Render `edit` into `folder`, or lay there what came of it before."""
        made_of = edit, tuple(sorted((name, _digest(path)) for name, path in files.items()))
        if made_of not in self._made:
            composed = compose(edit, files, folder, timeout=timeout, known=known)
            self._made[made_of] = composed, composed.film.read_bytes(), composed.poster.read_bytes()
            if len(self._made) > MOST:
                del self._made[next(iter(self._made))]
            return composed
        composed, film, poster = self._made[made_of]
        again = replace(composed, film=folder / composed.film.name, poster=folder / composed.poster.name)
        again.film.write_bytes(film)
        again.poster.write_bytes(poster)
        return again


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
