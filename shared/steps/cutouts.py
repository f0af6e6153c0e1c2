"""How a presenter is ordered when its look cannot be cut out: transparent first, then on a key colour, then plain."""

from shared.codes import Code
from shared.pipeline.plan.plan import Cutout

NEXT = {Cutout.ALPHA: Cutout.KEY, Cutout.KEY: Cutout.INSET}
CANNOT = frozenset({Code.WEBM_UNSUPPORTED, Code.BACKGROUND_UNSUPPORTED})
