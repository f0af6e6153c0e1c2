"""Shows all of a moving picture of another shape: in the middle of the frame, before its own blur; pure."""

from shared.media.canvas import YUV, Graph
from shared.media.tones import GIVEN

_INSIDE = "force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic"


def fitted(graph: Graph, tones: str) -> str:
    """Return the filters, with the comma behind them, that tone a picture as large as it is shown; often none."""
    wide, high = graph.edit.size.width, graph.edit.size.height
    return f"scale={wide}:{high}:{_INSIDE}:{GIVEN},setsar=1,{tones}," if tones else ""


def padded(graph: Graph, name: str, shown: str) -> str:
    """Add the chains that fit a stream (a chain without its end) into the frame; return how what it becomes begins.

    An eighth of a picture is blurred in no time.
    """
    wide, high = graph.edit.size.width, graph.edit.size.height
    graph.chains.append(f"{shown}split[{name}-near][{name}-far]")
    small = f"scale={wide // 8}:{high // 8}:force_original_aspect_ratio=increase:flags=area"
    soft = f"crop={wide // 8}:{high // 8},gblur=sigma=4,eq=brightness=-0.12"
    whole = f"scale={wide}:{high}:flags=bicubic:{YUV},setsar=1,format=yuv420p"
    graph.chains.append(f"[{name}-far]{small},{soft},{whole}[{name}-soft]")
    graph.chains.append(f"[{name}-near]scale={wide}:{high}:{_INSIDE}:{YUV},setsar=1,format=yuv420p[{name}-all]")
    return f"[{name}-soft][{name}-all]overlay=(W-w)/2:(H-h)/2,setsar=1,format=yuv420p"
