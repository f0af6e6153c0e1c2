"""What the form of a brand kit offers: each field, its label, and its words with ours for people."""

from shared.door.console.choices import CHOICES, Choice

AS_ORDERED = ("", "as each order says")
CARD_LABELS = {"intro": "Card before the film", "outro": "Card after the film"}
CARD_CHOICE = (("", "no"), ("on", "in every film"))
COLORS = {
    "colors.primary": "Main: backdrop, and cards without a picture",
    "colors.accent": "Accent: bar beside words, and the word being said",
    "colors.text": "Letters",
    "colors.panel": "Behind letters",
}
BACKDROP_COLOR = "color"  # the word of a backdrop that is one colour, as the API has it
BACKDROP_WORDS = {
    "studio": "a studio",
    "office": "an office",
    "gradient": "a gradient",
    "modern": "modern shapes",
    "dots": "dots",
    "white": "white",
    "light": "light grey",
    "warm": "warm white",
    "dark": "nearly black",
    "black": "black",
    "blue": "blue",
    "green": "green",
}
BACKDROP = Choice(
    "background",
    "What is behind presenters",
    (("", "the main colour, or as each order says"), *BACKDROP_WORDS.items(), (BACKDROP_COLOR, "another colour:")),
)
LOGO_CHOICES = (
    Choice(
        "logo.place",
        "Corner",
        (
            ("", "whatever suits"),
            ("top_left", "top left"),
            ("top_right", "top right"),
            ("bottom_left", "bottom left"),
            ("bottom_right", "bottom right"),
        ),
    ),
    Choice(
        "logo.when",
        "Shown",
        (("", "always"), ("scenes", "not on cards"), ("outro", "in the last three seconds")),
    ),
)
WORD_CHOICES = (
    Choice("captions", "Captions of what is said", (AS_ORDERED, ("true", "on"), ("false", "off"))),
    Choice(
        "captions_by",
        "In captions",
        (AS_ORDERED, ("phrase", "all words look alike"), ("word", "the word being said lights up")),
    ),
    Choice(
        "text.style",
        "Letters stand",
        (("", "as usual"), ("panel", "on a panel"), ("outline", "with an outline"), ("shadow", "with a shadow")),
    ),
    Choice(
        "text.position",
        "Scenes' texts are at",
        (("", "whatever suits"), ("top", "the top"), ("middle", "the middle"), ("bottom", "the bottom")),
    ),
    Choice(
        "text.animation",
        "Scenes' texts come",
        (("", "as usual"), ("fade", "fading in"), ("slide", "sliding in"), ("none", "at once")),
    ),
)
LOOK_CHOICES = {
    each.name: each._replace(options=(AS_ORDERED, *each.options[1 : -1 if each.name == "inset" else None]))
    for each in CHOICES
    if each.name in ("transition", "inset", "hold")
}
FILM_LOUDNESS = Choice(
    "audio.loudness",
    "How loud films are",
    (
        AS_ORDERED,
        ("-14", "as social networks play (-14 LUFS)"),
        ("-16", "as phones and web pages do (-16 LUFS)"),
        ("-23", "as broadcast asks (-23 LUFS)"),
    ),
)
DUCK = Choice(
    "audio.music.duck",
    "While somebody speaks",
    (("", "it goes down, as usual"), ("true", "it goes down"), ("false", "it stays as loud as it is")),
)
CARD_VIDEO_CHOICES = {
    "sound": (("", "is heard"), ("heard", "is heard, whatever is usual"), ("mute", "is not heard")),
    "fit": (
        ("", "cut to the film's shape"),
        ("crop", "cut to the film's shape, whatever is usual"),
        ("pad", "whole, before its own blur"),
    ),
}
ENTRIES = {  # what is typed: the label of each
    "logo.size": "Width, 0.05 to 0.3 of the film's (empty: what suits)",
    "logo.opacity": "How solid, 0.2 to 1 (empty: 1, fully)",
    "text.size": "Letters' size, 0.7 to 1.5 times the usual one",
    "background.color": "The other colour",
    "transition_color": "What a dip goes through (empty: black, or the main colour)",
    "audio.music.level": "How loud where nobody speaks, -40 to -10 LUFS (empty: -20)",
    "audio.music.start": "It begins at its second (empty: 0)",
    "audio.music.fade_out": "It goes in the film's last seconds, 0 to 10 (empty: 1.2)",
    **{f"{card}.text": "What is read on it (may be empty)" for card in CARD_LABELS},
    "intro.seconds": "Seconds, 1 to 10 (empty: 1.5, or as long as its video)",
    "outro.seconds": "Seconds, 1 to 10 (empty: 2.5, or as long as its video)",
}
