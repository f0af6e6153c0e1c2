"""How else a presenter is asked for when a look cannot be cut out as wished: transparent, on a key colour, plain."""

from shared.codes import Code
from shared.pipeline.plan.plan import Cutout

NEXT = {Cutout.ALPHA: Cutout.KEY, Cutout.KEY: Cutout.INSET}
CANNOT = frozenset({Code.WEBM_UNSUPPORTED, Code.BACKGROUND_UNSUPPORTED})
