"""The one form in which a refusal tells what is wrong with which field: "scenes.2.duration: must be at least 4"."""


def by_field(path: str, why: str) -> str:
    """Say what is wrong with the field at a path."""
    return f"{path}: {why}"
