"""Speaking styles: which voices lack the one they were asked for, told before anything is paid.

A style is a nuance, so a voice without any speaks in its own way and the order warns of it. A word that none of a
film's voices has, though all of them have others, is a slip of the pen and refused.
"""

from collections.abc import Iterator, Mapping

from shared.codes import Code
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.looks import Voice
from shared.pipeline.plan.speakers import Needed, Styled
from shared.pipeline.plan.warned import Warned, WarningText
from shared.pipeline.vendors.names import called
from shared.steps.asked_once import AskedOnce
from shared.steps.problems import Problem, first_mistakes


def unstyled(presenter: AskedOnce, needed: Needed, heard: Mapping[str, Voice]) -> dict[Styled, str]:
    """Return every voice that lacks its style, and why; of one the service did not tell of, nothing is known.

    Raises Problem where the order's own style is no word of any voice.
    """
    lacking: dict[Styled, str] = {}
    others = 0
    for voice_id, style in needed.styled:
        voice = heard.get(voice_id or "")
        if why := presenter.styleless(voice_id):
            lacking[voice_id, style] = why
        elif voice and style not in voice.styles:
            lacking[voice_id, style] = known_styles(voice)
            others += bool(voice.styles) and style == needed.voice.style
    if others and others == len(needed.styled) and not needed.takes_over:
        details = {"voice.style": [f'"{style}" is none of its voice\'s: {why}' for (_, style), why in lacking.items()]}
        move = "use one of these, or leave voice.style out"
        raise Problem(Code.VALIDATION_ERROR, first_mistakes(details), next_move=move, details=details)
    return lacking


def known_styles(voice: Voice) -> str:
    """Return in words which styles a voice has."""
    return f"{voice.name} has {', '.join(voice.styles) or 'none'}"


def style_warnings(provider: str, lacking: Mapping[Styled, str]) -> Iterator[WarningText]:
    """Say which styles are left out where a service films the takes, once for each style and reason."""
    for style, why in dict.fromkeys((style, why) for (_, style), why in lacking.items()):
        says = f'The style "{style}" is left out where {called(provider)} films it: {why}'
        yield warning(Warned.STYLE_UNSPOKEN, says)
