"""What every body is made of."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A strict object that refuses unknown fields."""

    called: ClassVar[str] = "the body"  # what its own fields belong to, in people's words
    elsewhere: ClassVar[Mapping[str, str]] = {}  # what is told of fields it does not have, by their names

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)
