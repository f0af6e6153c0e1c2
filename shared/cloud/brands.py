"""A tenant's brand kits, by version."""

from dataclasses import dataclass
from datetime import datetime

from shared.cloud.clients import Clients
from shared.cloud.named_versions import NamedVersions
from shared.pipeline.codec import Stored
from shared.pipeline.plan.dress import Kit


@dataclass(frozen=True, slots=True)
class NamedBrand(Stored):
    """A version of a brand kit."""

    name: str
    version: int
    kit: Kit
    body: str  # JSON: as it was put
    created_at: datetime
    made_by: str = ""  # the id of the key that put it

    @property
    def label(self) -> str:
        """What an order names just this version by."""
        return f"{self.name}@{self.version}"


class Brands(NamedVersions[NamedBrand]):
    """The collections `brands` and `brand_versions` of each tenant."""

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients, NamedBrand, "brands", "brand_versions")
