"""Whether a scene can show the clip that was sent; only functions that take uploads carry what decodes it."""

import threading
from pathlib import Path

from shared.codes import Code
from shared.media.errors import MediaFailed, MediaRefused
from shared.media.own_clip import judged_clip
from shared.pipeline.plan.picture import OwnFile
from shared.steps.problems import Problem, unavailable

_DECODING = threading.Lock()  # decoding takes a whole processor


def clip_facts_of(path: Path) -> OwnFile:
    """Decode a clip. Raises Problem."""
    with _DECODING:
        try:
            return judged_clip(path)
        except MediaRefused as refused:
            raise Problem(Code.NOT_A_CLIP, refused.why, next_move=refused.next_move) from refused
        except MediaFailed as failed:
            raise unavailable("the clip could not be judged just now") from failed
