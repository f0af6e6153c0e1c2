"""What a form offers about a film's picture: each field, its label, and its words with ours for people."""

from typing import NamedTuple


class Choice(NamedTuple):
    """A select of a form: the first of its options is what an order has that says nothing."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]


CHOICES = (
    Choice(
        "transition",
        "From scene to scene",
        (("", "a crossfade"), ("cut", "a cut"), ("slide", "a slide"), ("dip", "through black")),
    ),
    Choice(
        "inset",
        "The presenter is seen",
        (
            ("", "cut out, where that is possible"),
            ("rounded", "in a rounded card"),
            ("circle", "in a circle"),
            ("full", "in the whole frame"),
            ("beside", "beside the footage (16:9)"),
        ),
    ),
    Choice(
        "product_card",
        "The product's photo as a card",
        (("", "not shown"), ("always", "in every scene"), ("unshown", "where footage is not made from it")),
    ),
    Choice(
        "hold",
        "Where footage ends before the words",
        (
            ("", "whatever suits"),
            ("push_in", "the picture moves into its last frame"),
            ("ping_pong", "it runs back and on again"),
            ("freeze", "its last frame stands"),
        ),
    ),
)
FILES = (
    Choice(
        "container",
        "A file beside the MP4",
        (("", "none"), ("mov", "MOV, for editing programs"), ("webm", "WebM, for websites; it takes longer")),
    ),
    Choice(
        "preview",
        "A moving preview of three seconds",
        (("", "none"), ("gif", "GIF, for mails"), ("webp", "WebP, for websites")),
    ),
)
UNASKED = {"container": "mp4", "preview": "none"}  # what an edit says that wants no such file
