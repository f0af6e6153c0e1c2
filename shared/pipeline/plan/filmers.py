"""Who films an order's footage: Veo at our expense, or a vendor the tenant has an account with, where it is turned on.

A vendor whose terms are unconfirmed films for nobody who has not had it turned on, whatever an order says.
"""

from collections.abc import Mapping

from shared.pipeline.plan.capabilities import FootageModel, Tables
from shared.pipeline.plan.request import Filmer, FilmRequest, Quality
from shared.pipeline.plan.speakers import Defaults


def films_by(request: FilmRequest, tables: Tables, defaults: Defaults) -> Mapping[Quality, FootageModel]:
    """Return the models that an order may be filmed with; what is not turned on is planned, and refused by name."""
    match request.b_roll.provider:
        case Filmer.VEO:
            return tables.footage
        case Filmer.HEYGEN:
            return tables.tenant_footage[Filmer.HEYGEN]
        case Filmer.AUTO:
            ours = tables.footage.get(request.b_roll.model)
            theirs = tables.tenant_footage[Filmer.HEYGEN] if defaults.heygen_footage else {}
            able = theirs.get(request.b_roll.model)
            unable = ours is None or request.aspect_ratio not in ours.ratios
            return theirs if unable and able and request.aspect_ratio in able.ratios else tables.footage
