"""The films that are made once for all lives."""

from tests.steps.conftest import canned

__all__ = ["canned"]
