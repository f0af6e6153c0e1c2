"""Where a text may be broken, as the compose step hands it in."""

from shared.media.breaking import clusters, pieces, words
from shared.pipeline.edit.captions import Breaks

BREAKS = Breaks(pieces, clusters, words)
