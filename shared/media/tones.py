"""Brings a film's high dynamic range, or its wide colours, to what a film of ours has: BT.709, eight bits; pure.

HLG (most phones; Dolby Vision 8.4 is it, and more) and PQ (HDR10) say how much light is meant, in nits. White paper is
203 nits in both (BT.2408): it becomes 238 of 255, and all that is darker than seven tenths of it stays as it is, so a
face is as bright as in a film that was never HDR. What is brighter, up to 1,000 nits, is bent into the rest (mobius of
`tonemap`), colour kept. Measured: hable makes paper 172, and (154, 119, 104) of a light skin (225, 172, 150); ours
makes (224, 171, 149) of it. HLG's gamma is of the luminance (BT.2100): zimg's fast one is of each channel, and the skin
turns red (229, 167, 143).

Numbers of primaries and transfers are H.273's, as every container has them.
"""

from enum import StrEnum

GIVEN = "out_color_matrix=bt2020:out_range=tv"  # what a scaler gives these filters
UNSAID = 2  # of primaries and transfer: nobody says
_PAPER = 203  # nits
_BRIGHTEST = 1000  # nits
_KNEE = 0.7  # of paper's light: what is darker is not changed
_PLAIN_PRIMARIES = "bt709"
_WIDE_PRIMARIES = {9: "bt2020", 11: "smpte431", 12: "smpte432"}  # by number: BT.2020, DCI-P3, Display P3


class Light(StrEnum):
    """How a film's numbers become light."""

    STANDARD = "standard"  # also where nobody says: as players take it
    HLG = "arib-std-b67"
    PQ = "smpte2084"
    OTHER = "other"  # linear, logarithmic, X'Y'Z': no phone's, and no player's


_LIGHTS = {8: Light.OTHER, 9: Light.OTHER, 10: Light.OTHER, 16: Light.PQ, 17: Light.OTHER, 18: Light.HLG}


def light_of(transfer: int) -> Light:
    """Return how a transfer's number is meant."""
    return _LIGHTS.get(transfer, Light.STANDARD)


def toned(primaries: int, transfer: int) -> bool:
    """Tell whether a film's picture is not as a film of ours has it."""
    return light_of(transfer) in (Light.HLG, Light.PQ) or primaries in _WIDE_PRIMARIES


def bringing(primaries: int, transfer: int) -> str:
    """Return the filters that bring a picture to BT.709; empty where there is nothing to bring.

    It comes in BT.2020's matrix (`GIVEN`), as large as it is shown: what they cost is counted in points.
    """
    if not toned(primaries, transfer):
        return ""
    light = light_of(transfer)
    bright = light in (Light.HLG, Light.PQ)
    # A file that says nothing but HDR means BT.2020.
    named = _PLAIN_PRIMARIES if primaries == 1 else _WIDE_PRIMARIES.get(primaries, _WIDE_PRIMARIES[9])
    said = f"range=tv:colorspace=bt2020nc:color_primaries={named}:color_trc={light if bright else 'bt709'}"
    exact = ":agamma=0" if light is Light.HLG else ""
    bent = f"tonemap=mobius:param={_KNEE}:desat=0:peak={_BRIGHTEST / _PAPER:.4f}," if bright else ""
    return (
        f"format=yuv420p10le,setparams={said},zscale=t=linear:npl={_PAPER}{exact},format=gbrpf32le,"
        f"zscale=p=bt709,{bent}zscale=t=bt709:m=bt709:r=limited,format=yuv420p"
    )
