"""Makes ICC profiles of what a PNG says in numbers: code points (cICP), or a gamma (gAMA) and primaries (cHRM).

A display's profile is a matrix from its linear colours to XYZ, adapted to the white D50 (ICC.1, 9.2), and a curve
for each colour. Chromaticities are pairs of CIE xy; code points are those of ITU-T H.273.
"""

import struct
from dataclasses import dataclass

from shared.codes import Code
from shared.media.photo.refused import ImageRefused

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]  # rows


@dataclass(frozen=True, slots=True)
class _Primaries:
    """The chromaticities of a display's white and its three colours."""

    white: tuple[float, float]
    red: tuple[float, float]
    green: tuple[float, float]
    blue: tuple[float, float]


_D65 = (0.3127, 0.3290)
_D50: Vector = (0.9642, 1.0, 0.8249)
_SRGB = _Primaries(_D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_PRIMARIES = {
    1: _SRGB,
    5: _Primaries(_D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    6: _Primaries(_D65, (0.63, 0.34), (0.31, 0.595), (0.155, 0.07)),
    9: _Primaries(_D65, (0.708, 0.292), (0.17, 0.797), (0.131, 0.046)),
    12: _Primaries(_D65, (0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),
}
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_VIDEO_CURVE = (1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
_CURVES: dict[int, tuple[float, ...]] = {  # parameters of ICC's parametric curves of 1 and of 5 numbers
    1: _VIDEO_CURVE,
    4: (2.2,),
    5: (2.8,),
    6: _VIDEO_CURVE,
    8: (1.0,),
    13: _SRGB_CURVE,
    14: _VIDEO_CURVE,
    15: _VIDEO_CURVE,
}
_HDR = {16: "PQ", 18: "HLG"}
_BRADFORD: Matrix = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_SRGB_GAMMA = 45455  # as gAMA writes 1/2.2
_SAME_COLOR = 0.01  # chromaticities and gammas nearer than this are meant to be the same
_GAMMAS = range(10_000, 500_000)  # displays of gamma 0.2 to 10; others are mistakes


def from_cicp(codes: bytes) -> bytes | None:
    """Return the profile of a cICP chunk, b"" when that is sRGB, None when it names nothing we know.

    Raises ImageRefused for HDR.
    """
    if len(codes) != 4 or codes[2] != 0 or codes[3] > 1:  # noqa: PLR2004  # four codes; RGB is matrix 0
        return None
    if codes[1] in _HDR:
        why = f"the image is HDR ({_HDR[codes[1]]})"
        raise ImageRefused(Code.UNSUPPORTED_FORMAT, why, "Export it as sRGB (SDR) and send that.")
    primaries, curve = _PRIMARIES.get(codes[0]), _CURVES.get(codes[1])
    if primaries is None or curve is None:
        return None
    if (primaries, curve) == (_SRGB, _SRGB_CURVE):
        return b""
    return _profile(primaries, curve)


def from_gamma(gamma: bytes, chromaticities: bytes) -> bytes | None:
    """Return the profile of a PNG's gAMA and cHRM chunks, None when they say sRGB, nothing or nonsense."""
    stated = int.from_bytes(gamma) if len(gamma) == 4 else _SRGB_GAMMA  # noqa: PLR2004  # bytes
    if stated not in _GAMMAS:
        stated = _SRGB_GAMMA
    primaries = _read(chromaticities) or _SRGB
    if abs(stated / _SRGB_GAMMA - 1) < _SAME_COLOR and _close(primaries, _SRGB):
        return None
    curve = _SRGB_CURVE if abs(stated / _SRGB_GAMMA - 1) < _SAME_COLOR else (100_000 / stated,)
    return _profile(primaries, curve)


def _read(chromaticities: bytes) -> _Primaries | None:
    if len(chromaticities) != 32:  # noqa: PLR2004  # eight numbers
        return None
    numbers = [number / 100_000 for number in struct.unpack(">8I", chromaticities)]
    white, red, green, blue = zip(numbers[::2], numbers[1::2], strict=True)
    return _Primaries(white, red, green, blue)


def _close(one: _Primaries, other: _Primaries) -> bool:
    pairs = ((one.white, other.white), (one.red, other.red), (one.green, other.green), (one.blue, other.blue))
    return all(abs(a[0] - b[0]) < _SAME_COLOR and abs(a[1] - b[1]) < _SAME_COLOR for a, b in pairs)


def _profile(primaries: _Primaries, curve: tuple[float, ...]) -> bytes | None:
    """Return an ICC profile of version 4; None where the primaries span no colours."""
    try:
        to_xyz = _adapted(primaries)
    except ZeroDivisionError:
        return None
    if any(abs(value) > 2 for row in to_xyz for value in row):  # noqa: PLR2004  # no display's; XYZ of white is about 1
        return None
    kind = 0 if len(curve) == 1 else 3
    drawn = b"para\x00\x00\x00\x00" + struct.pack(">HH", kind, 0) + b"".join(map(_fixed, curve))
    columns = zip(*to_xyz, strict=True)
    bodies = {f"{name}XYZ".encode(): _xyz(column) for name, column in zip("rgb", columns, strict=True)}
    bodies |= {b"wtpt": _xyz(_D50)} | {f"{name}TRC".encode(): drawn for name in "rgb"}
    at, table, content = 132 + 12 * len(bodies), b"", b""
    for name, body in bodies.items():
        table += name + struct.pack(">II", at + len(content), len(body))
        content += body
    whole = struct.pack(">I", len(bodies)) + table + content
    head = struct.pack(">I4xI4s4s4s12x4s4x", 128 + len(whole), 0x04200000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    return head.ljust(68, b"\x00") + b"".join(map(_fixed, _D50)) + bytes(48) + whole


def _xyz(vector: tuple[float, ...]) -> bytes:
    return b"XYZ \x00\x00\x00\x00" + b"".join(map(_fixed, vector))


def _fixed(number: float) -> bytes:
    return struct.pack(">i", round(number * 65536))


def _adapted(primaries: _Primaries) -> Matrix:
    """Return the matrix from linear colours to XYZ under D50. Raises ZeroDivisionError where there is none."""
    corners = _columns(*(_lifted(point) for point in (primaries.red, primaries.green, primaries.blue)))
    white = _lifted(primaries.white)
    share = _apply(_inverse(corners), white)
    seen, wanted = _apply(_BRADFORD, white), _apply(_BRADFORD, _D50)
    scale = [after / before for before, after in zip(seen, wanted, strict=True)]
    scaled = _columns(*(_times(_apply(_BRADFORD, column), scale) for column in zip(*corners, strict=True)))
    adapted = _times_matrix(_inverse(_BRADFORD), scaled)
    return tuple(_times(row, share) for row in adapted)  # type: ignore[return-value]  # three rows in, three out


def _lifted(point: tuple[float, float]) -> Vector:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _columns(*columns: Vector) -> Matrix:
    return tuple(zip(*columns, strict=True))  # type: ignore[return-value]  # three columns of three


def _apply(matrix: Matrix, vector: tuple[float, ...]) -> Vector:
    rows = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return tuple(rows)  # type: ignore[return-value]  # three rows


def _times(vector: tuple[float, ...], factors: "tuple[float, ...] | list[float]") -> Vector:
    return tuple(a * b for a, b in zip(vector, factors, strict=True))  # type: ignore[return-value]  # three each


def _times_matrix(one: Matrix, other: Matrix) -> Matrix:
    return _columns(*(_apply(one, column) for column in zip(*other, strict=True)))


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / whole, (c * h - b * i) / whole, (b * f - c * e) / whole),
        ((f * g - d * i) / whole, (a * i - c * g) / whole, (c * d - a * f) / whole),
        ((d * h - e * g) / whole, (b * g - a * h) / whole, (a * e - b * d) / whole),
    )
