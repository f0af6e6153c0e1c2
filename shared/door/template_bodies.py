"""The body of a named template."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from shared.door.body_types import Text500
from shared.door.filling import MOST_VARIABLES, value_mistake
from shared.door.film_bodies import TemplateBody
from shared.door.strict_body import Body

Scalar = Annotated[Any, Field(json_schema_extra={"type": ["string", "number", "boolean"]})]


class VariableBody(Body):
    """What an order fills in: it must where there is an example only, it may where there is a default."""

    example: Scalar = None
    default: Scalar = None

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        given = [value for value in (self.example, self.default) if value is not None]
        if len(given) != 1:
            raise ValueError("needs an example, which each order replaces, or a default; not both")
        if why := value_mistake(given[0]):
            raise ValueError(f"{why}: as its example or default")
        return self


class NamedTemplateBody(Body):
    """A template: fields of an order with `{{variables}}` in their texts."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(TemplateBody.model_fields, "belongs in order: what films have stands there"),
        **TemplateBody.elsewhere,
    }

    title: Annotated[Text500, Field(max_length=100)] | None = None
    variables: Annotated[dict[str, VariableBody], Field(max_length=MOST_VARIABLES)] | None = None
    order: dict[str, Any]
