"""A tenant's named templates, by version."""

from dataclasses import dataclass
from datetime import datetime

from shared.cloud.clients import Clients
from shared.cloud.named_versions import NamedVersions
from shared.pipeline.codec import Stored


@dataclass(frozen=True, slots=True)
class NamedTemplate(Stored):
    """A version of a template."""

    name: str
    version: int
    order: str  # JSON: fields of an order, variables in their texts
    created_at: datetime
    title: str = ""
    variables: str = "{}"  # JSON: by name, each an `example` an order must replace, or a `default` it may
    made_by: str = ""  # the id of the key that put it

    @property
    def label(self) -> str:
        """What an order names just this version by."""
        return f"{self.name}@{self.version}"


class Templates(NamedVersions[NamedTemplate]):
    """The collections `templates` and `template_versions` of each tenant."""

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients, NamedTemplate, "templates", "template_versions")
