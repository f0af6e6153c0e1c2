"""Paints a specimen of a brand's font: its own name and a few letters, black on white."""

from io import BytesIO

import uharfbuzz
from PIL import Image

SPECIMEN_SIZE = (640, 72)
SPECIMEN_LETTERS = " ABCDEFG abcdefg 0123"
_EM, _BASELINE, _MARGIN = 40, 22, 12  # pixels; the baseline is counted from the lower edge


def specimen(data: bytes) -> bytes:
    """Return a PNG; of a font that was judged when it was sent (font_files.py)."""
    face = uharfbuzz.Face(data)
    font, characters = uharfbuzz.Font(face), frozenset(face.unicodes)
    named = face.get_name(uharfbuzz.OTNameIdPredefined.FONT_FAMILY) or ""
    raster = uharfbuzz.RasterDraw()
    raster.extents = uharfbuzz.RasterExtents(0, 0, *SPECIMEN_SIZE, 0)
    scale, pen = _EM / face.upem, float(_MARGIN)
    for letter in named[:24] + SPECIMEN_LETTERS:
        if ord(letter) not in characters or pen > SPECIMEN_SIZE[0]:
            continue
        glyph = font.get_nominal_glyph(ord(letter))
        if glyph:
            raster.transform = (scale, 0.0, 0.0, scale, pen, float(_BASELINE))
            raster.draw_glyph(font, glyph)
            pen += min(max(font.get_glyph_h_advance(glyph) * scale, 0.0), 2.0 * _EM)
    image = raster.render()
    if image is None:
        raise MemoryError("HarfBuzz found no room for the letters")
    mask = Image.frombytes("L", SPECIMEN_SIZE, image.buffer, "raw", "L", image.extents.stride, -1)
    sheet = Image.new("L", SPECIMEN_SIZE, 255)
    sheet.paste(0, mask=mask)
    out = BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()
