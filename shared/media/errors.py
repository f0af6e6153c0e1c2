"""What a caller must know about media that could not be made: refuse it for good, or try again."""

NO_PICTURE = "it has no picture"  # what was sent as a film, and is sound alone
SOUND_ALONE = "the clip has no picture, sound alone"


class MediaRefused(Exception):
    """The input itself is bad: the same bytes would fail again; `node` is whose they are, where that is known."""

    def __init__(self, why: str, next_move: str, node: str | None = None) -> None:
        super().__init__(f"{why}. {next_move}")
        self.why = why
        self.next_move = next_move
        self.node = node


class MediaFailed(Exception):
    """The machine failed (killed, overrun, disk full): the same call may well succeed."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
