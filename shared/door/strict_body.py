"""What every body is made of."""

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A strict object that refuses unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)
