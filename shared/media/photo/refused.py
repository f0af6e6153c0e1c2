"""The one error of images from outside: what is wrong with the file, and what to send instead."""

from shared.codes import Code

CUT_SHORT = "the image can't be decoded (cut short or damaged)"


class ImageRefused(Exception):
    """An image that can't be used: a code for programs, a reason and a next move for people."""

    def __init__(self, code: Code, why: str, next_move: str) -> None:
        super().__init__(f"{why}. {next_move}")
        self.code = code
        self.why = why
        self.next_move = next_move


def broken(why: str = CUT_SHORT) -> ImageRefused:
    """Return the refusal of a file that contradicts its own format."""
    return ImageRefused(Code.BROKEN, why, "Save it anew as JPEG, PNG or WebP and send that.")


def unsupported(why: str) -> ImageRefused:
    """Return the refusal of a file that may be well, but is of a kind we do not read."""
    return ImageRefused(Code.UNSUPPORTED_FORMAT, why, "Send a JPEG, PNG or WebP.")
