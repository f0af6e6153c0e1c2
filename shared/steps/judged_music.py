"""Whether a film can have the music that was sent; only functions that take uploads carry what decodes it."""

import threading

from shared.codes import Code
from shared.media.errors import MediaFailed, MediaRefused
from shared.media.music import judged_music
from shared.pipeline.plan.heard import MusicFacts
from shared.steps.problems import Problem, unavailable

_DECODING = threading.Lock()  # decoding takes a whole processor


def facts_of(data: bytes) -> MusicFacts:
    """Decode music to its end. Raises Problem."""
    with _DECODING:
        try:
            return judged_music(data)
        except MediaRefused as refused:
            raise Problem(Code.NOT_MUSIC, refused.why, next_move=refused.next_move) from refused
        except MediaFailed as failed:
            raise unavailable("the music could not be judged just now") from failed
